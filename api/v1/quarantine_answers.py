"""What goes out about cells that are kept apart, and about how far a contamination reached."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from rest_framework import serializers

from api.fields import Moment
from cultures.passaging.models import Culture, Event
from cultures.quality.models import ContaminationTrace, Quarantine, QuarantineMember, TraceMember, Treatment
from cultures.quality.reach import Member, Reach

TIERS = [(tier.value, tier.label) for tier in TraceMember.Tier]


# --- quarantine -------------------------------------------------------------------------------------------------------
class QuarantineOut(serializers.ModelSerializer):
    """One cause to keep cultures apart. What releases it was written down when it began."""

    family = serializers.CharField(source="method")
    test = serializers.CharField(source="test.code", allow_null=True, default=None)
    trace = serializers.IntegerField(source="trace_id", allow_null=True)
    started_at = Moment(help_text="the sample, or when the cells came in")
    passes_needed = serializers.IntegerField(help_text="0: nothing releases it but disposal or treatment")
    days_between_passes = serializers.IntegerField(source="apart.days")
    at = Moment(help_text="when it was put in force")
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    held = serializers.IntegerField(help_text="cultures it holds now, ended ones too")
    growing = serializers.IntegerField(help_text="those of them that grow")
    released = serializers.IntegerField()

    class Meta:
        model = Quarantine
        cause = ["kind", "cause", "family", "test", "trace", "reason", "started_at"]
        release = ["passes_needed", "days_between_passes", "needs_lead"]
        fields = ["id", *cause, *release, "at", "by", "held", "growing", "released"]
        read_only_fields = fields


def quarantines() -> QuerySet[Quarantine]:
    is_held = Q(members__until=None)
    return Quarantine.objects.select_related("test", "by").annotate(
        held=Count("members", filter=is_held),
        growing=Count("members", filter=is_held & Q(members__culture__ended_at=None)),
        released=Count("members", filter=Q(members__until__isnull=False)),
    )


class SampleSinceOut(serializers.Serializer):
    """A sample of the culture, or of one it descends from alone, taken since it was put in."""

    code = serializers.CharField()
    at = Moment()
    verdict = serializers.CharField()


class MemberOut(serializers.ModelSerializer):
    """A culture that is or was held; daughters join with their parent's `since`."""

    culture = serializers.CharField(source="culture.code")
    line = serializers.CharField(source="culture.line.name")
    passage_number = serializers.IntegerField(source="culture.passage_number")
    is_growing = serializers.BooleanField(source="culture.is_growing")
    since = Moment(help_text="samples taken after it count for the release")
    samples_since = serializers.SerializerMethodField()
    until = Moment(allow_null=True)
    released_by = serializers.CharField(source="released_by.username", allow_null=True, default=None)
    released_on = serializers.ListField(child=serializers.CharField(), help_text="the samples its release rests on")

    class Meta:
        model = QuarantineMember
        of = ["culture", "line", "passage_number", "is_growing"]
        fields = [*of, "why", "since", "samples_since", "until", "released_by", "release_reason", "released_on"]
        read_only_fields = fields

    def get_samples_since(self, member: QuarantineMember) -> SampleSinceOut(many=True):  # type: ignore[valid-type]
        found = self.context["samples"].get(member.culture_id, [])
        told = [
            {"code": code, "at": sample.at, "verdict": sample.verdict}
            for code, sample in found
            if sample.at > member.since
        ]
        return SampleSinceOut(told, many=True).data


class ReleasedOut(serializers.Serializer):
    """Who was let out, and on which samples that rests."""

    class OneOut(serializers.Serializer):
        culture = serializers.CharField(source="culture.code")
        until = Moment()
        released_on = serializers.ListField(child=serializers.CharField())

    quarantine = serializers.IntegerField()
    released = OneOut(many=True)


class TreatmentOut(serializers.ModelSerializer):
    culture = serializers.CharField(source="culture.code")
    at = Moment()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    source = serializers.ChoiceField(choices=Event.Source.choices)  # type: ignore[assignment]

    class Meta:
        model = Treatment
        fields = ["id", "culture", "quarantine", "agent", "days", "at", "by", "source", "note"]
        read_only_fields = fields


