"""All that a ladder's chart shows, gathered in a fixed number of queries whatever the age of the ladder.

The treated arm is told by the line of ancestors of the flask that leads it (of an ended ladder, that led it last), the
control by its own. Day 0 is the ladder's start; a branch also shows what its cells went through before.

register_qc_marks(source)   source(culture ids) -> [QcMark]: the quality domain's marks on the time axis, in a fixed
                            number of queries
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from cultures.compounds.models import Lot
from cultures.dosing.evidence import Point, points_of
from cultures.dosing.exposure import stay_of
from cultures.dosing.following import media_of
from cultures.dosing.forecasting import LadderForecast
from cultures.dosing.members import Member, members_of
from cultures.dosing.models import Decision, Ladder, ReadinessRules
from cultures.dosing.planned import PlannedClimb, climbs_of
from cultures.dosing.readiness import rules_for
from cultures.dosing.standing import standing_decisions
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture
from cultures.passaging.selectors import growths_of
from cultures.science.exposure import NO_DRUG, Interval, Ledger, ledger
from cultures.science.readiness import Rules
from cultures.science.stays import Kind, Stay
from lims.clock import now

ARM, FATE = Culture.Arm, Culture.Fate
WITHOUT = {Kind.GAP: "gap", Kind.HOLIDAY: "drug holiday", Kind.WASHOUT: "washed out", Kind.FROZEN: "frozen"}
UNSEEN = Kind.BEFORE  # what lies before the first dose is no part of the story


@dataclass(frozen=True)
class Grown:
    """One harvested flask of an arm. doubling_time_h is None when nothing grew, or nobody counted."""

    at: datetime
    culture: Culture
    viability_pct: float | None
    pd: float | None
    doubling_time_h: float | None

    @property
    def is_net_loss(self) -> bool:
        return self.pd is not None and self.pd <= 0


@dataclass(frozen=True)
class Visit:
    """A stay at one dose, until another dose was given; gaps and holidays may lie in it."""

    dose: Decimal
    intervals: list[Interval]  # in the drug

    @property
    def days(self) -> float:
        return sum(interval.days for interval in self.intervals)

    @property
    def is_open(self) -> bool:
        return self.intervals[-1].is_open


@dataclass(frozen=True)
class QcMark:
    """A test of a culture of the ladder. verdict: clean, retest, fail or due."""

    at: datetime
    verdict: str
    words: str


@dataclass
class Trajectory:
    ladder: Ladder
    at: datetime  # today, or when the ladder ended
    ledger: Ledger
    rules: Rules
    forecast: LadderForecast | None
    climbs: list[PlannedClimb] = field(default_factory=list)  # one a version of the plan, the oldest first
    decisions: list[Decision] = field(default_factory=list)  # those that stand, the oldest first
    treated: list[Grown] = field(default_factory=list)
    control: list[Grown] = field(default_factory=list)
    frozen: list[Culture] = field(default_factory=list)
    lots: list[tuple[datetime, str]] = field(default_factory=list)  # each change of stock
    stock: Lot | None = None  # the last one
    qc: list[QcMark] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    @property
    def start(self) -> datetime:
        return self.ladder.started_at

    @property
    def unit(self) -> str:
        return self.ladder.model.compound.unit

    @property
    def target(self) -> Decimal:
        """The last dose of the newest plan."""
        return self.climbs[-1].steps[-1].dose if self.climbs else self.ladder.rung.dose_canonical

    @property
    def is_pulsed(self) -> bool:
        return bool(self.ladder.rung.on_days)

    @cached_property
    def seen(self) -> list[Interval]:
        return [interval for interval in self.ledger.intervals if interval.kind is not UNSEEN]

    @cached_property
    def visits(self) -> list[Visit]:
        on = [interval for interval in self.ledger.intervals if interval.kind is Kind.ON]
        return [Visit(dose, list(intervals)) for dose, intervals in groupby(on, key=lambda interval: interval.dose)]

    def why_without(self, kind: Kind) -> str:
        """In a word; empty in the drug."""
        return "pause" if kind is Kind.HOLIDAY and self.is_pulsed else WITHOUT.get(kind, "")

    def dose_before(self, interval: Interval) -> Decimal:
        """The last one given before a gap or a holiday; 0 before the first."""
        before = (visit.dose for visit in reversed(self.visits) if visit.intervals[0].end <= interval.start)
        return next(before, NO_DRUG)

    def dose_at(self, at: datetime) -> Decimal:
        """In which the cells stood at a moment, of two media the one that was taken off; 0 without drug."""
        stood = (one.dose for one in self.ledger.intervals if one.start < at <= one.end)
        return next(stood, NO_DRUG)

    def day(self, at: datetime) -> float:
        """Elapsed days since the ladder's start: no summer time and no zone bends it."""
        return round((at - self.start).total_seconds() / 86_400, 2)


