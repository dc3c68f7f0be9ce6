"""The page of a culture."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lims.accounts.access import requires


@require_safe
@requires("view_bench")
def culture(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(code)
