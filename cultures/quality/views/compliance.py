"""Compliance over time: the chart, its numbers, and the same as CSV."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cultures.quality.compliance import FAMILIES, ORDER, ComplianceRow, compliance
from cultures.quality.families import MYCOPLASMA, STR
from cultures.quality.figures import compliance_chart
from lims.accounts.access import requires
from lims.clock import now
from lims.tabular.writing import Column, csv_response

NAMES = {MYCOPLASMA: "Mycoplasma", STR: "STR"}


def _share_columns(family: str) -> list[Column]:
    name = NAMES[family]
    return [
        Column(f"{name}: growing", lambda row: row.shares[family].of),
        Column(f"{name}: in date", lambda row: row.shares[family].in_date),
        Column(f"{name}: in date (%)", lambda row: row.shares[family].pct and round(row.shares[family].pct, 1)),
    ]


def _tests_of(verdict: str) -> Column:
    return Column(f"Samples: {verdict}", lambda row: row.tests.get(verdict, 0))


COLUMNS = (
    Column("Month", lambda row: f"{row.month.start:%Y-%m}"),
    Column("Looked at", "month.at"),
    *(column for family in FAMILIES for column in _share_columns(family)),
    *(_tests_of(verdict) for verdict in ORDER),
)


@require_safe
@requires("view_bench")
def chart(request: HttpRequest) -> HttpResponse:
    found = compliance(now())
    context = {"found": found, "chart": compliance_chart(found), "rows": [_told(row) for row in reversed(found.rows)]}
    return render(request, "cultures/quality/compliance/compliance.html", context)


def _told(row: ComplianceRow) -> dict[str, object]:
    tests = [row.tests.get(verdict, 0) for verdict in ORDER]
    return {"month": row.month, "mycoplasma": row.shares[MYCOPLASMA], "str": row.shares[STR], "tests": tests}


@require_safe
@requires("export_bench")
def chart_csv(request: HttpRequest) -> StreamingHttpResponse:
    return csv_response(compliance(now()).rows, COLUMNS, "compliance")
