"""Cultures: to read, and the verbs that a person does on one culture or begins one with."""

from functools import partial
from typing import Any

import django_filters
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import MomentFilter, StrictFilterBackend, TrueOrFalse
from api.v1 import commands as said
from api.v1.acting import ActingViewSet
from api.v1.answers import CountOut, CultureOut, EntryOut, FeedOut, HarvestOut, LineageOut, TimelineOut
from api.v1.standing_answers import facts_of
from cultures.passaging import services as verbs
from cultures.passaging.lineage import family
from cultures.passaging.models import Culture, Event
from cultures.passaging.timeline import timeline
from lims.codes import tidy_code

MOST_RELATIVES = 2000
ID: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1, "decimal_places": 0}


class CultureFilter(django_filters.FilterSet):
    line = django_filters.NumberFilter(field_name="line_id", **ID)
    is_growing = TrueOrFalse(field_name="ended_at", lookup_expr="isnull")
    arm = django_filters.ChoiceFilter(choices=[pair for pair in Culture.Arm.choices if pair[0]])
    fate = django_filters.ChoiceFilter(choices=Culture.Fate.choices)
    origin = django_filters.ChoiceFilter(choices=Culture.Origin.choices)
    place = django_filters.CharFilter(field_name="place__code", max_length=12, help_text="The place's code")
    keeper = django_filters.CharFilter(field_name="keeper__username", max_length=150)
    passage_number = django_filters.NumberFilter(min_value=0, max_value=32_767, decimal_places=0)
    seeded_after = MomentFilter(field_name="seeded_at", lookup_expr="gte")
    seeded_before = MomentFilter(field_name="seeded_at", lookup_expr="lt")

    class Meta:
        model = Culture
        fields: list[str] = []


class CultureViewSet(mixins.RetrieveModelMixin, ActingViewSet):
    """Cultures by their code. Everything that happens to a culture has an address of its own."""

    verb = "read_bench"
    queryset = Culture.objects.select_related("line", "vessel", "medium", "place", "keeper")
    serializer_class = CultureOut
    filter_backends = [StrictFilterBackend]
    filterset_class = CultureFilter
    order = ("-seeded_at",)
    lookup_field = lookup_url_kwarg = "code"
    lookup_value_regex = "[0-9A-Za-z-]{1,20}"

    def get_object(self) -> Culture:
        return get_object_or_404(self.get_queryset(), code=tidy_code(self.kwargs["code"]))

    def list(self, request: Request) -> Response:
        """Cultures, newest first; each with how it stands in quality control."""
        cultures = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = {"qc": facts_of([culture.pk for culture in cultures])}
        return self.get_paginated_response(CultureOut(cultures, many=True, context=context).data)

    def act_on_it(self, command: Any, service: Any, answer: Any) -> HttpResponse:
        def on_it(**arguments: Any) -> Any:
            culture = get_object_or_404(Culture.objects.only("pk"), code=tidy_code(self.kwargs["code"]))
            return service(culture_id=culture.pk, source=Event.Source.API, **arguments)

        return self.act(command, on_it, answer)

    def begin(self, command: Any, service: Any, answer: Any) -> HttpResponse:
        return self.act(command, partial(service, source=Event.Source.API), answer)

    @extend_schema(responses=TimelineOut)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def timeline(self, request: Request, code: str) -> Response:
        """All that happened to a culture, newest first."""
        culture = self.get_object()
        return Response(TimelineOut({"culture": culture.code, "entries": timeline(culture)}).data)

    @extend_schema(responses=LineageOut)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def lineage(self, request: Request, code: str) -> Response:
        """The family of a culture, as cultures and descents; at most 2,000, the nearest."""
        culture = self.get_object()
        found = family(culture.pk, limit=MOST_RELATIVES + 1)
        told = {
            "culture": culture.code,
            "members": sorted(found.members, key=lambda member: member.id)[:MOST_RELATIVES],
            "descents": found.descents,
            "is_whole": len(found.members) <= MOST_RELATIVES,
        }
        return Response(LineageOut(told).data)

    @extend_schema(request=said.ReceiveIn, responses={201: CultureOut})
    @action(detail=False, methods=["post"], verb="receive_culture")
    def receive(self, request: Request) -> HttpResponse:
        """Cells came from outside."""
        return self.begin(said.ReceiveIn, verbs.receive_culture, CultureOut)

    @extend_schema(request=said.ThawIn, responses={201: CultureOut})
    @action(detail=False, methods=["post"], verb="thaw_culture")
    def thaw(self, request: Request) -> HttpResponse:
        """A vial was thawed; the lab's thaw increment is added to the passage number on its label."""
        return self.begin(said.ThawIn, verbs.thaw_culture, CultureOut)

    @extend_schema(request=said.PoolIn, responses={201: HarvestOut})
    @action(detail=False, methods=["post"], verb="pool_cultures")
    def pool(self, request: Request) -> HttpResponse:
        """Several cultures of one line were harvested into one suspension."""
        return self.begin(said.PoolIn, verbs.pool_cultures, HarvestOut)

    @extend_schema(request=said.CountIn, responses={201: CountOut})
    @action(detail=True, methods=["post"], verb="count_culture")
    def count(self, request: Request, code: str) -> HttpResponse:
        """A count that a person made."""
        return self.act_on_it(said.CountIn, verbs.count_culture, CountOut)

    @extend_schema(request=said.ObserveIn, responses={201: EntryOut})
    @action(detail=True, methods=["post"], verb="observe_culture")
    def observe(self, request: Request, code: str) -> HttpResponse:
        """A look through the microscope. Photos are taken on the page."""
        return self.act_on_it(said.ObserveIn, verbs.observe_culture, EntryOut)

    @extend_schema(request=said.FeedIn, responses={201: FeedOut})
    @action(detail=True, methods=["post"], verb="feed_culture")
    def feed(self, request: Request, code: str) -> HttpResponse:
        """Fresh medium, with the drugs that are in it."""
        return self.act_on_it(said.FeedIn, verbs.feed_culture, FeedOut)

    @extend_schema(request=said.HarvestIn, responses={201: HarvestOut})
    @action(detail=True, methods=["post"], verb="passage_culture")
    def passage(self, request: Request, code: str) -> HttpResponse:
        """Harvest the culture and seed its daughters, one passage on."""
        return self.act_on_it(said.HarvestIn, verbs.passage_culture, HarvestOut)

    @extend_schema(request=said.MoveIn, responses={201: EntryOut})
    @action(detail=True, methods=["post"], verb="move_culture")
    def move(self, request: Request, code: str) -> HttpResponse:
        """The culture stands somewhere else now."""
        return self.act_on_it(said.MoveIn, verbs.move_culture, EntryOut)

    @extend_schema(request=said.DiscardIn, responses={201: EntryOut})
    @action(detail=True, methods=["post"], verb="discard_culture")
    def discard(self, request: Request, code: str) -> HttpResponse:
        """The end of a culture that was not harvested, and why."""
        return self.act_on_it(said.DiscardIn, verbs.discard_culture, EntryOut)
