"""The page of a model, and its history."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cultures.dosing.model_page import ModelPage, records_of
from cultures.dosing.models import Ladder, ResistanceModel
from lims.accounts.access import SignedInRequest, requires
from lims.audit.history import history_of
from lims.clock import now
from lims.codes import tidy_code
from lims.web.forms import BenchForm

MOST_CHANGES = 100


def model_of(code: str) -> ResistanceModel:
    """The model of a scanned or typed code."""
    named = ResistanceModel.objects.select_related(
        "parental_line", "compound", "keeper", "derived_from", "resulting_line", "starting_culture"
    )
    if model := named.filter(code=tidy_code(code)).first():
        return model
    raise Http404(f"No model bears the code {code[:20]}.")


def ladder_of(code: str, name: str) -> Ladder:
    """A ladder by its model's code and its own name, with what views_of asks for."""
    model = model_of(code)
    named = model.ladders.select_related("rung__plan", "branched_from")
    ladder = named.filter(name=name.replace("\0", "")).first()
    if ladder is None:
        raise Http404(f"{model} has no ladder {name[:20]}.")
    ladder.model = model
    return ladder


@require_safe
@requires("view_bench")
def model(request: SignedInRequest, code: str) -> HttpResponse:
    return model_page(request, model_of(code))


def model_page(request: SignedInRequest, found: ResistanceModel, form: BenchForm | None = None) -> HttpResponse:
    """The page; after a refused verb with its banner."""
    page = ModelPage(found, request.GET.get("ladder", ""), request.user, now())
    context: dict[str, Any] = {"model": found, "page": page, "view": page.view, "form": form}
    return render(request, "cultures/dosing/models/model.html", context, status=form.status if form else 200)


@require_safe
@requires("view_history")
def history(request: SignedInRequest, code: str) -> HttpResponse:
    """What the ledger holds of the model, its plans, ladders and decisions, in one list."""
    found = model_of(code)
    lines = history_of(*records_of(found), limit=MOST_CHANGES + 1)
    context = {"model": found, "title": found.name, "lines": lines[:MOST_CHANGES], "more": len(lines) > MOST_CHANGES}
    return render(request, "cultures/dosing/models/history.html", context)
