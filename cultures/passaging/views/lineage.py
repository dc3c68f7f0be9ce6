"""The family of a culture: drawn, and as lists of what it descends from and what was made of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from cultures.passaging.drawing import draw, reasons_of_ends
from cultures.passaging.graph import MOST_OPENED
from cultures.passaging.lineage import MOST_MEMBERS, Relative, ancestors, descendants, family
from cultures.passaging.models import Culture
from lims.accounts.access import requires
from lims.clock import now
from lims.tabular.writing import Column, csv_response
from lims.web.htmx import page

MOST_LISTED = 25
COLUMNS = (
    Column("Relation", "relation"),
    Column("Passages away", "relative.depth"),
    Column("Code", "relative.code"),
    Column("Line", "relative.line"),
    Column("Passage number", "relative.passage_number"),
    Column("Arm", lambda row: Culture.Arm(row.relative.arm).label),
    Column("Seeded", "relative.seeded_at"),
    Column("Ended", "relative.ended_at"),
    Column("Fate", lambda row: Culture.Fate(row.relative.fate).label if row.relative.fate else ""),
)


@dataclass(frozen=True)
class Row:
    relation: str
    relative: Relative

    @property
    def fate(self) -> str:
        return Culture.Fate(self.relative.fate).label if self.relative.fate else "growing"


@require_safe
@requires("view_bench")
def lineage(request: HttpRequest, code: str) -> HttpResponse:
    culture = get_object_or_404(Culture.objects.select_related("line__parent", "vessel"), code=code)
    opened = [tidy for tidy in dict.fromkeys(request.GET.getlist("open")) if len(tidy) <= 12][:MOST_OPENED]
    related = family(culture.pk)
    up, down = ancestors(culture.pk), descendants(culture.pk)
    context = {
        "culture": culture,
        "drawing": draw(related, opened, reasons_of_ends(related), localtime(now())),
        "is_cut": len(related.by_id) >= MOST_MEMBERS,
        "opened": opened,
        "relatives": [
            ("Descends from", "ancestor", _rows("ancestor", up[:MOST_LISTED]), len(up)),
            ("Made of it", "descendant", _rows("descendant", down[:MOST_LISTED]), len(down)),
        ],
    }
    return page(request, "cultures/passaging/lineage.html", context)


@require_safe
@requires("export_bench")
def lineage_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    culture = get_object_or_404(Culture, code=code)
    rows = _rows("ancestor", ancestors(culture.pk)) + _rows("descendant", descendants(culture.pk))
    return csv_response(rows, COLUMNS, f"lineage-of-{culture.code}")


def _rows(relation: str, relatives: Iterable[Relative]) -> list[Row]:
    return [Row(relation, relative) for relative in relatives]
