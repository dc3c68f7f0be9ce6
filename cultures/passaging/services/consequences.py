"""What a correction changes downstream: the state of a family before and after, compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cultures.passaging.errors import cells, moment
from cultures.passaging.models import Culture, HarvestSource

WORDS = {
    "passage_number": "passage number",
    "passages_since_thaw": "passages since thaw",
    "cpdl": "cPDL",
    "cpdl_net": "net PDL",
    "seeded_cells": "seeded cells",
    "seeded_at": "seeded",
    "ended_at": "ended",
    "fate": "fate",
    "place__full_name": "place",
    "medium__name": "medium",
}
HARVESTED = "harvested cells"


@dataclass(frozen=True)
class Change:
    """One derived number of one culture that becomes another."""

    culture_code: str
    url: str
    what: str
    old: str
    new: str


State = dict[str, dict[str, Any]]


def snapshot(culture_ids: Sequence[int]) -> State:
    """By code, in the order of descent. Two queries."""
    rows = Culture.objects.filter(pk__in=culture_ids).order_by("pk").values("code", *WORDS)
    state: State = {row.pop("code"): row for row in rows}
    harvested = HarvestSource.objects.filter(culture__in=culture_ids, withdrawn_at=None)
    for code, viable in harvested.values_list("culture__code", "harvest__viable_cells"):
        state[code][HARVESTED] = viable
    return state


def differences(before: State, after: State) -> list[Change]:
    return [
        Change(code, f"/cultures/{code}/", WORDS.get(name, name), _said(name, old), _said(name, after[code].get(name)))
        for code, was in before.items()
        for name, old in was.items()
        if old != after[code].get(name)
    ]


def _said(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, float):
        return f"{value:.2f}"
    return cells(value) if name in ("seeded_cells", HARVESTED) else str(value)
