"""The list of cultures, and the same as CSV."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from cultures.passaging.filters import NEWEST_FIRST, SORTS, CultureFilters
from cultures.passaging.models import Culture
from cultures.passaging.tables import CULTURE_COLUMNS, rows_of, streamed
from lims.accounts.access import requires
from lims.clock import now
from lims.tabular.writing import csv_response
from lims.web.htmx import page
from lims.web.pagination import keyset_page

ORDERS = {"-seeded": "newest first", "seeded": "oldest first", "due": "due first", "line": "by line and passage"}


@require_safe
@requires("view_bench")
def cultures(request: HttpRequest) -> HttpResponse:
    filters = CultureFilters(request, now())
    found = filters.cultures().select_related("line", "vessel", "place", "keeper")
    rows = keyset_page(found, request, order=NEWEST_FIRST, sorts=SORTS)
    context = {
        "filters": filters,
        "rows": rows,
        "cultures": rows_of(rows, filters.now),
        "order_words": ORDERS.get(rows.sort, ""),
    }
    if not rows.rows and not filters.is_narrowed:
        context["has_ended"] = Culture.objects.exists()
    return page(request, "cultures/passaging/list.html", context)


@require_safe
@requires("export_bench")
def cultures_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list as filtered, from its first row, newest first."""
    filters = CultureFilters(request, now())
    return csv_response(
        streamed(filters.cultures().order_by("-seeded_at", "-id"), filters.now), CULTURE_COLUMNS, "cultures"
    )
