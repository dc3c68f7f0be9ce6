"""A culture goes to another place."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.move import MoveForm
from cultures.passaging.services import move_culture
from cultures.passaging.views.entry import catalogue, culture_of, gone, saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("move_culture")
def move(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    form = MoveForm(request.POST or None, catalogue=catalogue())

    def do() -> Done:
        data = form.cleaned_data
        made = move_culture(
            culture_id=culture.pk, place_id=data["place"], at=form.moment, by=request.user, note=data["note"]
        )
        return Done(to=culture, message=f"{culture.code} stands in {made.to_place} now.")

    if answer := saved(request, form, "move", do):
        return answer
    return page(request, "cultures/passaging/move.html", {"culture": culture, "form": form}, status=form.status)
