"""The Idempotency-Key of a request: sent again under the same key, a command is not done again but answered again."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from lims.accounts.models import User
from lims.instruments.deliveries import LONGEST_KEY, Answer, once
from lims.instruments.models import Delivery, Instrument

HEADER = "Idempotency-Key"


def key_of(request: Request, *, required: bool = False) -> str:
    key = request.headers.get(HEADER, "").strip()
    if not key and required:
        raise ParseError(f"The header {HEADER} is missing: a name of your own for this delivery.", code="key_missing")
    if len(key) > LONGEST_KEY or not (key.isascii() and (key.isprintable() or not key)):
        raise ParseError(f"{HEADER} is at most {LONGEST_KEY} printable ASCII signs.", code="key_not_valid")
    return key


def actor(request: Request) -> User | Instrument:
    """Whoever the permission has let in."""
    return request.user  # type: ignore[return-value]  # the permission let a person or an instrument in


def sent_body(request: Request) -> bytes:
    """The bytes as sent; the parser has kept them."""
    sent: bytes = request.parser_context.get("sent", b"") if request.parser_context else b""
    return sent


def done_once(request: Request, route: str, do: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """A person's command: once under its key when it bears one, and in one transaction in any case."""
    request.data  # noqa: B018  # what cannot be read is refused before anything is begun

    def work(delivery: Delivery | None = None) -> Answer:
        status, data = do()
        return Answer(status, rendered(data))

    if not (key := key_of(request)):
        with transaction.atomic():
            return as_response(work())
    body = f"{request.path}\n".encode() + sent_body(request)
    return as_response(once(by=actor(request), route=route, key=key, body=body, do=work))


def rendered(data: Any) -> str:
    return JSONRenderer().render(data).decode()


def as_response(answer: Answer) -> HttpResponse:
    headers = {"Idempotency-Replayed": "true"} if answer.repeated else {}
    return HttpResponse(answer.body, status=answer.status, content_type="application/json", headers=headers)
