"""Cells come in: a flask from outside, or a vial thawed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.lines.models import CellLine
from cultures.passaging.forms.arrive import ArrivalForm, ReceiptForm
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.dosing import medium_figures
from cultures.passaging.forms.proposals import for_arrival
from cultures.passaging.forms.reshaping import is_draft, reshaped
from cultures.passaging.models import Culture
from cultures.passaging.services import receive_culture, thaw_culture
from cultures.passaging.views.entry import catalogue, saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.lab.models import LabSettings
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("receive_culture")
def receive(request: SignedInRequest) -> HttpResponse:
    return _arrival(request, "receive", receive_culture, ReceiptForm, "It keeps the passage number on its label.")


@require_http_methods(["GET", "POST"])
@requires("thaw_culture")
def thaw(request: SignedInRequest) -> HttpResponse:
    adds = LabSettings.current().thaw_increment
    bears = f"In this lab a thaw adds {adds}: a vial labelled p27 becomes p{27 + adds}."
    return _arrival(request, "thaw", thaw_culture, ArrivalForm, bears)


def _arrival(
    request: SignedInRequest, deed: str, verb: Callable[..., Culture], form_of: type[ArrivalForm], bears: str
) -> HttpResponse:
    shelf = catalogue()
    line = asked_line(request, shelf)
    proposed = for_arrival(request.user.pk, line, shelf)
    form = form_of(
        reshaped(request.POST) if request.method == "POST" else None,
        is_draft=is_draft(request.POST),
        catalogue=shelf,
        proposals=proposed.fields,
    )

    def do() -> Done:
        culture = verb(**form.command(), note=form.cleaned_data["note"], at=form.moment, by=request.user)
        return Done(to=f"{culture.get_absolute_url()}labels/", message=f"{culture} is in the book. Label the flask.")

    if answer := saved(request, form, deed, do):
        return answer
    if form.is_draft:
        form.forgive_gaps()
    context: dict[str, Any] = {"form": form, "deed": deed, "line": line, "bears": bears}
    context["figures"] = arrival_figures(shelf)
    return page(request, f"cultures/passaging/{deed}.html", context, status=form.status)


def asked_line(request: HttpRequest, shelf: Catalogue) -> CellLine | None:
    """The line whose page led here, as ?line=3."""
    asked = request.GET.get("line", "")
    return shelf.lines.get(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def arrival_figures(shelf: Catalogue) -> dict[str, Any]:
    """With the medium each line is grown in."""
    return {**medium_figures(shelf), "recipes": {pk: line.default_medium_id for pk, line in shelf.lines.items()}}
