"""The ladder as a table: what each rung was planned to be, and what it was. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cultures.dosing.ladder_view import LadderView
from cultures.dosing.models import DosingState, Rung
from cultures.dosing.readiness import CONTROL_WITHIN
from cultures.dosing.signs import Sign
from cultures.passaging.models import Culture
from cultures.passaging.selectors import Growth, growths_of
from cultures.science.exposure import Interval, Ledger

MOST_STAYS = 4  # more are summed up; the exposure page has them all
PASSED = Sign("green", "ok", "passed")
PLANNED = Sign("quiet", "", "planned")
NEVER_REACHED = Sign("quiet", "", "never reached")
LEFT_OUT = Sign("quiet", "", "left out")
STEPPED_BACK = Sign("amber", "down", "stepped back from")
NOT_REACHED = Sign("blue", "clock", "decided, not reached yet")


@dataclass(frozen=True)
class Passage:
    """One harvest of the treated arm."""

    dose: Decimal
    growth: Growth
    ratio: float | None  # doubling time in parts of the control's nearest in time


@dataclass(frozen=True)
class RungRow:
    """One dose. rung is None for one that the newest plan does not have."""

    rung: Rung | None
    dose_in_words: str
    stays: Sequence[Interval]
    passages: Sequence[Passage]
    sign: Sign
    is_current: bool = False

    @property
    def is_ghost(self) -> bool:
        return not self.stays and not self.is_current

    @property
    def row(self) -> str:
        """The class of its line."""
        return "now" if self.is_current else "ghost" if self.is_ghost else ""

    @property
    def started(self) -> datetime | None:
        return self.stays[0].start if self.stays else None

    @property
    def days_in_words(self) -> str:
        """Days in the drug at this dose, stay by stay: 41 d + 14 d."""
        if len(self.stays) > MOST_STAYS:
            said = f"{days(sum(stay.days for stay in self.stays))} in {len(self.stays)} stays"
        else:
            said = " + ".join(days(stay.days) for stay in self.stays)
        return f"{said} so far" if self.stays and self.stays[-1].is_open else said

    @property
    def last(self) -> Passage | None:
        return self.passages[-1] if self.passages else None


def days(number: float) -> str:
    """
    >>> days(41.2), days(3.0), days(0.26)
    ('41 d', '3 d', '0.3 d')
    """
    return f"{number:.0f} d" if number >= 10 else f"{number:.1f}".removesuffix(".0") + " d"


def rung_table(view: LadderView, ledger: Ledger, line: Sequence[int]) -> list[RungRow]:
    """By dose, the lowest first.

    ledger, line   the exposure of the flask that stands for the ladder, and the ids of its line of ancestors
    """
    by_dose, passages = ledger.by_dose(), passages_of(view, line)
    planned = {rung.dose_canonical: rung for rung in view.rungs}
    return [
        _row(view, dose, planned.get(dose), by_dose.get(dose, []), [one for one in passages if one.dose == dose])
        for dose in sorted({*planned, *by_dose, view.ladder.rung.dose_canonical})
    ]


def _row(view: LadderView, dose: Decimal, rung: Rung | None, stays: list[Interval], passages: list[Passage]) -> RungRow:
    here = view.ladder.rung.dose_canonical
    if dose == here:
        sign = view.sign if stays or not view.ladder.is_open else NOT_REACHED
    elif dose > here:
        sign = STEPPED_BACK if stays else PLANNED if view.ladder.is_open else NEVER_REACHED
    else:
        sign = PASSED if stays else LEFT_OUT
    return RungRow(rung, view.dose_in_words(dose), stays, passages, sign, dose == here)


def passages_of(view: LadderView, line: Sequence[int]) -> list[Passage]:
    """The harvests in the drug on the line of ancestors, oldest first."""
    states = list(DosingState.objects.filter(culture__in=line, dose__gt=0))
    ladders = {view.ladder.pk, view.ladder.branched_from_id, *(state.ladder_id for state in states)}
    controls = Culture.objects.filter(dosing__ladder__in=ladders - {None}, arm=Culture.Arm.VEHICLE)
    control_ids = list(controls.filter(fate=Culture.Fate.PASSAGED).values_list("pk", flat=True))
    grown = growths_of([*(state.culture_id for state in states), *control_ids])
    beside = [grown[pk] for pk in control_ids if pk in grown and grown[pk].doubling_time_h]
    found = [
        Passage(state.dose, growth, _ratio(growth, beside))
        for state in states
        if (growth := grown.get(state.culture_id))
    ]
    return sorted(found, key=lambda one: one.growth.harvest.at)


def _ratio(growth: Growth, controls: Sequence[Growth]) -> float | None:
    def apart(control: Growth) -> float:
        return abs((control.harvest.at - growth.harvest.at).total_seconds())

    near = [control for control in controls if apart(control) <= CONTROL_WITHIN.total_seconds()]
    nearest = min(near, key=apart, default=None)
    if nearest is None or not growth.doubling_time_h or not nearest.doubling_time_h:
        return None
    return growth.doubling_time_h / nearest.doubling_time_h
