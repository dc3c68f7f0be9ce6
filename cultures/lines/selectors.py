"""Finding lines by any of their names."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from cultures.lines.models import CellLine, LineName
from cultures.lines.names import clean_rrid, search_key
from lims.tabular.text import BadText

EXACT, PREFIX, INSIDE = 0, 1, 2


@dataclass(frozen=True)
class FoundLine:
    """A line, the name it was found by, and whether that name is what was asked for."""

    line: CellLine
    name: str
    is_exact: bool


def find_lines(text: str, limit: int = 20) -> list[FoundLine]:
    """Lines whose name, synonym or RRID fits: the exact one first and marked, then those beginning so, then the rest.

    BT474 finds BT474 exactly and BT474 A3 only as a name that begins alike. Withdrawn names still find their line.
    """
    if rrid := _rrid_in(text):
        return [FoundLine(line, line.rrid, True) for line in CellLine.objects.filter(rrid=rrid)]
    if not (key := search_key(text)):
        return []
    names = _fitting(key).select_related("line").order_by("fit", "key")[: 3 * limit]
    found: dict[int, FoundLine] = {}
    for name in names:
        found.setdefault(name.line_id, FoundLine(name.line, name.name, name.fit == EXACT))
    return list(found.values())[:limit]


def lines_matching(lines: QuerySet[CellLine], text: str) -> QuerySet[CellLine]:
    """The lines of a list that fit, annotated with `fit` (0 exact, 1 begins so, 2 contains it)."""
    if rrid := _rrid_in(text):
        return lines.filter(rrid=rrid).annotate(fit=Value(EXACT, output_field=IntegerField()))
    if not (key := search_key(text)):
        return lines.annotate(fit=Value(INSIDE, output_field=IntegerField())).none()
    best = _fitting(key).filter(line=OuterRef("pk")).order_by("fit").values("fit")[:1]
    return lines.annotate(fit=Subquery(best)).filter(fit__isnull=False)


def line_named(text: str) -> CellLine | None:
    """The one line of exactly this name, however it is spelled."""
    key = search_key(text)
    name = LineName.objects.select_related("line").filter(key=key).first() if key else None
    return name.line if name else None


def _fitting(key: str) -> QuerySet[Any]:
    """The names that contain a key, annotated with how well they fit."""
    fit = Case(
        When(key=key, then=EXACT),
        When(key__startswith=key, then=PREFIX),
        default=INSIDE,
        output_field=IntegerField(),
    )
    return LineName.objects.filter(key__contains=key).annotate(fit=fit)


def _rrid_in(text: str) -> str:
    try:
        return clean_rrid(text) if "CVCL" in text.upper() else ""
    except BadText:
        return ""


def with_growing(lines: QuerySet[CellLine]) -> QuerySet[CellLine]:
    """Annotates `growing`: how many cultures of the line grow now."""
    # The bench knows lines, not lines the bench: its cultures are reached by the link they declare.
    cultures = CellLine._meta.get_field("cultures").related_model._default_manager
    of_line = cultures.filter(line=OuterRef("pk"), ended_at=None).order_by().values("line")
    return lines.annotate(growing=Coalesce(Subquery(of_line.annotate(n=Count("pk")).values("n")), 0))
