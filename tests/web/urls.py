"""Addresses for tests of the frame: its own, and one page per component."""

from django.urls import include, path

from tests.web import pages

urlpatterns = [
    path("", include(("lims.web.urls", "lims"))),
    path("", pages.today, name="today"),
    path("cultures/", pages.cultures, name="cultures"),
    path("form/", pages.form, name="form"),
    path("chart/", pages.chart, name="chart"),
    path("states/", pages.states, name="states"),
    path("wrong/", pages.wrong, name="wrong"),
    path("database-down/", pages.database_down, name="database_down"),
    path("api/database-down/", pages.database_down),
    path("slow/", pages.slow, name="slow"),
]
handler400 = "lims.web.views.bad_request"
