"""Where ladders and models stand: folded from the decisions that stand, in order of time."""

from collections.abc import Iterable

from cultures.dosing.models import Decision, DosingState, EscalationPlan, Ladder, ResistanceModel, Rung
from cultures.passaging.models import Culture

KIND, STATE = Decision.Kind, Ladder.State
LEADS_TO = {
    KIND.START: STATE.CLIMBING,
    KIND.BRANCH: STATE.CLIMBING,
    KIND.ESCALATE: STATE.CLIMBING,
    KIND.STEP_BACK: STATE.CLIMBING,
    KIND.RESUME: STATE.CLIMBING,
    KIND.HOLD: STATE.HOLDING,
    KIND.HOLIDAY: STATE.HOLIDAY,
    KIND.LOST: STATE.LOST,
}
OF_MODELS = {
    KIND.CONFIRM: ResistanceModel.Status.CONFIRMED,
    KIND.MAINTAIN: ResistanceModel.Status.MAINTAINED,
    KIND.ABANDON: ResistanceModel.Status.ABANDONED,
}


def standing_decisions(**of: object) -> Iterable[Decision]:
    made = Decision.objects.filter(state=Decision.State.MADE, withdrawn_at=None, **of)
    return made.select_related("to_rung", "by", "ladder").order_by("at", "number")


def newest_plan(model: ResistanceModel) -> EscalationPlan | None:
    return model.plans.order_by("-version").select_related("made_by").first()


def status_of(model: ResistanceModel, ladders: list[Ladder]) -> str:
    status = ResistanceModel.Status
    on_the_model = [one for one in standing_decisions(model=model, ladder=None) if KIND(one.kind) in OF_MODELS]
    if on_the_model:
        return OF_MODELS[KIND(on_the_model[-1].kind)].value
    if not ladders:
        return status.PLANNED.value
    living = [ladder for ladder in ladders if ladder.is_open]
    if not living:
        return status.LOST.value
    if any(_is_at_target(ladder) for ladder in living):
        return status.CANDIDATE.value
    states = {ladder.state for ladder in living}
    for state, found in ((STATE.CLIMBING, status.DERIVING), (STATE.HOLDING, status.HOLDING)):
        if state in states:
            return found.value
    return status.DRUG_HOLIDAY.value


def _is_at_target(ladder: Ladder) -> bool:
    """The last rung is decided, and a living treated flask is in it."""
    if ladder.state == STATE.HOLIDAY or ladder.rung.number != target_of(ladder).number:
        return False
    treated = DosingState.objects.filter(ladder=ladder, culture__ended_at=None, culture__arm=Culture.Arm.TREATED)
    return treated.filter(dose__gte=ladder.rung.dose_canonical).exists()


def target_of(ladder: Ladder) -> Rung:
    """The last rung of the plan that the ladder's rung stands in."""
    last = Rung.objects.filter(plan=ladder.rung.plan_id).order_by("-number").first()
    return last or ladder.rung
