"""The board of tests, and the same as CSV."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from cultures.passaging.models import Culture
from cultures.quality.board import DUE, BoardFilters, known_methods, tabs, tally
from cultures.quality.board_rows import by_day, due_rows, test_rows, with_culture
from cultures.quality.models import QCPolicy
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.tabular.writing import Column, csv_response
from lims.web.htmx import page
from lims.web.pagination import keyset_page

ROWS_AT_ONCE = 500
DUE_SORTS = {"due": "due_at", "line": ("culture__line__name", "due_at"), "test": ("method", "due_at")}
DUE_COLUMNS = (
    Column("Code", "due.culture.code"),
    Column("Line", "due.culture.line.name"),
    Column("Passage number", "due.culture.passage_number"),
    Column("Test", "title"),
    Column("Due", "due.due_at"),
    Column("Overdue (d)", "overdue_days"),
    Column("Why", "why"),
    Column("Clean as of passage", "due.clean.culture.passage_number"),
    Column("Clean as of", "due.clean.at"),
    Column("Clean sample", "due.clean.code"),
    Column("Kept apart", lambda row: "; ".join(member.quarantine.reason for member in row.held)),
    Column("Place", "due.culture.place.full_name"),
    Column("Keeper", lambda row: str(row.due.culture.keeper)),
)
TEST_COLUMNS = (
    Column("Sample", "test.code"),
    Column("Code", "test.culture.code"),
    Column("Line", "test.culture.line.name"),
    Column("Passage number", "test.culture.passage_number"),
    Column("Method", "method.title"),
    Column("Sampled", "test.at"),
    Column("Taken by", lambda row: str(row.test.taken_by or "")),
    Column("Run", "test.run_id"),
    Column("Expected by", "expected_by"),
    Column("Verdict", lambda row: row.test.get_verdict_display()),
    Column("Sentence", "test.sentence"),
    Column("Place", "test.culture.place.full_name"),
    Column("Keeper", lambda row: str(row.test.culture.keeper)),
)


@require_safe
@requires("view_bench")
def board(request: SignedInRequest) -> HttpResponse:
    filters, methods = BoardFilters(request, now()), known_methods()
    counted = tally(filters)
    context: dict[str, Any] = {
        "filters": filters,
        "tab": filters.tab,
        "tally": counted,
        "tabs": tabs(filters, methods, counted.due),
        "all_chosen": request.GET.get("all") == "1",
    }
    if filters.tab == DUE:
        rows = keyset_page(with_culture(filters.dues()), request, order=("due_at",), sorts=DUE_SORTS)
        found = due_rows(rows, filters.now)
        context |= {"rows": rows, "found": found, "days": list(by_day(found)) if rows.sort == "due" else [("", found)]}
    else:
        rows = keyset_page(with_culture(filters.tests(filters.tab, methods)), request, order=("at",))
        context |= {"rows": rows, "found": test_rows(rows, methods, filters.now)}
    if not rows.rows and not filters.is_narrowed:
        context |= {"policy": QCPolicy.current(), "anything_grows": Culture.objects.growing().exists()}
    return page(request, "cultures/quality/board/board.html", context)


@require_safe
@requires("export_bench")
def board_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """What the tab shows, as filtered, from its first row."""
    filters = BoardFilters(request, now())
    if filters.tab == DUE:
        rows = with_culture(filters.dues()).order_by("due_at", "pk")
        lines: Iterator[Any] = (row for some in _chunks(rows) for row in due_rows(some, filters.now))
        return csv_response(lines, DUE_COLUMNS, "tests-due")
    methods = known_methods()
    rows = with_culture(filters.tests(filters.tab, methods)).order_by("at", "pk")
    return csv_response(test_rows(rows.iterator(ROWS_AT_ONCE), methods, filters.now), TEST_COLUMNS, "tests")


def _chunks(rows: QuerySet) -> Iterator[list[Any]]:
    found = rows.iterator(chunk_size=ROWS_AT_ONCE)
    while some := list(islice(found, ROWS_AT_ONCE)):
        yield some
