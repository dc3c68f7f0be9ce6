"""Reversion tests: cells of a model without drug for weeks, looked at again and again."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Moment
from api.v1 import note_commands as said
from api.v1.models import CODE, OfAModel
from cultures.dosing.models import ReversionCheck, ReversionTest
from cultures.dosing.services import reversion as verbs

TEST = OpenApiParameter("id", int, OpenApiParameter.PATH, description="Of the reversion test")


class ReversionCheckOut(serializers.ModelSerializer):
    """A week at which the IC50 is to be measured; settled once it was, or was left out."""

    due_at = Moment()
    settled_at = Moment(allow_null=True)
    settled_by = serializers.CharField(source="settled_by.username", allow_null=True)

    class Meta:
        model = ReversionCheck
        fields = ["week", "due_at", "settled_at", "settled_by", "note"]
        read_only_fields = fields


class ReversionTestOut(serializers.ModelSerializer):
    culture = serializers.CharField(source="culture.code", help_text="the first flask without drug")
    started_at = Moment()
    by = serializers.CharField(source="by.username")
    ended_at = Moment(allow_null=True)
    checks = ReversionCheckOut(many=True)

    class Meta:
        model = ReversionTest
        fields = ["id", "culture", "started_at", "passages", "note", "by", "ended_at", "ended_reason", "checks"]
        read_only_fields = fields


class ReversionTestViewSet(mixins.ListModelMixin, OfAModel):
    """The reversion tests of a model, the newest first."""

    verbs: ClassVar = {"create": "start_reversion_test"}
    queryset = ReversionTest.objects.select_related("culture", "by").prefetch_related("checks__settled_by")
    serializer_class = ReversionTestOut
    order = ("-started_at",)
    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(parameters=[CODE])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All of them with their weeks."""
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[CODE], request=said.StartReversionTestIn, responses={201: ReversionTestOut})
    def create(self, request: Request, code: str) -> HttpResponse:
        """Begin with a flask that comes from a treated one and is without drug now."""
        return self.act_on_model(said.StartReversionTestIn, verbs.start_reversion_test, ReversionTestOut)

    @extend_schema(parameters=[CODE, TEST], request=said.SettleReversionCheckIn, responses={200: ReversionCheckOut})
    @action(detail=True, methods=["post"], verb="settle_reversion_check")
    def settle(self, request: Request, code: str, id: str) -> HttpResponse:
        """A week was measured, or left out."""
        test = self.test

        def settle(*, week: int, **arguments: Any) -> ReversionCheck:
            check = get_object_or_404(test.checks.only("pk"), week=week)
            return verbs.settle_reversion_check(check_id=check.pk, **arguments)

        return self.act(said.SettleReversionCheckIn, settle, ReversionCheckOut, status=200)

    @extend_schema(parameters=[CODE, TEST], request=said.EndReversionTestIn, responses={200: ReversionTestOut})
    @action(detail=True, methods=["post"], verb="end_reversion_test")
    def end(self, request: Request, code: str, id: str) -> HttpResponse:
        """Over, or broken off; its checks fall due no more."""
        service = partial(verbs.end_reversion_test, test_id=self.test.pk)
        return self.act(said.EndReversionTestIn, service, ReversionTestOut, status=200)

    @property
    def test(self) -> ReversionTest:
        return get_object_or_404(self.resistance_model.reversion_tests.only("pk"), pk=self.kwargs["id"])
