"""The passage screen, and what became of a harvest."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.passage import HarvestForm
from cultures.passaging.forms.planning import Planner, figures
from cultures.passaging.forms.proposals import Proposed, proposed_for
from cultures.passaging.forms.reshaping import is_draft, reshaped
from cultures.passaging.models import Culture
from cultures.passaging.services import passage_culture
from cultures.passaging.views.entry import catalogue, culture_of, gone, saved
from cultures.passaging.warnings import warnings_for
from lims.accounts.access import requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("passage_culture")
def passage(request: HttpRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    form, planner = passage_form(request, culture)
    if answer := saved(request, form, "passage", lambda: passaged(request, culture, form)):
        return answer
    if form.is_draft:
        form.forgive_gaps()
    planner.mark_the_fit()
    context = {"culture": culture, "form": form, "planner": planner, "figures": figures(planner)}
    return page(request, "cultures/passaging/passage.html", context, status=form.status)
