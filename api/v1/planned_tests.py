"""Tests that somebody asked for besides what the policy asks for: to read, to plan, to call off."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from api.fields import Moment
from api.filters import ByCode, MomentFilter, StrictFilterBackend, TrueOrFalse
from api.v1 import quality_commands as said
from api.v1.acting import ActingViewSet
from api.v1.answers import LineName
from api.v1.cultures import ID
from cultures.quality import services as verbs
from cultures.quality.models import PlannedTest


class PlannedTestOut(serializers.ModelSerializer):
    """A test of a culture that is asked for; a sample settles it. A passage hands it on to the daughters."""

    culture = serializers.CharField(source="culture.code")
    line = LineName(source="culture.line")
    family = serializers.CharField(source="method")
    due_at = Moment()
    trace = serializers.IntegerField(source="trace_id", allow_null=True, help_text="that asked for it")
    planned_at = Moment()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    settled_at = Moment(allow_null=True)
    settled_how = serializers.CharField(help_text="the sample, or why it was called off")

    class Meta:
        model = PlannedTest
        of = ["id", "culture", "line", "family", "due_at", "why", "trace"]
        fields = [*of, "planned_at", "by", "settled_at", "settled_how"]
        read_only_fields = fields


class PlannedTestsOut(serializers.Serializer):
    """What is planned now of the cultures of one command, with what was planned of them before."""

    planned = PlannedTestOut(many=True)


class PlannedTestFilter(django_filters.FilterSet):
    culture = ByCode(field_name="culture__code", max_length=20, help_text="Its code")
    line = django_filters.NumberFilter(field_name="culture__line_id", **ID)
    family = django_filters.CharFilter(field_name="method", max_length=24, help_text="mycoplasma, str ...")
    trace = django_filters.NumberFilter(field_name="trace_id", **ID)
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    is_open = TrueOrFalse(field_name="settled_at", lookup_expr="isnull", help_text="whether it waits for a sample")

    class Meta:
        model = PlannedTest
        fields: list[str] = []


class PlannedTestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ActingViewSet):
    """Planned tests, the earliest first."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "plan_test"}
    queryset = PlannedTest.objects.select_related("culture__line", "by")
    serializer_class = PlannedTestOut
    filter_backends = [StrictFilterBackend]
    filterset_class = PlannedTestFilter
    order = ("due_at",)
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=said.PlanTestIn, responses={201: PlannedTestsOut})
    def create(self, request: Request) -> HttpResponse:
        """Ask for a test of growing cultures. What is planned of one already keeps the earlier time."""

        def plan(*, culture_ids: list[int], family: str, **arguments: Any) -> dict[str, QuerySet]:
            verbs.plan_test(culture_ids=culture_ids, family=family, **arguments)
            open_ones = self.get_queryset().filter(culture__in=culture_ids, method=family, settled_at=None)
            return {"planned": open_ones.order_by("culture")}

        return self.act(said.PlanTestIn, plan, PlannedTestsOut)

    @extend_schema(request=said.CallOffTestIn, responses={201: PlannedTestOut})
    @action(detail=True, methods=["post"], url_path="call-off", verb="call_off_test")
    def call_off(self, request: Request, pk: str) -> HttpResponse:
        """It is not needed, for a reason; the policy goes on asking for what it asks for."""
        plan = get_object_or_404(PlannedTest.objects.only("pk"), pk=pk)

        def call_off(**arguments: Any) -> PlannedTest:
            return self.get_queryset().get(pk=verbs.call_off_test(plan_id=plan.pk, **arguments).pk)

        return self.act(said.CallOffTestIn, call_off, PlannedTestOut)
