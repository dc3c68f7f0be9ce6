"""How long cells have stood in a drug, and at which dose: one compound along one line of ancestors.

Doses are canonical (nM, or µg/mL) and 0 means without drug. Times are aware and held in UTC, so that days are elapsed
time and a change of the clocks changes nothing. Rules: an interval without fresh drug beyond the compound's redosing
interval is a gap and no exposure; a holiday is meant, a gap is not; frozen cells are neither exposed nor in a gap.

There are two ways to the same numbers. `ledger` lays out every interval from the events. `State` is carried on event
by event and can be stored; `until` closes its open part by the clock. The tests hold the two equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise, takewhile

from cultures.science.stays import MEANT, Kind, Medium, Stay, in_order, in_utc

DAY = timedelta(days=1)
NO_TIME = timedelta(0)
NO_DRUG = Decimal(0)


@dataclass(frozen=True)
class Interval:
    start: datetime
    end: datetime
    kind: Kind
    dose: Decimal = NO_DRUG  # 0 unless the kind is ON
    is_open: bool = False  # still running now

    @property
    def days(self) -> float:
        return (self.end - self.start) / DAY


@dataclass(frozen=True)
class _Turn:
    """One stay and what it was to the cells, each medium by itself; what lasted no time is in it."""

    stay: Stay
    spells: list[Interval]
    is_over: bool


def _spells(medium: Medium, lapses_at: datetime | None, start: datetime, end: datetime) -> list[Interval]:
    """What one medium was: its dose until that lapsed, a gap from then on."""
    if not medium.dose or lapses_at is None or end <= lapses_at:
        return [Interval(start, end, medium.kind, medium.dose)]
    gap = Interval(max(start, lapses_at), end, Kind.GAP)
    return [gap] if lapses_at < start else [Interval(start, lapses_at, Kind.ON, medium.dose), gap]


def _turns(stays: Sequence[Stay], redose_every: timedelta | None, now: datetime) -> list[_Turn]:
    """The stays begun by now. One that begins without a medium of its own goes on in the medium before it."""
    turns: list[_Turn] = []
    medium, lapses_at, left_at, is_dosed = Medium(now, NO_DRUG), None, None, False
    for stay in in_order([stay for stay in stays if stay.began <= now]):
        spells = []
        if left_at:
            spells.append(Interval(left_at, stay.began, Kind.FROZEN))
            lapses_at = lapses_at and lapses_at + (stay.began - left_at)  # nothing decays in a vial
        left_at = min(stay.ended or now, now)
        own = [given for given in stay.media if given.at <= left_at]
        changes = pairwise([stay.began, *(given.at for given in own), left_at])
        for given, (start, end) in zip([None, *own], changes, strict=True):
            if given:
                medium, is_dosed = given, is_dosed or given.dose > 0
                lapses_at = None if redose_every is None else given.at + redose_every
            spells += _spells(medium, lapses_at, start, end) if is_dosed else [Interval(start, end, Kind.BEFORE)]
        is_over = stay.ended is not None and stay.ended <= now
        turns.append(_Turn(stay, spells, is_over))
    if turns and not turns[-1].is_over:
        turns[-1].spells[-1] = replace(turns[-1].spells[-1], is_open=True)
    return turns


def _merged(turns: Sequence[_Turn]) -> list[Interval]:
    merged: list[Interval] = []
    for spell in (spell for turn in turns for spell in turn.spells if spell.start < spell.end):
        if merged and (merged[-1].kind, merged[-1].dose) == (spell.kind, spell.dose):
            merged[-1] = replace(merged[-1], end=spell.end, is_open=spell.is_open)
        else:
            merged.append(spell)
    return merged


def intervals(stays: Sequence[Stay], *, redose_every: timedelta | None, now: datetime) -> list[Interval]:
    """What the cells stood in, without overlap from the first stay's beginning to now, or to the last one's end.

    A dose counts from its medium to the next one, for `redose_every` at most (None: no limit); what follows is a gap.
    Between two stays the cells are frozen. Neighbours of one kind and dose are one interval.
    """
    return _merged(_turns(stays, redose_every, in_utc(now)))


@dataclass(frozen=True)
class Ledger:
    """What `ledger` found. Without a drug in the medium, "at dose" speaks of the last dose above 0."""

    intervals: list[Interval] = field(default_factory=list)
    kind: Kind = Kind.BEFORE  # now, or when the last stay ended
    dose: Decimal = NO_DRUG  # of the medium on the cells, lapsed or not: `kind` tells
    last_dose: Decimal = NO_DRUG
    dosed_at: datetime | None = None  # the last medium with drug
    at_dose_since: datetime | None = None  # first given after any other dose; holidays and gaps between do not count
    passages_at_dose: int = 0  # passages of cells that stood in this dose when they were harvested
    stocks: list[str] = field(default_factory=list)  # in order of first use

    def _of(self, kind: Kind) -> list[Interval]:
        return [interval for interval in self.intervals if interval.kind is kind]

    @property
    def holidays(self) -> list[Interval]:
        return self._of(Kind.HOLIDAY)

    @property
    def gaps(self) -> list[Interval]:
        return self._of(Kind.GAP)

    @property
    def longest_gap(self) -> timedelta:
        return max((gap.end - gap.start for gap in self.gaps), default=NO_TIME)

    @property
    def days_on(self) -> float:
        return sum(interval.days for interval in self._of(Kind.ON))

    @property
    def days_at_dose(self) -> float:
        """Days in drug since the present dose was reached, without holidays and gaps."""
        since = self.at_dose_since
        return sum((i.end - max(i.start, since)) / DAY for i in self._of(Kind.ON) if since and i.end > since)

    @property
    def cumulative(self) -> float:
        """The sum of dose × days in it, in unit·d."""
        return sum(float(interval.dose) * interval.days for interval in self._of(Kind.ON))

    def by_dose(self) -> dict[Decimal, list[Interval]]:
        """The intervals in drug, of each dose in the order they were first reached."""
        found: dict[Decimal, list[Interval]] = {}
        for interval in self._of(Kind.ON):
            found.setdefault(interval.dose, []).append(interval)
        return found


def ledger(stays: Sequence[Stay], *, redose_every: timedelta | None, now: datetime) -> Ledger:
    """The exposure ledger as it stands now; what came later than now is not yet so.

    >>> start = datetime.fromisoformat("2026-03-02T09:00Z")
    >>> flask = Stay(start, None, [Medium(start, Decimal(10)), Medium(start + 5 * DAY, Decimal(20))])
    >>> found = ledger([flask], redose_every=3 * DAY, now=start + 7 * DAY)
    >>> [(interval.kind.value, str(interval.dose), interval.days) for interval in found.intervals]
    [('on', '10', 3.0), ('gap', '0', 2.0), ('on', '20', 2.0)]
    >>> found.days_at_dose, found.cumulative, found.longest_gap.days
    (2.0, 70.0, 2)
    """
    now = in_utc(now)
    turns = _turns(stays, redose_every, now)
    if not turns:
        return Ledger()
    given = [(nth, medium) for nth, turn in enumerate(turns) for medium in turn.stay.media if medium.at <= now]
    dosed = [(nth, medium) for nth, medium in given if medium.dose]
    last_dose = dosed[-1][1].dose if dosed else NO_DRUG
    at_dose = list(takewhile(lambda one: one[1].dose == last_dose, reversed(dosed)))
    first_turn, first = at_dose[-1] if at_dose else (len(turns), None)
    return Ledger(
        intervals=_merged(turns),
        kind=turns[-1].spells[-1].kind,
        dose=given[-1][1].dose if given else NO_DRUG,
        last_dose=last_dose,
        dosed_at=dosed[-1][1].at if dosed else None,
        at_dose_since=first.at if first else None,
        passages_at_dose=sum(
            turn.is_over and turn.stay.passaged and turn.spells[-1].kind is Kind.ON for turn in turns[first_turn:]
        ),
        stocks=list(dict.fromkeys(medium.stock for _, medium in given if medium.stock)),
    )


@dataclass(frozen=True)
class State:
    """The same numbers carried on event by event, as they stand at `at`. Events come in the order of their times."""

    at: datetime | None = None
    began: datetime | None = None
    medium_at: datetime | None = None
    rested_s: float = 0.0  # frozen since that medium, while it did not decay
    dose: Decimal = NO_DRUG  # of the medium on the cells, lapsed or not
    without: str = ""
    last_dose: Decimal = NO_DRUG
    dosed_at: datetime | None = None
    at_dose_since: datetime | None = None
    seconds_on: float = 0.0
    seconds_at_dose: float = 0.0
    dose_days: float = 0.0  # unit·d
    longest_gap_s: float = 0.0
    current_gap_s: float = 0.0
    passages_at_dose: int = 0
    is_frozen: bool = False  # in no vessel since the last one ended

    @property
    def days_on(self) -> float:
        return timedelta(seconds=self.seconds_on) / DAY

    @property
    def days_at_dose(self) -> float:
        return timedelta(seconds=self.seconds_at_dose) / DAY

    def lapses_at(self, redose_every: timedelta | None) -> datetime | None:
        """When the dose on the cells is used up; None without a dose or a limit."""
        if not self.dose or redose_every is None or self.medium_at is None:
            return None
        return self.medium_at + redose_every + timedelta(seconds=self.rested_s)

    def kind(self, redose_every: timedelta | None) -> Kind:
        if self.dosed_at is None or self.at is None:
            return Kind.BEFORE
        if not self.dose:
            return MEANT.get(self.without, Kind.GAP)
        lapses_at = self.lapses_at(redose_every)
        return Kind.GAP if lapses_at and self.at > lapses_at else Kind.ON

    def until(self, now: datetime, redose_every: timedelta | None) -> "State":
        """The clock has moved on to now, and nothing else has happened."""
        now = in_utc(now)
        if self.at is None or self.is_frozen or now <= self.at:
            return self
        lapses_at = self.lapses_at(redose_every) or now
        on = max(min(now, lapses_at) - self.at, NO_TIME) if self.dose else NO_TIME
        rest = replace(self, at=now).kind(redose_every)
        gap = now - self.at - on if rest is Kind.GAP else NO_TIME
        current_gap_s = gap.total_seconds() + (0.0 if on else self.current_gap_s) if gap else 0.0
        return replace(
            self,
            at=now,
            seconds_on=self.seconds_on + on.total_seconds(),
            seconds_at_dose=self.seconds_at_dose + on.total_seconds(),
            dose_days=self.dose_days + float(self.dose) * (on / DAY),
            current_gap_s=current_gap_s,
            longest_gap_s=max(self.longest_gap_s, current_gap_s),
        )

    def begun(self, at: datetime, redose_every: timedelta | None) -> "State":
        """The cells are in a vessel: seeded, or thawed."""
        at = in_utc(at)
        if self.at is None:
            return replace(self, at=at, began=at)
        if not self.is_frozen:
            return self.until(at, redose_every)
        rested_s = max((at - self.at).total_seconds(), 0.0)
        return replace(
            self,
            at=max(at, self.at),
            is_frozen=False,
            rested_s=self.rested_s + rested_s,
            current_gap_s=0.0 if rested_s else self.current_gap_s,
        )

    def after(self, medium: Medium, redose_every: timedelta | None) -> "State":
        """Fresh medium is on the cells, which are in a vessel then."""
        state = self.begun(medium.at, redose_every)
        state = replace(state, medium_at=medium.at, rested_s=0.0, dose=medium.dose, without=medium.without)
        if not medium.dose:
            return state
        if medium.dose != state.last_dose:
            state = replace(state, at_dose_since=medium.at, seconds_at_dose=0.0, passages_at_dose=0)
        return replace(state, last_dose=medium.dose, dosed_at=medium.at)

    def ended(self, at: datetime, redose_every: timedelta | None, passaged: bool) -> "State":
        """The cells left their vessel, into the next one or into a vial."""
        state = self.until(at, redose_every)
        counts = passaged and state.kind(redose_every) is Kind.ON
        return replace(state, is_frozen=True, passages_at_dose=state.passages_at_dose + counts)


NOTHING = State()


def fold(stays: Sequence[Stay], redose_every: timedelta | None, start: State = NOTHING) -> State:
    """The state after the last event of the stays; `start` is what the stays before them left."""
    state = start
    for stay in in_order(stays):
        state = state.begun(stay.began, redose_every)
        for medium in stay.media:
            state = state.after(medium, redose_every)
        if stay.ended:
            state = state.ended(stay.ended, redose_every, stay.passaged)
    return state
