"""Reversion tests: cells without drug for weeks, looked at again and again, until one knows whether it lasts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cultures.dosing.errors.ladders import ReasonNeeded
from cultures.dosing.errors.reversion import (
    CheckSettled,
    ControlRevertsNothing,
    NotOfTheModel,
    StillInTheDrug,
    TestEnded,
    UnderTestAlready,
    WeeksUnusable,
)
from cultures.dosing.models import DosingState, ReversionCheck, ReversionTest
from cultures.dosing.services.plans import lock_model
from cultures.passaging.errors import NotThere
from cultures.passaging.lineage import with_ancestors
from cultures.passaging.models import Culture, Event
from cultures.passaging.services.checking import lock_growing, whole_number
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.tabular.text import BadText, clean_text

USUAL_WEEKS = (4, 8, 12)
LAST_WEEK = 520


def start_reversion_test(
    *,
    model_id: int,
    culture_id: int,
    weeks: Sequence[int] = USUAL_WEEKS,
    passages: int = 12,
    note: str = "",
    at: datetime,
    by: User,
) -> ReversionTest:
    """Begin with a flask that comes from a treated one and is without drug now; its descendants belong to the test.

    weeks   after the start, at which the IC50 is measured; passages: how many are planned without drug
    """
    with acting(by, "start_reversion_test"):
        stamp(at, by, Event.Source.BENCH)
        if not weeks or list(weeks) != sorted(set(weeks)) or not 1 <= weeks[0] <= weeks[-1] <= LAST_WEEK:
            raise WeeksUnusable
        model = lock_model(model_id)
        (culture,) = lock_growing([culture_id], at)
        if culture.arm == Culture.Arm.VEHICLE:
            raise ControlRevertsNothing(culture)
        state = DosingState.objects.filter(culture=culture, ladder__model=model).first()
        if state is None or state.dosed_at is None:
            raise NotOfTheModel(culture, model)
        if state.dose:
            raise StillInTheDrug(culture)
        if running := ReversionTest.objects.filter(culture__in=with_ancestors([culture.pk]), ended_at=None).first():
            raise UnderTestAlready(culture, running)
        test = ReversionTest.objects.create(
            model=model,
            culture=culture,
            started_at=at,
            passages=whole_number(passages, "The passages", field="passages", least=1, most=1000),
            note=clean_text(note, "The note", max_length=300),
            by=by,
        )
        ReversionCheck.objects.bulk_create(
            ReversionCheck(test=test, week=week, due_at=at + timedelta(weeks=week)) for week in weeks
        )
        return test


def settle_reversion_check(*, check_id: int, note: str, at: datetime, by: User) -> ReversionCheck:
    """A week was measured, or left out; `note` names the run, or why not."""
    note = clean_text(note, "The note", max_length=300)
    if not note:
        raise BadText("Write in which run it was measured, or why it was left out.", field="note")
    with acting(by, "settle_reversion_check"):
        stamp(at, by, Event.Source.BENCH)
        rows = ReversionCheck.objects.select_for_update(of=("self",)).select_related("test__model")
        if (check := rows.filter(pk=check_id).first()) is None:
            raise NotThere("check", "check")
        if check.test.ended_at:
            raise TestEnded(check.test)
        if check.settled_at:
            raise CheckSettled(check)
        check.settled_at, check.settled_by, check.note = at, by, note
        check.save(update_fields=["settled_at", "settled_by", "note"])
        return check


def end_reversion_test(*, test_id: int, reason: str, at: datetime, by: User) -> ReversionTest:
    """Over, or broken off; its checks fall due no more. Its cultures live on until somebody ends them."""
    reason = clean_text(reason, "The reason", max_length=300)
    if not reason:
        raise ReasonNeeded("not tested on")
    with acting(by, "end_reversion_test", reason=reason):
        stamp(at, by, Event.Source.BENCH)
        rows = ReversionTest.objects.select_for_update(of=("self",)).select_related("model")
        if (test := rows.filter(pk=test_id).first()) is None:
            raise NotThere("reversion test", "test")
        if test.ended_at:
            raise TestEnded(test)
        test.ended_at, test.ended_by, test.ended_reason = at, by, reason
        test.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        return test
