"""Both arms of a ladder side by side: the flask that leads each, and how it grows. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cultures.dosing.ladder_view import LadderView
from cultures.dosing.members import Member
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Count
from cultures.passaging.selectors import Growth, growths_of

Found = TypeVar("Found")


@dataclass(frozen=True)
class ArmColumn:
    """alive counts the living flasks of the arm. Numbers of the leading flask, or of the one before it."""

    lead: Member | None
    alive: int
    viability_pct: float | None = None
    growth: Growth | None = None

    @property
    def doubling_time_h(self) -> float | None:
        return self.growth.doubling_time_h if self.growth else None

    @property
    def did_not_grow(self) -> bool:
        return bool(self.growth and self.growth.pd is not None and self.growth.pd <= 0)


@dataclass(frozen=True)
class ArmTable:
    treated: ArmColumn
    control: ArmColumn


def arm_table(view: LadderView) -> ArmTable:
    arms = (view.arms.treated, view.arms.control)
    lines = [main_line(alive[0].culture.pk, most=1) if alive else [] for alive in arms]
    ids = [pk for line in lines for pk in line]
    grown, seen = growths_of(ids), _viabilities(ids)
    columns = [
        ArmColumn(alive[0] if alive else None, len(alive), _first(line, seen), _first(line, grown))
        for alive, line in zip(arms, lines, strict=True)
    ]
    return ArmTable(*columns)


def _viabilities(ids: Sequence[int]) -> dict[int, float | None]:
    """By culture: of its newest count that tells dead cells."""
    counts = Count.objects.standing().filter(culture__in=ids, dead_per_ml__isnull=False)
    newest = counts.order_by("culture", "-at", "-pk").distinct("culture")
    return {count.culture_id: count.viability_pct for count in newest}


def _first(line: Sequence[int], found: dict[int, Found]) -> Found | None:
    """Of the flask itself, else of its parent."""
    return next((found[pk] for pk in line if pk in found), None)
