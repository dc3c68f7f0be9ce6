"""What the vocabulary of mechanisms and the notes on a model refuse."""

from django.urls import reverse

from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism
from cultures.passaging.errors.words import day
from lims.errors import DomainError


class MechanismNameTaken(DomainError):
    """One word for one mechanism; other names in brackets, capitals, blanks and dashes make no difference."""

    code = "mechanism_name_taken"

    def __init__(self, name: str, holder: Mechanism) -> None:
        as_what = "" if holder.name == name else f"as {holder}, "
        super().__init__(
            f"{name} is in the vocabulary already, {as_what}under {holder.group}. Use that word, or choose another.",
            field="name",
            ways=((f"Open {holder}", reverse("cultures:mechanism", args=[holder.pk])),),
        )


class MechanismRetired(DomainError):
    code = "mechanism_retired"

    def __init__(self, mechanism: Mechanism) -> None:
        super().__init__(f"{mechanism} is retired. Choose a mechanism in use.", field="mechanism_id")


class HypothesisNotedAlready(DomainError):
    code = "hypothesis_noted_already"

    def __init__(self, noted: Hypothesis) -> None:
        super().__init__(
            f"{noted.mechanism} is noted for {noted.model} already. State anew what is held of it, or add evidence.",
            field="mechanism_id",
            ways=((f"Open {noted.mechanism}", reverse("cultures:hypothesis", args=[noted.model.code, noted.pk])),),
            extra={"hypothesis": noted.pk},
        )


class StatedAlready(DomainError):
    code = "stated_already"

    def __init__(self, standing: HypothesisStatement) -> None:
        super().__init__(
            f"It is {standing.get_status_display()} with this note since {day(standing.at)}. "
            "Change the status or the note, or leave it as it is.",
            field="note",
        )


class StatedWithoutGrounds(DomainError):
    """Supported or refuted, with neither a note nor evidence that says so."""

    code = "stated_without_grounds"

    def __init__(self, status: str) -> None:
        way = "for" if status == HypothesisStatement.Status.SUPPORTED else "against"
        super().__init__(
            f"Nothing says why it is {status}. Write a note, or first add evidence that speaks {way} it.", field="note"
        )


class BeforeItsProposal(DomainError):
    code = "before_its_proposal"

    def __init__(self, hypothesis: Hypothesis) -> None:
        super().__init__(
            f"{hypothesis} was proposed on {day(hypothesis.proposed_at)}, which is later. Correct the time.", field="at"
        )


class ReferenceWithoutDoi(DomainError):
    code = "reference_without_doi"

    def __init__(self) -> None:
        super().__init__("A reference is named by its DOI, such as 10.18632/oncotarget.19461. Add it.", field="doi")


class NotADoi(DomainError):
    code = "not_a_doi"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text[:60]} is not a DOI. It begins with 10. and has a stroke, such as 10.18632/oncotarget.19461.",
            field="doi",
        )


class EvidenceSaysNothing(DomainError):
    code = "evidence_says_nothing"

    def __init__(self) -> None:
        super().__init__("Write what was found, such as: pAkt S473 three times that of the control.", field="text")


class EvidenceStandsAlready(DomainError):
    code = "evidence_stands_already"

    def __init__(self, standing: HypothesisEvidence) -> None:
        super().__init__(
            f"The same evidence stands since {day(standing.at)}, by {standing.by.initials or standing.by}. "
            "Withdraw that first, or leave it as it is.",
            field="doi" if standing.doi else "text",
        )


class EvidenceWithdrawn(DomainError):
    code = "evidence_withdrawn"

    def __init__(self, evidence: HypothesisEvidence) -> None:
        when = day(evidence.withdrawn_at) if evidence.withdrawn_at else ""
        super().__init__(
            f"It was withdrawn on {when} already, because: {evidence.withdrawn_reason}. Nothing is left to do."
        )


class WithdrawnWithoutReason(DomainError):
    code = "withdrawn_without_reason"

    def __init__(self) -> None:
        super().__init__("Evidence is withdrawn for a reason. Write why it no longer speaks.", field="reason")
