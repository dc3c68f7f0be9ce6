"""What models and plans refuse."""

from cultures.compounds.models import Compound
from cultures.dosing.models import EscalationPlan, Ladder, ResistanceModel
from cultures.passaging.errors import link
from cultures.passaging.models import Culture
from lims.errors import DomainError


class ModelNameTaken(DomainError):
    code = "model_name_taken"

    def __init__(self, model: ResistanceModel) -> None:
        super().__init__(
            f"There is a model {model} already. Choose another name.",
            field="name",
            ways=((f"Open {model}", model.get_absolute_url()),),
        )


class StartUnclear(DomainError):
    code = "start_unclear"

    def __init__(self) -> None:
        super().__init__(
            "A model starts from a culture or from a vial. Name one of them, not both.", field="starting_culture"
        )


class StartOfAnotherLine(DomainError):
    code = "start_of_another_line"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} is {culture.line}, neither the parental line nor derived from it. Choose another flask, "
            "or that line.",
            field="starting_culture",
            ways=(link(culture),),
        )


class PlanUnusable(DomainError):
    """What the arithmetic of plans said, at its field."""

    code = "plan_unusable"


class RungDoseUnusable(DomainError):
    code = "rung_dose_unusable"

    def __init__(self, sentence: str, field: str = "doses") -> None:
        super().__init__(sentence, field=field)


class RungAboveMaximum(DomainError):
    code = "rung_above_maximum"

    def __init__(self, compound: Compound, said: str, most: str, field: str) -> None:
        super().__init__(
            f"{said} of {compound} is above the highest dose allowed, {most}. Plan a lower target, or have the "
            "compound's highest dose changed.",
            field=field,
            ways=((f"Open {compound}", compound.get_absolute_url()),),
        )


class PlanVehicleTooMuch(DomainError):
    code = "plan_vehicle_too_much"

    def __init__(self, compound: Compound, most: str, field: str) -> None:
        super().__init__(
            f"{compound} may bring at most {most} % v/v of {compound.vehicle} into the medium. Plan less, from a "
            "stronger stock.",
            field=field,
        )


class JumpInPlan(DomainError):
    code = "jump_in_plan"

    def __init__(self, before: str, after: str, most: object) -> None:
        super().__init__(
            f"From {before} to {after} the dose rises more than {most}×. Put a rung between them.", field="doses"
        )


class DosesNotRising(DomainError):
    code = "doses_not_rising"

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"{after} comes after {before}; each rung is above the last. Reorder them.", field="doses")


class MaintainedRises(DomainError):
    code = "maintained_rises"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is the drug that rises; it cannot be kept at one dose too.", field="maintained")


class PlanChangedMeanwhile(DomainError):
    code = "plan_changed_meanwhile"

    def __init__(self, newest: EscalationPlan) -> None:
        super().__init__(
            f"{newest.made_by} ({newest.made_by.initials}) has made {newest} meanwhile. Look at it, and change that."
        )


class RungInUseMissing(DomainError):
    code = "rung_in_use_missing"

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(
            f"{ladder} stands at {ladder.rung.dose_in_words}, and the new plan has no such rung. Keep it in the plan.",
            field="doses",
        )


class NothingChanged(DomainError):
    code = "nothing_changed"

    def __init__(self, plan: EscalationPlan) -> None:
        super().__init__(f"This is what {plan} says already. Change something, or keep it.")
