"""Second thoughts: undo the last entry, or correct an older one after seeing what that changes."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from lims.accounts.access import requires


@require_POST
@requires("undo_entry")
def undo(request: HttpRequest, kind: str, entry_id: int) -> HttpResponse:
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@requires("correct_entry")
def correct(request: HttpRequest, kind: str, entry_id: int) -> HttpResponse:
    return HttpResponse()
