"""How a view answers, with or without htmx: `page` shows, `done` ends a successful entry."""

import json
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """Truthy when htmx asks."""
    return request.htmx  # type: ignore[attr-defined]  # django_htmx's middleware added it


def page(request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The whole page, or for htmx its fragment: the template of the same name with `_` before it."""
    htmx = htmx_of(request)
    if htmx and not htmx.history_restore_request:
        path = PurePosixPath(template)
        template = str(path.with_name(f"_{path.name}"))
    response = render(request, template, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def done(
    request: HttpRequest, to: Model | str, message: str = "", changed: str = "", is_grave: bool = False
) -> HttpResponse:
    """What was asked is saved. Go on to `to` (an object with a page, an address or a URL name).

    is_grave   saved, and no reason to be glad: said in amber
    changed    for htmx only: stay on this page and fire this event on it, so that the lists listening to it reload
    """
    htmx = htmx_of(request)
    if htmx and changed:
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({changed: {}, "said": {"text": message}})})
    if message:
        (messages.warning if is_grave else messages.success)(request, message)
    url = resolve_url(to)
    if htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})
