"""The calendar: what falls due on each day, for the lab or for one model, and what is expected after it.

Due is what the sources say (lims.reminders), moved or not. Expected is a projection from the intervals of each line.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from cultures.dosing.models import ResistanceModel
from cultures.passaging.models import Culture
from lims.clock import days_overdue, lab_zone, today
from lims.lab.models import LabSettings
from lims.reminders.due import DueRow, due_rows
from lims.reminders.registry import SOURCES
from lims.reminders.sweep import end_of_today

MOST_REPEATS = 6  # further ahead nobody keeps to an interval
MOST_IN_A_CELL, MOST_IN_A_DAY, MOST_OVERDUE = 5, 100, 20  # shown at once: in a month, in a week, on top
PASSAGE, FEED = "passage_due", "feed_due"
CODE = re.compile(r"[A-Z]-[0-9A-Z]+")
WEEK, DAY = timedelta(days=7), timedelta(days=1)


# --- the days looked at -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A week from its Monday, or a month in whole weeks."""

    on: date
    is_week: bool

    @property
    def month(self) -> date:
        return self.on.replace(day=1)

    @property
    def first(self) -> date:
        start = self.on if self.is_week else self.month
        return start - timedelta(days=start.weekday())

    @property
    def last(self) -> date:
        if self.is_week:
            return self.first + WEEK - DAY
        end = self.after - DAY
        return end + timedelta(days=6 - end.weekday())

    @property
    def before(self) -> date:
        """A day of the week or month before."""
        return self.first - WEEK if self.is_week else (self.month - DAY).replace(day=1)

    @property
    def after(self) -> date:
        """A day of the week or month after; of a month its first."""
        return self.first + WEEK if self.is_week else (self.month + timedelta(days=31)).replace(day=1)

    @property
    def ends_at(self) -> datetime:
        """The midnight after its last day, in the lab's zone."""
        return datetime.combine(self.last + DAY, time.min, lab_zone())

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


# --- what stands on them ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One thing that is due. What is overdue stands on today: that is when it will be done."""

    row: DueRow
    now: datetime

    @property
    def words(self) -> str:
        return SOURCES[self.row.kind].words

    @property
    def code(self) -> str:
        """The code its subject begins with: of a culture, a lot, or the model of a ladder."""
        return code_of(self.row.subject)

    @cached_property
    def overdue_days(self) -> int:
        return days_overdue(self.row.due_at, self.now)

    @cached_property
    def day(self) -> date:
        return max(today(self.row.due_at), today(self.now))

    @property
    def is_today(self) -> bool:
        return self.day == today(self.now)

    @property
    def slot_query(self) -> str:
        """For the address of the page that moves it."""
        slot = self.row.slot.isoformat().replace("+00:00", "Z")
        return urlencode({"kind": self.row.kind, "subject": self.row.subject, "due": slot})


@dataclass(frozen=True)
class Expected:
    """A repeat that will fall due if all goes by the intervals. Nobody can move it: it is not due yet."""

    kind: str
    code: str
    at: datetime

    @property
    def words(self) -> str:
        return SOURCES[self.kind].words


@dataclass
class Day:
    """One day of the lab's calendar."""

    on: date
    is_today: bool
    is_beside: bool  # of the month before or after
    most: int
    items: list[Item] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return not self.items and not self.expected

    @property
    def shown(self) -> list[Item]:
        return self.items[: self.most]

    @property
    def left_off(self) -> int:
        return len(self.items) - len(self.shown)

    @property
    def expected_codes(self) -> list[tuple[str, list[str]]]:
        """What is expected, with the codes of each kind of work."""
        found: dict[str, list[str]] = {}
        for one in self.expected:
            found.setdefault(one.words, []).append(one.code)
        return list(found.items())


@dataclass
class Calendar:
    """The days of a span, and what is overdue now, whichever days are looked at."""

    span: Span
    days: list[Day]
    overdue: list[Item]
    holds_today: bool

    @property
    def is_empty(self) -> bool:
        return not self.overdue and all(day.is_free for day in self.days)

    @property
    def overdue_shown(self) -> list[Item]:
        return self.overdue[:MOST_OVERDUE]

    @property
    def overdue_left_off(self) -> int:
        return len(self.overdue) - len(self.overdue_shown)


