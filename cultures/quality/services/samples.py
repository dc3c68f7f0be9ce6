"""Samples are taken, and their results come in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cultures.passaging.models import Event
from cultures.passaging.services.checking import lock_cultures
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.passaging.services.recording import Actor, Stamp, clean_note, stamp
from cultures.passaging.services.superseding import Withdrawal, draft_of
from cultures.quality.errors.samples import MethodRetired, NoCultureChosen, ResultKnown, SampleInRun
from cultures.quality.methods import method_of
from cultures.quality.methods.base import Method, read
from cultures.quality.models import QCRun, QCTest, RawFile
from cultures.quality.services.following import follow_samples
from cultures.quality.services.results import (
    CAME_IN,
    judge,
    lock_test,
    refuse_impossible_time,
    refuse_known,
    stand,
    stand_instead,
    take_kit,
    take_result,
)
from cultures.quality.whereabouts import refuse_not_alive
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.codes import new_codes
from lims.instruments.models import Delivery, Instrument

V = QCTest.Verdict


def take_samples(
    *,
    culture_ids: Sequence[int],
    method: str,
    at: datetime,
    by: Actor,
    taken_by: User | None = None,
    run: QCRun | None = None,
    note: str = "",
    source: str = Event.Source.BENCH,
) -> list[QCTest]:
    """A sample of each of these cultures, waiting for its result. All of them or none.

    Raises NotAliveThen for a time outside a culture's life, SampleKnown or ResultKnown for one taken already.
    """
    chosen = _in_use(method)
    if not culture_ids:
        raise NoCultureChosen
    with acting(by, "take_samples"):
        marked = stamp(at, by, source)
        lock_with_descendants(culture_ids)  # what follows looks at them too; in the order of their ids
        cultures = lock_cultures(culture_ids)
        for culture in cultures:
            refuse_not_alive(culture, at)
        refuse_known(cultures, chosen.code, at)
        tests = [
            QCTest(
                code=code,
                culture=culture,
                method=chosen.code,
                taken_by=taken_by or marked.by,
                run=run,
                kit=run.kit if run else None,
                kit_lot=run.kit_lot if run else None,
                verdict=V.PENDING,
                **marked.on(note),
            )
            for code, culture in zip(new_codes("Q", len(cultures)), cultures, strict=True)
        ]
        QCTest.objects.bulk_create(tests)
        follow_samples(tests)
        return tests


def record_test(
    *,
    culture_id: int,
    method: str,
    at: datetime,
    readings: Mapping[str, Any],
    resulted_at: datetime,
    by: Actor,
    taken_by: User | None = None,
    run_by: User | None = None,
    instrument: Instrument | None = None,
    kit_id: int | None = None,
    kit_lot_id: int | None = None,
    raw: RawFile | None = None,
    delivery: Delivery | None = None,
    note: str = "",
    source: str = Event.Source.BENCH,
) -> QCTest:
    """A sample and its result in one go."""
    chosen = _in_use(method)
    with acting(by, "record_test"):
        marked = stamp(at, by, source)
        refuse_impossible_time(at, resulted_at)
        lock_with_descendants([culture_id])
        (culture,) = lock_cultures([culture_id])
        refuse_not_alive(culture, at)
        refuse_known([culture], chosen.code, at)
        test = QCTest(
            code=new_codes("Q")[0],
            culture=culture,
            method=chosen.code,
            taken_by=taken_by or _hands(marked, delivery),
            delivery=delivery,
            **marked.on(note),
        )
        take_result(test, resulted_at, run_by or _hands(marked, delivery), instrument or marked.instrument, raw)
        take_kit(test, chosen, kit_id, kit_lot_id)
        judge(test, chosen, read(chosen.form, readings))
        return stand(test)


def record_result(
    *,
    code: str,
    readings: Mapping[str, Any],
    resulted_at: datetime,
    by: Actor,
    run_by: User | None = None,
    instrument: Instrument | None = None,
    kit_id: int | None = None,
    kit_lot_id: int | None = None,
    raw: RawFile | None = None,
    delivery: Delivery | None = None,
    note: str = "",
    source: str = Event.Source.BENCH,
) -> QCTest:
    """The result of a sample that waits for it. Of many at once one is taken; the others get ResultKnown."""
    with acting(by, "record_test"):
        marked = stamp(now(), by, source)
        pending = lock_test(code)
        if not pending.is_pending:
            raise ResultKnown(pending)
        if pending.run and pending.run.state == QCRun.State.OPEN:
            raise SampleInRun(pending)
        refuse_impossible_time(pending.at, resulted_at)
        lock_with_descendants([pending.culture_id])
        chosen = method_of(pending.method)
        withdrawal = Withdrawal(marked.recorded_at, marked.by, CAME_IN)
        test = draft_of(
            pending,
            withdrawal,
            by=marked.by,
            session_id=marked.session_id,
            source=marked.source,
            delivery=delivery,
            note=clean_note(note) or pending.note,
        )
        take_result(test, resulted_at, run_by or _hands(marked, delivery), instrument or marked.instrument, raw)
        take_kit(test, chosen, kit_id, kit_lot_id)
        judge(test, chosen, read(chosen.form, readings))
        return stand_instead(test, pending, withdrawal)


def _hands(marked: Stamp, delivery: Delivery | None) -> User | None:
    """Who took a sample or ran it, where nobody else is named; one who assigns a delivery did neither (see `by`)."""
    return None if delivery else marked.by


def _in_use(code: str) -> Method:
    method = method_of(code)
    if method.retired_at and method.retired_at <= now():
        raise MethodRetired(method.title, method.retired_at)
    return method
