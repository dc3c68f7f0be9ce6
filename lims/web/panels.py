"""Upper apps add panels to the pages of lower ones: a culture's page shows its QC without knowing QC."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Build = Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A titled part of a page: the template and its context."""

    template: str
    context: dict[str, Any]


_panels: dict[str, list[tuple[int, str, Build]]] = {}


def register_panel(page: str, *, template: str, build: Build, place: int) -> None:
    """Add a panel to `page` ("culture", "line"); `build(request, thing)` gives its context, or None for no panel."""
    panels = _panels.setdefault(page, [])
    if all(known != template for _, known, _ in panels):
        panels.append((place, template, build))
        panels.sort(key=lambda panel: panel[0])


def panels_for(page: str, request: HttpRequest, thing: Any) -> list[Panel]:
    """The panels of one thing's page, in order: `{% for panel in panels %}{% include panel.template with ... %}`."""
    built = ((template, build(request, thing)) for _, template, build in _panels.get(page, []))
    return [Panel(template, context) for template, context in built if context is not None]