def calendar_of(
    span: Span, now: datetime, *, person_id: int | None = None, model: ResistanceModel | None = None
) -> Calendar:
    """What is due and expected in a span: one query a source, and two for what is expected and for the model."""
    by = max(span.ends_at, end_of_today(now))
    rows = [row for source in SOURCES.values() for row in due_rows(source, by, person_id=person_id)]
    once = {(row.kind, row.subject, row.slot): row for row in rows}  # a thing may be due for several people
    if model:
        codes = codes_of(model)
        once = {slot: row for slot, row in once.items() if code_of(row.subject) in codes}
    items = sorted((Item(row, now) for row in once.values()), key=lambda item: (item.row.due_at, item.row.subject))
    days = empty_days(span, today(now))
    for item in items:
        if item.day in days and not (span.is_week and item.overdue_days):  # a week has them on top as full rows
            days[item.day].items.append(item)
    for one in expected(items, span.ends_at, now):
        if (on := today(one.at)) in days:
            days[on].expected.append(one)
    overdue = [item for item in items if item.overdue_days]
    return Calendar(span, list(days.values()), overdue, today(now) in days)


def empty_days(span: Span, this_day: date) -> dict[date, Day]:
    most = MOST_IN_A_DAY if span.is_week else MOST_IN_A_CELL
    return {
        on: Day(on, is_today=on == this_day, is_beside=not span.is_week and on.month != span.on.month, most=most)
        for on in span.days
    }


def code_of(subject: str) -> str:
    found = CODE.match(subject)
    return found[0] if found else subject


def codes_of(model: ResistanceModel) -> set[str]:
    """Of its growing flasks, and its own, with which the subjects of its ladders begin."""
    growing = Culture.objects.growing().filter(dosing__ladder__model=model)
    return {model.code, *growing.values_list("code", flat=True)}


# --- what is expected -------------------------------------------------------------------------------------------------


def expected(items: Iterable[Item], until: datetime, now: datetime) -> list[Expected]:
    """The repeats of passages and feeds after those that are due, before `until`, in order of time. One query.

    What is overdue is taken to be done now.
    """
    dues = {(item.row.kind, item.code): max(item.row.due_at, now) for item in items if item.row.kind in (PASSAGE, FEED)}
    found = []
    for code, passage_every, feed_every in intervals({code for _, code in dues}):
        passage, feed = dues.get((PASSAGE, code)), dues.get((FEED, code))
        passages, known_until = [], until
        if passage and passage_every:
            passages = [passage, *projected(passage, passage_every, until)]
            known_until = min(until, passages[-1] + passage_every)  # beyond it nobody knows when fresh medium comes
        found += [Expected(PASSAGE, code, at) for at in passages[1:]]
        if feed:
            found += [Expected(FEED, code, at) for at in projected(feed, feed_every, known_until, passages)]
    return sorted(found, key=lambda one: (one.at, one.code))


def intervals(codes: set[str]) -> Iterable[tuple[str, timedelta | None, timedelta]]:
    """Code, passage interval and feed interval of cultures, by their line or else by the lab."""
    usual = LabSettings.current().feed_interval
    known = Culture.objects.filter(code__in=codes).order_by("pk")
    for code, passage, feed in known.values_list("code", "line__passage_interval", "line__feed_interval"):
        yield code, passage, feed or usual


def projected(due_at: datetime, every: timedelta, until: datetime, passages: Sequence[datetime] = ()) -> list[datetime]:
    """When it is expected again after `due_at`: at most six times, before `until`.

    passages   in order of time: each brings fresh medium, so that feeds are counted anew from it
    """
    found: list[datetime] = []
    fresh = min([due_at, *passages[:1]])
    while len(found) < MOST_REPEATS and (following := fresh + every) < until:
        if passed := [at for at in passages if fresh < at <= following]:
            fresh = passed[-1]
        else:
            found.append(following)
            fresh = following
    return found
