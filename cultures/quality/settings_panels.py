"""What quality control says on the pages of settings and arrivals."""

from typing import Any

from django.http import HttpRequest

from cultures.quality.models import QCPolicy
from cultures.quality.standing import there_are_quarantine_places
from lims.web.panels import register_panel

AREA = "cultures/quality/settings"


def register() -> None:
    register_panel("receive", template=f"{AREA}/panel_of_receive.html", build=arrivals, place=10)
    register_panel("lab_settings", template=f"{AREA}/panel_of_lab.html", build=ways_on, place=10)


def arrivals(request: HttpRequest, line: Any) -> dict[str, Any] | None:
    """That what is received is kept apart, unless the lab decided otherwise."""
    policy = QCPolicy.current()
    if policy and not policy.receives_into_quarantine:
        return None
    return {"has_places": there_are_quarantine_places()}


def ways_on(request: HttpRequest, settings: Any) -> dict[str, Any]:
    return {}
