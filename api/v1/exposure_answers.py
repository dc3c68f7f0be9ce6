"""What goes out about exposure: what the cells of a model's ladders were in, and what that adds up to."""

from rest_framework import serializers

from api.fields import Moment
from cultures.dosing.exposure_table import DrugTable
from cultures.science.stays import Kind


class IntervalOut(serializers.Serializer):
    """Time in one state; end is null while it goes on, and days are then those until now."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind], source="interval.kind")
    start = Moment(source="interval.start")
    end = Moment(source="ended", allow_null=True)
    days = serializers.FloatField(source="interval.days")
    dose = serializers.DecimalField(max_digits=18, decimal_places=6, allow_null=True, help_text="null without drug")
    unit = serializers.CharField()
    stocks = serializers.ListField(child=serializers.CharField(), help_text="numbers of the lots of drug it was")


class AtDoseOut(serializers.Serializer):
    dose = serializers.DecimalField(max_digits=18, decimal_places=6)
    days = serializers.FloatField()


class DrugExposureOut(serializers.Serializer):
    """Of one compound: every interval, and what they add up to, in the unit of the compound."""

    compound = serializers.CharField(source="exposure.compound.name")
    unit = serializers.CharField(source="exposure.unit")
    days_in_drug = serializers.FloatField(source="ledger.days_on")
    days_at_dose = serializers.FloatField(source="ledger.days_at_dose", help_text="since the present dose was reached")
    passages_at_dose = serializers.IntegerField(source="ledger.passages_at_dose")
    dose_days = serializers.FloatField(source="ledger.cumulative", help_text="the sum of dose and days in it")
    longest_gap_days = serializers.SerializerMethodField()
    days_by_dose = serializers.SerializerMethodField()
    stocks = serializers.ListField(child=serializers.CharField(), source="ledger.stocks")
    intervals = IntervalOut(many=True, source="rows", help_text="oldest first")

    def get_longest_gap_days(self, table: DrugTable) -> float:
        return table.ledger.longest_gap.total_seconds() / 86_400

    def get_days_by_dose(self, table: DrugTable) -> AtDoseOut(many=True):  # type: ignore[valid-type]  # DRF makes a list serializer; spectacular reads it
        stays = sorted(table.ledger.by_dose().items())
        return AtDoseOut(
            [{"dose": dose, "days": sum(one.days for one in found)} for dose, found in stays], many=True
        ).data


class LadderExposureOut(serializers.Serializer):
    ladder = serializers.CharField()
    culture = serializers.CharField(help_text="the flask that stands for the ladder: all its ancestors are in it")
    drugs = DrugExposureOut(many=True)


class ExposureOut(serializers.Serializer):
    model = serializers.CharField()
    ladders = LadderExposureOut(many=True)
