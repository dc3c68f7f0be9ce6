"""What goes out about models: where their ladders stand, what was planned, decided, and given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Moment
from api.v1.answers import FeedOut, HarvestOut, LineName
from cultures.dosing.forecasting import LadderForecast, forecast_of
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.members import Member
from cultures.dosing.models import (
    Decision,
    EscalationPlan,
    Ladder,
    MaintainedDrug,
    ReadinessRules,
    ResistanceModel,
    Rung,
)
from cultures.dosing.services.rules import DECIDED
from cultures.science.readiness import Mark, Verdict

VERDICTS = [verdict.value for verdict in Verdict]


@dataclass(frozen=True)
class Standing:
    """One ladder as it stands; forecast is None at its target and after its end."""

    view: LadderView
    forecast: LadderForecast | None


@dataclass(frozen=True)
class ToldModel:
    model: ResistanceModel
    ladders: Sequence[Standing]


def told(models: Sequence[ResistanceModel], at: datetime) -> list[ToldModel]:
    """With their ladders, in a fixed number of queries. Models come with their compound."""
    by_key = {model.pk: model for model in models}
    ladders = list(Ladder.objects.filter(model__in=by_key).select_related("rung__plan", "branched_from"))
    for ladder in ladders:
        ladder.model = by_key[ladder.model_id]
    views, forecasts = views_of(ladders, at), forecast_of(ladders, at)
    standing: dict[int, list[Standing]] = {pk: [] for pk in by_key}
    for ladder in ladders:
        standing[ladder.model_id].append(Standing(views[ladder.pk], forecasts.get(ladder.pk)))
    return [ToldModel(model, standing[model.pk]) for model in models]


# --- plans ------------------------------------------------------------------------------------------------------------
class DoseOut(serializers.ModelSerializer):
    """A rung by its number and its dose as written."""

    unit = serializers.CharField(source="dose_unit")

    class Meta:
        model = Rung
        fields = ["number", "dose", "unit"]
        read_only_fields = fields


class RungOut(DoseOut):
    class Meta:
        model = Rung
        limits = ["planned_days", "min_days", "min_passages", "min_viability_pct", "max_doubling_ratio"]
        fields = [*DoseOut.Meta.fields, *limits, "on_days", "off_days"]
        read_only_fields = fields


class MaintainedDrugOut(serializers.ModelSerializer):
    compound = serializers.CharField(source="compound.name")
    unit = serializers.CharField(source="dose_unit")

    class Meta:
        model = MaintainedDrug
        fields = ["compound", "dose", "unit", "vehicle_pct"]
        read_only_fields = fields


class PlanOut(serializers.ModelSerializer):
    """One version of a plan; a change is a new version."""

    parameters = serializers.DictField(help_text="what the strategy was given")
    made_at = Moment()
    made_by = serializers.CharField(source="made_by.username")
    rungs = RungOut(many=True)
    maintained = MaintainedDrugOut(many=True)

    class Meta:
        model = EscalationPlan
        made = ["strategy", "template", "parameters", "vehicle_pct", "reason", "made_at", "made_by"]
        fields = ["version", *made, "rungs", "maintained"]
        read_only_fields = fields


class ReadinessRulesOut(serializers.ModelSerializer):
    """The rules now. Before anyone has decided they are the defaults as version 1, made by nobody."""

    at = serializers.SerializerMethodField()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    class Meta:
        model = ReadinessRules
        fields = ["version", *DECIDED, "reason", "at", "by"]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_at(self, rules: ReadinessRules) -> str | None:
        return Moment().to_representation(rules.at) if rules.pk else None


# --- models and their ladders -----------------------------------------------------------------------------------------
class ForecastOut(serializers.Serializer):
    """When the target dose will be given: from_on to to_on holds 80 % of all cases, half_from_on to half_to_on half."""

    class NeedsOut(serializers.Serializer):
        """Until the median day, both arms as they are fed now."""

        medium_ml = serializers.DecimalField(max_digits=14, decimal_places=2)
        stock_ul = serializers.DecimalField(max_digits=14, decimal_places=2)
        stock = serializers.CharField(source="stock.code")
        expiring = serializers.SerializerMethodField(help_text="codes of lots in use that expire before")

        def get_expiring(self, needs: Any) -> list[str]:
            return [lot.code for lot in needs.expiring]

    from_on = serializers.DateField()
    half_from_on = serializers.DateField()
    median_on = serializers.DateField()
    half_to_on = serializers.DateField()
    to_on = serializers.DateField()
    basis = serializers.CharField(source="forecast.basis")
    needs = NeedsOut(allow_null=True)


class LadderOut(serializers.Serializer):
    """A ladder as it stands.

    `rung` is the one decided; until its next medium the leading flask may be in another dose, which `still_at` tells.
    A decision is based on `last_decision`. verdict is null when no treated flask is alive or the ladder has ended.
    """

    name = serializers.CharField(source="view.ladder.name")
    state = serializers.ChoiceField(choices=Ladder.State.choices, source="view.ladder.state")
    rung = DoseOut(source="view.ladder.rung")
    target = DoseOut(source="view.target")
    still_at = serializers.CharField(source="view.still_at", help_text="8 µg/mL; empty when it is in the dose decided")
    verdict = serializers.ChoiceField(choices=VERDICTS, source="view.readiness.verdict", allow_null=True)
    sentence = serializers.CharField(source="view.readiness.judgement.sentence", allow_null=True)
    treated = serializers.SerializerMethodField(help_text="living flasks, the one that leads first")
    control = serializers.SerializerMethodField()
    borrows_control = serializers.BooleanField(source="view.arms.borrows_control")
    last_decision = serializers.IntegerField(source="view.last.number", allow_null=True)
    waiting_decision = serializers.IntegerField(source="view.waiting.number", allow_null=True)
    branched_from = serializers.CharField(source="view.ladder.branched_from.name", allow_null=True)
    started_at = Moment(source="view.ladder.started_at")
    ended_at = Moment(source="view.ladder.ended_at", allow_null=True)
    forecast = ForecastOut(allow_null=True)

    def get_treated(self, standing: Standing) -> list[str]:
        return _codes(standing.view.arms.treated)

    def get_control(self, standing: Standing) -> list[str]:
        return _codes(standing.view.arms.control)


def _codes(members: Sequence[Member]) -> list[str]:
    return [member.culture.code for member in members]


class ModelOut(serializers.Serializer):
    """A resistant subline in the making, with its ladders."""

    code = serializers.CharField(source="model.code")
    name = serializers.CharField(source="model.name")
    status = serializers.ChoiceField(choices=ResistanceModel.Status.choices, source="model.status")
    parental_line = LineName(source="model.parental_line")
    compound = serializers.CharField(source="model.compound.name")
    unit = serializers.CharField(source="model.compound.unit", help_text="in which its exposure is added up")
    keeper = serializers.CharField(source="model.keeper.username")
    purpose = serializers.CharField(source="model.purpose")
    starting_culture = serializers.CharField(source="model.starting_culture.code", allow_null=True)
    starting_vial = serializers.CharField(source="model.starting_vial")
    derived_from = serializers.CharField(source="model.derived_from.code", allow_null=True)
    resulting_line = LineName(source="model.resulting_line", allow_null=True)
    registered_at = Moment(source="model.registered_at")
    ladders = LadderOut(many=True)


# --- readiness --------------------------------------------------------------------------------------------------------
class FindingOut(serializers.Serializer):
    """What one gate found."""

    code = serializers.CharField()
    title = serializers.CharField()
    mark = serializers.ChoiceField(choices=[mark.value for mark in Mark])
    sentence = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    limit = serializers.CharField()
    blocks = serializers.BooleanField()


class LadderReadinessOut(serializers.Serializer):
    """How the rung of one open ladder is judged now, and the kind of decision that asks for."""

    ladder = serializers.CharField(source="ladder.name")
    culture = serializers.CharField(source="arms.lead.culture.code")
    verdict = serializers.ChoiceField(choices=VERDICTS, source="readiness.verdict")
    sentence = serializers.CharField(source="readiness.judgement.sentence")
    proposes = serializers.CharField(source="proposed.kind", allow_null=True, help_text="null: the work goes on")
    rules_version = serializers.IntegerField(source="readiness.rules.version")
    judged_at = Moment(source="readiness.judged_at")
    days_at_dose = serializers.FloatField(source="readiness.facts.days_at_dose")
    passages_at_dose = serializers.IntegerField(source="readiness.facts.passages_at_dose")
    findings = FindingOut(many=True, source="readiness.findings")


class ReadinessOut(serializers.Serializer):
    """Ladders that have ended, or have no living treated flask, are not judged and not here."""

    model = serializers.CharField()
    ladders = LadderReadinessOut(many=True)


# --- decisions --------------------------------------------------------------------------------------------------------
class DecisionOut(serializers.ModelSerializer):
    """What a person decided, with the evidence as it was. A waiting one changes nothing until it is seconded."""

    ladder = serializers.CharField(source="ladder.name", allow_null=True)
    at = Moment()
    recorded_at = Moment()
    by = serializers.CharField(source="by.username")
    culture = serializers.CharField(source="culture.code", allow_null=True)
    from_rung = DoseOut(allow_null=True)
    to_rung = DoseOut(allow_null=True)
    verdict = serializers.ChoiceField(choices=VERDICTS, allow_blank=True, help_text="empty where none was needed")
    judgement = serializers.DictField(help_text="the findings at that moment")
    seconded_by = serializers.CharField(source="seconded_by.username", allow_null=True)
    seconded_at = Moment(allow_null=True)
    withdrawn_by = serializers.CharField(source="withdrawn_by.username", allow_null=True)
    withdrawn_at = Moment(allow_null=True)

    class Meta:
        model = Decision
        when = ["at", "recorded_at", "by", "source"]
        why = ["culture", "from_rung", "to_rung", "verdict", "judgement", "rules_version", "reason"]
        marks = ["is_against_verdict", "is_large_jump"]
        after = ["seconded_by", "seconded_at", "withdrawn_by", "withdrawn_at"]
        fields = ["number", "ladder", "kind", "state", *when, *why, *marks, *after]
        read_only_fields = fields


class PairHarvestOut(serializers.Serializer):
    treated = HarvestOut()
    control = HarvestOut()


class PairFeedOut(serializers.Serializer):
    treated = FeedOut()
    control = FeedOut()
