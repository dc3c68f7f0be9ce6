"""The end of a culture that is not harvested, and of what a harvest still holds."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cultures.passaging.forms.move import DiscardForm
from cultures.passaging.models import Harvest
from cultures.passaging.services import discard_culture, discard_rest
from cultures.passaging.views.entry import culture_of, gone, or_say_why, saved
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("discard_culture")
def discard(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    form = DiscardForm(request.POST or None)

    def do() -> Done:
        data = form.cleaned_data
        discard_culture(culture_id=culture.pk, why=data["why"], note=data["note"], at=form.moment, by=request.user)
        return Done(to=culture, message=f"{culture.code} was discarded. You can undo this for 15 minutes.")

    if answer := saved(request, form, "discard", do):
        return answer
    return page(request, "cultures/passaging/discard.html", {"culture": culture, "form": form}, status=form.status)


@require_POST
@requires("discard_rest")
def rest(request: SignedInRequest, harvest_id: int) -> HttpResponse:
    harvest = get_object_or_404(Harvest, pk=harvest_id)
    back = reverse("cultures:harvest", args=[harvest.pk])

    def do() -> Done:
        discard_rest(harvest_id=harvest.pk, at=now(), by=request.user)
        return Done(to=back, message="What was left is discarded.")

    return or_say_why(request, back, "discard_rest", do)
