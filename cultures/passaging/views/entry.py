"""What all entries share: finding the culture, doing the verb once, showing the form again when it was refused."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from cultures.passaging.errors import CultureNotGrowing
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.models import Culture
from lims.clock import today
from lims.codes import tidy_code
from lims.errors import DomainError
from lims.instruments.form_once import Done, form_once
from lims.web.forms import BenchForm


def culture_of(code: str) -> Culture:
    """The culture of a scanned code, with what its entry pages say of it."""
    named = Culture.objects.select_related("line", "vessel", "place", "keeper", "medium")
    if culture := named.filter(code=tidy_code(code)).first():
        return culture
    raise Http404(f"No culture bears the code {code[:20]}.")


def catalogue() -> Catalogue:
    return Catalogue(today())


def saved(request: HttpRequest, form: BenchForm, route: str, do: Callable[[], Done]) -> HttpResponse | None:
    """Do the verb once. None when it was refused: the form then says why, and keeps what was typed."""
    if not form.is_valid() or getattr(form, "is_draft", False):
        return None
    try:
        return form_once(request, route, do)
    except DomainError as refusal:
        form.refuse(refusal)
        return None


def or_say_why(request: HttpRequest, to: str, route: str, do: Callable[[], Done]) -> HttpResponse:
    """A button without a form: do the verb once, or go back to `to` with the refusal on top."""
    try:
        return form_once(request, route, do)
    except DomainError as refusal:
        return turned_back(request, to, str(refusal))


class SeeOther(HttpResponseRedirect):
    status_code = 303


def turned_back(request: HttpRequest, to: str, sentence: str) -> HttpResponse:
    """To another page, with what was refused on top of it."""
    messages.error(request, sentence)
    return SeeOther(to)


def gone(request: HttpRequest, culture: Culture) -> HttpResponse | None:
    """The way on when a page is opened for a flask that is not there any more. A form already sent is for the verb."""
    if culture.is_growing or request.method == "POST":
        return None
    return turned_back(request, culture.get_absolute_url(), str(CultureNotGrowing(culture)))
