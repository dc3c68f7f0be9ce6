"""Filters of the pages of STR profiles."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from cultures.science.str_profiles import MARKERS

register = template.Library()


@register.filter
def differences(found: Any) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """{{ match|differences }}: by marker, in the order of the kits, what was lost and gained; also of findings."""
    lost, gained = (_part(found, name) for name in ("lost", "gained"))
    markers = sorted({*lost, *gained}, key=lambda one: MARKERS.index(one) if one in MARKERS else len(MARKERS))
    return [(marker, lost.get(marker, ()), gained.get(marker, ())) for marker in markers]


def _part(found: Any, name: str) -> Mapping[str, Sequence[str]]:
    part: Mapping[str, Sequence[str]] = found.get(name, {}) if isinstance(found, Mapping) else getattr(found, name)
    return part
