"""QC tests: samples, results and what was corrected; with what they are judged by and when they are due."""

from functools import partial
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import ByCode, MomentFilter, StrictFilterBackend, TrueOrFalse
from api.v1 import quality_commands as said
from api.v1.acting import ActingViewSet
from api.v1.cultures import ID
from api.v1.quality_answers import (
    TESTS,
    HistoryOut,
    IdentityPolicyOut,
    MethodsOut,
    QCPolicyOut,
    QCTestOut,
    TestsOut,
)
from api.v1.quarantine_answers import ReachOut, TraceOut, traces
from cultures.passaging.models import Event
from cultures.quality.families import methods_of
from cultures.quality.methods import UnknownMethod, method_of, methods_in_use
from cultures.quality.models import ContaminationTrace, IdentityPolicy, QCPolicy, QCTest
from cultures.quality.services import correct_test, record_result, record_test, take_samples
from cultures.quality.services.tracing import act_on_trace
from cultures.quality.tracing import reach_of
from lims.clock import now
from lims.codes import tidy_code

CODES = "[0-9A-Za-z-]{1,20}"
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Of the sample: Q-7K4QX")


class QCTestFilter(django_filters.FilterSet):
    culture = ByCode(field_name="culture__code", max_length=20, help_text="Its code")
    line = django_filters.NumberFilter(field_name="culture__line_id", **ID)
    method = django_filters.CharFilter(method="by_method", max_length=24)
    family = django_filters.CharFilter(method="by_family", max_length=24, help_text="mycoplasma, str ...")
    verdict = django_filters.ChoiceFilter(choices=QCTest.Verdict.choices)
    run = django_filters.NumberFilter(field_name="run_id", **ID)
    sampled_after = MomentFilter(field_name="at", lookup_expr="gte")
    sampled_before = MomentFilter(field_name="at", lookup_expr="lt")
    is_standing = TrueOrFalse(
        field_name="withdrawn_at", lookup_expr="isnull", help_text="false: what was superseded; left out: what stands"
    )

    class Meta:
        model = QCTest
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        asked = self.form.cleaned_data["is_standing"]
        return found if asked in (True, False) else found.filter(withdrawn_at=None)

    def by_method(self, tests: QuerySet, name: str, value: str) -> QuerySet:
        return tests.filter(method=_known(name, lambda: method_of(value).code))

    def by_family(self, tests: QuerySet, name: str, value: str) -> QuerySet:
        return tests.filter(method__in=_known(name, lambda: methods_of(value)))


def _known(name: str, find: Any) -> Any:
    try:
        return find()
    except UnknownMethod as refusal:
        raise ValidationError({name: [str(refusal)]}) from None


