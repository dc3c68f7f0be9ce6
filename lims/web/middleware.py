"""Round every request: a name for it, an honest answer when the database is away, and the lab's clock."""

import logging
import re
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone

from lims.audit.context import current_request_id
from lims.clock import lab_zone

Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{7,63}")
RETRY_AFTER_S = 5


class RequestIdMiddleware:
    """`request.id` ties together the log, the ledger's rows and the answer (X-Request-ID) of one request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        request.id = name  # type: ignore[attr-defined]  # Django lets middleware add to it
        token = current_request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(token)
        response["X-Request-ID"] = name
        return response


class SoundRequestMiddleware:
    """Turns away what no page of ours sends, before anything is read: a body larger than a photo, a NUL in an address.

    A body without its length (chunked) is none to WSGI, so the length that is said is the length that is read.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if said.isdecimal() and int(said[:20]) > most:
            raise RequestDataTooBig(f"{said[:20]} bytes were announced; {most} are taken.")
        if "\x00" in request.path_info:
            raise Http404("No address holds a NUL.")
        return self.get_response(request)


class PrivateAnswersMiddleware:
    """What the lab shows stays out of every cache, also of the browser's own: tablets are shared."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "private, no-store")
        return response


class DatabaseDownMiddleware:
    """A lost database is 503 and a sentence. Every write is one transaction, so nothing is half saved."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.warning("The database did not answer %s %s: %s", request.method, request.path, exception)
        return database_down(request)


def database_down(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"code": "database_down", "detail": "The database does not answer. Nothing was saved; try again."}
        response: HttpResponse = JsonResponse(body, status=503, content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


class LabTimeZoneMiddleware:
    """Pages say the lab's time. The zone is read once per request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            timezone.activate(lab_zone())
        except (OperationalError, InterfaceError):  # raised outside a view, so no process_exception sees it
            return database_down(request)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()
