"""What goes out about quality control: tests with all that was said of them, runs, rules, and what is due."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Moment
from api.v1.answers import LineName
from cultures.passaging.models import Event
from cultures.quality.methods import family_of
from cultures.quality.methods.base import Effect, Method
from cultures.quality.methods.described import KINDS, readings_of
from cultures.quality.models import IdentityPolicy, KitRecord, PolicyRule, QCDue, QCPolicy, QCRun, QCTest
from cultures.quality.services.results import WITHDRAWN

WHY = ["never", "retest", "failed", "planned", "growing", "received", "thawed", ""]
TESTS = QCTest.objects.select_related(
    *("culture__line", "taken_by", "run_by", "by", "instrument", "kit", "kit_lot", "raw", "withdrawn_by")
)


@extend_schema_field({"type": "number", "format": "double"})
class Days(serializers.Field):
    """A duration in days."""

    def to_representation(self, value: Any) -> float:
        return round(value.total_seconds() / 86_400, 2)


class QCTestOut(serializers.ModelSerializer):
    """One version of a test. Of each code one stands; a result supersedes a pending sample, a correction a result."""

    culture = serializers.CharField(source="culture.code")
    line = LineName(source="culture.line")
    passage_number = serializers.IntegerField(source="culture.passage_number")
    family = serializers.SerializerMethodField(help_text="what it speaks for: mycoplasma, whichever the method")
    at = Moment(help_text="when the sample was taken: the clock that counts")
    taken_by = serializers.CharField(source="taken_by.username", allow_null=True, default=None)
    resulted_at = Moment(allow_null=True)
    run_by = serializers.CharField(source="run_by.username", allow_null=True, default=None)
    run = serializers.IntegerField(source="run_id", allow_null=True)
    instrument = serializers.CharField(allow_null=True)
    kit = serializers.CharField(allow_null=True)
    kit_lot = serializers.CharField(source="kit_lot.code", allow_null=True, default=None)
    raw_file_sha256 = serializers.CharField(source="raw.sha256", allow_null=True, default=None)
    readings = serializers.DictField(help_text="as the form of the method keeps them")
    findings = serializers.DictField(help_text="what was worked out of the readings")
    is_void = serializers.SerializerMethodField(help_text="it was entered in error and says nothing")
    recorded_at = Moment()
    recorded_by = serializers.CharField(source="by.username", allow_null=True, default=None)
    source = serializers.ChoiceField(choices=Event.Source.choices)  # type: ignore[assignment]
    reason = serializers.CharField(help_text="why it superseded the version before")
    is_standing = serializers.BooleanField(source="stands")
    withdrawn_at = Moment(allow_null=True)
    withdrawn_by = serializers.CharField(source="withdrawn_by.username", allow_null=True, default=None)

    class Meta:
        model = QCTest
        of = ["code", "culture", "line", "passage_number", "method", "family"]
        sample = ["at", "taken_by", "run"]
        result = ["resulted_at", "run_by", "instrument", "kit", "kit_lot", "raw_file_sha256", "readings", "findings"]
        said = ["verdict", "sentence", "is_void", "note"]
        entry = ["recorded_at", "recorded_by", "source", "reason", "is_standing"]
        fields = [*of, *sample, *result, *said, *entry, "withdrawn_at", "withdrawn_by", "withdrawn_reason"]
        read_only_fields = fields

    def get_family(self, test: QCTest) -> str:
        return family_of(test.method)

    def get_is_void(self, test: QCTest) -> bool:
        return bool(test.findings.get(WITHDRAWN))


class TestsOut(serializers.Serializer):
    """The samples of one command, in the order of its cultures."""

    tests = QCTestOut(many=True)


class HistoryOut(serializers.Serializer):
    code = serializers.CharField()
    versions = QCTestOut(many=True, help_text="newest first")


# --- runs -------------------------------------------------------------------------------------------------------------
class QCRunOut(serializers.ModelSerializer):
    """Samples read together; its controls speak for all of them."""

    kit = serializers.CharField(allow_null=True)
    kit_lot = serializers.CharField(source="kit_lot.code", allow_null=True, default=None)
    controls = serializers.DictField(help_text="readings of the controls")
    started_at = Moment()
    started_by = serializers.CharField(source="started_by.username", allow_null=True, default=None)
    read_at = Moment(allow_null=True)
    read_by = serializers.CharField(source="read_by.username", allow_null=True, default=None)
    samples = serializers.IntegerField(help_text="how many stand in it")

    class Meta:
        model = QCRun
        when = ["started_at", "started_by", "read_at", "read_by"]
        fields = ["id", "method", "kit", "kit_lot", "state", "sentence", "controls", *when, "note", "samples"]
        read_only_fields = fields


class QCRunInFullOut(QCRunOut):
    tests = QCTestOut(many=True, help_text="as they stand now, in the order they were taken")

    class Meta(QCRunOut.Meta):
        fields = [*QCRunOut.Meta.fields, "tests"]


# --- what may be tested, with what, and when --------------------------------------------------------------------------
class ReadingOut(serializers.Serializer):
    """One reading that a method takes."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=KINDS)
    unit = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField(), help_text="of a choice")
    is_required = serializers.BooleanField()


