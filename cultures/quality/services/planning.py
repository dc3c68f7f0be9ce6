"""Tests asked for besides what the policy asks for."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from cultures.passaging.models import Culture, Descent
from cultures.passaging.services.checking import lock_growing
from cultures.quality.errors.quarantine import PlanUnknown
from cultures.quality.families import known_family
from cultures.quality.methods import family_of
from cultures.quality.models import ContaminationTrace, PlannedTest, QCTest
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import BadText, clean_text

TO_ITS_DAUGHTERS = "went on to its daughters"


def plan_test(
    *,
    culture_ids: Sequence[int],
    family: str,
    due_at: datetime,
    why: str,
    by: User,
    trace: ContaminationTrace | None = None,
) -> list[PlannedTest]:
    """Ask for a test of growing cultures. One that is planned already keeps the earlier of the two times."""
    known_family(family)
    why = clean_text(why, "The reason", max_length=200)
    if not why:
        raise BadText("Write why it is to be tested.", field="why")
    with acting(by, "plan_test", reason=why):
        lock_growing(sorted(set(culture_ids)), now())
        planned = PlannedTest.objects.filter(culture__in=culture_ids, method=family, settled_at=None)
        planned.filter(due_at__gt=due_at).update(due_at=due_at)
        known = set(planned.values_list("culture_id", flat=True))
        return PlannedTest.objects.bulk_create(
            PlannedTest(culture_id=pk, method=family, due_at=due_at, why=why, by=by, trace=trace)
            for pk in sorted(set(culture_ids) - known)
        )


def call_off_test(*, plan_id: int, reason: str, by: User) -> PlannedTest:
    reason = clean_text(reason, "The reason", max_length=120)
    if not reason:
        raise BadText("Write why it is not needed.", field="reason")
    with acting(by, "call_off_test", reason=reason):
        if not PlannedTest.objects.filter(pk=plan_id, settled_at=None).update(settled_at=now(), settled_how=reason):
            raise PlanUnknown
        return PlannedTest.objects.get(pk=plan_id)


def settle(tests: Sequence[QCTest]) -> None:
    """Samples settle what was planned of their cultures; one that turns out invalid settles nothing. Two queries."""
    asked = {(test.culture_id, family_of(test.method)): test for test in tests}
    of_these = PlannedTest.objects.filter(culture__in={culture_id for culture_id, _ in asked})
    is_invalid = {test.code for test in tests if test.verdict == QCTest.Verdict.INVALID}
    changed, waiting = [], set()
    for plan in of_these.filter(Q(settled_at=None) | Q(settled_how__in=is_invalid)).order_by("settled_at", "-pk"):
        test = asked.get((plan.culture_id, plan.method))
        if plan.settled_at is None:
            waiting.add((plan.culture_id, plan.method))
            if test and test.code not in is_invalid:
                plan.settled_at, plan.settled_how = now(), test.code
                changed.append(plan)
        elif test and (plan.culture_id, plan.method) not in waiting:  # its sample said nothing: it is asked for again
            waiting.add((plan.culture_id, plan.method))
            plan.settled_at, plan.settled_how = None, ""
            changed.append(plan)
    PlannedTest.objects.bulk_update(changed, ["settled_at", "settled_how"])


def hand_on(culture_ids: Sequence[int]) -> None:
    """What was planned of a flask that was passaged is planned of its daughters. Three queries at most."""
    descents = list(
        Descent.objects.filter(daughter__in=culture_ids, daughter__ended_at=None).values_list("parent", "daughter")
    )
    parents = {parent for parent, _ in descents}
    waiting = Q(settled_at=None) | Q(settled_how=TO_ITS_DAUGHTERS)
    plans = list(PlannedTest.objects.filter(waiting, culture__in=parents, culture__fate=Culture.Fate.PASSAGED))
    if not plans:
        return
    PlannedTest.objects.bulk_create(
        [
            PlannedTest(
                culture_id=daughter,
                method=plan.method,
                due_at=plan.due_at,
                why=plan.why,
                trace_id=plan.trace_id,
                by=plan.by,
            )
            for plan in plans
            for parent, daughter in descents
            if parent == plan.culture_id
        ],
        ignore_conflicts=True,
    )
    open_ones = [plan.pk for plan in plans if plan.settled_at is None]
    PlannedTest.objects.filter(pk__in=open_ones).update(settled_at=now(), settled_how=TO_ITS_DAUGHTERS)


def take_back(culture_ids: Sequence[int]) -> None:
    """A passage was undone: what was planned of its daughters is planned of the flask again. Two statements."""
    gone = Culture.objects.filter(pk__in=culture_ids, fate=Culture.Fate.ENTERED_IN_ERROR)
    PlannedTest.objects.filter(culture__in=gone, settled_at=None).update(
        settled_at=now(), settled_how="its culture was entered in error"
    )
    PlannedTest.objects.filter(
        culture__in=Descent.objects.filter(daughter__in=gone).values("parent"),
        culture__ended_at=None,
        settled_how=TO_ITS_DAUGHTERS,
    ).update(settled_at=None, settled_how="")
