"""A test that was wrong: a row that supersedes it, judged anew, or one that says it was entered in error."""

from collections.abc import Mapping
from typing import Any

from cultures.passaging.errors import NotCorrectable, NothingChanged, ReasonMissing
from cultures.passaging.services.checking import lock_cultures
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.passaging.services.recording import clean_note, stamp
from cultures.passaging.services.superseding import Withdrawal, draft_of
from cultures.quality.errors.samples import NoResultYet, ResultKnown, SampleKnown, SampleWithdrawn
from cultures.quality.methods import method_of
from cultures.quality.methods.base import read
from cultures.quality.models import QCTest
from cultures.quality.services.results import (
    WITHDRAWN,
    judge,
    lock_test,
    refuse_impossible_time,
    stand_instead,
    take_kit,
    void,
)
from cultures.quality.whereabouts import refuse_not_alive
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import clean_text

CORRECTABLE = frozenset({"culture_id", "at", "readings", "resulted_at", "kit_id", "kit_lot_id", "note", "void"})


def correct_test(*, code: str, changes: Mapping[str, Any], reason: str, by: User) -> QCTest:
    """Let a corrected row stand in the place of a test; its verdict is judged anew from its readings.

    changes   culture_id at readings resulted_at kit_id kit_lot_id note, each optional; readings are those to change.
              {"void": True} says that the test was entered in error: it then says nothing of any culture
    """
    if not (reason := clean_text(reason, "The reason", max_length=300)):
        raise ReasonMissing()
    if unknown := set(changes) - CORRECTABLE:
        raise NotCorrectable(f"{', '.join(sorted(unknown))} cannot be corrected here.")
    with acting(by, "correct_test", reason):
        test = lock_test(code)
        if test.findings.get(WITHDRAWN):
            raise SampleWithdrawn(test)
        culture_id = changes.get("culture_id", test.culture_id)
        lock_with_descendants(sorted({test.culture_id, culture_id}))
        withdrawal = Withdrawal(now(), by, reason)
        if changes.get("void"):
            return stand_instead(void(test, withdrawal), test, withdrawal)
        draft = draft_of(test, withdrawal, culture=lock_cultures([culture_id])[0])
        _take_changes(draft, test, changes)
        if _is_same(draft, test):
            raise NothingChanged
        return stand_instead(draft, test, withdrawal)


def _take_changes(draft: QCTest, test: QCTest, changes: Mapping[str, Any]) -> None:
    draft.at = stamp(changes.get("at", test.at), test.by, test.source).at
    draft.note = clean_note(changes["note"]) if "note" in changes else test.note
    if (draft.culture_id, draft.at) != (test.culture_id, test.at):
        refuse_not_alive(draft.culture, draft.at)
        others = QCTest.objects.standing().filter(culture=draft.culture_id, method=test.method, at=draft.at)
        if other := others.exclude(pk=test.pk).select_related("culture", "by", "run_by", "taken_by").first():
            raise SampleKnown(other) if other.is_pending else ResultKnown(other)
    if test.is_pending:
        if {"readings", "resulted_at"} & set(changes):
            raise NoResultYet(test)
        draft.kit_id, draft.kit_lot_id = changes.get("kit_id", test.kit_id), changes.get("kit_lot_id", test.kit_lot_id)
        return
    draft.resulted_at = changes.get("resulted_at", test.resulted_at)
    refuse_impossible_time(draft.at, draft.resulted_at)
    method = method_of(test.method)
    take_kit(draft, method, changes.get("kit_id"), changes.get("kit_lot_id"))
    said = {**test.readings, **changes.get("readings", {})}
    judge(draft, method, read(method.form, said))


def _is_same(draft: QCTest, test: QCTest) -> bool:
    told = ("culture_id", "at", "resulted_at", "kit_id", "kit_lot_id", "note", "readings", "verdict")
    return all(getattr(draft, name) == getattr(test, name) for name in told)
