"""Ladders: started, branched, decided on, and handled with both arms at once; and the decisions of a model."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1 import model_commands as said
from api.v1.model_answers import DecisionOut, LadderOut, PairFeedOut, PairHarvestOut, Standing, told
from api.v1.models import CODE, OfAModel
from cultures.dosing import services as verbs
from cultures.dosing.models import Decision, Ladder
from cultures.passaging.models import Event
from lims.clock import now

NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="Of the ladder: A")
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH, description="Of the decision, within its model")


class LadderViewSet(OfAModel):
    """The ladders of a model by their names. How they stand is told with the model."""

    verb = "start_ladder"
    queryset = Ladder.objects.none()
    serializer_class = LadderOut
    lookup_field = lookup_url_kwarg = "name"
    lookup_value_regex = "[^/]{1,20}"

    @extend_schema(parameters=[CODE], request=said.StartLadderIn, responses={201: LadderOut})
    def create(self, request: Request, code: str) -> HttpResponse:
        """Begin a ladder with treated flasks and their matched vehicle control, all from one start."""

        def start(**arguments: Any) -> Standing:
            return self.standing(verbs.start_ladder(**arguments))

        return self.act_on_model(said.StartLadderIn, start, LadderOut, source=Event.Source.API)

    @extend_schema(parameters=[CODE, NAME], request=said.BranchLadderIn, responses={201: LadderOut})
    @action(detail=True, methods=["post"], verb="branch_ladder")
    def branch(self, request: Request, code: str, name: str) -> HttpResponse:
        """Let living treated flasks go on as a ladder of their own, from the same rung."""

        def branch(**arguments: Any) -> Standing:
            return self.standing(verbs.branch_ladder(**arguments))

        return self.act_on_ladder(said.BranchLadderIn, branch, LadderOut)

    @extend_schema(parameters=[CODE, NAME], request=said.DecideIn, responses={201: DecisionOut})
    @action(detail=True, methods=["post"], verb="decide_on_ladder")
    def decide(self, request: Request, code: str, name: str) -> HttpResponse:
        """Escalate, hold, step back, give a holiday, resume, or declare lost."""
        return self.act_on_ladder(said.DecideIn, verbs.decide, DecisionOut)

    @extend_schema(parameters=[CODE, NAME], request=said.PassagePairIn, responses={201: PairHarvestOut})
    @action(detail=True, methods=["post"], url_path="passage-pair", verb="passage_pair")
    def passage_pair(self, request: Request, code: str, name: str) -> HttpResponse:
        """Harvest both arms and seed the same daughters from each."""

        def passage(**arguments: Any) -> dict[str, Any]:
            return dict(zip(("treated", "control"), verbs.passage_pair(**arguments), strict=True))

        return self.act_on_ladder(said.PassagePairIn, passage, PairHarvestOut)

    @extend_schema(parameters=[CODE, NAME], request=said.FeedPairIn, responses={201: PairFeedOut})
    @action(detail=True, methods=["post"], url_path="feed-pair", verb="feed_pair")
    def feed_pair(self, request: Request, code: str, name: str) -> HttpResponse:
        """Fresh medium for both arms."""

        def feed(**arguments: Any) -> dict[str, Any]:
            return dict(zip(("treated", "control"), verbs.feed_pair(**arguments), strict=True))

        return self.act_on_ladder(said.FeedPairIn, feed, PairFeedOut)

    def act_on_ladder(self, command: Any, service: Any, answer: Any) -> HttpResponse:
        ladder = get_object_or_404(self.resistance_model.ladders.only("pk"), name=self.kwargs["name"])
        return self.act(command, partial(service, ladder_id=ladder.pk, source=Event.Source.API), answer)

    def standing(self, ladder: Ladder) -> Standing:
        (model,) = told([self.resistance_model], now())
        return next(one for one in model.ladders if one.view.ladder.pk == ladder.pk)


class DecisionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfAModel):
    """The decisions on a model and its ladders, newest first; they count on within the model."""

    queryset = Decision.objects.select_related(
        "ladder", "by", "culture", "from_rung", "to_rung", "seconded_by", "withdrawn_by"
    )
    serializer_class = DecisionOut
    order = ("-at", "-number")
    lookup_field = lookup_url_kwarg = "number"
    lookup_value_regex = "[0-9]{1,9}"

    @extend_schema(parameters=[CODE])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All decisions with the evidence they were made on, also those declined or taken back."""
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[CODE, NUMBER])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One decision."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(parameters=[CODE, NUMBER], request=said.EventIn, responses={200: DecisionOut})
    @action(detail=True, methods=["post"], verb="second_decision")
    def second(self, request: Request, code: str, number: str) -> HttpResponse:
        """Agree with a waiting decision of somebody else: from now on it stands."""
        return self.act_on_decision(said.EventIn, verbs.second_decision)

    @extend_schema(parameters=[CODE, NUMBER], request=said.DeclineDecisionIn, responses={200: DecisionOut})
    @action(detail=True, methods=["post"], verb="decline_decision")
    def decline(self, request: Request, code: str, number: str) -> HttpResponse:
        """Do not agree with a waiting decision, or take back one's own that waits."""
        return self.act_on_decision(said.DeclineDecisionIn, verbs.decline_decision)

    @extend_schema(parameters=[CODE, NUMBER], request=said.EventIn, responses={200: DecisionOut})
    @action(detail=True, methods=["post"], verb="undo_decision")
    def undo(self, request: Request, code: str, number: str) -> HttpResponse:
        """Take back your last decision within 15 minutes, while no medium was given because of it."""
        return self.act_on_decision(said.EventIn, verbs.undo_decision)

    def act_on_decision(self, command: Any, service: Any) -> HttpResponse:
        decision = get_object_or_404(self.resistance_model.decisions.only("pk"), number=self.kwargs["number"])
        return self.act(command, partial(service, decision_id=decision.pk), DecisionOut, status=200)
