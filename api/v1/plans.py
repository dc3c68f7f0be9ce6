"""What is planned for a model, version by version, and the lab's rules of when a rung is done."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1 import model_commands as said
from api.v1.acting import ActingViewSet
from api.v1.model_answers import PlanOut, ReadinessRulesOut
from api.v1.models import CODE, OfAModel
from cultures.dosing import services as verbs
from cultures.dosing.models import EscalationPlan, ReadinessRules


class PlanViewSet(mixins.ListModelMixin, OfAModel):
    """The versions of a model's plan, the newest first."""

    verbs: ClassVar = {"create": "revise_plan"}
    queryset = EscalationPlan.objects.select_related("made_by").prefetch_related("rungs", "maintained__compound")
    serializer_class = PlanOut
    order = ("-version",)

    @extend_schema(parameters=[CODE])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All versions with their rungs; what was planned before stays."""
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[CODE], request=said.RevisePlanIn, responses={201: PlanOut})
    def create(self, request: Request, code: str) -> HttpResponse:
        """Plan anew. Ladders go on at the rung of their dose, which the new version must have."""
        return self.act_on_model(said.RevisePlanIn, verbs.revise_plan, PlanOut)


class ReadinessRulesViewSet(ActingViewSet):
    """The lab's rules of readiness, as they are now."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "change_readiness_rules"}
    queryset = ReadinessRules.objects.none()
    serializer_class = ReadinessRulesOut
    filter_backends: list[Any] = []

    def retrieve(self, request: Request) -> Response:
        """The newest version."""
        return Response(ReadinessRulesOut(ReadinessRules.current()).data)

    @extend_schema(request=said.ChangeReadinessRulesIn, responses={201: ReadinessRulesOut})
    def create(self, request: Request) -> HttpResponse:
        """The next version. What was judged before keeps the version it was judged by."""
        return self.act(said.ChangeReadinessRulesIn, verbs.change_readiness_rules, ReadinessRulesOut)
