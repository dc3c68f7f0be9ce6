"""What comes in about how a model resists and whether it lasts: mechanisms, hypotheses, reversion tests."""

from typing import Any

from rest_framework import serializers

from api.fields import Id, Note, StrictSerializer, Text, Whole
from api.v1.commands import EventIn
from api.v1.references import a_culture, a_mechanism
from cultures.dosing.models import HypothesisEvidence, HypothesisStatement
from cultures.dosing.services.reversion import LAST_WEEK, USUAL_WEEKS


class RegisterMechanismIn(StrictSerializer):
    name = Text(max_length=80)
    group = Text(max_length=60, help_text="Such as HER2 itself")


class ProposeHypothesisIn(EventIn):
    mechanism = a_mechanism()
    status = serializers.ChoiceField(
        choices=HypothesisStatement.Status.choices, default=HypothesisStatement.Status.SUSPECTED
    )
    note = Note(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        mechanism = attrs.pop("mechanism")
        return super().validate(attrs) | {"mechanism_id": mechanism.pk}


class StateHypothesisIn(EventIn):
    status = serializers.ChoiceField(choices=HypothesisStatement.Status.choices)
    note = Note(max_length=300)


class AddEvidenceIn(EventIn):
    kind = serializers.ChoiceField(choices=HypothesisEvidence.Kind.choices)
    speaks_for = serializers.BooleanField(default=True, help_text="false when it speaks against the mechanism")
    text = Note(max_length=300, help_text="What was found; a reference may do without")
    doi = Text(max_length=200, required=False, help_text="Of a reference; with or without https://doi.org/")


class WithdrawEvidenceIn(StrictSerializer):
    evidence = Id()
    reason = Text(max_length=300)


# --- reversion tests --------------------------------------------------------------------------------------------------
class StartReversionTestIn(EventIn):
    culture = a_culture(help_text="The first flask without drug")
    weeks = serializers.ListField(
        child=Whole(min_value=1, max_value=LAST_WEEK),
        min_length=1,
        max_length=50,
        default=list(USUAL_WEEKS),
        help_text="after the start, at which the IC50 is measured",
    )
    passages = Whole(min_value=1, max_value=1000, default=12, help_text="planned without drug")
    note = Note(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture = attrs.pop("culture")
        return super().validate(attrs) | {"culture_id": culture.pk}


class SettleReversionCheckIn(EventIn):
    week = Whole(min_value=1, max_value=LAST_WEEK)
    note = Text(max_length=300, help_text="The run in which it was measured, or why it was left out")


class EndReversionTestIn(EventIn):
    reason = Text(max_length=300)
