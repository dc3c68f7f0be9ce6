"""Several flasks of one line are harvested into one suspension."""

from decimal import Decimal

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.passage import HarvestForm
from cultures.passaging.forms.planning import figures, form_and_planner
from cultures.passaging.forms.pool import PoolForm
from cultures.passaging.forms.proposals import for_passage
from cultures.passaging.models import Count, Culture
from cultures.passaging.services import pool_cultures
from cultures.passaging.views.entry import catalogue, saved
from cultures.passaging.views.passage import after_harvest
from cultures.passaging.warnings import warnings_for
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("pool_cultures")
def pool(request: SignedInRequest) -> HttpResponse:
    """First which flasks (in the address, so that a list can link here), then the harvest as in a passage."""
    first = f"{request.GET['with']}\n" if "with" in request.GET else ""  # the next code is scanned below it
    which = PoolForm(request.GET if "codes" in request.GET else None, initial={"codes": first})
    if not which.cultures:
        return page(request, "cultures/passaging/pool.html", {"which": which}, status=which.status)
    cultures, shelf = which.cultures, catalogue()
    proposed = for_passage(cultures[0], reading=request.POST.get("reading", ""))
    form, planner = form_and_planner(
        request.POST or None,
        proposed,
        shelf,
        area_cm2=sum((culture.vessel.growth_area_cm2 for culture in cultures), Decimal(0)),
        is_treated=bool(proposed.drugs),
    )
    if answer := saved(request, form, "pool", lambda: _pooled(request, cultures, form)):
        return answer
    if form.is_complete:
        form.warnings = warnings_for(cultures, form.count(), form.cleaned_data["volume_ml"], form.plan(), form.moment)
    planner.mark_the_fit()
    context = {"which": which, "form": form, "planner": planner, "figures": figures(planner)}
    return page(request, "cultures/passaging/pool.html", context, status=form.status)


def _pooled(request: SignedInRequest, cultures: list[Culture], form: HarvestForm) -> Done:
    count, volume_ml, plan = form.count(), form.cleaned_data["volume_ml"], form.plan()
    form.say_first(warnings_for(cultures, count, volume_ml, plan, form.moment))
    harvest = pool_cultures(
        culture_ids=[culture.pk for culture in cultures],
        count=count.pk if isinstance(count, Count) else count,
        volume_ml=volume_ml,
        plan=plan,
        at=form.moment,
        by=request.user,
        note=form.cleaned_data["note"],
    )
    return after_harvest(harvest, form)
