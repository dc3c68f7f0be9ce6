"""Runs of samples that are read together with their controls."""

from functools import partial
from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import MomentFilter, StrictFilterBackend
from api.v1 import quality_commands as said
from api.v1.acting import ActingViewSet
from api.v1.quality_answers import TESTS, QCRunInFullOut, QCRunOut
from cultures.quality import services as verbs
from cultures.quality.models import QCRun

RUNS = QCRun.objects.select_related("kit", "kit_lot", "started_by", "read_by").annotate(
    samples=Count("tests", filter=Q(tests__withdrawn_at=None))
)
IN_FULL = RUNS.prefetch_related(Prefetch("tests", TESTS.filter(withdrawn_at=None).order_by("pk")))


class QCRunFilter(django_filters.FilterSet):
    method = django_filters.CharFilter(max_length=24)
    state = django_filters.ChoiceFilter(choices=QCRun.State.choices)
    started_after = MomentFilter(field_name="started_at", lookup_expr="gte")
    started_before = MomentFilter(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = QCRun
        fields: list[str] = []


class QCRunViewSet(mixins.ListModelMixin, ActingViewSet):
    """Runs, newest first."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "take_samples"}
    queryset = RUNS
    serializer_class = QCRunOut
    filter_backends = [StrictFilterBackend]
    filterset_class = QCRunFilter
    order = ("-started_at",)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=QCRunInFullOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One run with its samples."""
        return Response(QCRunInFullOut(get_object_or_404(IN_FULL, pk=pk)).data)

    @extend_schema(request=said.StartRunIn, responses={201: QCRunInFullOut})
    def create(self, request: Request) -> HttpResponse:
        """Start a run with a sample of each of these cultures."""
        return self.make(said.StartRunIn, verbs.start_run)

    @extend_schema(request=said.RunResultsIn, responses={201: QCRunInFullOut})
    @action(detail=True, methods=["post"], verb="enter_results")
    def results(self, request: Request, pk: str) -> HttpResponse:
        """Enter the controls and the readings of every waiting sample; when the controls fail, none of it counts."""
        return self.make(said.RunResultsIn, partial(verbs.enter_results, run_id=self.its_key(pk)))

    @extend_schema(request=said.CorrectRunIn, responses={201: QCRunInFullOut})
    @action(detail=True, methods=["post"], verb="correct_test")
    def correct(self, request: Request, pk: str) -> HttpResponse:
        """The controls were entered wrong: the run and all its results are judged anew."""
        return self.make(said.CorrectRunIn, partial(verbs.correct_run, run_id=self.its_key(pk)))

    @extend_schema(request=said.WithReasonIn, responses={201: QCRunInFullOut})
    @action(detail=True, methods=["post"], verb="abandon_run")
    def abandon(self, request: Request, pk: str) -> HttpResponse:
        """The run comes to nothing; its waiting samples say nothing then."""
        return self.make(said.WithReasonIn, partial(verbs.abandon_run, run_id=self.its_key(pk)))

    def its_key(self, pk: str) -> int:
        run: QCRun = get_object_or_404(QCRun.objects.only("pk"), pk=pk)
        return run.pk

    def make(self, command: Any, service: Any) -> HttpResponse:
        def made(**arguments: Any) -> QCRun:
            return IN_FULL.get(pk=service(**arguments).pk)

        return self.act(command, made, QCRunInFullOut)
