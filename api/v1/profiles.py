"""STR profiles of the house: to read, and to search with the alleles of a sample. Nothing is kept of a search."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Moment, StrictSerializer, Whole
from api.filters import ByCode, StrictFilterBackend, TrueOrFalse
from api.v1.acting import ActingViewSet
from api.v1.answers import LineName
from api.v1.cultures import ID
from cultures.quality.identity import house, policy_in_force
from cultures.quality.models import STRProfile
from cultures.quality.services.identity import read_profile
from cultures.science.str_match import Verdict
from cultures.science.str_profiles import Profile
from lims.errors import DomainError

MOST_HITS = 200


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}, "example": {"TH01": "6,9.3"}})
class Markers(serializers.DictField):
    """Alleles by marker, as a person writes them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=200, allow_blank=True), allow_empty=False, **options)


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


class SearchIn(StrictSerializer):
    markers = Markers()
    most = Whole(min_value=1, max_value=MOST_HITS, default=20, help_text="How many of the best are told")

    def validate_markers(self, markers: dict[str, str]) -> Profile:
        try:
            return read_profile(markers)
        except DomainError as refusal:
            raise serializers.ValidationError(str(refusal), code=refusal.code) from None


class HitOut(serializers.Serializer):
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


class SearchOut(serializers.Serializer):
    policy = serializers.CharField()
    policy_version = serializers.IntegerField()
    searched = serializers.IntegerField(help_text="profiles that stand in the house")
    hits = HitOut(many=True, help_text="best first")


class STRProfileViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Profiles of samples, references of lines, and the library, by name."""

    verb = "read_bench"
    queryset = STRProfile.objects.select_related("line", "test", "by")
    serializer_class = STRProfileOut
    filter_backends = [StrictFilterBackend]
    filterset_class = STRProfileFilter
    order = ("name",)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=SearchIn, responses={200: SearchOut})
    @action(detail=False, methods=["post"], verb="read_bench", filterset_class=None, pagination_class=None)
    def search(self, request: Request) -> Response:
        """Search every profile of the house for those most alike. Nothing is kept and nothing leaves the house."""
        sent = SearchIn(data=request.data)
        sent.is_valid(raise_exception=True)
        policy, version = policy_in_force()
        index, profiles, _ = house()
        hits = index.search(sent.validated_data["markers"], policy)[: sent.validated_data["most"]]
        told = [_told(hit, profiles[hit.key]) for hit in hits]
        found = {"policy": policy.code, "policy_version": version, "searched": len(profiles), "hits": told}
        return Response(SearchOut(found).data)


def _told(hit: Any, profile: STRProfile) -> dict[str, Any]:
    return {
        "profile": profile.pk,
        "name": profile.name,
        "kind": profile.kind,
        "line": profile.line.name if profile.line else None,
        "score_pct": hit.score,
        "worst_score_pct": hit.worst,
        "shared": hit.shared,
        "query_alleles": hit.query_alleles,
        "reference_alleles": hit.reference_alleles,
        "markers": hit.compared,
        "verdict": hit.verdict.value,
    }
