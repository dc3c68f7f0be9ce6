"""The family of a culture: drawn, and as lists of what it descends from and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from cultures.passaging.drawing import draw, reasons_of_ends
from cultures.passaging.graph import MOST_OPENED, Family, Member
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
    """A line of the CSV."""

    relation: str
    relative: Relative


@dataclass(frozen=True)
class Nearest:
    """A list beside the drawing: the nearest relatives, and how many there are."""

    title: str
    is_up: bool
    members: Sequence[Member]
    total: int


@require_safe
@requires("view_bench")
def lineage(request: HttpRequest, code: str) -> HttpResponse:
    culture = get_object_or_404(Culture.objects.select_related("line__parent", "vessel"), code=code)
    opened = [code for code in dict.fromkeys(request.GET.getlist("open")) if len(code) <= 12][:MOST_OPENED]
    related = family(culture.pk)
    context = {
        "culture": culture,
        "drawing": draw(related, opened, reasons_of_ends(related), localtime(now())),
        "is_cut": len(related.by_id) >= MOST_MEMBERS,
        "opened": opened,
        "relatives": [
            _nearest("Descends from", related, related.up),
            _nearest("Made of it", related, related.down),
        ],
    }
    return page(request, "cultures/passaging/lineage.html", context)


def _nearest(title: str, related: Family, ways: dict[int, list[int]]) -> Nearest:
    """Ids rise with the generations, so the nearest id is the nearest relative."""
    found = related.reach([related.current], ways) - {related.current}
    nearest = sorted(found, key=lambda pk: abs(pk - related.current))[:MOST_LISTED]
    return Nearest(title, ways is related.up, [related.by_id[pk] for pk in nearest], len(found))


@require_safe
@requires("export_bench")
def lineage_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    culture = get_object_or_404(Culture, code=code)
    rows = [Row("ancestor", one) for one in ancestors(culture.pk)]
    rows += [Row("descendant", one) for one in descendants(culture.pk)]
    return csv_response(rows, COLUMNS, f"lineage-of-{culture.code}")
