"""The page on which a model is registered, with the first version of its plan."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from cultures.dosing.forms.models import ModelForm
from cultures.dosing.forms.plans import PlanForm
from cultures.dosing.forms.working_out import answered, is_draft
from cultures.dosing.models import ResistanceModel
from cultures.dosing.plan_versions import plainly
from cultures.dosing.services import register_model
from cultures.passaging.models import Culture
from cultures.passaging.views.entry import catalogue, saved
from lims.accounts.access import SignedInRequest, requires
from lims.codes import is_code, tidy_code
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.forms import Proposal
from lims.web.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_model")
def register(request: SignedInRequest) -> HttpResponse:
    """?culture=C-7K4QX or ?derived_from=M-7K4QX: what the model starts from."""
    shelf, before = catalogue(), _model_before(request.GET)
    begins = {"keeper": request.user.pk} | _starts_from(request.GET, before)
    kept = _kept_from(before) if before else ()

    def build(data: QueryDict | None) -> PlanForm:
        return ModelForm(data, is_draft=is_draft(data), catalogue=shelf, initial=begins, kept=kept)

    form = answered(build, sent(request))

    def do() -> Done:
        model = register_model(by=request.user, **form.command())  # type: ignore[attr-defined]  # a ModelForm
        return Done(to=model, message=f"{model} is registered and planned. Start a ladder when its flasks are ready.")

    if answer := saved(request, form, "register_model", do):
        return answer
    return page(request, "cultures/dosing/plans/register.html", {"form": form}, status=form.status)


def _model_before(asked: QueryDict) -> ResistanceModel | None:
    code = tidy_code(asked.get("derived_from", ""))
    return ResistanceModel.objects.select_related("compound").filter(code=code).first() if is_code(code) else None


def _starts_from(asked: QueryDict, before: ResistanceModel | None) -> dict[str, Any]:
    """What an address names; what nobody knows is left out."""
    if before:
        return {"derived_from": before.pk, "parental_line": before.resulting_line_id or before.parental_line_id}
    code = tidy_code(asked.get("culture", ""))
    culture = Culture.objects.filter(code=code).first() if is_code(code) else None
    return {"starting_culture": culture.code, "parental_line": culture.line_id} if culture else {}


def _kept_from(before: ResistanceModel) -> list[dict[str, Proposal]]:
    """The drug to which the cells are resistant already, at the highest dose that a ladder has reached."""
    highest = before.ladders.select_related("rung__plan").order_by("-rung__dose_canonical").first()
    if highest is None:
        return []
    rung = highest.rung
    values = {
        "compound": before.compound_id,
        "dose": plainly(rung.dose),
        "unit": rung.dose_unit,
        "vehicle_pct": plainly(rung.plan.vehicle_pct),
    }
    return [{name: Proposal(value, f"as in {before}") for name, value in values.items()}]
