"""What the lab does about a contamination it traced: cultures kept apart, tests planned, and the reach as known."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cultures.passaging.models import Culture, Event
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.passaging.services.recording import stamp
from cultures.quality.errors.samples import NoSuchSample
from cultures.quality.errors.tracing import NotReached
from cultures.quality.families import release_of_suspected
from cultures.quality.models import ContaminationTrace, PlannedTest, QCTest, Quarantine, QuarantineMember, TraceMember
from cultures.quality.reach import Member, Reach
from cultures.quality.services.planning import plan_test
from cultures.quality.services.quarantine import begin_quarantine
from cultures.quality.tracing import reach_of
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.codes import tidy_code
from lims.tabular.text import clean_text


def act_on_trace(
    *, code: str, quarantine: Collection[int] = (), test: Collection[int] = (), reason: str = "", at: datetime, by: User
) -> ContaminationTrace:
    """Keep chosen cultures apart with what descends from them, plan tests of others, and keep the reach as known.

    quarantine, test   ids of cultures that the trace reaches; what it reaches is found again, under locks

    Traced again, only what is new is written: cultures that were not reached before or are nearer now, and what is
    newly kept apart or planned. When nothing is new, as when the button was pressed twice, the trace there is comes
    back. Samples that let cells out of this quarantine are those taken after it.
    """
    reason = clean_text(reason, "The reason", max_length=300) if reason else ""
    with acting(by, "act_on_trace", reason=reason):
        code, marked = tidy_code(code), stamp(at, by, Event.Source.BENCH)
        lock_with_descendants(sorted({_standing(code).culture_id, *quarantine, *test}))
        reach = reach_of(_standing(code), now())  # what was seeded or corrected while we waited counts
        _refuse_unreached(reach, {*quarantine, *test})
        before = ContaminationTrace.objects.filter(test__code=code)
        by_result = _held_by_result(code)
        news = _news(reach, before, set(quarantine) - by_result, set(test))
        if not news.members and not news.others and (newest := before.first()):
            return newest
        trace = ContaminationTrace.objects.create(
            test=reach.test,
            window_from=reach.window.start,
            window_to=reach.window.end,
            reason=reason,
            others=news.others,
            at=marked.at,
            by=by,
        )
        _keep_apart(trace, reach, news.apart, by_result)
        _plan_tests(trace, reach, news.planned)
        _write(trace, news)
        return trace


@dataclass(frozen=True)
class News:
    """What no earlier trace from this sample has written."""

    members: list[Member]
    others: list[dict[str, Any]]
    apart: set[int]
    planned: set[int]


def _news(reach: Reach, before: QuerySet[ContaminationTrace], apart: set[int], planned: set[int]) -> News:
    kept = QuarantineMember.objects.filter(quarantine__trace__in=before, until=None)
    apart -= set(kept.values_list("culture_id", flat=True))
    waiting = PlannedTest.objects.filter(culture__in=planned, method=reach.family, settled_at=None)
    planned -= set(waiting.values_list("culture_id", flat=True))
    listed = TraceMember.objects.filter(trace__in=before).order_by("-tier").values_list("culture_id", "tier")
    nearest = dict(listed)  # of each culture the strongest tier comes last
    told = {(other["kind"], other["code"]) for others in before.values_list("others", flat=True) for other in others}
    return News(
        members=[
            one
            for one in reach.members
            if one.id in apart or one.id in planned or one.id not in nearest or one.tier < nearest[one.id]
        ],
        others=[asdict(other) for other in reach.others if (other.kind, other.code) not in told],
        apart=apart,
        planned=planned,
    )


def _standing(code: str) -> QCTest:
    found = QCTest.objects.standing().select_related("culture").filter(code=code).first()
    if found is None:
        raise NoSuchSample(code)
    return found


def _held_by_result(code: str) -> set[int]:
    """Whom the result itself keeps apart. The trace does not do it again: they would have to be let out twice."""
    held = QuarantineMember.objects.filter(quarantine__test__code=code, quarantine__kind=Quarantine.Kind.QUARANTINE)
    return set(held.filter(until=None).values_list("culture_id", flat=True))


def _refuse_unreached(reach: Reach, chosen: set[int]) -> None:
    if beyond := chosen - {one.id for one in reach.members}:
        raise NotReached(list(Culture.objects.filter(pk__in=beyond).order_by("pk")), reach.test)


def _keep_apart(trace: ContaminationTrace, reach: Reach, apart: set[int], by_result: set[int]) -> None:
    if not apart:
        return
    added = f": {trace.reason}" if trace.reason else ""
    begin_quarantine(
        cause=Quarantine.Cause.TRACE,
        kind=Quarantine.Kind.QUARANTINE,
        family=reach.family,
        reason=f"contamination trace from {trace.test.code}{added}",
        started_at=trace.at,
        why={one.id: str(one.reasons[0]) for one in reach.members if one.id in apart},
        release=release_of_suspected(reach.family),
        by=trace.by,
        trace=trace,
        besides=by_result,
    )


def _plan_tests(trace: ContaminationTrace, reach: Reach, planned: set[int]) -> None:
    if planned:
        plan_test(
            culture_ids=sorted(planned),
            family=reach.family,
            due_at=trace.at,
            why=f"traced from {trace.test.code} ({trace.test.culture.code})",
            by=trace.by,
            trace=trace,
        )


def _write(trace: ContaminationTrace, news: News) -> None:
    apart = set(QuarantineMember.objects.filter(quarantine__trace=trace).values_list("culture_id", flat=True))
    TraceMember.objects.bulk_create(
        [
            TraceMember(
                trace=trace,
                culture_id=one.id,
                tier=one.tier,
                reasons=one.sentences,
                is_quarantined=one.id in apart,
                is_tested=one.id in news.planned,
            )
            for one in news.members
        ],
        batch_size=1000,
    )
