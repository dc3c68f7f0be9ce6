"""How models may resist: the lab's vocabulary, and the hypotheses a model carries with their evidence."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Moment
from api.filters import StrictFilterBackend, TrueOrFalse
from api.v1 import note_commands as said
from api.v1.acting import ActingViewSet
from api.v1.models import CODE, OfAModel
from cultures.dosing.mechanism_selectors import in_full, mechanisms_matching, note_of, with_models
from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism
from cultures.dosing.services import mechanisms as verbs

HYPOTHESIS = OpenApiParameter("id", int, OpenApiParameter.PATH, description="Of the hypothesis")


class MechanismOut(serializers.ModelSerializer):
    """A word of the vocabulary, and of how many models it is suspected, supported and refuted now."""

    retired_at = Moment(allow_null=True)
    suspected = serializers.IntegerField()
    supported = serializers.IntegerField()
    refuted = serializers.IntegerField()

    class Meta:
        model = Mechanism
        fields = ["name", "group", "retired_at", "suspected", "supported", "refuted"]
        read_only_fields = fields


class StatementOut(serializers.ModelSerializer):
    at = Moment()
    by = serializers.CharField(source="by.username")

    class Meta:
        model = HypothesisStatement
        fields = ["status", "note", "at", "by"]
        read_only_fields = fields


class EvidenceOut(serializers.ModelSerializer):
    at = Moment()
    by = serializers.CharField(source="by.username")
    withdrawn_at = Moment(allow_null=True)

    class Meta:
        model = HypothesisEvidence
        fields = ["id", "kind", "speaks_for", "text", "doi", "at", "by", "withdrawn_at", "withdrawn_reason"]
        read_only_fields = fields


class HypothesisOut(serializers.Serializer):
    """How a model may resist. What is held of it now is the first of its statements."""

    id = serializers.IntegerField(source="hypothesis.pk")
    mechanism = serializers.CharField(source="hypothesis.mechanism.name")
    group = serializers.CharField(source="hypothesis.mechanism.group")
    status = serializers.ChoiceField(choices=HypothesisStatement.Status.choices, source="now.status")
    statements = StatementOut(many=True, help_text="newest first")
    evidence = EvidenceOut(many=True, help_text="what is withdrawn last")

    def to_representation(self, hypothesis: Hypothesis) -> Any:
        """Of one read `in_full`."""
        return super().to_representation(note_of(hypothesis))


class MechanismFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(method="matching", max_length=80, help_text="Part of a name or group: p95, PI3K")
    is_retired = TrueOrFalse(field_name="retired_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Mechanism
        fields: list[str] = []

    def matching(self, mechanisms: QuerySet[Mechanism], name: str, value: str) -> QuerySet[Mechanism]:
        return mechanisms.filter(pk__in=[one.pk for one in mechanisms_matching(value)])


class MechanismViewSet(mixins.ListModelMixin, ActingViewSet):
    """The vocabulary of mechanisms."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "register_mechanism"}
    queryset = with_models(Mechanism.objects.all())
    serializer_class = MechanismOut
    filter_backends = [StrictFilterBackend]
    filterset_class = MechanismFilter
    order = ("group", "name")

    @extend_schema(request=said.RegisterMechanismIn, responses={201: MechanismOut})
    def create(self, request: Request) -> HttpResponse:
        """Add a word; a retired one is taken up again."""

        def register(**arguments: Any) -> Mechanism:
            return self.get_queryset().get(pk=verbs.register_mechanism(**arguments).pk)

        return self.act(said.RegisterMechanismIn, register, MechanismOut)


class HypothesisViewSet(mixins.ListModelMixin, OfAModel):
    """How one model may resist, the newest hypothesis first."""

    verbs: ClassVar = {"create": "propose_hypothesis"}
    queryset = in_full(Hypothesis.objects.all())
    serializer_class = HypothesisOut
    order = ("-proposed_at",)
    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(parameters=[CODE])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All hypotheses of a model with what was ever held of them, and the evidence."""
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[CODE], request=said.ProposeHypothesisIn, responses={201: HypothesisOut})
    def create(self, request: Request, code: str) -> HttpResponse:
        """Note that the model may resist by a mechanism."""

        def propose(**arguments: Any) -> Hypothesis:
            return self.again(verbs.propose_hypothesis(**arguments).pk)

        return self.act_on_model(said.ProposeHypothesisIn, propose, HypothesisOut)

    @extend_schema(parameters=[CODE, HYPOTHESIS], request=said.StateHypothesisIn, responses={201: HypothesisOut})
    @action(detail=True, methods=["post"], verb="state_hypothesis")
    def state(self, request: Request, code: str, id: str) -> HttpResponse:
        """State anew what is held of it; what was held before stays."""
        return self.act_on_hypothesis(said.StateHypothesisIn, verbs.state_hypothesis)

    @extend_schema(parameters=[CODE, HYPOTHESIS], request=said.AddEvidenceIn, responses={201: HypothesisOut})
    @action(detail=True, methods=["post"], verb="add_evidence")
    def evidence(self, request: Request, code: str, id: str) -> HttpResponse:
        """Add what speaks for or against it."""
        return self.act_on_hypothesis(said.AddEvidenceIn, verbs.add_evidence)

    @extend_schema(parameters=[CODE, HYPOTHESIS], request=said.WithdrawEvidenceIn, responses={201: HypothesisOut})
    @action(detail=True, methods=["post"], url_path="withdraw-evidence", verb="withdraw_evidence")
    def withdraw_evidence(self, request: Request, code: str, id: str) -> HttpResponse:
        """Let evidence speak no more; it stays to be read, with the reason."""

        def withdraw(*, hypothesis_id: int, evidence: int, **arguments: Any) -> None:
            its_own = HypothesisEvidence.objects.filter(hypothesis=hypothesis_id)
            found = get_object_or_404(its_own.only("pk"), pk=evidence)
            verbs.withdraw_evidence(evidence_id=found.pk, **arguments)

        return self.act_on_hypothesis(said.WithdrawEvidenceIn, withdraw)

    def act_on_hypothesis(self, command: Any, service: Any) -> HttpResponse:
        pk = self.hypothesis.pk

        def on_it(**arguments: Any) -> Hypothesis:
            service(hypothesis_id=pk, **arguments)
            return self.again(pk)

        return self.act(command, on_it, HypothesisOut)

    @property
    def hypothesis(self) -> Hypothesis:
        return get_object_or_404(self.resistance_model.hypotheses.only("pk"), pk=self.kwargs["id"])

    def again(self, pk: int) -> Hypothesis:
        return self.get_queryset().get(pk=pk)
