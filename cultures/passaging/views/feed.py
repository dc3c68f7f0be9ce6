"""Fresh medium, with the drugs in it."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.dosing import medium_figures
from cultures.passaging.forms.feed import FeedForm
from cultures.passaging.forms.proposals import for_feed
from cultures.passaging.forms.reshaping import is_draft, reshaped
from cultures.passaging.models import Culture
from cultures.passaging.services import feed_culture
from cultures.passaging.views.entry import catalogue, culture_of, gone, saved
from cultures.passaging.warnings import feed_warnings_for
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("feed_culture")
def feed(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    shelf = catalogue()
    proposed = for_feed(culture)
    form = FeedForm(
        reshaped(request.POST) if request.method == "POST" else None,
        is_draft=is_draft(request.POST),
        catalogue=shelf,
        proposals=proposed.fields,
        drugs=proposed.drugs,
    )

    form.is_treated_arm = culture.arm == Culture.Arm.TREATED

    def do() -> Done:
        data = form.cleaned_data
        medium = form.medium(data["volume_ml"])
        form.say_first(feed_warnings_for(culture, medium, form.moment))
        feed_culture(culture_id=culture.pk, medium=medium, at=form.moment, by=request.user, note=data["note"])
        return Done(to=culture, message=f"{culture.code} was fed: {form.without_lots_in_words}.")

    if answer := saved(request, form, "feed", do):
        return answer
    if form.is_draft:
        form.forgive_gaps()
    if form.is_complete:
        form.warnings = feed_warnings_for(culture, form.medium(form.cleaned_data["volume_ml"]), form.moment)
    context = {"culture": culture, "form": form, "figures": medium_figures(shelf)}
    return page(request, "cultures/passaging/feed.html", context, status=form.status)
