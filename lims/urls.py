"""All addresses. Each package keeps its own list; machines live under /api/v1/."""

from django.urls import include, path

urlpatterns = [
    path("", include(("lims.web.urls", "lims"))),
    path("", include(("cultures.urls", "cultures"))),
    path("api/v1/", include(("api.urls", "api"))),
]
