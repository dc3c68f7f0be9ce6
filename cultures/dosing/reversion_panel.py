"""Reversion tests on the page of a model: the weeks, what was measured, and whether the resistance lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest

from cultures.dosing.evidence import Point, points_of
from cultures.dosing.models import ResistanceModel, ReversionCheck, ReversionTest
from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Culture
from cultures.science.resistance import Reversion, reversion
from lims.clock import now
from lims.web.panels import register_panel

PANEL = "cultures/dosing/reversion/panel.html"


@dataclass(frozen=True)
class Told:
    """One test: its checks, the passages its cells have had without drug, and the verdict in a sentence."""

    test: ReversionTest
    checks: Sequence[ReversionCheck]
    passages: int
    outcome: Reversion
    now: datetime

    @property
    def week(self) -> int:
        """The week it is in, or was in when it ended."""
        return ((self.test.ended_at or self.now) - self.test.started_at).days // 7

    @property
    def states(self) -> list[tuple[ReversionCheck, str]]:
        """Each check with how it stands: settled, late, to come."""
        return [
            (check, "settled" if check.settled_at else "late" if check.due_at < self.now else "to come")
            for check in self.checks
        ]


def reversions_of(model: ResistanceModel, at: datetime | None = None) -> list[Told]:
    """The newest first; a fixed number of queries and one for each test's family."""
    at = at or now()
    rows = model.reversion_tests.select_related("culture", "by", "ended_by").order_by("-started_at", "-pk")
    found = list(rows.prefetch_related(Prefetch("checks", ReversionCheck.objects.select_related("settled_by"))))
    points = points_of([model])[model.pk] if found else []
    return [_told(test, points, at) for test in found]


def _told(test: ReversionTest, points: Sequence[Point], at: datetime) -> Told:
    family = with_descendants([test.culture_id])
    newest = Culture.objects.filter(pk__in=family).order_by("-passage_number").values_list("passage_number", flat=True)
    checks = list(test.checks.all())
    mine = [point for point in points if point.is_reversion and point.culture_id in set(family)]
    start = [point for point in points if not point.is_reversion and point.at <= test.started_at]
    measured = [((point.at - test.started_at).days // 7, point.run.ri) for point in mine]
    last_week = checks[-1].week if checks else 0
    outcome = (
        reversion(start[-1].run.ri, measured, last_week=last_week)
        if start
        else Reversion("pending", None, "No IC50 of this model yet: the assays will say whether it lasts.")
    )
    return Told(test, checks, (newest.first() or 0) - test.culture.passage_number, outcome, at)


def panel(request: HttpRequest, model: ResistanceModel) -> dict[str, Any]:
    return {"model": model, "tests": reversions_of(model)}


def register() -> None:
    register_panel("model", template=PANEL, build=panel, place=50)
