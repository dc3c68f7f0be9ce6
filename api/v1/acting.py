"""What all endpoints that act have in common: read the command, call the service once, answer with what it made."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from api.auth import verb_of
from api.idempotency import done_once


class ActingViewSet(GenericViewSet):
    """Each action names its verb: `@action(..., verb="feed_culture")`. A viewset's own `verb` is that of its reads.

    verbs   of the actions that share an address with a read: {"create": "register_model"}
    """

    verb: str | None = None
    verbs: ClassVar[dict[str, str]] = {}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **self.kwargs}

    def act(
        self,
        command: type[Serializer],
        service: Callable[..., Any],
        answer: type[Serializer],
        *,
        status: int = status.HTTP_201_CREATED,
    ) -> HttpResponse:
        request: Request = self.request

        def do() -> tuple[int, Any]:
            sent = command(data=request.data, context=self.get_serializer_context())
            sent.is_valid(raise_exception=True)
            return status, answer(service(by=request.user, **sent.validated_data)).data

        return done_once(request, str(verb_of(self)), do)
