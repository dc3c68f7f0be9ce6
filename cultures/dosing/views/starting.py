"""The pages on which a ladder starts, and on which flasks of one go on as a ladder of their own."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.dosing.candidates import MOST_FLASKS, candidates_for
from cultures.dosing.errors.ladders import LadderEnded, LadderWouldBeEmpty, ModelIsOver, NothingAlive
from cultures.dosing.forms.ladders import BranchForm, StartForm
from cultures.dosing.members import arms_of
from cultures.dosing.models import ResistanceModel
from cultures.dosing.services import branch_ladder, start_ladder
from cultures.dosing.standing import newest_plan
from cultures.dosing.views.model import ladder_of, model_of
from cultures.passaging.views.entry import saved, turned_back
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.htmx import page

look_or_post = require_http_methods(["GET", "HEAD", "POST"])


@look_or_post
@requires("start_ladder")
def start(request: SignedInRequest, code: str) -> HttpResponse:
    model = model_of(code)
    if request.method != "POST" and model.status == ResistanceModel.Status.ABANDONED:
        return turned_back(request, model.get_absolute_url(), str(ModelIsOver(model)))
    plan = newest_plan(model)
    rungs = list(plan.rungs.all()) if plan else []
    found = candidates_for(model)
    form = StartForm(sent(request), model=model, rungs=rungs, found=found)

    def do() -> Done:
        ladder = start_ladder(model_id=model.pk, by=request.user, **form.command())
        said = f"Ladder {ladder.name} has started at {ladder.rung.dose_in_words}: give it with the next medium."
        return Done(to=ladder, message=said)

    if answer := saved(request, form, "start_ladder", do):
        return answer
    context = {
        "model": model, "plan": plan, "form": form, "found": found, "has_more": len(found) == MOST_FLASKS,
    }  # fmt: skip
    return page(request, "cultures/dosing/plans/start.html", context, status=form.status)


@look_or_post
@requires("branch_ladder")
def branch(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    ladder = ladder_of(code, name)
    arms = arms_of([ladder])[ladder.pk]
    taken = list(ladder.model.ladders.values_list("name", flat=True))
    form = BranchForm(sent(request), arms=arms, taken=taken)

    def do() -> Done:
        made = branch_ladder(ladder_id=ladder.pk, by=request.user, **form.command())
        return Done(to=made, message=f"Ladder {made.name} goes on by itself at {made.rung.dose_in_words}.")

    if answer := saved(request, form, "branch_ladder", do):
        return answer
    if request.method != "POST" and not (ladder.is_open and arms.treated):
        refusal = NothingAlive(ladder) if ladder.is_open else LadderEnded(ladder)
        return turned_back(request, ladder.get_absolute_url(), str(refusal))
    only = LadderWouldBeEmpty(arms.treated[0].culture) if len(arms.treated) == 1 else None
    context = {"model": ladder.model, "ladder": ladder, "arms": arms, "form": form, "only": only}
    return page(request, "cultures/dosing/plans/branch.html", context, status=form.status)
