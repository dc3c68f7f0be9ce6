"""Decisions on a whole model: confirmed, maintained, abandoned."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cultures.dosing import services
from cultures.dosing.evidence import resistance_of
from cultures.dosing.forms.decisions import AbandonForm, ConfirmForm, MaintainForm, TimedForm
from cultures.dosing.gates import lacks
from cultures.dosing.models import Decision, ResistanceModel
from cultures.dosing.views.model import model_of
from cultures.passaging.views.entry import saved
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.instruments.form_once import Done

post_or_look = require_http_methods(["GET", "HEAD", "POST"])
FORM = "cultures/dosing/models/model_decision.html"


@post_or_look
@requires("confirm_model")
def confirm(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    call = resistance_of(model)
    is_candidate = model.status == ResistanceModel.Status.CANDIDATE
    lacking = lacks(model, now())
    more = {
        "call": call,
        "is_proven": call.verdict == "resistant",
        "is_candidate": is_candidate,
        "lacking": lacking,
        "can_be_done": is_candidate and call.verdict == "resistant" and not lacking,
        "teach": "A candidate is confirmed when its assays meet the lab's rule of resistance, and its cells are "
        "tested as the lab asks.",
    }
    form = ConfirmForm(request.POST or None)
    return _decided(request, model, form, services.confirm_model, "Confirm", "is confirmed", more)


@post_or_look
@requires("maintain_model")
def maintain(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    more = {
        "can_be_done": model.status == ResistanceModel.Status.CONFIRMED,
        "teach": "From now on the model is kept at its dose: its rungs are not judged for a rise any more.",
    }
    form = MaintainForm(request.POST or None)
    return _decided(request, model, form, services.maintain_model, "Maintain", "is maintained from now on", more)


@post_or_look
@requires("abandon_model")
def abandon(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    more = {
        "can_be_done": model.status != ResistanceModel.Status.ABANDONED,
        "teach": "Its ladders end, and nothing is decided on them any more. Its cultures live on until somebody ends "
        "them, and its record stays.",
    }
    form = AbandonForm(request.POST or None)
    return _decided(request, model, form, services.abandon_model, "Abandon", "is abandoned", more)


def _decided(
    request: SignedInRequest,
    model: ResistanceModel,
    form: TimedForm,
    verb: Callable[..., Decision],
    word: str,
    outcome: str,
    more: dict[str, Any],
) -> HttpResponse:
    def do() -> Done:
        verb(model_id=model.pk, by=request.user, **form.command())
        return Done(to=model, message=f"{model} {outcome}.")

    if answer := saved(request, form, f"{verb.__name__}", do):
        return answer
    context = {
        "model": model,
        "form": form,
        "title": f"{word} {model}",
        "verb": word,
        "back": model.get_absolute_url(),
        "models": reverse("cultures:models"),
        **more,
    }
    return render(request, FORM, context, status=form.status)
