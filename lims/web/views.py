"""Pages of the frame itself: scanning, the look, and answers to requests that went wrong."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.http import require_GET, require_POST

from lims.accounts.access import public, requires
from lims.codes import is_code, tidy_code
from lims.web.context import THEMES
from lims.web.middleware import database_down
from lims.web.scanning import address_of, clean_scan, looks_mistyped, search

A_YEAR_S = 365 * 24 * 3600


@require_GET
@requires("view_bench")
def scan(request: HttpRequest) -> HttpResponse:
    """A code opens its page; anything else is searched for. One exact hit opens at once."""
    text = clean_scan(request.GET.get("q", ""))
    if text and (url := address_of(text)):
        return HttpResponseRedirect(url)
    groups = search(text) if text else []
    exact = [hit for _, hits in groups for hit in hits if hit.is_exact]
    if len(exact) == 1 and sum(len(hits) for _, hits in groups) == 1:
        return HttpResponseRedirect(exact[0].url)
    context = {
        "scanned": text,
        "groups": groups,
        "is_mistyped": looks_mistyped(text),
        "is_unknown_code": is_code(tidy_code(text)),
    }
    return render(request, "lims/scan.html", context)


@require_POST
@public
def set_look(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the device says; more contrast or not. Kept on this device, for tablets are shared."""
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    back = back if safe and back.startswith("/") else "/"
    response = HttpResponse(status=303, headers={"Location": back})
    for name, allowed in (("theme", THEMES), ("contrast", ("more",))):
        if name in request.POST:
            value = request.POST[name]
            if value in allowed:
                response.set_cookie(name, value, max_age=A_YEAR_S, samesite="Lax", secure=settings.HTTPS)
            else:
                response.delete_cookie(name)
    return response


# --- when something went wrong ----------------------------------------------------------------------------------------
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; or 413 when what was sent is too large."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    status, page = (413, "413.html") if too_large else (400, "400.html")
    if request.path.startswith("/api/"):
        said = "The request is too large." if too_large else "The request cannot be read."
        code = "too_large" if too_large else "bad_request"
        return JsonResponse({"code": code, "detail": said}, status=status, content_type="application/problem+json")
    return HttpResponse(render_to_string(page), status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        said = "There is no such address. The addresses here end with a slash; they are listed at /api/v1/schema/."
        body = {"code": "no_such_address", "detail": said}
        return JsonResponse(body, status=404, content_type="application/problem+json")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when the database was lost outside any view: a session that could not be kept."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_down(request)
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page is older than the sign-in, or came from another site."""
    return HttpResponse(render_to_string("403_csrf.html", {"path": request.path}), status=403)
