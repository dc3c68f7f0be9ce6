"""What comes in about models and their ladders: one strict serializer per verb, as in commands.py."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.fields import Note, Number, StrictSerializer, Text, Whole
from api.v1.commands import PERCENT, VOLUME, ContentsIn, CountedIn, EventIn, SharedOutIn, ids_of
from api.v1.references import a_compound, a_culture, a_line, a_model, a_person
from cultures.dosing.commands import KeptDrug, PlannedDose, PlanOfDoses
from cultures.dosing.models import ReadinessRules
from cultures.dosing.services import ArmFeed, ArmHarvest, plan_by_strategy
from cultures.dosing.services.decisions import ON_A_LADDER
from cultures.dosing.services.plans import MOST_RUNGS
from cultures.dosing.services.rules import DECIDED
from cultures.passaging.commands import Medium
from cultures.science.doses import LARGEST_JUMP
from cultures.science.escalation import STRATEGIES

DOSE: dict[str, Any] = {"max_digits": 14, "decimal_places": 6, "min_value": Decimal("0.000001")}
VEHICLE: dict[str, Any] = PERCENT | {"max_digits": 7, "decimal_places": 4}
DAYS: dict[str, Any] = {"min_value": 1, "max_value": 3650}
LEAST: dict[str, Any] = DAYS | {"min_value": 0}
FACTOR: dict[str, Any] = {"max_digits": 8, "decimal_places": 4, "min_value": Decimal(1), "max_value": Decimal(1000)}
NUMBER_OF_A_DECISION: dict[str, Any] = {"min_value": 0, "max_value": 2**31 - 1}
UNIT = "nM, µM, mM, µg/mL or mg/mL"


def plain(value: Any) -> Any:
    """As a plan stores it: doses as text, days as numbers."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


# --- plans ------------------------------------------------------------------------------------------------------------
class RungIn(StrictSerializer):
    """One dose, and how long it is held. Limits that are left out are the lab's own."""

    dose = Number(**DOSE)
    planned_days = Whole(**DAYS, default=28)
    min_days = Whole(**LEAST, default=PlannedDose.min_days, help_text="days in the drug at this dose")
    min_passages = Whole(min_value=0, max_value=1000, default=PlannedDose.min_passages)
    min_viability_pct = Number(**PERCENT, required=False)
    max_doubling_ratio = Number(
        max_digits=4, decimal_places=2, min_value=Decimal(1), max_value=Decimal(10), required=False
    )
    on_days = Whole(**DAYS, required=False, help_text="of a pulse: days in the drug")
    off_days = Whole(**DAYS, required=False, help_text="of a pulse: days without")

    def validate(self, attrs: dict[str, Any]) -> PlannedDose:
        if attrs["min_days"] > attrs["planned_days"]:
            raise serializers.ValidationError({"min_days": ["No more than the days planned for the rung."]})
        if ("on_days" in attrs) is not ("off_days" in attrs):
            raise serializers.ValidationError({"on_days": ["Give on_days and off_days, or neither."]})
        return PlannedDose(**attrs)


class StrategyParametersIn(StrictSerializer):
    """What a strategy works its rungs out from; the schema of `strategy` says which needs what."""

    start = Number(**DOSE, required=False)
    target = Number(**DOSE, required=False)
    factor = Number(**FACTOR, required=False, help_text="from one dose to the next")
    dose = Number(**DOSE, required=False)
    doses = serializers.ListField(child=Number(**DOSE), max_length=MOST_RUNGS, required=False)
    on_days = Whole(**DAYS, required=False)
    off_days = Whole(**DAYS, required=False)
    planned_days = Whole(**DAYS, required=False)
    min_days = Whole(**LEAST, required=False)
    min_passages = Whole(min_value=0, max_value=1000, required=False)


class KeptDrugIn(StrictSerializer):
    """Another drug that is kept at one dose beside the one that rises."""

    compound = a_compound()
    dose = Number(**DOSE)
    unit = Text(max_length=8, help_text=UNIT)
    vehicle_pct = Number(**VEHICLE, default=Decimal(0))

    def validate(self, attrs: dict[str, Any]) -> KeptDrug:
        return KeptDrug(compound_id=attrs.pop("compound").pk, **attrs)


class PlanIn(StrictSerializer):
    """Either the rungs themselves, or a strategy with the parameters from which they are worked out."""

    unit = Text(max_length=8, help_text=f"Of all its doses: {UNIT}")
    vehicle_pct = Number(**VEHICLE, help_text="% v/v, equal over rungs and arms")
    rungs = RungIn(many=True, max_length=MOST_RUNGS, required=False)  # type: ignore[call-arg]  # DRF hands these to the list
    strategy = serializers.ChoiceField(
        choices=list(STRATEGIES),
        required=False,
        help_text="; ".join(f"{name}: {', '.join(one.needs)}" for name, one in STRATEGIES.items()),
    )
    parameters = StrategyParametersIn(required=False)
    maintained = KeptDrugIn(many=True, max_length=10, default=list)  # type: ignore[call-arg]  # DRF hands these to the list

    def validate(self, attrs: dict[str, Any]) -> PlanOfDoses:
        if ("rungs" in attrs) is ("strategy" in attrs) or ("strategy" in attrs) is not ("parameters" in attrs):
            raise serializers.ValidationError({"rungs": ["Give either rungs, or strategy and parameters."]})
        said = _written_out(attrs) if "rungs" in attrs else _worked_out(attrs)
        return replace(said, maintained=attrs["maintained"])


