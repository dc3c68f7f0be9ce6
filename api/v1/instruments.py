"""The door for instruments: a count, a test result or a run is posted under a key, and is never lost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from api.fields import Moment, Note, Number, StrictSerializer, Text
from api.idempotency import as_response, key_of, rendered, sent_body
from api.v1.answers import CountOut
from api.v1.quality_answers import TESTS, QCRunInFullOut, QCTestOut
from api.v1.quality_commands import PostedRunIn, PostedTestIn
from api.v1.runs import IN_FULL
from cultures.passaging import deliveries
from cultures.passaging.models import Count
from cultures.quality import deliveries as results
from cultures.quality import run_deliveries
from lims.clock import CLOCK_SKEW, now
from lims.instruments.deliveries import Answer, once
from lims.instruments.models import Delivery, Instrument

PER_ML: dict[str, Any] = {
    "max_digits": 26,
    "decimal_places": 12,
    "min_value": Decimal(0),
    "max_value": Decimal(10**13 - 1),
}


class PostedCountIn(StrictSerializer):
    """Cells per mL of the undiluted suspension: the instrument has applied its dilution factor.

    Either live_per_ml (with dead_per_ml, total_per_ml or viability_pct as the instrument has them), or total_per_ml
    with viability_pct. What contradicts itself beyond rounding is refused.
    """

    culture = Text(max_length=60, help_text="The code on the flask: C-7K4QX. One we do not know goes to the inbox.")
    live_per_ml = Number(**PER_ML, required=False)
    dead_per_ml = Number(**PER_ML, required=False)
    total_per_ml = Number(**PER_ML, required=False)
    viability_pct = Number(
        max_digits=15, decimal_places=12, min_value=Decimal(0), max_value=Decimal(100), required=False
    )
    taken_at = Moment(help_text="With its offset from UTC; at most 5 minutes ahead of our clock")
    method = serializers.ChoiceField(choices=Count.Method.choices, default=Count.Method.AUTOMATED)
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> deliveries.PostedCount:
        if attrs["taken_at"] > now() + CLOCK_SKEW:
            raise serializers.ValidationError({"taken_at": ["This has not come yet. Set the instrument's clock."]})
        try:
            return deliveries.read_count(attrs)
        except deliveries.ContradictoryCount as refusal:
            field = refusal.field or "live_per_ml"
            raise serializers.ValidationError({field: [str(refusal)]}, code=refusal.code) from None


class SavedCountOut(CountOut):
    state = serializers.ChoiceField(choices=["saved"])


class WaitingOut(serializers.Serializer):
    """Taken, and kept for a person: the culture, sample or run is unknown, or refuses what was posted."""

    state = serializers.ChoiceField(choices=["waiting"])
    delivery = serializers.IntegerField()
    because = serializers.CharField()


class InstrumentView(APIView):
    """What is posted is done once under its key, kept as it was sent, and waits in the inbox if it has no place."""

    def once(self, request: Request, route: str, place: Callable[[Delivery, Instrument], Any]) -> HttpResponse:
        request.data  # noqa: B018  # what cannot be read is refused before anything is begun
        key = key_of(request, required=True)
        instrument = request.user
        assert isinstance(instrument, Instrument)  # people do not post

        def do(delivery: Delivery) -> Answer:
            if (saved := place(delivery, instrument)) is None:
                waiting = {"state": "waiting", "delivery": delivery.pk, "because": delivery.waits_because}
                return Answer(202, rendered(waiting))
            return Answer(201, rendered({"state": "saved"} | saved))

        body = sent_body(request)
        return as_response(once(by=instrument, route=route, key=key, body=body, do=do, keep_body=True))


class PostedCountView(InstrumentView):
    verb = "post_count"

    @extend_schema(
        operation_id="instruments_counts_create", request=PostedCountIn, responses={201: SavedCountOut, 202: WaitingOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Post one count. Send it again under the same Idempotency-Key after a time-out: the answer is the same."""

        def place(delivery: Delivery, by: Instrument) -> Any:
            sent = PostedCountIn(data=request.data)
            sent.is_valid(raise_exception=True)
            count = deliveries.place_count(delivery=delivery, posted=sent.validated_data, by=by)
            return count and CountOut(count).data

        return self.once(request, deliveries.ROUTE, place)


class SavedTestOut(QCTestOut):
    state = serializers.ChoiceField(choices=["saved"])

    class Meta(QCTestOut.Meta):
        fields = ["state", *QCTestOut.Meta.fields]


class PostedTestView(InstrumentView):
    verb = "post_test"

    @extend_schema(
        operation_id="instruments_tests_create", request=PostedTestIn, responses={201: SavedTestOut, 202: WaitingOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Post the result of a sample, or a sample of a culture with its result. Sent twice it is one result."""

        def place(delivery: Delivery, by: Instrument) -> Any:
            sent = PostedTestIn(data=request.data)
            sent.is_valid(raise_exception=True)
            test = results.place_test(delivery=delivery, posted=sent.validated_data, by=by)
            return test and QCTestOut(TESTS.get(pk=test.pk)).data

        return self.once(request, results.ROUTE, place)


class SavedRunOut(serializers.Serializer):
    state = serializers.ChoiceField(choices=["saved"])
    run = QCRunInFullOut()


class PostedRunView(InstrumentView):
    verb = "post_test"

    @extend_schema(
        operation_id="instruments_runs_create", request=PostedRunIn, responses={201: SavedRunOut, 202: WaitingOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Post the controls of a run and the readings of its samples. When the controls fail, none of it counts."""

        def place(delivery: Delivery, by: Instrument) -> Any:
            sent = PostedRunIn(data=request.data)
            sent.is_valid(raise_exception=True)
            run = run_deliveries.place_run(delivery=delivery, posted=sent.validated_data, by=by)
            return run and {"run": QCRunInFullOut(IN_FULL.get(pk=run.pk)).data}

        return self.once(request, run_deliveries.ROUTE, place)
