"""The drugs."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.compounds.expiry import state_of
from cultures.compounds.forms.recipes import CompoundForm
from cultures.compounds.models import Compound
from cultures.compounds.services import register_compound
from lims.accounts.access import SignedInRequest, requires
from lims.clock import today
from lims.tabular.writing import Column, csv_response
from lims.web.entry import carried_out, sent
from lims.web.filters import Choice, Filters
from lims.web.htmx import done, page
from lims.web.pagination import keyset_page

MOST_STOCKS = 50
COLUMNS = (
    Column("Compound", "name"),
    Column("Kind", lambda compound: compound.get_kind_display()),
    Column("Doses in", "unit"),
    Column("Vehicle", "vehicle"),
    Column("Molar mass (g/mol)", "molar_mass_g_per_mol"),
    Column("Redose interval (h)", "redose_interval"),
)


def _filters(request: HttpRequest) -> Filters:
    return Filters(
        request,
        Choice("kind", "Kind", lambda: Compound.Kind.choices, lambda compounds, kind: compounds.filter(kind=kind)),
        search=lambda compounds, words: compounds.filter(name__icontains=words),
    )


@require_safe
@requires("view_bench")
def compounds(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    rows = keyset_page(
        filters.apply(Compound.objects.all()), request, order=("name",), sorts={"name": "name", "kind": "kind"}
    )
    return page(request, "cultures/compounds/compounds.html", {"filters": filters, "rows": rows})


@require_safe
@requires("export_bench")
def compounds_csv(request: HttpRequest) -> StreamingHttpResponse:
    return csv_response(_filters(request).apply(Compound.objects.order_by("name")), COLUMNS, "compounds")


@require_safe
@requires("view_bench")
def compound(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Compound, pk=pk)
    stocks = list(found.stocks.order_by("-received_on", "-pk")[: MOST_STOCKS + 1])
    context = {
        "compound": found,
        "stocks": [(lot, state_of(lot, today())) for lot in stocks[:MOST_STOCKS]],
        "has_more": len(stocks) > MOST_STOCKS,
    }
    return render(request, "cultures/compounds/compound.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_compound")
def register(request: SignedInRequest) -> HttpResponse:
    form = CompoundForm(sent(request))
    if made := carried_out(form, lambda: register_compound(by=request.user, **form.command())):
        return done(request, made, f"{made} is registered. Its doses count in {made.unit}.")
    context = {
        "form": form,
        "title": "Register a compound",
        "verb": "Register",
        "back": reverse("cultures:compounds"),
        "crumbs": [("Compounds", reverse("cultures:compounds"))],
    }
    return render(request, "cultures/register_form.html", context, status=form.status)
