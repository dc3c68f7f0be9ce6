"""Models of resistance: to read, to register, and what is decided on a whole model."""

from functools import cached_property, partial
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.filters import StrictFilterBackend
from api.v1 import model_commands as said
from api.v1.acting import ActingViewSet
from api.v1.cultures import ID
from api.v1.exposure_answers import ExposureOut
from api.v1.model_answers import DecisionOut, ModelOut, ReadinessOut, told
from cultures.dosing import services as verbs
from cultures.dosing.exposure_table import COLUMNS, csv_rows, drug_tables
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.mechanism_selectors import models_by_mechanism
from cultures.dosing.model_page import flask_of
from cultures.dosing.models import ResistanceModel
from cultures.passaging.models import Event
from lims.clock import now
from lims.codes import tidy_code
from lims.tabular.writing import csv_response

CODES = "[0-9A-Za-z-]{1,20}"
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Of the model: M-7K4QX")


def model_called(code: str) -> ResistanceModel:
    models = ResistanceModel.objects.select_related("compound")
    return get_object_or_404(models, code=tidy_code(code))


def views_on(model: ResistanceModel) -> list[LadderView]:
    ladders = list(model.ladders.select_related("rung__plan", "branched_from"))
    for ladder in ladders:
        ladder.model = model
    return list(views_of(ladders, now()).values())


class OfAModel(ActingViewSet):
    """What belongs to one model; its list holds nothing of any other."""

    verb = "read_bench"
    filter_backends = [StrictFilterBackend]

    @cached_property
    def resistance_model(self) -> ResistanceModel:
        return model_called(self.kwargs["code"])

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return super().filter_queryset(queryset.filter(model=self.resistance_model))

    def act_on_model(self, command: Any, service: Any, answer: Any, **more: Any) -> HttpResponse:
        return self.act(command, partial(service, model_id=self.resistance_model.pk, **more), answer)


class ModelFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ResistanceModel.Status.choices)
    compound = django_filters.CharFilter(field_name="compound__name", lookup_expr="iexact", max_length=100)
    line = django_filters.NumberFilter(field_name="parental_line_id", **ID)
    keeper = django_filters.CharFilter(field_name="keeper__username", max_length=150)
    mechanism = django_filters.CharFilter(
        method="by_mechanism", max_length=80, help_text="Part of a word of the vocabulary or of its group: p95, PI3K"
    )

    class Meta:
        model = ResistanceModel
        fields: list[str] = []

    def by_mechanism(self, models: QuerySet[ResistanceModel], name: str, value: str) -> QuerySet[ResistanceModel]:
        return models.filter(pk__in=models_by_mechanism(value).values("pk"))


class ModelViewSet(ActingViewSet):
    """Models by their code."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "register_model"}
    queryset = ResistanceModel.objects.select_related(
        "parental_line", "compound", "keeper", "starting_culture", "derived_from", "resulting_line"
    )
    serializer_class = ModelOut
    filter_backends = [StrictFilterBackend]
    filterset_class = ModelFilter
    order = ("name",)
    lookup_field = lookup_url_kwarg = "code"
    lookup_value_regex = CODES

    def get_object(self) -> ResistanceModel:
        return get_object_or_404(self.get_queryset(), code=tidy_code(self.kwargs["code"]))

    def list(self, request: Request) -> Response:
        """Models with their ladders as they stand, by name."""
        models = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ModelOut(told(models or [], now()), many=True).data)

    def retrieve(self, request: Request, code: str) -> Response:
        """One model with its ladders: rung, verdict, flasks of both arms, forecast."""
        return Response(ModelOut(told([self.get_object()], now())[0]).data)

    @extend_schema(request=said.RegisterModelIn, responses={201: ModelOut})
    def create(self, request: Request) -> HttpResponse:
        """Register a model with the first version of its plan."""

        def register(**arguments: Any) -> Any:
            return told([verbs.register_model(**arguments)], now())[0]

        return self.act(said.RegisterModelIn, register, ModelOut)

    @extend_schema(responses=ReadinessOut)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def readiness(self, request: Request, code: str) -> Response:
        """How the rung of each open ladder is judged, gate by gate."""
        model = self.get_object()
        judged = [view for view in views_on(model) if view.readiness]
        return Response(ReadinessOut({"model": model.code, "ladders": judged}).data)

    @extend_schema(responses=ExposureOut)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def exposure(self, request: Request, code: str) -> Response:
        """What the cells of each ladder were in, from its first flask on: intervals and totals."""
        model, at = self.get_object(), now()
        flasks = [(view.ladder.name, flask) for view in views_on(model) if (flask := flask_of(view))]
        ladders = [
            {"ladder": name, "culture": flask.code, "drugs": drug_tables(flask.pk, at)} for name, flask in flasks
        ]
        return Response(ExposureOut({"model": model.code, "ladders": ladders}).data)

    @extend_schema(request=said.ConfirmModelIn, responses={201: DecisionOut})
    @action(detail=True, methods=["post"], verb="confirm_model")
    def confirm(self, request: Request, code: str) -> HttpResponse:
        """A candidate whose assays show resistance is confirmed."""
        return self.decide_on_it(said.ConfirmModelIn, verbs.confirm_model)

    @extend_schema(request=said.MaintainModelIn, responses={201: DecisionOut})
    @action(detail=True, methods=["post"], verb="maintain_model")
    def maintain(self, request: Request, code: str) -> HttpResponse:
        """A confirmed model is kept at its dose from now on."""
        return self.decide_on_it(said.MaintainModelIn, verbs.maintain_model)

    @extend_schema(request=said.AbandonModelIn, responses={201: DecisionOut})
    @action(detail=True, methods=["post"], verb="abandon_model")
    def abandon(self, request: Request, code: str) -> HttpResponse:
        """Give a model up: its ladders end."""
        return self.decide_on_it(said.AbandonModelIn, verbs.abandon_model)

    def decide_on_it(self, command: Any, service: Any) -> HttpResponse:
        model = self.get_object()
        return self.act(command, partial(service, model_id=model.pk, source=Event.Source.API), DecisionOut)


class CsvOrRefusal(JSONRenderer):
    """Lets a client ask for CSV. The table is streamed by itself; what this renders is a refusal."""

    media_type = "text/csv"
    format = "csv"


class ExposureCsvView(APIView):
    verb = "read_bench"
    renderer_classes = [CsvOrRefusal, JSONRenderer]

    @extend_schema(
        operation_id="models_exposure_csv", parameters=[CODE], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        """The intervals of all ladders as a table, one row each."""
        model = model_called(code)
        return csv_response(csv_rows(views_on(model), now()), COLUMNS, f"exposure-of-{model.code}")