class QCTestViewSet(mixins.ListModelMixin, ActingViewSet):
    """Tests by the code of their sample, newest sample first."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "record_test", "act_on_trace": "act_on_trace"}
    queryset = TESTS
    serializer_class = QCTestOut
    filter_backends = [StrictFilterBackend]
    filterset_class = QCTestFilter
    order = ("-at",)
    lookup_field = lookup_url_kwarg = "code"
    lookup_value_regex = CODES

    def get_object(self) -> QCTest:
        standing = self.get_queryset().filter(withdrawn_at=None)
        return get_object_or_404(standing, code=tidy_code(self.kwargs["code"]))

    @extend_schema(parameters=[CODE])
    def retrieve(self, request: Request, code: str) -> Response:
        """The version of a test that stands."""
        return Response(QCTestOut(self.get_object()).data)

    @extend_schema(parameters=[CODE], responses=HistoryOut)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def history(self, request: Request, code: str) -> Response:
        """All versions of a test: as it waited, its result, its corrections."""
        test = self.get_object()
        versions = self.get_queryset().filter(code=test.code).order_by("-pk")
        return Response(HistoryOut({"code": test.code, "versions": versions}).data)

    @extend_schema(request=said.RecordTestIn, responses={201: QCTestOut})
    def create(self, request: Request) -> HttpResponse:
        """Record a sample and its result in one go."""
        return self.make(said.RecordTestIn, partial(record_test, source=Event.Source.API))

    @extend_schema(request=said.TakeSamplesIn, responses={201: TestsOut})
    @action(detail=False, methods=["post"], verb="take_samples")
    def take(self, request: Request) -> HttpResponse:
        """Take a sample of each of these cultures; they wait for their results."""

        def take(**arguments: Any) -> dict[str, Any]:
            taken = take_samples(source=Event.Source.API, **arguments)
            by_key = self.get_queryset().in_bulk([test.pk for test in taken])
            return {"tests": [by_key[test.pk] for test in taken]}

        return self.act(said.TakeSamplesIn, take, TestsOut)

    @extend_schema(parameters=[CODE], request=said.ResultIn, responses={201: QCTestOut})
    @action(detail=True, methods=["post"], verb="record_test")
    def result(self, request: Request, code: str) -> HttpResponse:
        """Enter the result of a sample that waits for it."""
        code = self.get_object().code
        return self.make(said.ResultIn, partial(record_result, code=code, source=Event.Source.API))

    @extend_schema(parameters=[CODE], request=said.CorrectTestIn, responses={201: QCTestOut})
    @action(detail=True, methods=["post"], verb="correct_test")
    def correct(self, request: Request, code: str) -> HttpResponse:
        """Supersede a test, with a reason; its verdict is judged anew, and what followed from it follows anew."""
        return self.make(said.CorrectTestIn, partial(correct_test, code=self.get_object().code))

    @extend_schema(parameters=[CODE], request=said.WithReasonIn, responses={201: QCTestOut})
    @action(detail=True, methods=["post"], verb="correct_test")
    def void(self, request: Request, code: str) -> HttpResponse:
        """The test was entered in error: from now on it says nothing of any culture."""
        return self.make(said.WithReasonIn, partial(correct_test, code=self.get_object().code, changes={"void": True}))

    @extend_schema(parameters=[CODE], responses=ReachOut)
    @action(detail=True, url_path="trace", url_name="trace", filter_backends=[], pagination_class=None)
    def reach(self, request: Request, code: str) -> Response:  # named `trace` it would answer HTTP TRACE
        """How far a contamination reached from this positive test. Nothing is changed by looking."""
        return Response(ReachOut(reach_of(self.get_object(), now())).data)

    @extend_schema(parameters=[CODE], request=said.ActOnTraceIn, responses={201: TraceOut})
    @reach.mapping.post
    def act_on_trace(self, request: Request, code: str) -> HttpResponse:
        """Keep cultures apart and plan tests; the reach is kept as it is known now."""
        code = self.get_object().code

        def act(**arguments: Any) -> ContaminationTrace:
            return traces().get(pk=act_on_trace(code=code, **arguments).pk)

        return self.act(said.ActOnTraceIn, act, TraceOut)

    def make(self, command: Any, service: Any) -> HttpResponse:
        """The answer is the row that stands now, read with all it names."""

        def made(**arguments: Any) -> QCTest:
            return self.get_queryset().get(pk=service(**arguments).pk)

        return self.act(command, made, QCTestOut)


# --- what tests are judged by -----------------------------------------------------------------------------------------
class MethodViewSet(ActingViewSet):
    verb = "read_bench"
    queryset = QCTest.objects.none()
    serializer_class = MethodsOut
    filter_backends: list[Any] = []
    pagination_class = None

    def retrieve(self, request: Request) -> Response:
        """The methods a sample may be taken for, each with the readings it takes."""
        return Response(MethodsOut({"methods": methods_in_use()}).data)


class QCPolicyViewSet(ActingViewSet):
    verb = "read_bench"
    queryset = QCPolicy.objects.none()
    serializer_class = QCPolicyOut
    filter_backends: list[Any] = []

    def retrieve(self, request: Request) -> Response:
        """The rules of testing in force: the newest version."""
        return Response(QCPolicyOut(QCPolicy.current() or QCPolicy(version=0)).data)


class IdentityPolicyViewSet(ActingViewSet):
    verb = "read_bench"
    queryset = IdentityPolicy.objects.none()
    serializer_class = IdentityPolicyOut
    filter_backends: list[Any] = []

    def retrieve(self, request: Request) -> Response:
        """How identity is decided: the newest version."""
        return Response(IdentityPolicyOut(IdentityPolicy.current()).data)
