"""The tree of places, one place, and its verbs."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.places.forms import PlaceForm, RenameForm
from cultures.places.models import Place
from cultures.places.selectors import ancestors, tree, with_growing
from cultures.places.services import (
    STANDS_IN,
    mark_quarantine_place,
    register_place,
    rename_place,
    retire_place,
)
from lims.accounts.access import SignedInRequest, requires
from lims.codes import is_code
from lims.tabular.writing import Column, csv_response
from lims.web.entry import carried_out, sent
from lims.web.forms import BenchForm
from lims.web.htmx import done
from lims.web.labels import Label, labels_pdf

COLUMNS: Sequence[Column] = (
    Column("Code", "code"),
    Column("Place", "full_name"),
    Column("Kind", lambda place: place.get_kind_display()),
    Column("In", "parent.full_name"),
    Column("Growing cultures", "growing"),
    Column("Retired at", "retired_at"),
    Column("Quarantine", "is_quarantine"),
)
CRUMB = ("Places", "/places/")


@require_safe
@requires("view_bench")
def places(request: HttpRequest) -> HttpResponse:
    with_retired = request.GET.get("retired") == "1"
    branches = tree(with_retired=with_retired)
    return render(request, "cultures/places/tree.html", {"branches": branches, "with_retired": with_retired})


@require_safe
@requires("export_bench")
def places_csv(request: HttpRequest) -> StreamingHttpResponse:
    found = with_growing(Place.objects.select_related("parent")).order_by("full_name", "pk")
    return csv_response(found, COLUMNS, "places")


@require_safe
@requires("view_bench")
def place(request: HttpRequest, code: str) -> HttpResponse:
    return _place_page(request, _find(code))


def _find(code: str) -> Place:
    return get_object_or_404(Place.objects.select_related("parent__parent__parent"), code=code)


def _place_page(request: HttpRequest, found: Place, form: BenchForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "place": found,
        "around": ancestors(found),
        "children": with_growing(found.children.filter(retired_at=None)).order_by("name"),
        "is_apart": next((one for one in [found, *ancestors(found)[::-1]] if one.is_quarantine), None),
        "takes_places": any(found.kind in holders for holders in STANDS_IN.values()),
        "form": form,
    }
    return render(request, "cultures/places/place.html", context, status=form.status if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_place")
def register(request: SignedInRequest) -> HttpResponse:
    asked = request.GET.get("in", "")
    around = Place.objects.filter(code=asked, retired_at=None).first() if is_code(asked) else None
    form = PlaceForm(sent(request), initial={"parent": around, "kind": _usual_kind(around)})
    if made := carried_out(form, lambda: register_place(by=request.user, **form.command())):
        return done(request, made, f"{made.full_name} is registered as {made.code}.")
    return _form_page(request, form, "Register a place", "Register", reverse("cultures:places"))


def _usual_kind(around: Place | None) -> str:
    """What is most likely put into a place."""
    fitting = [kind for kind, holders in STANDS_IN.items() if around and around.kind in holders]
    return fitting[-1] if fitting else Place.Kind.SITE


@require_http_methods(["GET", "HEAD", "POST"])
@requires("rename_place")
def rename(request: SignedInRequest, code: str) -> HttpResponse:
    found = _find(code)
    form = RenameForm(sent(request), initial={"name": found.name})
    if named := carried_out(form, lambda: rename_place(place_id=found.pk, by=request.user, **form.command())):
        return done(request, named, f"It is called {named.full_name} now.")
    back = found.get_absolute_url()
    return _form_page(request, form, f"Rename {found.full_name}", "Rename", back, (found.full_name, back))


@require_POST
@requires("mark_quarantine_place")
def mark_quarantine(request: SignedInRequest, code: str) -> HttpResponse:
    """One button: a quarantine place becomes a clean one, and the other way round."""
    found, form = _find(code), BenchForm(request.POST)
    is_quarantine = request.POST.get("is_quarantine") == "1"

    def verb() -> Place:
        return mark_quarantine_place(place_id=found.pk, is_quarantine=is_quarantine, by=request.user)

    if marked := carried_out(form, verb):
        says = (
            "a quarantine place: cells that are kept apart may stand here" if is_quarantine else "a clean place again"
        )
        return done(request, marked, f"{marked.full_name} is {says}.")
    return _place_page(request, found, form)


@require_POST
@requires("retire_place")
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    found = _find(code)
    form = BenchForm(request.POST)
    if carried_out(form, lambda: retire_place(place_id=found.pk, by=request.user)):
        return done(request, "cultures:places", f"{found.full_name} is retired. Its history is kept.")
    return _place_page(request, found, form)


@require_safe
@requires("print_labels")
def label(request: HttpRequest, code: str) -> HttpResponse:
    """A PDF with the place's code, to stick on its door."""
    found = _find(code)
    pdf = labels_pdf([Label(found.code, lines=(found.full_name, found.get_kind_display()))], profile="flask")
    headers = {"Content-Disposition": f'inline; filename="{found.code}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _form_page(
    request: HttpRequest, form: BenchForm, title: str, verb: str, back: str, *crumbs: tuple[str, str]
) -> HttpResponse:
    context = {"form": form, "title": title, "verb": verb, "back": back, "crumbs": [CRUMB, *crumbs]}
    return render(request, "cultures/register_form.html", context, status=form.status)
