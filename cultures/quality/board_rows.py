"""The rows of the board, with all that is said in them: a fixed number of queries for any number of rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet
from django.utils.timezone import localtime

from cultures.quality.board import SOON
from cultures.quality.families import families, title_in
from cultures.quality.methods.base import Method
from cultures.quality.models import PlannedTest, QCDue, QCTest, QuarantineMember
from cultures.quality.standing import held
from lims.clock import days_overdue
from lims.reminders.sweep import end_of_today

WHY = {
    "never": "never tested",
    "received": "after arrival",
    "thawed": "after the thaw",
    "retest": "retest: the last one was inconclusive",
    "failed": "retest: the last one failed",
    "growing": "",
    "planned": "asked for",
}


@dataclass(frozen=True)
class DueRow:
    """A test that a growing culture is due for, with what speaks for the culture until then."""

    due: QCDue
    title: str
    plan: PlannedTest | None
    held: Sequence[QuarantineMember]
    now: datetime

    @property
    def at(self) -> datetime:
        assert self.due.due_at
        return self.due.due_at

    @property
    def overdue_days(self) -> int:
        return days_overdue(self.at, self.now)

    @property
    def is_today(self) -> bool:
        return not self.overdue_days and localtime(self.at).date() == localtime(self.now).date()

    @property
    def group(self) -> str:
        if self.overdue_days:
            return "Overdue"
        if self.is_today:
            return "Today"
        return "Within a week" if self.at < end_of_today(self.now) + SOON else "Later"

    @property
    def why(self) -> str:
        """Why it is due, where that is not the usual interval."""
        return self.plan.why if self.plan and self.due.why == "planned" else WHY.get(self.due.why, self.due.why)


def due_rows(found: Iterable[QCDue], now: datetime) -> list[DueRow]:
    """Three queries for any number."""
    found = list(found)
    ids = [one.culture_id for one in found]
    titles, kept = families(), held(ids)
    plans = PlannedTest.objects.filter(culture__in=ids, settled_at=None).select_related("by")
    asked = {(plan.culture_id, plan.method): plan for plan in plans}
    return [
        DueRow(
            one,
            title_in(titles, one.method),
            asked.get((one.culture_id, one.method)),
            kept.get(one.culture_id, []),
            now,
        )
        for one in found
    ]


def by_day(rows: Iterable[DueRow]) -> Iterator[tuple[str, list[DueRow]]]:
    for group, of_group in groupby(rows, key=lambda row: row.group):
        yield group, list(of_group)


@dataclass(frozen=True)
class TestRow:
    """A sample that waits, or a result that asks for something."""

    test: QCTest
    method: Method
    now: datetime

    @property
    def is_late(self) -> bool:
        """Past the time such a result may take."""
        return bool(self.expected_by and self.expected_by < self.now)

    @property
    def expected_by(self) -> datetime | None:
        return self.test.at + self.method.pending_up_to if self.method.pending_up_to else None


def test_rows(tests: Iterable[QCTest], methods: Mapping[str, Method], now: datetime) -> list[TestRow]:
    return [TestRow(test, methods[test.method], now) for test in tests]


def with_culture(rows: QuerySet) -> QuerySet:
    named = rows.select_related("culture__line", "culture__vessel", "culture__place", "culture__keeper")
    return named.select_related("clean__culture") if rows.model is QCDue else named.select_related("run", "taken_by")
