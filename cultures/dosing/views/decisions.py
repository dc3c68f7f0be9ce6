"""Deciding on a ladder, and every decision with its evidence."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.dosing import services
from cultures.dosing.decisions_told import Told, decisions_on
from cultures.dosing.deeds import LOOKS, Deed, deed_of
from cultures.dosing.errors.ladders import DecisionWaits, LadderEnded
from cultures.dosing.forms.decisions import DecisionForm, DeclineForm
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.models import Decision, ReadinessRules
from cultures.dosing.services.decisions import goes_against
from cultures.dosing.services.seconding import why_not_undoable
from cultures.dosing.signs import gates
from cultures.dosing.views.model import ladder_of, model_of
from cultures.passaging.views.entry import or_say_why, saved, turned_back
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.instruments.form_once import Done
from lims.web.entry import carried_out, sent
from lims.web.htmx import done
from lims.web.pagination import keyset_page

post_or_look = require_http_methods(["GET", "HEAD", "POST"])
KIND = Decision.Kind


# --- deciding ---------------------------------------------------------------------------------------------------------
@post_or_look
@requires("decide_on_ladder")
def decide(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    ladder = ladder_of(code, name)
    view = views_of([ladder], now())[ladder.pk]
    deed = _asked(request, view)
    if deed is None:
        refusal = DecisionWaits(view.waiting) if view.waiting else LadderEnded(ladder)
        return turned_back(request, (view.waiting or ladder).get_absolute_url(), str(refusal))
    form = DecisionForm(sent(request), view=view, deed=deed, rules=ReadinessRules.current())

    def do() -> Done:
        made = services.decide(ladder_id=ladder.pk, by=request.user, **form.command())
        return Done(to=made if _waits(made) else ladder, message=_what_now(made))

    if answer := saved(request, form, "decide", do):
        return answer
    readiness = view.readiness
    context = {
        "model": ladder.model,
        "view": view,
        "deed": deed,
        "form": form,
        "gates": gates(readiness.findings) if readiness else [],
        "goes_against": goes_against(deed.kind, readiness),
    }
    return render(request, "cultures/dosing/models/decide.html", context, status=form.status)


def _asked(request: SignedInRequest, view: LadderView) -> Deed | None:
    """What is asked for, else what is proposed, else the first possible. One that was sent is for the verb to judge."""
    sent_kind, kind = request.POST.get("kind"), request.GET.get("kind")
    if sent_kind in LOOKS:
        return deed_of(KIND(sent_kind), view.ladder, view.rungs)
    asked = [deed for deed in view.deeds if deed.kind == kind]
    return next(iter([*asked, *filter(None, [view.proposed]), *view.deeds]), None)


def _waits(made: Decision) -> bool:
    return made.state == Decision.State.WAITING


def _what_now(made: Decision) -> str:
    if _waits(made):
        return f"Decision {made.number} waits for a second person. Nothing changes until somebody else agrees."
    told = Told(made)
    flask = f" {made.culture.code} follows at its next medium." if made.culture and told.changes_the_medium else ""
    return f"{told.deed} {told.doses}.{flask} You can undo this for 15 minutes."


# --- the record -------------------------------------------------------------------------------------------------------
@require_safe
@requires("view_bench")
def decisions(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    rows = keyset_page(decisions_on(model), request, order=("-at", "-number"))
    context = {"model": model, "rows": rows, "decisions": [Told(row) for row in rows]}
    return render(request, "cultures/dosing/models/decisions.html", context)


@require_safe
@requires("view_bench")
def decision(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    found = _decision(code, number)
    can_undo = found.ladder is not None and not why_not_undoable(found, found.ladder, request.user, now())
    context = {"model": found.model, "decision": found, "told": Told(found), "can_undo": can_undo}
    return render(request, "cultures/dosing/models/decision.html", context)


def _decision(code: str, number: int) -> Decision:
    model = model_of(code)
    found = decisions_on(model).filter(number=number).first()
    if found is None:
        raise Http404(f"{model} has no decision {number}.")
    found.model = model
    if found.ladder:
        found.ladder.model = model
    return found


# --- the second person ------------------------------------------------------------------------------------------------
@require_POST
@requires("second_decision")
def second(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    found = _decision(code, number)

    def do() -> Done:
        made = services.second_decision(decision_id=found.pk, at=now(), by=request.user)
        told = Told(made)
        return Done(to=found.ladder or found.model, message=f"Seconded. {told.deed} {told.doses}.")

    return or_say_why(request, found.get_absolute_url(), "second_decision", do)


@post_or_look
@requires("decline_decision")
def decline(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """Not agreed with; or, by the one who made it, taken back."""
    found = _decision(code, number)
    form = DeclineForm(sent(request))

    def verb() -> Decision:
        return services.decline_decision(decision_id=found.pk, by=request.user, **form.command())

    is_own = found.by_id == request.user.pk
    if carried_out(form, verb):
        said = f"Decision {number} is {'taken back' if is_own else 'declined'}. The ladder stays as it is."
        return done(request, found.ladder or found.model, said)
    deed = "Take back" if is_own else "Decline"
    context = {
        "form": form,
        "title": f"{deed} decision {number}",
        "verb": deed,
        "crumbs": [*crumbs_of(found), (f"Decision {number}", found.get_absolute_url())],
        "back": found.get_absolute_url(),
        "teach": "The ladder stays as it is. The proposal and your reason are kept.",
    }
    return render(request, "cultures/register_form.html", context, status=form.status)


@require_POST
@requires("undo_decision")
def undo(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    found = _decision(code, number)

    def do() -> Done:
        services.undo_decision(decision_id=found.pk, at=now(), by=request.user)
        return Done(to=found.ladder or found.model, message=f"Decision {number} is taken back.")

    return or_say_why(request, found.get_absolute_url(), "undo_decision", do)


def crumbs_of(found: Decision) -> list[tuple[str, str]]:
    return [("Models", reverse("cultures:models")), (found.model.name, found.model.get_absolute_url())]
