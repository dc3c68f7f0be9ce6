"""Runs: samples of several cultures, read together, with the controls that speak for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cultures.passaging.models import Event
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.passaging.services.recording import Actor, clean_note, stamp
from cultures.passaging.services.superseding import Withdrawal, draft_of
from cultures.quality.errors.samples import (
    BadReadings,
    KitMissing,
    NoRunsOf,
    NoSuchRun,
    NotInRun,
    ReadingsMissing,
    RunClosed,
    RunTooLarge,
)
from cultures.quality.methods import method_of
from cultures.quality.methods.base import Method, read
from cultures.quality.models import QCRun, QCTest, RawFile
from cultures.quality.run_sheets import MOST_SAMPLES
from cultures.quality.services.files import lock_unused
from cultures.quality.services.kits import kit_lot_in_use, kit_of
from cultures.quality.services.results import (
    CAME_IN,
    WITHDRAWN,
    judge,
    refuse_impossible_time,
    stand_instead_of_each,
    void,
)
from cultures.quality.services.samples import take_samples
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.codes import tidy_code
from lims.instruments.models import Delivery, Instrument
from lims.tabular.text import BadText, clean_text

State, Source = QCRun.State, Event.Source


def start_run(
    *,
    culture_ids: Sequence[int],
    method: str,
    kit_id: int | None,
    kit_lot_id: int | None = None,
    at: datetime,
    by: User,
    note: str = "",
    source: str = Source.BENCH,
) -> QCRun:
    """A run with a sample of each of these cultures, taken at that time. All of them or none."""
    chosen = method_of(method)
    if not chosen.in_runs:
        raise NoRunsOf(chosen.title)
    if len(culture_ids) > MOST_SAMPLES:
        raise RunTooLarge(MOST_SAMPLES)
    with acting(by, "take_samples"):
        kit = kit_of(kit_id) if kit_id is not None else None
        if chosen.needs_kit and kit is None:
            raise KitMissing
        run = QCRun.objects.create(
            method=chosen.code,
            kit=kit,
            kit_lot=None if kit_lot_id is None else kit_lot_in_use(kit_lot_id, at),
            started_at=stamp(at, by, source).at,
            started_by=by,
            note=clean_note(note),
        )
        take_samples(culture_ids=culture_ids, method=chosen.code, at=at, by=by, run=run, source=source)
        return run


def enter_results(
    *,
    run_id: int,
    controls: Mapping[str, Any],
    readings: Mapping[str, Mapping[str, Any]],
    read_at: datetime,
    by: Actor,
    instrument: Instrument | None = None,
    raw: RawFile | None = None,
    delivery: Delivery | None = None,
    source: str = Source.BENCH,
) -> QCRun:
    """The controls, and the readings of every sample that waits in the run, by its code.

    When the controls fail, the run is invalid, and so is every sample of it. A refusal names the sample in its field.
    """
    with acting(by, "enter_results"):
        run = _lock_open(run_id)
        refuse_impossible_time(run.started_at, read_at, "read_at")
        if raw:
            lock_unused(raw, besides=run)
        method, waiting = method_of(run.method), _lock_waiting(run)
        said = _by_code(run, readings, waiting)
        marked = stamp(now(), by, source if isinstance(by, User) else Source.INSTRUMENT)
        withdrawal = Withdrawal(marked.recorded_at, marked.by, CAME_IN)
        _judge_run(run, method, controls)
        hands = None if delivery else marked.by  # who assigns a delivery did not read the run
        run.read_at, run.read_by, run.raw = read_at, hands, raw
        run.save(update_fields=["controls", "state", "sentence", "read_at", "read_by", "raw"])
        stood = []
        for pending in waiting:
            test = draft_of(
                pending,
                withdrawal,
                by=marked.by,
                session_id=marked.session_id,
                source=marked.source,
                resulted_at=read_at,
                culture=pending.culture,
                kit=pending.kit,
                run=run,
                run_by=hands,
                instrument=instrument or marked.instrument,
                delivery=delivery,
                raw=raw,
            )
            judge(test, method, _read_sample(method, pending.code, said[pending.code]))
            stood.append((test, pending))
        stand_instead_of_each(stood, withdrawal)
        return run


def correct_run(*, run_id: int, controls: Mapping[str, Any], reason: str, by: User) -> QCRun:
    """Its controls were typed wrong: the run and every result of it are judged anew."""
    reason = _said(reason)
    with acting(by, "correct_test", reason):
        run = _lock(run_id)
        if run.state not in (State.VALID, State.INVALID):
            raise BadReadings("This run has no results yet. Enter them.", "controls")
        method, withdrawal = method_of(run.method), Withdrawal(now(), by, reason)
        _judge_run(run, method, dict(run.controls) | dict(controls))
        run.save(update_fields=["controls", "state", "sentence"])
        stood = []
        for test in _lock_tests(run):
            if test.is_pending or not test.readings or test.findings.get(WITHDRAWN):
                continue
            draft = draft_of(test, withdrawal, culture=test.culture, kit=test.kit, run=run)
            judge(draft, method, test.readings)
            if (draft.verdict, draft.sentence) != (test.verdict, test.sentence):
                stood.append((draft, test))
        stand_instead_of_each(stood, withdrawal)
        return run


def abandon_run(*, run_id: int, reason: str, by: User) -> QCRun:
    """The run comes to nothing: the plate was dropped. Its waiting samples say nothing then."""
    reason = _said(reason)
    with acting(by, "abandon_run", reason=reason):
        run = _lock_open(run_id)
        run.state, run.sentence = State.ABANDONED, f"Abandoned: {reason}."[:300]
        run.save(update_fields=["state", "sentence"])
        withdrawal = Withdrawal(now(), by, reason)
        stand_instead_of_each([(void(pending, withdrawal), pending) for pending in _lock_waiting(run)], withdrawal)
        return run


# --- steps the verbs share --------------------------------------------------------------------------------------------


def _lock(run_id: int) -> QCRun:
    rows = QCRun.objects.select_for_update(no_key=True, of=("self",)).select_related("kit", "read_by")
    if found := rows.filter(pk=run_id).first():
        return found
    raise NoSuchRun


def _lock_open(run_id: int) -> QCRun:
    if (run := _lock(run_id)).state != State.OPEN:
        raise RunClosed(run)
    return run


def _lock_tests(run: QCRun) -> list[QCTest]:
    """All standing samples of a run, and then their cultures: in that order everywhere."""
    rows = QCTest.objects.standing().select_for_update(no_key=True, of=("self",)).filter(run=run).order_by("pk")
    tests = list(rows.select_related("culture__line", "culture__vessel", "kit"))
    if tests:
        lock_with_descendants(sorted({test.culture_id for test in tests}))
    return tests


def _lock_waiting(run: QCRun) -> list[QCTest]:
    return [test for test in _lock_tests(run) if test.is_pending]


def _by_code(
    run: QCRun, readings: Mapping[str, Mapping[str, Any]], waiting: Sequence[QCTest]
) -> dict[str, Mapping[str, Any]]:
    """What was said of each waiting sample, by its code. Raises NotInRun or ReadingsMissing."""
    said = {tidy_code(code): light for code, light in readings.items()}
    wanted = [test.code for test in waiting]
    if strangers := sorted(set(said) - set(wanted)):
        raise NotInRun(run, strangers[0])
    if missing := [code for code in wanted if code not in said]:
        raise ReadingsMissing(missing)
    return said


def _judge_run(run: QCRun, method: Method, controls: Mapping[str, Any]) -> None:
    if method.controls is None or method.judge_run is None:
        raise NoRunsOf(method.title)
    try:
        run.controls = read(method.controls, controls)
    except BadReadings as refusal:
        raise BadReadings(str(refusal), f"controls.{refusal.field}") from refusal
    is_valid, sentence = method.judge_run(run.controls, run.kit)
    run.state, run.sentence = State.VALID if is_valid else State.INVALID, sentence[:300]


def _read_sample(method: Method, code: str, said: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read(method.form, said)
    except BadReadings as refusal:
        raise BadReadings(f"{code}: {refusal}", f"{code}.{refusal.field}") from refusal


def _said(reason: str) -> str:
    cleaned = clean_text(reason, "The reason", max_length=300)
    if not cleaned:
        raise BadText("Write why.", field="reason")
    return cleaned