class MethodOut(serializers.Serializer):
    """A method of testing, with the form of its readings."""

    code = serializers.CharField()
    title = serializers.CharField()
    family = serializers.CharField()
    needs_kit = serializers.BooleanField(help_text="its cut-offs are those of a kit record, which a result names")
    in_runs = serializers.BooleanField()
    readings = serializers.SerializerMethodField()
    controls = serializers.SerializerMethodField(help_text="of a run")
    on_fail = serializers.ChoiceField(choices=[effect.value for effect in Effect])
    on_inconclusive = serializers.ChoiceField(choices=[effect.value for effect in Effect])
    passes_to_release = serializers.IntegerField(source="release.passes", help_text="0: only disposal or treatment")
    days_between_passes = serializers.IntegerField(source="release.apart.days")

    def get_readings(self, method: Method) -> ReadingOut(many=True):  # type: ignore[valid-type]
        return ReadingOut([*readings_of(method.form)], many=True).data

    def get_controls(self, method: Method) -> ReadingOut(many=True):  # type: ignore[valid-type]
        return ReadingOut([*readings_of(method.controls)], many=True).data


class MethodsOut(serializers.Serializer):
    methods = MethodOut(many=True)


class KitOut(serializers.ModelSerializer):
    """One version of a kit's record; results name it by name and version."""

    at = Moment()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    name_and_version = serializers.CharField(source="__str__")

    class Meta:
        model = KitRecord
        cut_offs = ["negative_below", "positive_above", "positive_control_above", "negative_control_below"]
        fields = ["id", "name_and_version", "name", "version", *cut_offs, "least_reading_a", "reason", "at", "by"]
        read_only_fields = fields


class RuleOut(serializers.ModelSerializer):
    """When a family of methods is due in one phase of a culture's life; of all lines, or of one."""

    family = serializers.CharField(source="method")
    line = LineName(allow_null=True)
    every_days = Days(source="every", allow_null=True)
    retest_after_days = Days(source="retest_after")
    after_fail_days = Days(source="after_fail")
    first_after_days = Days(source="first_after")
    due_by_days = Days(source="due_by")

    class Meta:
        model = PolicyRule
        times = ["every_days", "retest_after_days", "after_fail_days", "first_after_days", "due_by_days"]
        fields = ["family", "phase", "line", *times]
        read_only_fields = fields


class OfAVersion(serializers.ModelSerializer):
    """Version 0, made by nobody, until somebody decides."""

    at = serializers.SerializerMethodField()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)

    def get_at(self, policy: Any) -> str | None:
        return Moment().to_representation(policy.at) if policy.pk else None


class QCPolicyOut(OfAVersion):
    """The lab's rules of testing that are in force. Intervals count from the samples."""

    rules = serializers.SerializerMethodField()

    class Meta:
        model = QCPolicy
        fields = ["version", "receives_into_quarantine", "rules", "reason", "at", "by"]
        read_only_fields = fields

    def get_rules(self, policy: QCPolicy) -> RuleOut(many=True):  # type: ignore[valid-type]
        rules = policy.rules.select_related("line") if policy.pk else []
        return RuleOut(rules, many=True).data


class IdentityPolicyOut(OfAVersion):
    """Which score and which bands decide identity."""

    class Meta:
        model = IdentityPolicy
        fields = ["version", "code", "mode", "marker_set", "with_amelogenin", "reason", "at", "by"]
        read_only_fields = fields


class DueOut(serializers.ModelSerializer):
    """A growing culture that is due for a family of methods, and why: the policy's phase, a retest, a plan."""

    culture = serializers.CharField(source="culture.code")
    line = LineName(source="culture.line")
    passage_number = serializers.IntegerField(source="culture.passage_number")
    place = serializers.CharField(source="culture.place.code")
    keeper = serializers.CharField(source="culture.keeper.username")
    family = serializers.CharField(source="method")
    clean = serializers.CharField(source="clean.code", allow_null=True, default=None, help_text="its last clean sample")
    clean_as_of = Moment(source="clean.at", allow_null=True, default=None)
    clean_at_passage = serializers.IntegerField(source="clean.culture.passage_number", allow_null=True, default=None)
    last = serializers.CharField(source="last.code", allow_null=True, default=None)
    last_verdict = serializers.CharField(source="last.verdict", allow_null=True, default=None)
    due_at = Moment()
    why = serializers.ChoiceField(choices=WHY)

    class Meta:
        model = QCDue
        clean = ["clean", "clean_as_of", "clean_at_passage", "last", "last_verdict"]
        fields = ["culture", "line", "passage_number", "place", "keeper", "family", *clean, "due_at", "why"]
        read_only_fields = fields
