"""A form that is sent twice (double tap, reload, lost answer) is done once and answered twice."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from lims.instruments.deliveries import Answer, once
from lims.rules import refused_in_words
from lims.web.htmx import done

KEY = "command_key"


@dataclass(frozen=True)
class Done:
    """How an entry ended, as `done` takes it: where to go (address, URL name or object), what to say, what changed."""

    to: object
    message: str = ""
    changed: str = ""
    is_grave: bool = False


def form_once(request: HttpRequest, route: str, do: Callable[[], Done]) -> HttpResponse:
    """Run `do` once for this form's command_key; the second sending gets the first one's answer.

    A form without a key (a script that posts by hand) is simply done. Raises what `do` raises, and KeyReused when the
    same form was saved before with other values.
    """
    if not (key := _key_of(request)):
        with refused_in_words(), transaction.atomic():
            return _finish(request, _plain(do()))
    answer = once(
        by=request.user,  # type: ignore[arg-type]  # a signed-in person: the view requires its verb
        route=f"form:{route}",
        key=key,
        body=_body_of(request),
        do=lambda delivery: Answer(303, json.dumps(_plain(do()))),
    )
    return _finish(request, json.loads(answer.body))


def _plain(ending: Done) -> dict[str, Any]:
    return asdict(ending) | {"to": resolve_url(ending.to)}  # type: ignore[arg-type]  # an address or a record


def _finish(request: HttpRequest, ending: dict[str, Any]) -> HttpResponse:
    return done(request, **ending)


def _key_of(request: HttpRequest) -> str:
    """The form's key; a form that shares its page with others has it under a prefix."""
    name = KEY if KEY in request.POST else next((name for name in request.POST if name.endswith(f"-{KEY}")), KEY)
    try:
        return str(UUID(request.POST.get(name, "")))
    except ValueError:
        return ""


def _body_of(request: HttpRequest) -> bytes:
    """All that makes two sendings the same: every value, and the content of every file."""
    values = sorted(
        (name, found)
        for name, found in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.endswith(KEY)
    )
    files = []
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            digest = hashlib.sha256()
            for chunk in upload.chunks():
                digest.update(chunk)
            files.append((name, digest.hexdigest()))
            upload.seek(0)
    return json.dumps([request.path, values, files]).encode()
