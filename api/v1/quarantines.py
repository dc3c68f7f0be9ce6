"""Cells that are kept apart, and the traces of contaminations: to read, and to put apart, release and treat."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import ByCode, StrictFilterBackend, TrueOrFalse
from api.v1 import quality_commands as said
from api.v1.acting import ActingViewSet
from api.v1.quarantine_answers import (
    MemberOut,
    QuarantineOut,
    ReleasedOut,
    TraceMemberOut,
    TraceOut,
    TreatmentOut,
    quarantines,
    traces,
)
from cultures.quality import services as verbs
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import ContaminationTrace, Quarantine, QuarantineMember, TraceMember
from cultures.quality.standing import samples_since
from lims.codes import tidy_code

NUMBERS = "[0-9]{1,18}"


class QuarantineFilter(django_filters.FilterSet):
    cause = django_filters.ChoiceFilter(choices=Quarantine.Cause.choices)
    kind = django_filters.ChoiceFilter(choices=Quarantine.Kind.choices)
    family = django_filters.CharFilter(field_name="method", max_length=24, help_text="mycoplasma, str ...")
    test = ByCode(field_name="test__code", max_length=20, help_text="The code of the sample that failed")
    culture = django_filters.CharFilter(method="with_culture", max_length=20, help_text="That holds or held it")
    is_open = TrueOrFalse(method="that_hold", help_text="whether it holds any culture now")

    class Meta:
        model = Quarantine
        fields: list[str] = []

    def with_culture(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        held = QuarantineMember.objects.filter(culture__code=tidy_code(value))
        return rows.filter(pk__in=held.values("quarantine"))

    def that_hold(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        open_ones = QuarantineMember.objects.filter(until=None).values("quarantine")
        return rows.filter(pk__in=open_ones) if value else rows.exclude(pk__in=open_ones)


class QuarantineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Quarantines and holds, newest first."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "quarantine_cultures"}
    queryset = quarantines()
    serializer_class = QuarantineOut
    filter_backends = [StrictFilterBackend]
    filterset_class = QuarantineFilter
    order: tuple[str, ...] = ("-at",)
    lookup_value_regex = NUMBERS

    @extend_schema(request=said.PutApartIn, responses={201: QuarantineOut})
    def create(self, request: Request) -> HttpResponse:
        """Put cultures apart, with all that descends from them."""

        def put_apart(**arguments: Any) -> Quarantine:
            return self.get_queryset().get(pk=verbs.quarantine_cultures(**arguments).pk)

        return self.act(said.PutApartIn, put_apart, QuarantineOut)

    @extend_schema(request=said.ReleaseIn, responses={200: ReleasedOut})
    @action(detail=True, methods=["post"], verb="release_cultures")
    def release(self, request: Request, pk: str) -> HttpResponse:
        """Let cultures out that were sampled clean often enough since they were put in; all of them or none."""
        quarantine = get_object_or_404(Quarantine.objects.only("pk"), pk=pk)

        def release(**arguments: Any) -> dict[str, Any]:
            out = verbs.release_cultures(quarantine_id=quarantine.pk, **arguments)
            members = QuarantineMember.objects.filter(pk__in=[member.pk for member in out])
            return {
                "quarantine": quarantine.pk,
                "released": members.select_related("culture").order_by("culture"),
            }

        return self.act(said.ReleaseIn, release, ReleasedOut, status=200)

    @extend_schema(request=said.TreatIn, responses={201: TreatmentOut})
    @action(detail=False, methods=["post"], verb="treat_culture")
    def treat(self, request: Request) -> HttpResponse:
        """Cells in quarantine got antibiotics. They stay apart until tested clean, and are marked for ever."""
        return self.act(said.TreatIn, verbs.treat_culture, TreatmentOut)

    @extend_schema(responses=MemberOut(many=True))
    @action(detail=True, filterset_class=None)
    def members(self, request: Request, pk: str) -> Response:
        """The cultures of a quarantine, each with the samples taken of it since: what its release can rest on."""
        quarantine = get_object_or_404(Quarantine.objects.only("pk", "method"), pk=pk)
        self.order = ("id",)
        rows = QuarantineMember.objects.filter(quarantine=quarantine).select_related("culture__line", "released_by")
        shown = self.paginate_queryset(rows) or []
        ids = [member.culture_id for member in shown]
        since = min((member.since for member in shown), default=None)
        samples = samples_since(ids, quarantine.method or MYCOPLASMA, since) if since else {}
        return self.get_paginated_response(MemberOut(shown, many=True, context={"samples": samples}).data)


class TraceFilter(django_filters.FilterSet):
    test = ByCode(field_name="test__code", max_length=20, help_text="The code of the positive sample")
    culture = ByCode(field_name="test__culture__code", max_length=20, help_text="The culture that was tested")

    class Meta:
        model = ContaminationTrace
        fields: list[str] = []


class TraceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Contaminations as they were traced, newest first."""

    verb = "read_bench"
    queryset = traces()
    serializer_class = TraceOut
    filter_backends = [StrictFilterBackend]
    filterset_class = TraceFilter
    order: tuple[str, ...] = ("-at",)
    lookup_value_regex = NUMBERS

    @extend_schema(responses=TraceMemberOut(many=True))
    @action(detail=True, filterset_class=None)
    def members(self, request: Request, pk: str) -> Response:
        """The cultures it reached, the nearest first, and what was done about each."""
        trace = get_object_or_404(ContaminationTrace.objects.only("pk"), pk=pk)
        self.order = ("tier", "culture_id")
        rows = TraceMember.objects.filter(trace=trace).select_related("culture__line")
        return self.get_paginated_response(TraceMemberOut(self.paginate_queryset(rows), many=True).data)