def _written_out(attrs: dict[str, Any]) -> PlanOfDoses:
    are_pulsed = any(rung.on_days for rung in attrs["rungs"])
    return PlanOfDoses(
        unit=attrs["unit"],
        rungs=attrs["rungs"],
        vehicle_pct=attrs["vehicle_pct"],
        strategy="pulsed" if are_pulsed else "explicit",
        parameters={"doses": [plain(rung.dose) for rung in attrs["rungs"]]},
    )


def _worked_out(attrs: dict[str, Any]) -> PlanOfDoses:
    may_jump = ReadinessRules.current().largest_jump > LARGEST_JUMP  # the lab's own limit is then asked by the service
    parameters = {name: plain(value) for name, value in attrs["parameters"].items()}
    parameters |= {"allow_large": True} if may_jump else {}
    return plan_by_strategy(attrs["strategy"], parameters, attrs["unit"], attrs["vehicle_pct"])


class RegisterModelIn(StrictSerializer):
    name = Text(max_length=60)
    parental_line = a_line()
    compound = a_compound(help_text="The drug that rises")
    keeper = a_person(required=False, help_text="You, when left out")
    purpose = Note(max_length=300)
    starting_culture = a_culture(required=False)
    starting_vial = Text(max_length=60, required=False, help_text="As on its label, when it starts from one")
    derived_from = a_model(required=False, help_text="The code of a model whose cells this one starts from")
    plan = PlanIn()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        keeper = attrs.pop("keeper", None) or self.context["request"].user
        named = ("parental_line", "compound", "starting_culture", "derived_from")
        return attrs | {f"{name}_id": attrs.pop(name).pk for name in named if name in attrs} | {"keeper_id": keeper.pk}


class RevisePlanIn(StrictSerializer):
    plan = PlanIn()
    reason = Text(max_length=300)
    based_on = Whole(min_value=0, max_value=32_767, help_text="The version you looked at")


# --- ladders and decisions --------------------------------------------------------------------------------------------
class StartLadderIn(EventIn):
    name = Text(max_length=20, help_text="A, B ...")
    treated = serializers.ListField(child=a_culture(), min_length=1, max_length=20)
    control = a_culture(help_text="The matched vehicle control: its code")
    rung_number = Whole(min_value=1, max_value=MOST_RUNGS, default=1)
    reason = Note(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        arms = {"treated_ids": ids_of(attrs.pop("treated")), "control_id": attrs.pop("control").pk}
        return super().validate(attrs) | arms


class BranchLadderIn(EventIn):
    name = Text(max_length=20)
    treated = serializers.ListField(child=a_culture(), min_length=1, max_length=20)
    control = a_culture(required=False, help_text="Without one, the branch stands beside the control of its ladder")
    reason = Text(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        control = attrs.pop("control", None)
        arms = {"treated_ids": ids_of(attrs.pop("treated")), "control_id": control and control.pk}
        return super().validate(attrs) | arms


class DecideIn(EventIn):
    """More exposure than the verdict allows needs a reason, and waits for a second person."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in ON_A_LADDER])
    based_on = Whole(**NUMBER_OF_A_DECISION, help_text="The number of the ladder's last decision that you looked at")
    to_rung = Whole(
        min_value=1, max_value=MOST_RUNGS, required=False, help_text="Of the newest plan; else the next one"
    )
    culture = a_culture(required=False, help_text="The treated flask it rests on; else the one that leads")
    reason = Note(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture = attrs.pop("culture", None)
        return super().validate(attrs) | ({"culture_id": culture.pk} if culture else {})


class DeclineDecisionIn(StrictSerializer):
    reason = Text(max_length=300)


class ConfirmModelIn(EventIn):
    subline_name = Text(max_length=60, required=False, help_text="Registers the line that the model became")
    reason = Note(max_length=300)


class MaintainModelIn(EventIn):
    reason = Note(max_length=300)


class AbandonModelIn(EventIn):
    reason = Text(max_length=300)


# --- both arms at once ------------------------------------------------------------------------------------------------
class ArmHarvestIn(CountedIn):
    culture = a_culture()

    def validate(self, attrs: dict[str, Any]) -> ArmHarvest:
        return ArmHarvest(culture_id=attrs.pop("culture").pk, **super().validate(attrs))


class PassagePairIn(SharedOutIn):
    """The daughters as the treated arm gets them, in cells or by density; the control gets the same in vehicle."""

    treated = ArmHarvestIn()
    control = ArmHarvestIn()


class ArmFeedIn(StrictSerializer):
    culture = a_culture()
    volume_ml = Number(**VOLUME)

    def validate(self, attrs: dict[str, Any]) -> ArmFeed:
        return ArmFeed(culture_id=attrs.pop("culture").pk, **attrs)


class FeedPairIn(EventIn):
    """The medium as the treated arm gets it; the control gets as much of each vehicle, and no drug."""

    treated = ArmFeedIn()
    control = ArmFeedIn()
    medium = ContentsIn()
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        contents = attrs.pop("medium")
        medium = Medium(volume_ml=attrs["treated"].volume_ml, **contents)
        return super().validate(attrs) | {"medium": medium}


# --- the lab's rules --------------------------------------------------------------------------------------------------
class ChangeReadinessRulesIn(StrictSerializer):
    """What is named is changed; what is not stays as it is."""

    reason = Text(max_length=300)
    based_on = Whole(min_value=1, max_value=32_767, help_text="The version you looked at")

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {name: _limit(name) for name in DECIDED}


def _limit(name: str) -> Whole | Number:
    field = ReadinessRules._meta.get_field(name)
    told: dict[str, Any] = {"required": False, "help_text": str(getattr(field, "help_text", ""))}
    if places := getattr(field, "decimal_places", 0):
        return Number(max_digits=4, decimal_places=places, min_value=Decimal(0), **told)
    return Whole(min_value=0, max_value=3650, **told)
