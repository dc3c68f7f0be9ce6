"""All addresses. Each package keeps its own list; machines live under /api/v1/."""

from importlib.util import find_spec

from django.urls import include, path

frame = [
    path("", include(package))
    for package in (
        "lims.reminders.urls",
        "lims.accounts.urls",
        "lims.lab.urls",
        "lims.audit.urls",
        "lims.instruments.urls",
        "lims.web.urls",
    )
    if find_spec(package)
]
urlpatterns = [
    path("", include((frame, "lims"))),
    path("", include(("cultures.urls", "cultures"))),
    path("api/v1/", include(("api.urls", "api"))),
]

handler400 = "lims.web.views.bad_request"
handler404 = "lims.web.views.not_found"
handler500 = "lims.web.views.server_error"
