"""Ladders: started from two matched flasks, and branched."""

from collections.abc import Sequence
from datetime import datetime

from cultures.dosing.errors.ladders import (
    ControlNotMatched,
    InALadderAlready,
    LadderNameTaken,
    LadderWouldBeEmpty,
    ModelIsOver,
    NotOfThisLine,
    NotPlanned,
    NotThatRung,
    ReasonNeeded,
    WrongArm,
)
from cultures.dosing.following import refold
from cultures.dosing.members import arms_of
from cultures.dosing.models import Decision, DosingState, Ladder, LadderStart, ResistanceModel, Rung
from cultures.dosing.services.plans import lock_model
from cultures.dosing.services.recording import next_number, open_ladder
from cultures.dosing.services.standing import stand_model
from cultures.dosing.standing import newest_plan
from cultures.passaging.lineage import with_ancestors
from cultures.passaging.models import Culture, Event
from cultures.passaging.services.checking import lock_growing
from cultures.passaging.services.moving import assign_arm
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.tabular.text import clean_text

ARM = Culture.Arm


def start_ladder(
    *,
    model_id: int,
    name: str,
    treated_ids: Sequence[int],
    control_id: int,
    rung_number: int = 1,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    reason: str = "",
) -> Ladder:
    """Begin a replicate ladder with treated flasks and their vehicle control, all from one start.

    Raises ControlNotMatched when the control shares no ancestor with them, InALadderAlready, NotOfThisLine, WrongArm.
    """
    with acting(by, "start_ladder"):
        stamp(at, by, source)
        model = lock_model(model_id)
        if model.status == ResistanceModel.Status.ABANDONED:
            raise ModelIsOver(model)
        if (plan := newest_plan(model)) is None:
            raise NotPlanned(model)
        if (rung := plan.rungs.filter(number=rung_number).first()) is None:
            raise NotThatRung(rung_number)
        name = _free_name(model, name)
        cultures = lock_growing([*treated_ids, control_id], at)
        treated, control = cultures[:-1], cultures[-1]
        _refuse_unfit(model, treated, control)
        arms = [(culture, ARM.TREATED) for culture in treated] + [(control, ARM.VEHICLE)]
        ladder = Ladder.objects.create(model=model, name=name, rung=rung, started_at=at)
        for culture, arm in arms:
            assign_arm(culture.pk, arm.value)
            LadderStart.objects.create(ladder=ladder, culture=culture, arm=arm.value, at=at)
        _first_decision(ladder, Decision.Kind.START, rung, at, by, source, reason)
        refold([culture.pk for culture, _ in arms])
        stand_model(model)
        return ladder


def branch_ladder(
    *,
    ladder_id: int,
    name: str,
    treated_ids: Sequence[int],
    control_id: int | None = None,
    reason: str,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Ladder:
    """Let living treated flasks of a ladder go on as a ladder of their own, from its rung.

    Without a control of its own the branch stands beside the control of the ladder it left.
    """
    reason = clean_text(reason, "The reason", max_length=300)
    if not reason:
        raise ReasonNeeded("branched")
    with acting(by, "branch_ladder", reason=reason):
        stamp(at, by, source)
        before = open_ladder(ladder_id)
        name = _free_name(before.model, name)
        cultures = lock_growing([*treated_ids, *([control_id] if control_id else [])], at)
        living = {member.culture.pk for member in arms_of([before])[before.pk].treated}
        taken = cultures[: len(treated_ids)]
        for culture in taken:
            if culture.pk not in living:
                raise WrongArm(culture, "a treated flask of this ladder")
        if living <= {culture.pk for culture in taken}:
            raise LadderWouldBeEmpty(taken[0])
        if control_id and cultures[-1].arm != ARM.VEHICLE:
            raise WrongArm(cultures[-1], "the vehicle control")
        ladder = Ladder.objects.create(
            model=before.model, name=name, rung=before.rung, branched_from=before, started_at=at
        )
        for culture in cultures:
            LadderStart.objects.create(ladder=ladder, culture=culture, arm=culture.arm, at=at)
        _first_decision(ladder, Decision.Kind.BRANCH, before.rung, at, by, source, reason)
        refold([culture.pk for culture in cultures])
        stand_model(before.model)
        return ladder


def _first_decision(
    ladder: Ladder, kind: Decision.Kind, rung: Rung, at: datetime, by: User, source: str, reason: str
) -> None:
    Decision.objects.create(
        model=ladder.model,
        ladder=ladder,
        number=next_number(ladder.model),
        kind=kind.value,
        at=at,
        by=by,
        source=source,
        to_rung=rung,
        reason=clean_text(reason, "The reason", max_length=300),
    )


def _free_name(model: ResistanceModel, name: str) -> str:
    name = clean_text(name, "The name", max_length=20) or "A"
    if model.ladders.filter(name__iexact=name).exists():
        raise LadderNameTaken(name)
    return name


def _refuse_unfit(model: ResistanceModel, treated: Sequence[Culture], control: Culture) -> None:
    known = DosingState.objects.filter(culture__in=[*treated, control]).select_related("ladder__model")
    in_a_ladder = {state.culture_id: state.ladder for state in known if state.ladder.is_open}
    for culture in (*treated, control):
        ladder = in_a_ladder.get(culture.pk)
        if ladder and (ladder.model_id == model.pk or culture is control):
            raise InALadderAlready(culture, ladder)
        if model.parental_line_id not in (culture.line_id, culture.line.parent_id):
            raise NotOfThisLine(culture, model)
    for culture in treated:
        if culture.arm == ARM.VEHICLE:
            raise WrongArm(culture, "treated")
    if control.arm == ARM.TREATED:
        raise WrongArm(control, "the vehicle control")
    ancestors = set(with_ancestors([control.pk]))
    for culture in treated:
        if not ancestors & set(with_ancestors([culture.pk])):
            raise ControlNotMatched(culture, control)
