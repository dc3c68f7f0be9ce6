"""What became of a harvest; its labels; one more daughter from what it still holds."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.forms.dosing import medium_figures
from cultures.passaging.forms.proposals import for_seeding
from cultures.passaging.forms.reshaping import is_draft, reshaped
from cultures.passaging.forms.seed import SeedForm
from cultures.passaging.models import Harvest
from cultures.passaging.services import seed_culture
from cultures.passaging.sheets import HarvestSheet
from cultures.passaging.views.entry import catalogue, saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_safe
@requires("view_bench")
def harvest(request: SignedInRequest, harvest_id: int) -> HttpResponse:
    sheet = HarvestSheet(_harvest(harvest_id), request.user)
    context = {"sheet": sheet, "harvest": sheet.harvest, "wants_labels": "labels" in request.GET}
    return page(request, "cultures/passaging/harvest.html", context)


@require_http_methods(["GET", "POST"])
@requires("seed_culture")
def seed(request: SignedInRequest, harvest_id: int) -> HttpResponse:
    sheet, shelf = HarvestSheet(_harvest(harvest_id), request.user), catalogue()
    proposed = for_seeding(sheet.sister)
    form = SeedForm(
        reshaped(request.POST) if request.method == "POST" else None,
        is_draft=is_draft(request.POST),
        catalogue=shelf,
        proposals=proposed.fields,
        drugs=proposed.drugs,
        daughter=proposed.daughters[0],
    )

    def do() -> Done:
        made = seed_culture(harvest_id=harvest_id, seeding=form.seeding(), at=form.moment, by=request.user)
        return Done(to=f"{made.get_absolute_url()}labels/", message=f"{made} is seeded. Label the flask.")

    if answer := saved(request, form, "seed", do):
        return answer
    if form.is_draft:
        form.forgive_gaps()
    context = {"sheet": sheet, "harvest": sheet.harvest, "form": form, "figures": medium_figures(shelf)}
    return page(request, "cultures/passaging/seed.html", context, status=form.status)


def _harvest(harvest_id: int) -> Harvest:
    named = Harvest.objects.select_related("used_count__instrument", "used_count__by", "by", "withdrawn_by")
    return get_object_or_404(named, pk=harvest_id)
