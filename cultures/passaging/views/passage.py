"""The passage screen: a culture is harvested, counted, and shared out."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.fields import spoken
from cultures.passaging.forms.passage import HarvestForm
from cultures.passaging.forms.planning import figures, form_and_planner
from cultures.passaging.forms.proposals import for_passage
from cultures.passaging.models import Count, Culture, Harvest
from cultures.passaging.services import passage_culture
from cultures.passaging.views.entry import catalogue, culture_of, gone, saved
from cultures.passaging.warnings import warnings_for
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("passage_culture")
def passage(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    shelf = catalogue()
    proposed = for_passage(culture, reading=request.POST.get("reading", request.GET.get("reading", "")))
    form, planner = form_and_planner(
        request.POST or None, proposed, shelf, area_cm2=culture.vessel.growth_area_cm2, is_treated=bool(proposed.drugs)
    )
    form.is_treated_arm = culture.arm == Culture.Arm.TREATED
    if answer := saved(request, form, "passage", lambda: _passaged(request, culture, form)):
        return answer
    if form.is_complete:
        form.warnings = warnings_for([culture], form.count(), form.cleaned_data["volume_ml"], form.plan(), form.moment)
    planner.mark_the_fit()
    context = {
        "culture": culture,
        "form": form,
        "planner": planner,
        "figures": figures(planner),
        "daughters_passage": culture.passage_number + 1,
    }
    return page(request, "cultures/passaging/passage.html", context, status=form.status)


def _passaged(request: SignedInRequest, culture: Culture, form: HarvestForm) -> Done:
    count, volume_ml, plan = form.count(), form.cleaned_data["volume_ml"], form.plan()
    form.say_first(warnings_for([culture], count, volume_ml, plan, form.moment))
    harvest = passage_culture(
        culture_id=culture.pk,
        count=count.pk if isinstance(count, Count) else count,
        volume_ml=volume_ml,
        plan=plan,
        at=form.moment,
        by=request.user,
        note=form.cleaned_data["note"],
    )
    return after_harvest(harvest, form)


def after_harvest(harvest: Harvest, form: HarvestForm) -> Done:
    """On to the harvest's page, which has the labels and the undo."""
    url = reverse("cultures:harvest", args=[harvest.pk])
    labels = "?labels=1" if form.data.get("save") == "labels" else ""
    codes = [daughter.code for daughter in harvest.daughters]
    made = f"Passaged into {spoken(codes)}." if codes else "Harvested. No daughter was seeded."
    return Done(to=f"{url}{labels}", message=made)
