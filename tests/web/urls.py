"""The addresses of the product, and below /parts/ one page per part of the frame."""

from django.urls import include, path

from lims import urls
from tests.web import pages

parts = [
    path("round/", pages.today),
    path("list/", pages.cultures),
    path("form/", pages.form),
    path("chart/", pages.chart),
    path("states/", pages.states),
    path("wrong/", pages.wrong),
    path("database-down/", pages.database_down),
    path("slow/", pages.slow),
]
urlpatterns = [
    path("parts/", include((parts, "parts"))),
    path("api/parts/database-down/", pages.database_down),
    *urls.urlpatterns,
]
handler400 = urls.handler400
