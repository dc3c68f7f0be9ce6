"""The lab's records of its kits: to read, to register, and to revise."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request

from api.v1 import quality_commands as said
from api.v1.acting import ActingViewSet
from api.v1.quality_answers import KitOut
from cultures.quality import services as verbs
from cultures.quality.models import KitRecord


class KitViewSet(mixins.ListModelMixin, ActingViewSet):
    """Kits with all versions of their cut-offs."""

    verb = "read_bench"
    verbs: ClassVar = {"create": "register_kit"}
    queryset = KitRecord.objects.select_related("by")
    serializer_class = KitOut
    filter_backends: list[Any] = []
    order = ("name", "version")
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(request=said.RegisterKitIn, responses={201: KitOut})
    def create(self, request: Request) -> HttpResponse:
        """Register a kit with the first version of its cut-offs."""
        return self.act(said.RegisterKitIn, verbs.register_kit, KitOut)

    @extend_schema(request=said.ReviseKitIn, responses={201: KitOut})
    @action(detail=True, methods=["post"], verb="revise_kit")
    def revise(self, request: Request, pk: str) -> HttpResponse:
        """The next version, from the newest. Results keep the version they were judged by."""
        kit = get_object_or_404(KitRecord.objects.only("pk"), pk=pk)
        return self.act(said.ReviseKitIn, partial(verbs.revise_kit, kit_id=kit.pk), KitOut)
