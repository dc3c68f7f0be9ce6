"""The list of lines, and the page of one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cultures.lines.family import sublines_of
from cultures.lines.models import CellLine, LineName, MolecularFeature
from cultures.lines.selectors import lines_matching, with_growing
from lims.accounts.access import requires
from lims.audit.history import history_of
from lims.tabular.writing import Column, csv_response
from lims.web.filters import Choice, Filters, Flag
from lims.web.forms import BenchForm
from lims.web.htmx import page
from lims.web.pagination import keyset_page

SORTS = {"name": "name", "parent": "parent__name", "growing": "growing", "species": "species"}
SHOWN_HISTORY = 100


def _listed(things: Iterable[object]) -> str:
    return ", ".join(str(thing) for thing in things)


COLUMNS = (
    Column("Line", "name"),
    Column("Also called", lambda line: _listed(line.also)),
    Column("Derived from", "parent.name"),
    Column("RRID", "rrid"),
    Column("Species", "species"),
    Column("Tissue", "tissue"),
    Column("Disease", "disease"),
    Column("Subtype", "subtype"),
    Column("Molecular features", lambda line: _listed(line.shown_features)),
    Column("Source", "source"),
    Column("Catalogue number", "catalogue_number"),
    Column("Lot number", "lot_number"),
    Column("Biosafety level", "biosafety_level"),
    Column("Growth mode", "growth_mode"),
    Column("Default medium", "default_medium"),
    Column("Split ratio from (1 to)", "split_ratio_min"),
    Column("Split ratio up to (1 to)", "split_ratio_max"),
    Column("Seeding density from (/cm2)", "seeding_density_min_per_cm2"),
    Column("Seeding density up to (/cm2)", "seeding_density_max_per_cm2"),
    Column("Reference doubling time (h)", "reference_doubling_time"),
    Column("Passage interval (h)", "passage_interval"),
    Column("Passage limit", "passage_limit"),
    Column("Growing cultures", "growing"),
    Column("Retired at", "retired_at"),
)


def _of_gene(gene: str) -> Choice:
    """Lines by what is known of a gene."""
    standing = MolecularFeature.objects.filter(gene__iexact=gene, withdrawn_at=None)
    return Choice(
        gene.lower(),
        gene,
        lambda: [(state, state) for state in standing.order_by("state").values_list("state", flat=True).distinct()],
        lambda lines, state: lines.filter(pk__in=standing.filter(state=state).values("line")),
    )


def _species() -> Iterable[tuple[str, str]]:
    return [(name, name) for name in CellLine.objects.order_by("species").values_list("species", flat=True).distinct()]


def _filters(request: HttpRequest) -> Filters:
    return Filters(
        request,
        Flag("parental", "Parental", lambda lines: lines.filter(parent=None)),
        Flag("derived", "Derived", lambda lines: lines.exclude(parent=None)),
        Flag("retired", "Retired too", lambda lines: lines),
        Choice("species", "Species", _species, lambda lines, species: lines.filter(species=species)),
        _of_gene("HER2"),
        _of_gene("PIK3CA"),
        search=lines_matching,
    )


def _lines(request: HttpRequest, filters: Filters) -> QuerySet[CellLine]:
    """The lines that fit, with their parent, synonyms, features and number of growing cultures: three queries."""
    lines = CellLine.objects.all() if request.GET.get("retired") == "1" else CellLine.objects.filter(retired_at=None)
    standing = {"withdrawn_at": None}
    synonyms = LineName.objects.filter(**standing).exclude(name=F("line__name")).order_by("pk")
    return (
        with_growing(filters.apply(lines))
        .select_related("parent", "default_medium")
        .prefetch_related(
            Prefetch("names", synonyms, to_attr="also"),
            Prefetch("features", MolecularFeature.objects.filter(**standing).order_by("pk"), to_attr="shown_features"),
        )
    )


@require_safe
@requires("view_bench")
def lines(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    order = ("fit", "name") if filters.q else ("name",)
    rows = keyset_page(_lines(request, filters), request, order=order, sorts=SORTS)
    return page(request, "cultures/lines/lines.html", {"filters": filters, "rows": rows})


@require_safe
@requires("export_bench")
def lines_csv(request: HttpRequest) -> StreamingHttpResponse:
    return csv_response(_lines(request, _filters(request)).order_by("name", "pk"), COLUMNS, "lines")


@require_safe
@requires("view_bench")
def line(request: HttpRequest, pk: int) -> HttpResponse:
    return line_page(request, find(pk))


def find(pk: int) -> CellLine:
    return get_object_or_404(CellLine.objects.select_related("parent", "default_medium"), pk=pk)


def line_page(request: HttpRequest, found: CellLine, form: BenchForm | None = None) -> HttpResponse:
    """The page of a line; after a refused verb with its banner."""
    names = list(found.names.order_by(F("withdrawn_at").asc(nulls_first=True), "pk"))
    context: dict[str, Any] = {
        "line": found,
        "names": names,
        "also": [name for name in names if name.withdrawn_at is None and name.name != found.name],
        "features": found.features.filter(withdrawn_at=None).order_by("gene", "pk"),
        "sublines": sublines_of(found),
        "growing": found.cultures.filter(ended_at=None).count(),
        "form": form,
    }
    return render(request, "cultures/lines/line.html", context, status=form.status if form else 200)


@require_safe
@requires("view_history")
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """The changes of a line, its names and its features in one list."""
    found = find(pk)
    changes = history_of(found, *found.names.all(), *found.features.all(), limit=SHOWN_HISTORY + 1)
    context = {"title": found.name, "lines": changes[:SHOWN_HISTORY], "more": len(changes) > SHOWN_HISTORY}
    return render(request, "lims/audit/history.html", context)
