"""The page on which a model is registered, with the first version of its plan."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from cultures.dosing.forms.models import ModelForm
from cultures.dosing.forms.plans import PlanForm
from cultures.dosing.forms.working_out import answered, is_draft
from cultures.dosing.models import ResistanceModel
from cultures.dosing.services import register_model
from cultures.passaging.models import Culture
from cultures.passaging.views.entry import catalogue, saved
from lims.accounts.access import SignedInRequest, requires
from lims.codes import tidy_code
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_model")
def register(request: SignedInRequest) -> HttpResponse:
    """?culture=C-7K4QX or ?derived_from=M-7K4QX: what the model starts from."""
    shelf, begins = catalogue(), {"keeper": request.user.pk} | _starts_from(request.GET)

    def build(data: QueryDict | None) -> PlanForm:
        return ModelForm(data, is_draft=is_draft(data), catalogue=shelf, initial=begins)

    form = answered(build, sent(request))

    def do() -> Done:
        model = register_model(by=request.user, **form.command())  # type: ignore[attr-defined]  # a ModelForm
        return Done(to=model, message=f"{model} is registered and planned. Start a ladder when its flasks are ready.")

    if answer := saved(request, form, "register_model", do):
        return answer
    return page(request, "cultures/dosing/plans/register.html", {"form": form}, status=form.status)


def _starts_from(asked: QueryDict) -> dict[str, Any]:
    """What an address names; what nobody knows is left out."""
    if culture := Culture.objects.filter(code=tidy_code(asked.get("culture", ""))).first():
        return {"starting_culture": culture.code, "parental_line": culture.line_id}
    before = ResistanceModel.objects.filter(code=tidy_code(asked.get("derived_from", ""))).first()
    if before is None:
        return {}
    return {"derived_from": before.pk, "parental_line": before.resulting_line_id or before.parental_line_id}
