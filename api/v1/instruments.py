"""The door for instruments: a count is posted under a key, and is never lost."""

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
from cultures.passaging import deliveries
from cultures.passaging.models import Count
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
    """Taken, and kept for a person: the culture is unknown, has ended, or refuses the count."""

    state = serializers.ChoiceField(choices=["waiting"])
    delivery = serializers.IntegerField()
    because = serializers.CharField()


class PostedCountView(APIView):
    verb = "post_count"

    @extend_schema(
        operation_id="instruments_counts_create", request=PostedCountIn, responses={201: SavedCountOut, 202: WaitingOut}
    )
    def post(self, request: Request) -> HttpResponse:
        """Post one count. Send it again under the same Idempotency-Key after a time-out: the answer is the same."""
        request.data  # noqa: B018  # what cannot be read is refused before anything is begun
        key = key_of(request, required=True)
        instrument = request.user
        assert isinstance(instrument, Instrument)  # people have no post_count

        def place(delivery: Delivery) -> Answer:
            sent = PostedCountIn(data=request.data)
            sent.is_valid(raise_exception=True)
            count = deliveries.place_count(delivery=delivery, posted=sent.validated_data, by=instrument)
            if count is None:
                waiting = {"state": "waiting", "delivery": delivery.pk, "because": delivery.waits_because}
                return Answer(202, rendered(waiting))
            return Answer(201, rendered({"state": "saved"} | CountOut(count).data))

        body = sent_body(request)
        return as_response(once(by=instrument, route=deliveries.ROUTE, key=key, body=body, do=place, keep_body=True))
