"""What is done to a harvest or to an entry, and where one works."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Moment
from api.v1 import commands as said
from api.v1 import corrections
from api.v1.acting import ActingViewSet
from api.v1.answers import AllocationOut, BenchSessionOut, CultureOut, HarvestOut
from cultures.passaging import services as verbs
from cultures.passaging.models import Event, Harvest

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(corrections.CHANGES))
ID = OpenApiParameter("id", int, OpenApiParameter.PATH)


class HarvestViewSet(mixins.RetrieveModelMixin, ActingViewSet):
    """A harvest, and what is done with the cells that are left of it."""

    verb = "read_bench"
    queryset = Harvest.objects.all()
    serializer_class = HarvestOut
    filter_backends: list[Any] = []
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=said.SeedIn, responses={201: CultureOut})
    @action(detail=True, methods=["post"], verb="seed_culture")
    def seed(self, request: Request, pk: str) -> HttpResponse:
        """One more daughter from what the harvest still holds."""

        def seed(**arguments: Any) -> Any:
            return verbs.seed_culture(harvest_id=self.harvest_id, source=Event.Source.API, **arguments)

        return self.act(said.SeedIn, seed, CultureOut)

    @extend_schema(request=said.EventIn, responses={201: AllocationOut})
    @action(detail=True, methods=["post"], url_path="discard-rest", verb="discard_rest")
    def discard_rest(self, request: Request, pk: str) -> HttpResponse:
        """What is left of the harvest is discarded."""

        def discard(**arguments: Any) -> Any:
            return verbs.discard_rest(harvest_id=self.harvest_id, **arguments)

        return self.act(said.EventIn, discard, AllocationOut)

    @property
    def harvest_id(self) -> int:
        harvest: Harvest = get_object_or_404(Harvest.objects.only("pk"), pk=self.kwargs["pk"])
        return harvest.pk


class UndoneOut(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["undone"])


class CorrectedOut(serializers.Serializer):
    """The new entry, which supersedes the one corrected."""

    id = serializers.IntegerField()
    supersedes = serializers.IntegerField(source="supersedes_id")
    at = Moment()
    reason = serializers.CharField()


class ConsequenceOut(serializers.Serializer):
    culture = serializers.CharField(source="culture_code")
    what = serializers.CharField()
    old = serializers.CharField(allow_null=True)
    new = serializers.CharField(allow_null=True)


class EntryViewSet(ActingViewSet):
    """Entries by their kind and id, as the timeline gives them."""

    serializer_class = UndoneOut
    queryset = Harvest.objects.none()

    @extend_schema(parameters=[KIND, ID], request=corrections.UndoIn, responses={200: UndoneOut})
    @action(detail=False, methods=["post"], verb="undo_entry")
    def undo(self, request: Request, kind: str, id: int) -> HttpResponse:
        """Take back your last entry, within 15 minutes and while nothing was logged on what it made."""

        def undo(**arguments: Any) -> dict[str, Any]:
            verbs.undo_entry(kind=_known(kind), event_id=id, **arguments)
            return {"kind": kind, "id": id, "state": "undone"}

        return self.act(corrections.UndoIn, undo, UndoneOut, status=200)

    @extend_schema(parameters=[KIND, ID], request=corrections.CorrectIn, responses={201: CorrectedOut})
    @action(detail=False, methods=["post"], verb="correct_entry")
    def correct(self, request: Request, kind: str, id: int) -> HttpResponse:
        """Supersede an entry, with a reason; what depends on it is worked out anew."""
        _known(kind)

        def correct(**arguments: Any) -> Any:
            return verbs.correct_entry(kind=kind, event_id=id, **arguments)

        return self.act(corrections.CorrectIn, correct, CorrectedOut)

    @extend_schema(parameters=[KIND, ID], request=corrections.PreviewIn, responses={200: ConsequenceOut(many=True)})
    @action(detail=False, methods=["post"], verb="correct_entry")
    def preview(self, request: Request, kind: str, id: int) -> Response:
        """What a correction would change downstream. Nothing is saved."""
        _known(kind)
        sent = corrections.PreviewIn(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        found = verbs.preview_correction(kind=kind, event_id=id, **sent.validated_data)
        return Response(ConsequenceOut(found, many=True).data)


def _known(kind: str) -> str:
    if kind not in corrections.CHANGES:
        raise Http404
    return kind


class BenchSessionViewSet(ActingViewSet):
    """Where you work: what you enter in a bench session belongs to it."""

    serializer_class = BenchSessionOut
    queryset = Harvest.objects.none()

    @extend_schema(request=said.StartBenchSessionIn, responses={201: BenchSessionOut})
    @action(detail=False, methods=["post"], verb="start_bench_session")
    def start(self, request: Request) -> HttpResponse:
        """Sit down at a hood; a session that you left open elsewhere ends."""
        return self.act(said.StartBenchSessionIn, verbs.start_bench_session, BenchSessionOut)

    @extend_schema(request=said.EventIn, responses={200: BenchSessionOut})
    @action(detail=False, methods=["post"], verb="end_bench_session")
    def end(self, request: Request) -> HttpResponse:
        """Leave the hood."""
        return self.act(said.EventIn, verbs.end_bench_session, BenchSessionOut, status=200)
