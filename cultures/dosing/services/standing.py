"""Writing down where ladders and models stand, after each decision and each medium that may have reached a target."""

from cultures.dosing.models import Decision, Ladder, ResistanceModel, Rung
from cultures.dosing.standing import LEADS_TO, newest_plan, standing_decisions, status_of

KIND, STATE = Decision.Kind, Ladder.State


def stand_ladder(ladder: Ladder) -> Ladder:
    """Set rung, state and end of a ladder by its decisions, on the newest plan's rungs."""
    rungs = {rung.dose_canonical: rung for rung in Rung.objects.filter(plan=newest_plan(ladder.model))}
    for decision in standing_decisions(ladder=ladder):
        assert decision.to_rung is not None  # a constraint: decisions on a ladder name their rung
        ladder.rung = rungs.get(decision.to_rung.dose_canonical, decision.to_rung)
        ladder.state = LEADS_TO[KIND(decision.kind)].value
        ladder.ended_at = decision.at if ladder.state in Ladder.ENDED else None
    given_up = [one for one in standing_decisions(model=ladder.model, ladder=None) if one.kind == KIND.ABANDON]
    if given_up and ladder.state not in Ladder.ENDED:
        ladder.state, ladder.ended_at = STATE.ABANDONED.value, max(given_up[-1].at, ladder.started_at)
    ladder.save(update_fields=["rung", "state", "ended_at"])
    return ladder


def stand_model(model: ResistanceModel) -> ResistanceModel:
    """Set the status of a model by its decisions and its ladders; writes only when it changes."""
    status = status_of(model, list(model.ladders.select_related("rung")))
    if status != model.status:
        model.status = status
        model.save(update_fields=["status"])
    return model