# --- traces -----------------------------------------------------------------------------------------------------------
class CleanOut(serializers.Serializer):
    code = serializers.CharField()
    at = Moment()


class PathEndOut(serializers.Serializer):
    """Where a way back ended: at a clean sample, or where the cells came in and nobody had tested them."""

    culture = serializers.CharField()
    clean = CleanOut(allow_null=True)
    came_in_at = Moment()


class ReachedOut(serializers.Serializer):
    """A culture the contamination may have reached: how near, and why."""

    culture = serializers.CharField(source="code")
    line = serializers.CharField()
    passage_number = serializers.IntegerField()
    seeded_at = Moment()
    ended_at = Moment(allow_null=True)
    fate = serializers.ChoiceField(choices=[("", "none: it grows"), *Culture.Fate.choices])
    tier = serializers.ChoiceField(choices=TIERS, help_text="1 tested positive ... 5 remote")
    reasons = serializers.SerializerMethodField(help_text="the strongest first")
    since = Moment(help_text="suspect from then on; of tiers 4 and 5 the first contact")
    last_contact = Moment(allow_null=True)
    clean = CleanOut(allow_null=True, help_text="of tiers 4 and 5: a clean sample after the last contact")

    def get_reasons(self, member: Member) -> list[str]:
        return member.sentences


class OtherOut(serializers.Serializer):
    """A vial or an assay made of suspect cells; `was` is its status at that time."""

    kind = serializers.CharField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    tier = serializers.IntegerField()
    reason = serializers.CharField()
    was = serializers.CharField()


class ReachOut(serializers.Serializer):
    """How far a contamination reached from one positive test, as it is known now."""

    test = serializers.CharField(source="test.code")
    culture = serializers.CharField(source="test.culture.code")
    family = serializers.CharField()
    window_from = Moment(source="window.start", allow_null=True, help_text="the last clean sample; null: never one")
    window_to = Moment(source="window.end")
    ends = PathEndOut(many=True)
    cultures = serializers.SerializerMethodField()
    others = OtherOut(many=True)

    def get_cultures(self, reach: Reach) -> ReachedOut(many=True):  # type: ignore[valid-type]
        return ReachedOut(reach.members, many=True).data


class TraceOut(serializers.ModelSerializer):
    """What was known when the lab acted. A later trace from the same sample holds only what is new."""

    test = serializers.CharField(source="test.code")
    culture = serializers.CharField(source="test.culture.code")
    window_from = Moment(allow_null=True, help_text="the last clean sample; null: never one")
    window_to = Moment()
    others = OtherOut(many=True, help_text="vials and assays as they were")
    at = Moment()
    by = serializers.CharField(source="by.username")
    reached = serializers.IntegerField(help_text="how many cultures")
    put_apart = serializers.IntegerField(help_text="of these; they are held by a quarantine of this trace")
    tests_planned = serializers.IntegerField()

    class Meta:
        model = ContaminationTrace
        counts = ["reached", "put_apart", "tests_planned"]
        fields = ["id", "test", "culture", "window_from", "window_to", "reason", "at", "by", *counts, "others"]
        read_only_fields = fields


def traces() -> QuerySet[ContaminationTrace]:
    return ContaminationTrace.objects.select_related("test__culture", "by").annotate(
        reached=Count("members"),
        put_apart=Count("members", filter=Q(members__is_quarantined=True)),
        tests_planned=Count("members", filter=Q(members__is_tested=True)),
    )


class TraceMemberOut(serializers.ModelSerializer):
    culture = serializers.CharField(source="culture.code")
    line = serializers.CharField(source="culture.line.name")
    passage_number = serializers.IntegerField(source="culture.passage_number")
    reasons: Any = serializers.ListField(child=serializers.CharField(), help_text="the strongest first")

    class Meta:
        model = TraceMember
        fields = ["culture", "line", "passage_number", "tier", "reasons", "is_quarantined", "is_tested"]
        read_only_fields = fields
