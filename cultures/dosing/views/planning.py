"""The plan of a model: its versions, each beside the next, and the page that makes a next one."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.dosing.errors.ladders import ModelIsOver
from cultures.dosing.errors.plans import PlanChangedMeanwhile
from cultures.dosing.forms.plans import PlanForm, RevisionForm
from cultures.dosing.forms.working_out import answered, is_draft
from cultures.dosing.models import EscalationPlan, Ladder, ResistanceModel
from cultures.dosing.plan_versions import changes_in_words, is_changed_by_hand, said_by, side_by_side
from cultures.dosing.services import revise_plan
from cultures.dosing.standing import newest_plan
from cultures.dosing.views.model import model_of
from cultures.passaging.views.entry import catalogue, saved, turned_back
from cultures.science.escalation import STRATEGIES, TEMPLATES
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
@requires("revise_plan")
def revise(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    if request.method != "POST" and model.status == ResistanceModel.Status.ABANDONED:
        return turned_back(request, model.get_absolute_url(), str(ModelIsOver(model)))
    newest = newest_plan(model)
    assert newest  # a model is registered with its first version
    said, shelf = said_by(newest), catalogue()

    def build(data: QueryDict | None) -> PlanForm:
        begins = {"based_on": newest.version}
        return RevisionForm(
            data, is_draft=is_draft(data), catalogue=shelf, said=said, compound=model.compound, initial=begins
        )

    form = answered(build, sent(request))

    def do() -> Done:
        asked = form.cleaned_data
        made = revise_plan(
            model_id=model.pk, plan=form.plan(), reason=asked["reason"], based_on=asked["based_on"], by=request.user
        )
        to = reverse("cultures:plan_version", args=[model.code, newest.version])
        return Done(to=to, message=f"Version {made.version} is in force. What was planned before stands beside it.")

    if answer := saved(request, form, "revise_plan", do):
        return answer
    context = {
        "model": model,
        "form": form,
        "newest": newest,
        "is_overtaken": isinstance(form.refusal, PlanChangedMeanwhile),
        "changes": _changes(form, newest, model),
        "stands": _where_ladders_stand(model, form),
    }
    return page(request, "cultures/dosing/plans/revise.html", context, status=form.status)


def _changes(form: PlanForm, newest: EscalationPlan, model: ResistanceModel) -> list[str] | None:
    """Against the version before; None while something is not filled in yet, or cannot be read."""
    if not form.is_bound or not all(part.is_valid() for part in form.parts):
        return None
    if not {"unit", "vehicle_pct", "strategy"} <= form.cleaned_data.keys():
        return None
    plan = form.plan()
    if len(plan.rungs) < len(form.rungs.forms):
        return None
    return changes_in_words(said_by(newest), plan, model.compound)


def _where_ladders_stand(model: ResistanceModel, form: PlanForm) -> list[dict[str, Any]]:
    """The open ladders, and whether the rungs on the page still have their dose."""
    open_ladders = model.ladders.exclude(state__in=Ladder.ENDED).select_related("rung")
    doses = form.canonical_doses()
    for ladder in open_ladders:
        ladder.model = model
    return [{"ladder": one, "is_missing": one.rung.dose_canonical not in doses} for one in open_ladders]


@require_safe
@requires("view_bench")
def version(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """One version, beside the one that followed it."""
    model = model_of(code)
    found = model.plans.select_related("made_by").prefetch_related("rungs", "maintained__compound")
    versions = list(found.order_by("-version"))
    shown = get_object_or_404(found, version=version)
    following = next((one for one in versions if one.version == version + 1), None)
    said, after = said_by(shown), said_by(following) if following else None
    pairs = zip(versions, [*versions[1:], None], strict=True)
    rows = side_by_side(said, after or said, model.compound)
    has_limits = any(side.limits for row in rows for side in (row.before, row.after) if side)
    context = {
        "model": model,
        "plan": shown,
        "following": following,
        "rows": rows,
        "has_limits": has_limits,
        "columns": 5 if has_limits else 4,
        "strategy": STRATEGIES.get(shown.strategy),
        "template": TEMPLATES.get(shown.template),
        "is_changed_by_hand": is_changed_by_hand(said),
        "versions": [
            (one, changes_in_words(said_by(before), said_by(one), model.compound) if before else [])
            for one, before in pairs
        ],
    }
    return render(request, "cultures/dosing/plans/version.html", context)
