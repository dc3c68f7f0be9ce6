"""What ladders and decisions refuse."""

from collections.abc import Sequence

from cultures.dosing.models import Decision, Ladder, ResistanceModel, Rung
from cultures.passaging.errors import day, link, moment
from cultures.passaging.models import Culture
from lims.errors import DomainError


def open_model(model: ResistanceModel) -> tuple[str, str]:
    return (f"Open {model}", model.get_absolute_url())


class NotPlanned(DomainError):
    code = "not_planned"

    def __init__(self, model: ResistanceModel) -> None:
        super().__init__(f"{model} has no plan. Write one before a ladder starts.", ways=(open_model(model),))


class ModelIsOver(DomainError):
    code = "model_is_over"

    def __init__(self, model: ResistanceModel) -> None:
        super().__init__(
            f"{model} is {model.get_status_display()}. Register a new model for a new derivation.",
            ways=(open_model(model),),
        )


class LadderNameTaken(DomainError):
    code = "ladder_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"This model has a ladder {name} already. Choose another name.", field="name")


class InALadderAlready(DomainError):
    code = "in_a_ladder_already"

    def __init__(self, culture: Culture, ladder: Ladder) -> None:
        super().__init__(
            f"{culture.code} belongs to {ladder}. Take a flask that is in no ladder.",
            field="cultures",
            ways=(link(culture), open_model(ladder.model)),
        )


class NotOfThisLine(DomainError):
    code = "not_of_this_line"

    def __init__(self, culture: Culture, model: ResistanceModel) -> None:
        super().__init__(
            f"{culture} is neither {model.parental_line} nor derived from it. Take a flask of {model.parental_line}.",
            field="cultures",
            ways=(link(culture),),
        )


class ControlNotMatched(DomainError):
    """A vehicle control is matched when both come from one start."""

    code = "control_not_matched"

    def __init__(self, treated: Culture, control: Culture) -> None:
        super().__init__(
            f"{control.code} and {treated.code} have no common ancestor: they do not come from one vial. "
            "Passage one flask into both arms, and start with those.",
            field="control",
            ways=(link(treated), link(control)),
        )


class WrongArm(DomainError):
    code = "wrong_arm"

    def __init__(self, culture: Culture, wanted: str) -> None:
        super().__init__(
            f"{culture.code} is a {culture.get_arm_display()} flask and cannot be {wanted}. Choose another.",
            field="cultures",
            ways=(link(culture),),
        )


class ControlIsNotEscalated(DomainError):
    code = "control_is_not_escalated"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} is a vehicle control: it never gets the drug, so no decision rests on it. "
            "Choose the treated flask.",
            field="culture",
            ways=(link(culture),),
        )


class NotInThisLadder(DomainError):
    code = "not_in_this_ladder"

    def __init__(self, culture: Culture, ladder: Ladder) -> None:
        super().__init__(
            f"{culture.code} does not belong to {ladder}. Choose one of its flasks.",
            field="culture",
            ways=(link(culture), open_model(ladder.model)),
        )


class LadderEnded(DomainError):
    code = "ladder_ended"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(
            f"{ladder} was {ladder.get_state_display()} on {day(ladder.ended_at)}. Nothing is decided on it any more.",  # type: ignore[arg-type]  # ended, or it would not be refused
            ways=(open_model(ladder.model),),
        )


class NothingAlive(DomainError):
    code = "nothing_alive"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(
            f"No treated flask of {ladder} is alive. Thaw one from its last rung, or declare the ladder lost.",
            ways=(open_model(ladder.model),),
        )


class CultureBarred(DomainError):
    code = "culture_barred"

    def __init__(self, culture: Culture, why: str) -> None:
        super().__init__(why, field="culture", ways=(link(culture),))


class DecidedMeanwhile(DomainError):
    """Somebody was faster: says who, what and when."""

    code = "decided_meanwhile"

    def __init__(self, decision: Decision) -> None:
        to = f" to {decision.to_rung.dose_in_words}" if decision.to_rung else ""
        super().__init__(
            f"{decision.by} ({decision.by.initials}) has decided meanwhile: {decision.get_kind_display()}{to}, "
            f"{moment(decision.at)}. Look at it, and decide anew.",
            ways=(open_model(decision.model),),
            extra={
                "decision": decision.number,
                "by": decision.by.username,
                "at": decision.at.isoformat(),
            },
        )


class DecisionWaits(DomainError):
    code = "decision_waits"

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            f"Decision {decision.number} of {decision.by} ({decision.by.initials}) waits for a second person. "
            "Second or decline that first.",
            ways=((f"Open decision {decision.number}", decision.get_absolute_url()),),
        )


class DecidedLater(DomainError):
    code = "decided_later"

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            f"The last decision on this ladder is of {moment(decision.at)}; this one cannot lie before it. "
            "Correct the time.",
            field="at",
        )


class NoRungAbove(DomainError):
    code = "no_rung_above"

    def __init__(self, rung: Rung) -> None:
        super().__init__(
            f"{rung.dose_in_words} is the last rung of the plan: this ladder is at its target. "
            "Prove the resistance, or plan further rungs.",
            field="to_rung",
        )


class NoRungBelow(DomainError):
    code = "no_rung_below"

    def __init__(self, rung: Rung) -> None:
        super().__init__(
            f"{rung.dose_in_words} is the first rung of the plan. Give a drug holiday, or plan a lower rung.",
            field="to_rung",
        )


