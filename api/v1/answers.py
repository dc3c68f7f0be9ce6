"""What goes out: views of the records, in the words of the bench."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Moment
from api.v1.standing_answers import QCFactsOut, facts_of
from cultures.lines.models import CellLine, MolecularFeature
from cultures.passaging.models import BenchSession, Count, Culture, Event, Harvest
from cultures.passaging.timeline import Entry


@extend_schema_field({"type": "number", "format": "double"})
class Hours(serializers.Field):
    """A duration in hours."""

    def to_representation(self, value: timedelta) -> float:
        return round(value.total_seconds() / 3600, 2)


class LineName(serializers.ModelSerializer):
    class Meta:
        model = CellLine
        fields = ["id", "name"]


class FeatureOut(serializers.ModelSerializer):
    class Meta:
        model = MolecularFeature
        fields = ["gene", "state", "reference"]


class LineOut(serializers.ModelSerializer):
    """A line of the registry; parent is null for a parental line."""

    parent = LineName(allow_null=True)
    synonyms = serializers.SerializerMethodField()
    features = serializers.SerializerMethodField()
    default_medium = serializers.CharField(allow_null=True)
    reference_doubling_time_h = Hours(source="reference_doubling_time", allow_null=True)
    passage_interval_h = Hours(source="passage_interval", allow_null=True)
    feed_interval_h = Hours(source="feed_interval", allow_null=True)
    retired_at = Moment(allow_null=True)

    class Meta:
        model = CellLine
        fields = [
            "id",
            "name",
            "synonyms",
            "parent",
            "rrid",
            "species",
            "tissue",
            "disease",
            "subtype",
            "source",
            "catalogue_number",
            "lot_number",
            "biosafety_level",
            "growth_mode",
            "default_medium",
            "split_ratio_min",
            "split_ratio_max",
            "seeding_density_min_per_cm2",
            "seeding_density_max_per_cm2",
            "reference_doubling_time_h",
            "passage_interval_h",
            "feed_interval_h",
            "passage_limit",
            "features",
            "retired_at",
        ]
        read_only_fields = fields

    def get_synonyms(self, line: CellLine) -> list[str]:
        return [name.name for name in line.names.all() if name.withdrawn_at is None and name.name != line.name]

    def get_features(self, line: CellLine) -> FeatureOut(many=True):  # type: ignore[valid-type]  # DRF makes a list serializer; spectacular reads it
        return FeatureOut([found for found in line.features.all() if found.withdrawn_at is None], many=True).data


class CultureOut(serializers.ModelSerializer):
    """One vessel. cpdl is null when the doublings before it came here are not known."""

    line = LineName()
    vessel = serializers.CharField()
    medium = serializers.CharField()
    place = serializers.CharField(source="place.code")
    place_name = serializers.CharField(source="place.full_name")
    keeper = serializers.CharField(source="keeper.username")
    fate = serializers.ChoiceField(choices=[("", "none: it grows"), *Culture.Fate.choices])
    seeded_at = Moment()
    ended_at = Moment(allow_null=True)
    qc = serializers.SerializerMethodField()

    class Meta:
        model = Culture
        fields = [
            "id",
            "code",
            "line",
            "origin",
            "passage_number",
            "passages_since_thaw",
            "cpdl",
            "cpdl_net",
            "vessel",
            "medium",
            "place",
            "place_name",
            "arm",
            "keeper",
            "seeded_at",
            "seeded_cells",
            "ended_at",
            "fate",
            "qc",
        ]
        read_only_fields = fields

    def get_qc(self, culture: Culture) -> QCFactsOut:
        """A list hands in the facts of all its rows, read at once."""
        known = self.context.get("qc") or facts_of([culture.pk])
        return QCFactsOut(known[culture.pk]).data  # type: ignore[return-value]


class EntryOut(serializers.Serializer):
    """An entry as it was recorded."""

    kind = serializers.SerializerMethodField()
    id = serializers.IntegerField()
    culture = serializers.CharField(source="culture.code")
    at = Moment()
    recorded_at = Moment()
    source = serializers.ChoiceField(choices=Event.Source.choices)  # type: ignore[assignment]  # DRF: a field, which hides the attribute of its base

    def get_kind(self, event: Event) -> str:
        return event._meta.model_name or ""


class FeedOut(EntryOut):
    without_drug = serializers.CharField(help_text="why the treated arm got no drug; empty when it got one")
    override = serializers.CharField(help_text="why it departs from a rule of the lab; empty when it does not")


class TimelineEntryOut(serializers.Serializer):
    """One event of a culture that stands. `correct` is the kind and id under which it is undone or corrected."""

    class CorrectOut(serializers.Serializer):
        kind = serializers.CharField()
        id = serializers.IntegerField()

    kind = serializers.CharField()
    at = Moment()
    recorded_at = Moment(source="event.recorded_at")
    by = serializers.SerializerMethodField()
    source = serializers.CharField(source="event.source")  # type: ignore[assignment]  # DRF: a field, which hides the attribute of its base
    headline = serializers.CharField()
    facts = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(source="event.note")
    reason = serializers.CharField(source="event.reason", help_text="why it superseded an earlier version")
    cultures = serializers.SerializerMethodField()
    correct = serializers.SerializerMethodField()

    def get_by(self, entry: Entry) -> str | None:
        return entry.event.by.username if entry.event.by else None

    def get_cultures(self, entry: Entry) -> list[str]:
        return [culture.code for culture in entry.cultures]

    def get_correct(self, entry: Entry) -> CorrectOut:
        return dict(zip(("kind", "id"), entry.correct, strict=True))  # type: ignore[return-value]  # two words for two values


class TimelineOut(serializers.Serializer):
    culture = serializers.CharField()
    entries = TimelineEntryOut(many=True)


class RelativeOut(serializers.Serializer):
    code = serializers.CharField()
    line = serializers.CharField()
    passage_number = serializers.IntegerField(source="passage")
    seeded_at = Moment(source="start")
    ended_at = Moment(source="end", allow_null=True)
    fate = serializers.CharField()
    arm = serializers.CharField()
    dose = serializers.CharField(help_text="what is in its medium: lapatinib 100 nM")


class LineageOut(serializers.Serializer):
    """The family of a culture: all it descends from and all that descends from those."""

    class DescentOut(serializers.Serializer):
        parent = serializers.CharField()  # type: ignore[assignment]  # DRF: a field, which hides the attribute of its base
        daughter = serializers.CharField()

    culture = serializers.CharField()
    cultures = RelativeOut(many=True, source="members")
    descents = serializers.SerializerMethodField()
    is_whole = serializers.BooleanField(help_text="false when only the nearest relatives are given")

    def get_descents(self, family: dict[str, Any]) -> DescentOut(many=True):  # type: ignore[valid-type]  # DRF makes a list serializer; spectacular reads it
        codes = {member.id: member.code for member in family["members"]}
        shown = [pair for pair in family["descents"] if set(pair) <= codes.keys()]
        return [{"parent": codes[parent], "daughter": codes[daughter]} for parent, daughter in sorted(shown)]


class CountOut(EntryOut):
    live_per_ml = serializers.DecimalField(max_digits=14, decimal_places=1)
    dead_per_ml = serializers.DecimalField(max_digits=14, decimal_places=1, allow_null=True)
    viability_pct = serializers.SerializerMethodField()

    def get_viability_pct(self, count: Count) -> float | None:
        return None if count.viability_pct is None else round(count.viability_pct, 1)


class AllocationOut(serializers.Serializer):
    kind = serializers.CharField(help_text="daughter, discarded, or a registered destination")
    cells = serializers.IntegerField()
    volume_ml = serializers.DecimalField(max_digits=8, decimal_places=3)
    daughter = serializers.SerializerMethodField()

    def get_daughter(self, allocation: Any) -> str | None:
        return allocation.daughter.code if allocation.daughter else None


class HarvestOut(serializers.ModelSerializer):
    """A harvest and where its viable cells went."""

    at = Moment()
    recorded_at = Moment()
    cultures = serializers.SerializerMethodField()
    allocations = serializers.SerializerMethodField()

    class Meta:
        model = Harvest
        fields = ["id", "at", "recorded_at", "source", "cultures", "volume_ml", "viable_cells", "allocations"]
        read_only_fields = fields

    def get_cultures(self, harvest: Harvest) -> list[str]:
        return [source.culture.code for source in harvest.sources.select_related("culture").order_by("culture")]

    def get_allocations(self, harvest: Harvest) -> AllocationOut(many=True):  # type: ignore[valid-type]  # DRF makes a list serializer; spectacular reads it
        standing = harvest.allocations.filter(withdrawn_at=None).select_related("daughter").order_by("pk")
        return AllocationOut(standing, many=True).data


class BenchSessionOut(serializers.ModelSerializer):
    hood = serializers.CharField(source="hood.code")
    person = serializers.CharField(source="person.username")
    started_at = Moment()
    ended_at = Moment(allow_null=True)

    class Meta:
        model = BenchSession
        fields = ["id", "person", "hood", "started_at", "ended_at"]
        read_only_fields = fields
