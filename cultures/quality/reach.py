"""How far a contamination reached, as a page shows it and a trace keeps it: who, how near, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, cast

from cultures.passaging.errors import day
from cultures.passaging.models import Culture
from cultures.quality.models import QCTest, TraceMember

Tier = TraceMember.Tier
MOST_REASONS = 5  # said of a culture; the others are counted


@dataclass(frozen=True, slots=True)
class CleanSample:
    code: str
    at: datetime

    def __str__(self) -> str:
        """3 Feb 2026 (Q-7K4QX)"""
        return f"{day(self.at)} ({self.code})"


class Why(StrEnum):
    TESTED = "tested"
    DESCENDS = "descends"
    ANCESTOR = "ancestor"
    COUSIN = "cousin"
    ROUND = "round"
    BOTTLE = "bottle"
    SHELF = "shelf"
    DAY = "day"
    SEEDED = "seeded"


class Reason(NamedTuple):
    """Why a culture is among them.

    via      the code of the culture it has to do with
    what     the hood, bottle, shelf or person they shared; of the culture itself its sample
    first, last   of this culture: when it was in that round, fed from that bottle, stood on that shelf
    via_at   when the other one was in the round, or was fed from the bottle
    clean    the last clean sample of the ancestor
    because  of cells seeded from such a culture: why that one is among them
    """

    why: Why
    tier: int
    via: str
    what: str = ""
    first: datetime | None = None
    last: datetime | None = None
    via_at: datetime | None = None
    clean: CleanSample | None = None
    because: "Reason | None" = None

    def __str__(self) -> str:
        return SENTENCES[self.why](self)


def _since_clean(reason: Reason) -> str:
    return f"last clean on {reason.clean}" if reason.clean else "never tested clean"


def _day(at: datetime | None) -> str:
    """A reason that speaks of a day has it."""
    return day(cast(datetime, at))


def _dates(reason: Reason) -> str:
    first, last = _day(reason.first or reason.last), _day(reason.last)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _bottle(reason: Reason) -> str:
    days = (cast(datetime, reason.first) - cast(datetime, reason.via_at)).days
    later = "the same day" if not days else f"{days} day{'s' if days > 1 else ''} after"
    glue = "as" if not days else "it was on"
    again = "" if reason.first == reason.last else f", last on {_day(reason.last)}"
    return f"got {reason.what} on {_day(reason.first)}, {later} {glue} {reason.via}{again}"


SENTENCES: dict[Why, Callable[[Reason], str]] = {
    Why.TESTED: lambda r: f"{r.what} in the sample of {_day(r.first)}",
    Why.DESCENDS: lambda r: f"descends from {r.via}, the tested culture",
    Why.ANCESTOR: lambda r: f"{r.via} descends from it; {_since_clean(r)}",
    Why.COUSIN: lambda r: f"descends from {r.via}, an ancestor of the tested culture; {r.via} was {_since_clean(r)}",
    Why.ROUND: lambda r: f"in one hood round with {r.via} on {_day(r.first)}: {r.what}",
    Why.BOTTLE: _bottle,
    Why.SHELF: lambda r: f"stood on {r.what} with {r.via} {_dates(r)}",
    Why.DAY: lambda r: f"handled by {r.what} on {_day(r.first)}, as {r.via} was",
    Why.SEEDED: lambda r: f"descends from {r.via}: {r.because}",
}


class Member(NamedTuple):
    """A culture the contamination may have reached.

    since         suspect from then on; of tiers 4 and 5 the first contact
    reason_count  of which `tell` tells the strongest of them
    last_contact  of tiers 4 and 5
    clean         of tiers 4 and 5: a clean sample that speaks for it, taken after the last contact. It stays listed
    """

    id: int
    code: str
    line: str
    passage_number: int
    seeded_at: datetime
    ended_at: datetime | None
    fate: str
    tier: Tier
    since: datetime
    reason_count: int
    tell: Callable[["Member"], Sequence[Reason]]
    last_contact: datetime | None = None
    clean: CleanSample | None = None

    @property
    def is_growing(self) -> bool:
        return self.ended_at is None

    @property
    def is_cleared(self) -> bool:
        return self.clean is not None

    @property
    def url(self) -> str:
        return Culture(code=self.code).get_absolute_url()

    @property
    def reasons(self) -> Sequence[Reason]:
        """The strongest of them. Read members first, or the first one asked reads for all."""
        return self.tell(self)

    @property
    def sentences(self) -> list[str]:
        said = [str(reason) for reason in self.reasons]
        if more := self.reason_count - len(said):
            said.append(f"and {more} more of this kind")
        if self.clean:
            said.append(f"clean since: {self.clean}, after the last contact")
        return said


@dataclass(frozen=True, slots=True)
class PathEnd:
    """Where a way back ended: at an ancestor's clean sample, or where the cells came in and nobody had tested them."""

    culture: str
    clean: CleanSample | None
    came_in_at: datetime

    def __str__(self) -> str:
        if self.clean:
            return f"{self.culture} was clean on {self.clean}"
        return f"{self.culture} came in on {day(self.came_in_at)} and was never tested clean"


@dataclass(frozen=True)
class Window:
    """From the last clean sample (None: on some way back there never was one) until now."""

    start: datetime | None
    end: datetime


@dataclass(frozen=True)
class Other:
    """A vial or an assay that was made of suspect cells; `was` is its status at that time."""

    kind: str
    code: str
    label: str
    url: str
    tier: int
    reason: str
    was: str = ""


# By tier: the suspect cultures, each with the moment it is suspect from. What was made of it before that is not.
Suspected = Mapping[int, Mapping[int, datetime]]


@dataclass(frozen=True)
class Source:
    """What an upper domain makes of cells and finds again from their cultures: vials, assays. Set-based, no loops."""

    kind: str
    label: str
    found: Callable[[Suspected, Window], Sequence[Other]]


TRACE_SOURCES: dict[str, Source] = {}  # upper domains register theirs in their app's ready()


def register_source(source: Source) -> None:
    TRACE_SOURCES[source.kind] = source


@dataclass(frozen=True)
class Reach:
    """From one positive test: back, forward and sideways. Nothing is written by looking at it.

    read   fetches the reasons of some of the members, by id, before they are shown
    """

    test: QCTest
    family: str
    window: Window
    ends: list[PathEnd]
    members: list[Member]
    read: Callable[[Iterable[int]], None] = field(repr=False, compare=False)
    others: list[Other] = field(default_factory=list)

    @cached_property
    def by_tier(self) -> dict[Tier, list[Member]]:
        return {tier: [one for one in self.members if one.tier == tier] for tier in Tier}

    @property
    def suspected(self) -> dict[int, dict[int, datetime]]:
        return {tier.value: {one.id: one.since for one in found} for tier, found in self.by_tier.items()}
