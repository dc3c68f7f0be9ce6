"""Lines known to be of one person: to read, to state, and to withdraw."""

from functools import partial
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from api.fields import Moment, StrictSerializer, Text
from api.filters import StrictFilterBackend, TrueOrFalse
from api.v1.acting import ActingViewSet
from api.v1.answers import LineName
from api.v1.cultures import ID
from api.v1.references import a_line
from cultures.lines.names import clean_rrid
from cultures.quality import services as verbs
from cultures.quality.models import SharedDonor
from lims.errors import DomainError


class SharedDonorOut(serializers.ModelSerializer):
    """A line and another line, or an accession: of one person, so never unrelated and never an alarm."""

    line = LineName()
    other = LineName(source="other_line", allow_null=True)
    accession = serializers.CharField(source="other_accession", help_text="Cellosaurus: CVCL_0033; empty with `other`")
    at = Moment()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    withdrawn_at = Moment(allow_null=True)

    class Meta:
        model = SharedDonor
        fields = ["id", "line", "other", "accession", "reason", "at", "by", "withdrawn_at"]
        read_only_fields = fields


class SharedDonorIn(StrictSerializer):
    """Either `other`, or `accession` of what is not in the lab."""

    line = a_line()
    other = a_line(required=False)
    accession = Text(max_length=20, required=False, help_text="Of Cellosaurus: CVCL_0033")
    reason = Text(max_length=200, help_text="How it is known: the supplier, a paper, Cellosaurus")

    def validate_accession(self, written: str) -> str:
        try:
            return clean_rrid(written)
        except DomainError as refusal:
            raise serializers.ValidationError(str(refusal), code=refusal.code) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("other" in attrs) == ("accession" in attrs):
            raise serializers.ValidationError({"other": ["Give other, or accession."]})
        other = attrs.get("other")
        return {
            "line_id": attrs["line"].pk,
            "other_line_id": other and other.pk,
            "other_accession": attrs.get("accession", ""),
            "reason": attrs["reason"],
        }


class WithdrawDonorIn(StrictSerializer):
    reason = Text(max_length=200, help_text="Why they do not share a donor")


class SharedDonorFilter(django_filters.FilterSet):
    line = django_filters.NumberFilter(method="of_line", help_text="Either of the two", **ID)
    is_standing = TrueOrFalse(field_name="withdrawn_at", lookup_expr="isnull")

    class Meta:
        model = SharedDonor
        fields: list[str] = []

    def of_line(self, rows: QuerySet, name: str, value: int) -> QuerySet:
        return rows.filter(Q(line=value) | Q(other_line=value))


class SharedDonorViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """What the lab states of shared donors, newest first. Sublines share that of their parent unasked."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "state_shared_donor"}
    queryset = SharedDonor.objects.select_related("line", "other_line", "by")
    serializer_class = SharedDonorOut
    filter_backends = [StrictFilterBackend]
    filterset_class = SharedDonorFilter
    order = ("-at",)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=SharedDonorIn, responses={201: SharedDonorOut})
    def create(self, request: Request) -> HttpResponse:
        """State that a line shares its donor with another."""
        return self.act(SharedDonorIn, verbs.state_shared_donor, SharedDonorOut)

    @extend_schema(request=WithdrawDonorIn, responses={201: SharedDonorOut})
    @action(detail=True, methods=["post"], verb="withdraw_shared_donor")
    def withdraw(self, request: Request, pk: str) -> HttpResponse:
        """It was wrong: from now on the two are told apart again."""
        shared = get_object_or_404(SharedDonor.objects.only("pk"), pk=pk)
        return self.act(WithdrawDonorIn, partial(verbs.withdraw_shared_donor, shared_id=shared.pk), SharedDonorOut)
