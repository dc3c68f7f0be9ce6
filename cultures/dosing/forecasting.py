"""When ladders will reach their target dose, and what they take until then, in any number by a fixed set of queries.

The arithmetic is science.forecast. Days of rungs come from the decisions: of this ladder, and of all others on the same
compound. A stay that ended in a step back was no completed rung, but its days were spent all the same: they count with
the next rung that is completed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from cultures.dosing.consumption import StillNeeded, Supplies, supplies_of
from cultures.dosing.members import arms_of
from cultures.dosing.models import Decision, Ladder, Rung
from cultures.dosing.standing import standing_decisions
from cultures.science.forecast import MOST_DAYS, Forecast, forecast
from lims.clock import lab_time, now

KIND = Decision.Kind
BEGINS = (KIND.START, KIND.BRANCH)
LEAST_STAY, DAY = timedelta(days=1), timedelta(days=1)  # decisions recorded in one go tell nothing about pace


@dataclass(frozen=True)
class LadderForecast:
    """When one ladder will be given its target dose: `from_on` to `to_on` holds 80 % of all cases, half_* every second.

    at      of the forecast, in the lab's zone
    needs   of medium and drug until then, when it is known what the ladder is fed
    """

    target: Rung
    forecast: Forecast
    at: datetime
    needs: StillNeeded | None

    def _on(self, days: float) -> date:
        return (self.at + timedelta(days=min(days, MOST_DAYS))).date()

    @property
    def from_on(self) -> date:
        return self._on(self.forecast.wide[0])

    @property
    def to_on(self) -> date:
        return self._on(self.forecast.wide[1])

    @property
    def half_from_on(self) -> date:
        return self._on(self.forecast.half[0])

    @property
    def half_to_on(self) -> date:
        return self._on(self.forecast.half[1])

    @property
    def median_on(self) -> date:
        return self._on(self.forecast.median_days)

    @property
    def span(self) -> str:
        """12 Mar to 20 Apr."""
        return span_in_words(self.from_on, self.to_on, self.at.date())

    @property
    def words(self) -> str:
        """20 µg/mL likely 12 Mar to 20 Apr."""
        return f"{self.target.dose_in_words} likely {self.span}"


def span_in_words(start: date, end: date, on: date) -> str:
    """From one day to another, read on a day; the year where it is not that day's.

    >>> span_in_words(date(2026, 3, 12), date(2026, 4, 20), date(2026, 1, 5))
    '12 Mar to 20 Apr'
    >>> span_in_words(date(2026, 12, 1), date(2027, 1, 9), date(2026, 11, 5))
    '1 Dec to 9 Jan 2027'
    >>> span_in_words(date(2026, 12, 1), date(2026, 12, 1), date(2026, 11, 5))
    '1 Dec'
    """
    last = f"{end.day} {end:%b}" if end.year == on.year else f"{end.day} {end:%b %Y}"
    if start == end:
        return last
    first = f"{start.day} {start:%b}" if start.year in (on.year, end.year) else f"{start.day} {start:%b %Y}"
    return f"{first} to {last}"


def forecast_of(ladders: Sequence[Ladder], at: datetime | None = None) -> dict[int, LadderForecast]:
    """By ladder: those that climb and are not at their target yet. Ladders come with rung and model__compound."""
    at = lab_time(at or now())
    open_ladders = [ladder for ladder in ladders if ladder.is_open]
    rungs = _rungs_from_here(open_ladders)
    climbing = [ladder for ladder in open_ladders if len(rungs[ladder.pk]) > 1]
    if not climbing:
        return {}
    paces = _paces({ladder.model.compound_id for ladder in climbing})
    supplies = supplies_of(list(arms_of(climbing).values()))
    return {ladder.pk: _forecast(ladder, rungs[ladder.pk], paces, supplies.get(ladder.pk), at) for ladder in climbing}


def _forecast(
    ladder: Ladder, rungs: list[Rung], paces: dict[int, "Pace"], supplies: Supplies | None, at: datetime
) -> LadderForecast:
    to_leave, target = rungs[:-1], rungs[-1]
    own = paces.get(ladder.pk) or Pace(ladder.model.compound_id, arrived=ladder.started_at)
    spent = min(max((at - own.arrived) / DAY, 0.0), float(MOST_DAYS))
    found = forecast(
        rungs_left=len(to_leave),
        own_days=own.completed,
        comparable_days=[
            days
            for pk, pace in paces.items()
            if pk != ladder.pk and pace.compound_id == own.compound_id
            for days in pace.completed
        ],
        planned_days=[rung.planned_days for rung in to_leave],
        days_at_current=spent,
    )
    assert found is not None  # a rung is left
    days = min(found.median_days, MOST_DAYS)
    doses, until = _shared_out(days, to_leave, spent), (at + timedelta(days=days)).date()
    return LadderForecast(target, found, at, supplies.until(until, doses, at.date()) if supplies else None)


def _shared_out(days: float, rungs: Sequence[Rung], spent: float) -> list[tuple[Decimal, float]]:
    """(dose, days) of each rung still to leave: the days to come, in proportion to what the plan leaves of each."""
    planned = [max(rungs[0].planned_days - spent, 1.0), *(float(rung.planned_days) for rung in rungs[1:])]
    return [(rung.dose_canonical, days * each / sum(planned)) for rung, each in zip(rungs, planned, strict=True)]


def _rungs_from_here(ladders: Sequence[Ladder]) -> dict[int, list[Rung]]:
    """By ladder: its rung and those above it in the same plan, the target last. One query."""
    of_plan: dict[int, list[Rung]] = {}
    for rung in Rung.objects.filter(plan__in={ladder.rung.plan_id for ladder in ladders}).order_by("number"):
        of_plan.setdefault(rung.plan_id, []).append(rung)
    return {
        ladder.pk: [rung for rung in of_plan[ladder.rung.plan_id] if rung.number >= ladder.rung.number]
        for ladder in ladders
    }


# --- the pace of ladders, by their decisions -------------------------------------------------------------------------


@dataclass
class Pace:
    """Of one ladder: the days of each rung it completed, oldest first, and since when it stands on its present one."""

    compound_id: int
    arrived: datetime
    completed: list[float] = field(default_factory=list)
    set_back: timedelta = timedelta()  # spent on stays that ended in a step back, since the last completed one

    def decided(self, kind: str, at: datetime, *, is_down: bool) -> None:
        stay = at - self.arrived
        if kind == KIND.ESCALATE:
            if stay >= LEAST_STAY and (days := (stay + self.set_back) / DAY) <= MOST_DAYS:
                self.completed.append(days)
            self.arrived, self.set_back = at, timedelta()
        elif is_down:
            self.arrived, self.set_back = at, self.set_back + stay


def _paces(compound_ids: Iterable[int]) -> dict[int, Pace]:
    """By ladder: how all ladders on these compounds went, ended ones too. One query."""
    paces: dict[int, Pace] = {}
    told = standing_decisions(ladder__model__compound__in=list(compound_ids)).values_list(  # type: ignore[attr-defined]  # a queryset, said as what is looped over
        "ladder", "model__compound", "kind", "at", "from_rung__dose_canonical", "to_rung__dose_canonical"
    )
    for ladder, compound, kind, at, before, after in told:
        if kind in BEGINS:
            paces[ladder] = Pace(compound, arrived=at)
        elif pace := paces.get(ladder):
            pace.decided(kind, at, is_down=_is_down(before, after))
    return paces


def _is_down(before: Decimal | None, after: Decimal) -> bool:
    return before is not None and after < before
