"""The bench's addresses. Each package keeps its own list."""

from importlib.util import find_spec

from django.urls import include, path

packages = (
    "cultures.passaging.urls",
    "cultures.passaging.vessel_urls",
    "cultures.lines.urls",
    "cultures.compounds.urls",
    "cultures.places.urls",
    "cultures.quality.urls",
    "cultures.dosing.plan_urls",
    "cultures.dosing.pair_urls",
    "cultures.dosing.reversion_urls",
    "cultures.dosing.mechanism_urls",
    "cultures.dosing.calendar_urls",
    "cultures.dosing.model_urls",
)
urlpatterns = [path("", include(package)) for package in packages if find_spec(package)]