class WrongWay(DomainError):
    code = "wrong_way"

    def __init__(self, deed: str, rung: Rung, wanted: Rung) -> None:
        super().__init__(
            f"From {rung.dose_in_words} one does not {deed} to {wanted.dose_in_words}. Choose another rung.",
            field="to_rung",
        )


class NotThatRung(DomainError):
    code = "not_that_rung"

    def __init__(self, number: int) -> None:
        super().__init__(f"The newest plan has no rung {number}. Choose one of its rungs.", field="to_rung")


class JumpNeedsReason(DomainError):
    code = "jump_needs_reason"

    def __init__(self, rung: Rung, wanted: Rung, most: object) -> None:
        super().__init__(
            f"From {rung.dose_in_words} to {wanted.dose_in_words} the dose rises more than {most}×. Choose a rung "
            "between, or write why: a second person must then agree.",
            field="reason",
        )


class AgainstTheVerdict(DomainError):
    """Possible, with a reason and a second person."""

    code = "against_the_verdict"

    def __init__(self, sentence: str) -> None:
        super().__init__(
            f"{sentence} Against the verdict it needs a reason, and a second person who agrees. Write why, or wait.",
            field="reason",
        )


class ReasonNeeded(DomainError):
    code = "reason_needed"

    def __init__(self, deed: str) -> None:
        super().__init__(f"Write why the ladder is {deed}: it stays in its record.", field="reason")


class NothingToResume(DomainError):
    code = "nothing_to_resume"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(f"{ladder} is neither held nor on a holiday. There is nothing to resume.")


class OnHoliday(DomainError):
    """Any other decision would bring the drug back without looking at the cells."""

    code = "on_holiday"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(
            f"{ladder} is on a drug holiday. Resume it first, at its rung or a lower one.",
            ways=(open_model(ladder.model),),
        )


class AlreadySo(DomainError):
    code = "already_so"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(f"{ladder} is {ladder.get_state_display()} already.")


class NotWaiting(DomainError):
    code = "not_waiting"

    def __init__(self, decision: Decision) -> None:
        if decision.seconded_by and decision.seconded_at:
            by = f"{decision.seconded_by} ({decision.seconded_by.initials})"
            how = f"was seconded by {by}, {moment(decision.seconded_at)}"
        else:
            how = "was settled already"
        super().__init__(f"Decision {decision.number} {how}. Reload to see it.", ways=(open_model(decision.model),))


class OwnDecision(DomainError):
    code = "own_decision"

    def __init__(self) -> None:
        super().__init__("Nobody seconds a decision of their own. Ask somebody else to look at it.")


class NotUndoable(DomainError):
    code = "decision_not_undoable"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Decide anew instead.")


class LadderWouldBeEmpty(DomainError):
    code = "ladder_would_be_empty"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} is the only living treated flask of its ladder. Split it first, then branch one daughter.",
            field="cultures",
            ways=(("Passage it", f"{culture.get_absolute_url()}passage/"),),
        )


class LaddersDoNotMix(DomainError):
    code = "ladders_do_not_mix"

    def __init__(self, cultures: Sequence[Culture]) -> None:
        codes = " and ".join(culture.code for culture in cultures[:2])
        super().__init__(
            f"{codes} belong to different ladders or arms. Pooled, neither would be independent any more. "
            "Harvest them one by one.",
            field="cultures",
            ways=tuple(link(culture) for culture in cultures[:2]),
        )


class DoseJump(DomainError):
    """A medium whose dose is far above the last one; passes with a reason."""

    code = "dose_jump"

    def __init__(self, compound: str, before: str, after: str, most: object) -> None:
        super().__init__(
            f"{compound} would rise from {before} to {after}, more than {most}×. Correct the dose, or write why.",
            field="override",
        )


class AboveTheRung(DomainError):
    """A dose nobody decided; passes with a reason."""

    code = "above_the_rung"

    def __init__(self, ladder: Ladder, after: str) -> None:
        super().__init__(
            f"Rung {ladder.rung.number}, {ladder.rung.dose_in_words}, is decided for {ladder}; {after} is more. "
            "Decide to escalate first, correct the dose, or write why.",
            field="override",
            ways=(open_model(ladder.model),),
        )


class NotACandidate(DomainError):
    code = "not_a_candidate"

    def __init__(self, model: ResistanceModel) -> None:
        super().__init__(
            f"{model} is {model.get_status_display()}. Only a candidate, at its target dose, is confirmed.",
            ways=(open_model(model),),
        )


class NotProven(DomainError):
    code = "not_proven"

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} Until then the model stays a candidate.")


class NotTested(DomainError):
    """The assays show resistance, and the cells were not tested as the lab asks before that is called a model."""

    code = "not_tested"

    def __init__(self, culture: Culture, lack: str) -> None:
        super().__init__(
            f"{culture} is not tested as the lab asks before a model is confirmed. {lack} Take a sample; until it has "
            "passed the model stays a candidate.",
            ways=((f"Open {culture}", culture.get_absolute_url()),),
        )


class NotConfirmed(DomainError):
    code = "not_confirmed"

    def __init__(self, model: ResistanceModel) -> None:
        super().__init__(f"{model} is {model.get_status_display()}. Confirm it before it is maintained.")
