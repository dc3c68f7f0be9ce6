"""A look through the microscope."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.observe import ObserveForm
from cultures.passaging.services import observe_culture
from cultures.passaging.views.entry import culture_of, gone, saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("observe_culture")
def observe(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    form = ObserveForm(request.POST, request.FILES) if request.method == "POST" else ObserveForm()

    def do() -> Done:
        seen = {name: form.cleaned_data[name] for name in ("confluence_pct", "morphology", "note", "photo")}
        observe_culture(culture_id=culture.pk, at=form.moment, by=request.user, **seen)
        return Done(to=culture, message=f"{culture.code} was observed.")

    if answer := saved(request, form, "observe", do):
        return answer
    return page(request, "cultures/passaging/observe.html", {"culture": culture, "form": form}, status=form.status)
