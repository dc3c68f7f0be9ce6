"""STR profiles of the house: to read, to search with the alleles of a sample, and what a line should be like."""

from functools import partial
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Moment, StrictSerializer, Text, Whole
from api.filters import ByCode, StrictFilterBackend, TrueOrFalse
from api.v1.acting import ActingViewSet
from api.v1.answers import LineName
from api.v1.cultures import ID
from api.v1.quality_commands import WithReasonIn
from api.v1.references import a_line
from cultures.quality import services as verbs
from cultures.quality.identity import Identity, Whose, identify
from cultures.quality.markers import MarkersField
from cultures.quality.models import STRProfile
from cultures.quality.services.identity import MOST_SOURCE
from cultures.science.str_match import Comparison, Verdict
from cultures.science.str_profiles import Profile

MOST_HITS = 200


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}, "example": {"TH01": "6,9.3"}})
class Markers(serializers.DictField):
    """Alleles by marker, as on the page of a profile and in the readings of a result; what comes out is a Profile."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=200, allow_blank=True), allow_empty=False, **options)

    def to_internal_value(self, data: Any) -> Profile:  # type: ignore[override]  # not a dict of texts
        try:
            return Profile.from_json(MarkersField().clean(super().to_internal_value(data)))
        except ValidationError as refusal:
            raise serializers.ValidationError(refusal.messages) from None


class CallOut(serializers.Serializer):
    alleles = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField(), help_text="who says so; empty: nobody in particular")


class STRProfileOut(serializers.ModelSerializer):
    """Alleles per marker. More than one call at a marker is a conflict of its sources."""

    line = LineName(allow_null=True)
    test = serializers.CharField(source="test.code", allow_null=True, default=None)
    relatives = serializers.ListField(child=serializers.CharField(), help_text="accessions that share its donor")
    markers = serializers.DictField(child=CallOut(many=True), source="alleles")
    conflicts = serializers.SerializerMethodField(help_text="markers with more than one call")
    at = Moment()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    withdrawn_at = Moment(allow_null=True)

    class Meta:
        model = STRProfile
        of = ["id", "kind", "name", "line", "test", "accession", "species", "relatives", "problem"]
        entry = ["source", "is_demonstration", "at", "by", "withdrawn_at", "withdrawn_reason"]
        fields = [*of, "markers", "conflicts", *entry]
        read_only_fields = fields

    def get_conflicts(self, profile: STRProfile) -> list[str]:
        return [marker for marker, calls in profile.alleles.items() if len(calls) > 1]


class STRProfileFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=STRProfile.Kind.choices)
    line = django_filters.NumberFilter(field_name="line_id", **ID)
    test = ByCode(field_name="test__code", max_length=20, help_text="The code of its sample")
    accession = django_filters.CharFilter(max_length=20, lookup_expr="iexact", help_text="Cellosaurus: CVCL_0033")
    is_standing = TrueOrFalse(field_name="withdrawn_at", lookup_expr="isnull")

    class Meta:
        model = STRProfile
        fields: list[str] = []


# --- a reference ------------------------------------------------------------------------------------------------------
class ReferenceIn(StrictSerializer):
    """What a line should be like."""

    line = a_line()
    markers = Markers()
    came_from = Text(max_length=MOST_SOURCE, help_text="The supplier's sheet, Cellosaurus, a report: its `source`")
    reason = Text(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="Why it changes; only where the line has a reference already",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        line, markers = attrs["line"].pk, attrs["markers"].to_json()
        return {"line_id": line, "markers": markers, "source": attrs["came_from"], "reason": attrs.get("reason", "")}


# --- a search ---------------------------------------------------------------------------------------------------------
class SearchIn(StrictSerializer):
    markers = Markers()
    line = a_line(required=False, help_text="Which it should be: then it is said whether it is")
    most = Whole(min_value=1, max_value=MOST_HITS, default=20, help_text="How many of the best are told")


class OwnOut(serializers.Serializer):
    """One profile of the house, and how alike it is by the identity policy in force."""

    profile = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=STRProfile.Kind.choices)
    line = serializers.CharField(allow_null=True)
    score_pct = serializers.FloatField(allow_null=True, help_text="unrounded; null where no marker is shared")
    worst_score_pct = serializers.FloatField(allow_null=True, help_text="over the sources in conflict")
    shared = serializers.IntegerField(help_text="alleles")
    query_alleles = serializers.IntegerField()
    reference_alleles = serializers.IntegerField()
    markers = serializers.IntegerField(help_text="with data on both sides, amelogenin not counted")
    verdict = serializers.ChoiceField(choices=[verdict.value for verdict in Verdict])


class HitOut(OwnOut):
    """Cells known to be of one person are never called unrelated."""

    is_same_donor = serializers.BooleanField(help_text="known to share the donor of the line it should be")


class SearchOut(serializers.Serializer):
    policy = serializers.CharField()
    policy_version = serializers.IntegerField()
    searched = serializers.IntegerField(help_text="profiles that stand in the house")
    own = OwnOut(many=True, help_text="references of the line it should be; the first decides")
    alarm = serializers.IntegerField(
        allow_null=True, help_text="the profile of another donor that is closer than those of the line it should be"
    )
    hits = HitOut(many=True, help_text="best first, without those of `own` and what shares no allele")


class STRProfileViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Profiles of samples, references of lines, and the library, by name."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "set_reference_profile"}
    queryset = STRProfile.objects.select_related("line", "test", "by")
    serializer_class = STRProfileOut
    filter_backends = [StrictFilterBackend]
    filterset_class = STRProfileFilter
    order = ("name",)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=ReferenceIn, responses={201: STRProfileOut})
    def create(self, request: Request) -> HttpResponse:
        """Set what samples of a line are compared with. Its former reference is withdrawn, with your reason."""
        return self.act(ReferenceIn, verbs.set_reference_profile, STRProfileOut)

    @extend_schema(request=WithReasonIn, responses={201: STRProfileOut})
    @action(detail=True, methods=["post"], verb="withdraw_profile")
    def withdraw(self, request: Request, pk: str) -> HttpResponse:
        """A reference, or a profile of the library, was wrong: later samples are not compared with it."""
        profile = get_object_or_404(STRProfile.objects.only("pk"), pk=pk)
        return self.act(WithReasonIn, partial(verbs.withdraw_profile, profile_id=profile.pk), STRProfileOut)

    @extend_schema(request=SearchIn, responses={200: SearchOut})
    @action(detail=False, methods=["post"], verb="read_bench", filterset_class=None, pagination_class=None)
    def search(self, request: Request) -> Response:
        """Search every profile of the house for those most alike. Nothing is kept and nothing leaves the house."""
        sent = SearchIn(data=request.data)
        sent.is_valid(raise_exception=True)
        line = sent.validated_data.get("line")
        found = identify(sent.validated_data["markers"], Whose(line and line.pk))
        return Response(SearchOut(_found(found, sent.validated_data["most"], is_told_whose=line is not None)).data)


def _found(found: Identity, most: int, *, is_told_whose: bool) -> dict[str, Any]:
    near = found.neighbours[:most]
    pks = [one.profile.pk for one in found.owns] + [one.profile.pk for one in near]
    fresh = STRProfile.objects.select_related("line").in_bulk(pks)  # the house remembers names for a while
    alarm = found.alarm if is_told_whose else None
    return {
        "policy": found.policy.code,
        "policy_version": found.policy_version,
        "searched": found.searched,
        "own": [_alike(fresh[own.profile.pk], own.match) for own in found.owns],
        "alarm": alarm and alarm.profile.pk,
        "hits": [
            _alike(fresh[one.profile.pk], one.hit) | {"verdict": one.verdict.value, "is_same_donor": one.is_same_donor}
            for one in near
        ],
    }


def _alike(profile: STRProfile, found: Comparison) -> dict[str, Any]:
    return {
        "profile": profile.pk,
        "name": profile.name,
        "kind": profile.kind,
        "line": profile.line.name if profile.line else None,
        "score_pct": found.score,
        "worst_score_pct": found.worst,
        "shared": found.shared,
        "query_alleles": found.query_alleles,
        "reference_alleles": found.reference_alleles,
        "markers": found.compared,
        "verdict": found.verdict.value,
    }
