"""What the tests say of one culture, gathered once for its page: how it stands, what holds it, its last samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from cultures.passaging.models import Culture
from cultures.quality.board import known_methods
from cultures.quality.board_rows import WHY
from cultures.quality.families import families, title_in
from cultures.quality.methods.base import Method
from cultures.quality.models import CureMark, PlannedTest, QCStanding, QCTest, QuarantineMember
from cultures.quality.phases import Phase, lacking
from cultures.quality.standing import Standing, held, standings_of
from lims.clock import days_overdue, now

V = QCTest.Verdict
MOST_TESTS = 5


@dataclass(frozen=True)
class FamilyRow:
    """How a culture stands in one family of methods."""

    family: str
    title: str
    standing: Standing
    plan: PlannedTest | None
    now: datetime

    @property
    def overdue_days(self) -> int:
        return days_overdue(self.standing.due_at, self.now) if self.standing.due_at else 0

    @property
    def is_due(self) -> bool:
        return self.standing.is_overdue(self.now)

    @property
    def why(self) -> str:
        return self.plan.why if self.plan and self.standing.why == "planned" else WHY.get(self.standing.why, "")

    @property
    def is_open(self) -> bool:
        """The newest sample failed, or has to be repeated."""
        return self.standing.last is not None and self.standing.last.verdict in (V.FAIL, V.INCONCLUSIVE)


@dataclass(frozen=True)
class Sheet:
    culture: Culture
    rows: list[FamilyRow]
    held: Sequence[QuarantineMember]
    cure: CureMark | None
    tests: list[tuple[QCTest, Method]]
    has_more: bool
    not_to_bank: list[str]  # what a growing culture lacks before it is banked
    now: datetime

    @property
    def first(self) -> FamilyRow | None:
        """What the head of the page says: of mycoplasma first, as it is what spreads."""
        return next((row for row in self.rows if row.family == "mycoplasma"), self.rows[0] if self.rows else None)

    @property
    def is_quarantined(self) -> bool:
        return any(member.quarantine.kind == "quarantine" for member in self.held)

    @property
    def waiting(self) -> list[QCTest]:
        return [test for test, _ in self.tests if test.is_pending]


def sheet_of(culture: Culture) -> Sheet:
    """Nine queries, whatever was tested."""
    at, methods = now(), known_methods()
    found = list(tests_of(culture)[: MOST_TESTS + 1])
    return Sheet(
        culture=culture,
        rows=_rows(culture, at),
        held=held([culture.pk]).get(culture.pk, []),
        cure=CureMark.objects.filter(culture=culture).select_related("treatment").first(),
        tests=[(test, methods[test.method]) for test in found[:MOST_TESTS]],
        has_more=len(found) > MOST_TESTS,
        not_to_bank=lacking([culture], Phase.BANKING, at).get(culture.pk, []) if culture.is_growing else [],
        now=at,
    )


def tests_of(culture: Culture) -> QuerySet[QCTest]:
    """Its own standing tests, the newest first."""
    return QCTest.objects.standing().filter(culture=culture).select_related("run", "run_by").order_by("-at", "-pk")


def _rows(culture: Culture, at: datetime) -> list[FamilyRow]:
    """Of an ended culture only what was known of it: nothing is due any more."""
    titles = families()
    plans = {plan.method: plan for plan in PlannedTest.objects.filter(culture=culture, settled_at=None)}
    if culture.is_growing:
        standings = standings_of([culture.pk]).get(culture.pk, {})
    else:
        rows = QCStanding.objects.filter(culture=culture).select_related("clean__culture", "last__culture")
        standings = {row.method: Standing(row.clean, row.last, None, "") for row in rows.order_by("method")}
    return [
        FamilyRow(family, title_in(titles, family), standing, plans.get(family), at)
        for family, standing in standings.items()
    ]
