"""The page of a culture, its growth as a table, and its history."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cultures.passaging.culture_page import CulturePage, records_of
from cultures.passaging.figures import growth_chart
from cultures.passaging.growth import COLUMNS, growth_rows
from cultures.passaging.models import Culture
from cultures.passaging.selectors import GrowthPoint, figures_of, growth_series
from cultures.passaging.timeline import timeline
from lims.accounts.access import requires
from lims.audit.history import history_of
from lims.charts.chart import Chart
from lims.clock import now
from lims.tabular.writing import Column, csv_response
from lims.web.htmx import page

MOST_CHANGES = 100
GROWTH_COLUMNS = (
    Column("Passage number", "passage_number"),
    Column("Code", "culture.code"),
    Column("Line", "culture.line.name"),
    Column("Harvested", "at"),
    Column("Viability (%)", lambda point: point.viability_pct and round(point.viability_pct, 1)),
    Column("PD", "pd"),
    Column("Doubling time (h)", "doubling_time_h"),
    Column("cPDL", "cpdl"),
    Column("Events", lambda point: "; ".join(mark.label for mark in point.events)),
)


@require_safe
@requires("view_bench")
def culture(request: HttpRequest, code: str) -> HttpResponse:
    one, moment = _culture(code), now()
    points = growth_series(one)
    figures = figures_of(one, moment)
    sheet = CulturePage(one, figures, timeline(one), points, request.user.pk, moment, request.GET.get("show", ""))
    context = {
        "culture": one,
        "figures": figures,
        "page": sheet,
        "chart": _chart(one, points, float(figures.viability_limit_pct)),
    }
    return page(request, "cultures/passaging/culture.html", context)


@require_safe
@requires("view_bench")
def growth(request: HttpRequest, code: str) -> HttpResponse:
    """The chart across the page, and its numbers as a table."""
    one = _culture(code)
    points = growth_series(one)
    context = {
        "culture": one,
        "chart": _chart(one, points, float(figures_of(one).viability_limit_pct), is_wide=True),
        "columns": COLUMNS,
        "rows": growth_rows(points),
    }
    return page(request, "cultures/passaging/growth.html", context)


@require_safe
@requires("export_bench")
def growth_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    one = _culture(code)
    return csv_response(growth_series(one), GROWTH_COLUMNS, f"growth-of-{one.code}")


@require_safe
@requires("view_history")
def history(request: HttpRequest, code: str) -> HttpResponse:
    """What the ledger holds of this culture and of all its events, the undone ones too."""
    one = _culture(code)
    lines = history_of(*records_of(one), limit=MOST_CHANGES + 1)
    context = {"culture": one, "lines": lines[:MOST_CHANGES], "more": len(lines) > MOST_CHANGES}
    return page(request, "cultures/passaging/culture_history.html", context)


def _culture(code: str) -> Culture:
    named = Culture.objects.select_related("line__parent", "vessel", "place", "keeper", "medium")
    return get_object_or_404(named, code=code)


def _chart(
    one: Culture, points: list[GrowthPoint], viability_limit_pct: float, *, is_wide: bool = False
) -> Chart | None:
    if len(points) < 2:
        return None
    reference = one.line.reference_doubling_time
    return growth_chart(
        points,
        viability_limit_pct=viability_limit_pct,
        reference_h=reference / timedelta(hours=1) if reference else None,
        is_wide=is_wide,
    )