QcSource = Callable[[Sequence[int]], Sequence[QcMark]]
QC_MARKS: list[QcSource] = []


def register_qc_marks(source: QcSource) -> None:
    QC_MARKS.append(source)


def trajectory_of(ladder: Ladder, at: datetime | None = None, *, forecast: LadderForecast | None = None) -> Trajectory:
    """The ladder comes with rung and model__compound; `forecast` is what forecasting.forecast_of found for it."""
    at = at or now()
    at = min(at, ladder.ended_at or at)
    members = members_of({ladder.pk, *filter(None, [ladder.branched_from_id])})
    own = [member for member in members if member.ladder_id == ladder.pk]
    lines = [_line(_lead(own, ARM.TREATED)), _line(_lead(own, ARM.VEHICLE) or _lead(members, ARM.VEHICLE))]
    cultures = Culture.objects.in_bulk({pk for line in lines for pk in line})
    stays = _stays(lines[0], cultures, ladder.model.compound_id)
    decisions = [decision for decision in standing_decisions(ladder=ladder) if decision.at <= at]
    found = Trajectory(
        ladder=ladder,
        at=at,
        ledger=ledger(stays, redose_every=ladder.model.compound.redose_interval, now=at),
        rules=rules_for(ladder.rung, ReadinessRules.current()),
        forecast=forecast,
        climbs=climbs_of(ladder, decisions),
        decisions=decisions,
        frozen=[one.culture for one in reversed(own) if one.culture.fate == FATE.FROZEN and _ended_by(one.culture, at)],
        lots=_changes_of_stock(stays, at),
    )
    since = min([ladder.started_at, *(interval.start for interval in found.seen[:1])])
    found.treated, found.control = _grown(lines, cultures, since, at)
    found.stock = _stock(ladder, found.lots)
    ids = {member.culture.pk for member in own}
    found.qc = sorted((mark for source in QC_MARKS for mark in source(sorted(ids))), key=lambda mark: mark.at)
    points = points_of([ladder.model])[ladder.model.pk]
    found.points = [point for point in points if point.culture_id in ids and point.at <= at and not point.is_reversion]
    return found


def _lead(members: Sequence[Member], arm: str) -> Culture | None:
    """Of the living flasks of an arm the youngest, as in members.arms_of; of none, the one that lived last."""
    of_arm = [member.culture for member in members if member.culture.arm == arm]
    living = [culture for culture in of_arm if culture.is_growing]
    return next(iter(living or sorted(of_arm, key=lambda one: (one.ended_at, one.pk), reverse=True)), None)


def _ended_by(culture: Culture, at: datetime) -> bool:
    return culture.ended_at is not None and culture.ended_at <= at


def _line(culture: Culture | None) -> list[int]:
    return main_line(culture.pk) if culture else []


def _stays(line: Sequence[int], cultures: dict[int, Culture], compound_id: int) -> list[Stay]:
    media = media_of(line, {compound_id})
    return [stay_of(cultures[pk], media.get((pk, compound_id), [])) for pk in reversed(line)]


def _changes_of_stock(stays: Sequence[Stay], at: datetime) -> list[tuple[datetime, str]]:
    used = [(medium.at, medium.stock) for stay in stays for medium in stay.media if medium.stock and medium.at <= at]
    return [next(given) for _, given in groupby(used, key=lambda one: one[1])]


def _stock(ladder: Ladder, changes: Sequence[tuple[datetime, str]]) -> Lot | None:
    number = changes[-1][1] if changes else ""
    stocks = Lot.objects.filter(kind=Lot.Kind.DRUG_STOCK, compound=ladder.model.compound, number=number)
    return stocks.order_by("-pk").first()


def _grown(
    lines: Sequence[Sequence[int]], cultures: dict[int, Culture], since: datetime, until: datetime
) -> tuple[list[Grown], list[Grown]]:
    """The harvests of both arms, oldest first."""
    grown = growths_of(sorted(cultures))
    treated, control = (
        [
            Grown(growth.harvest.at, cultures[pk], growth.viability_pct, growth.pd, growth.doubling_time_h)
            for pk in reversed(line)
            if (growth := grown.get(pk)) and cultures[pk].arm == arm and since <= growth.harvest.at <= until
        ]
        for line, arm in zip(lines, (ARM.TREATED, ARM.VEHICLE), strict=True)
    )
    return treated, control
