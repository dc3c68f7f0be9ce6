"""The drugs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.compounds.expiry import state_of
from cultures.compounds.forms.compounds import CompoundForm, EditCompoundForm, SaltFormForm
from cultures.compounds.models import Compound, Lot
from cultures.compounds.services import (
    add_salt_form,
    edit_compound,
    register_compound,
    register_standard_compounds,
)
from cultures.compounds.thaws import aliquots_left, thaws_in_words
from lims.accounts.access import SignedInRequest, requires
from lims.clock import today
from lims.tabular.durations import duration_in_words
from lims.tabular.writing import Column, csv_response
from lims.web.entry import SteppedForm, carried_out, sent
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
    Column("Highest dose", "max_dose"),
    Column("Most vehicle (% v/v)", "max_vehicle_pct"),
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
    stocks = list(found.stocks.select_related("salt_form").order_by("-received_on", "-pk")[: MOST_STOCKS + 1])
    context = {
        "compound": found,
        "redosing": duration_in_words(found.redose_interval),
        "salt_forms": found.salt_forms.all(),
        "stocks": [_stock_row(stock) for stock in stocks[:MOST_STOCKS]],
        "has_more": len(stocks) > MOST_STOCKS,
    }
    return render(request, "cultures/compounds/compound.html", context)


def _stock_row(stock: Lot) -> dict[str, Any]:
    return {
        "lot": stock,
        "state": state_of(stock, today()),
        "thaws": thaws_in_words(stock),
        "left": aliquots_left(stock),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_compound")
def register(request: SignedInRequest) -> HttpResponse:
    form = CompoundForm(sent(request))
    if made := carried_out(form, lambda: register_compound(by=request.user, **form.command())):
        return done(request, made, f"{made} is registered. Its doses count in {made.unit}.")
    return _form_page(request, form, "Register a compound", "Register")


@require_POST
@requires("register_standard_compounds")
def register_standard(request: SignedInRequest) -> HttpResponse:
    made = register_standard_compounds(by=request.user)
    return done(request, "cultures:compounds", f"{len(made)} compounds are registered now.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("edit_compound")
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Compound, pk=pk)
    form = EditCompoundForm(sent(request), compound=found)

    def verb() -> Compound:
        reason = form.cleaned_data["reason"]
        return edit_compound(compound_id=found.pk, changes=form.changes(), reason=reason, by=request.user)

    if edited := carried_out(form, verb):
        return done(request, edited, "Saved. The old values stay in its history, and doses given keep theirs.")
    teach = "What was given already keeps the numbers it was worked out with. Name, kind and vehicle stay."
    return _form_page(request, form, f"Edit {found}", "Save", found, teach)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("add_salt_form")
def add_salt(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Compound, pk=pk)
    form = SaltFormForm(sent(request))
    if made := carried_out(form, lambda: add_salt_form(compound_id=found.pk, by=request.user, **form.command())):
        return done(request, found, f"{made} is a salt form of {found} now; a new stock may name it.")
    teach = "A stock says in which form it was weighed. Its mass units then count by that form's molar mass."
    return _form_page(request, form, f"A salt form of {found}", "Add", found, teach)


def _form_page(
    request: HttpRequest, form: SteppedForm, title: str, verb: str, of: Compound | None = None, teach: str = ""
) -> HttpResponse:
    compounds_url = reverse("cultures:compounds")
    context = {
        "form": form,
        "title": title,
        "verb": verb,
        "back": of.get_absolute_url() if of else compounds_url,
        "crumbs": [("Compounds", compounds_url), *([(of.name, of.get_absolute_url())] if of else [])],
        "teach": teach,
    }
    return render(request, "cultures/register_form.html", context, status=form.status)
