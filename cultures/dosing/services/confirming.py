"""Decisions on a whole model: confirmed by assays, maintained from then on, or given up."""

from datetime import datetime

from cultures.dosing.errors.ladders import ModelIsOver, NotACandidate, NotConfirmed, NotProven, NotTested, ReasonNeeded
from cultures.dosing.evidence import resistance_of
from cultures.dosing.gates import lacks, leads_of
from cultures.dosing.models import Decision, Ladder, ResistanceModel
from cultures.dosing.services.plans import lock_model
from cultures.dosing.services.recording import hold_still, next_number
from cultures.dosing.services.standing import stand_ladder, stand_model
from cultures.lines.services import derive_subline
from cultures.passaging.models import Event
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.tabular.text import clean_text

STATUS = ResistanceModel.Status


def confirm_model(
    *,
    model_id: int,
    subline_name: str = "",
    reason: str = "",
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Decision:
    """A candidate whose assays show resistance is confirmed; `subline_name` registers the line it became.

    Raises NotACandidate, NotProven with what the evidence lacks, or NotTested with what its cells lack.
    """
    with acting(by, "confirm_model", reason=reason):
        model = lock_model(model_id)
        if model.status != STATUS.CANDIDATE:
            raise NotACandidate(model)
        call = resistance_of(model)
        if call.verdict != "resistant":
            raise NotProven(call.sentence)
        hold_still(lambda: leads_of(model))
        if lacking := lacks(model, at):
            raise NotTested(*lacking[0])
        if subline_name and model.resulting_line_id is None:
            model.resulting_line = derive_subline(
                parent_id=model.parental_line_id, name=subline_name, subtype=f"{model.compound}-resistant", by=by
            )
            model.save(update_fields=["resulting_line"])
        evidence = {"sentence": call.sentence, "verdict": call.verdict, "is_provisional": call.is_provisional}
        return _decided(model, Decision.Kind.CONFIRM, reason, at, by, source, evidence)


def maintain_model(
    *, model_id: int, reason: str = "", at: datetime, by: User, source: str = Event.Source.BENCH
) -> Decision:
    """A confirmed model is kept at its dose from now on."""
    with acting(by, "maintain_model", reason=reason):
        model = lock_model(model_id)
        if model.status != STATUS.CONFIRMED:
            raise NotConfirmed(model)
        return _decided(model, Decision.Kind.MAINTAIN, reason, at, by, source, {})


def abandon_model(*, model_id: int, reason: str, at: datetime, by: User, source: str = Event.Source.BENCH) -> Decision:
    """Give a model up: its ladders end. Its cultures live on until somebody ends them."""
    if not clean_text(reason, "The reason", max_length=300):
        raise ReasonNeeded("abandoned")
    with acting(by, "abandon_model", reason=reason):
        model = lock_model(model_id)
        if model.status == STATUS.ABANDONED:
            raise ModelIsOver(model)
        decision = _decided(model, Decision.Kind.ABANDON, reason, at, by, source, {})
        for ladder in model.ladders.select_related("rung").exclude(state__in=Ladder.ENDED):
            ladder.model = model
            stand_ladder(ladder)
        return decision


def _decided(
    model: ResistanceModel,
    kind: Decision.Kind,
    reason: str,
    at: datetime,
    by: User,
    source: str,
    evidence: dict[str, object],
) -> Decision:
    marked = stamp(at, by, source)
    decision = Decision.objects.create(
        model=model,
        number=next_number(model),
        kind=kind.value,
        at=at,
        recorded_at=marked.recorded_at,
        by=by,
        source=marked.source,
        judgement=evidence,
        reason=clean_text(reason, "The reason", max_length=300),
    )
    stand_model(model)
    return decision
