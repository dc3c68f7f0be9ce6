"""A look through the microscope."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.forms.observe import ObserveForm
from cultures.passaging.models import Photo
from cultures.passaging.services import observe_culture
from cultures.passaging.views.entry import culture_of, gone, saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page

A_DAY_S = 24 * 3600


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


@require_safe
@requires("view_bench")
@cache_control(private=True, max_age=A_DAY_S, immutable=True)
def photo(request: SignedInRequest, photo_id: int) -> FileResponse:
    """A photo as it is kept. It never changes: another picture is another photo."""
    try:
        file = get_object_or_404(Photo, pk=photo_id).file.open()
    except FileNotFoundError as error:
        raise Http404("The file of this photo is missing. It may be in the backup of the lab's files.") from error
    return FileResponse(file, content_type="image/jpeg")
