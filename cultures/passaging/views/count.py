"""Counting: several counts of one flask are kept; a harvest uses one of them."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.counting import CountForm
from cultures.passaging.forms.entry import value_of
from cultures.passaging.models import Count
from cultures.passaging.services import count_culture
from cultures.passaging.views.entry import culture_of, saved
from cultures.science.growth import viability_pct
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.htmx import page

SHOWN = 10


@require_http_methods(["GET", "POST"])
@requires("count_culture")
def count(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    form = CountForm(request.POST or None)

    def do() -> Done:
        note = form.cleaned_data["note"]
        made = count_culture(culture_id=culture.pk, count=form.cell_count(), at=form.moment, by=request.user, note=note)
        again = reverse("cultures:count", args=[culture.code])
        said = f"{made.viability_pct:.1f} % viable. " if made.viability_pct is not None else ""
        return Done(to=again if request.POST.get("next") == "count" else culture, message=f"Counted. {said}")

    if answer := saved(request, form, "count", do):
        return answer
    context = {
        "culture": culture,
        "form": form,
        "viability": viability_pct(value_of(form, "live"), value_of(form, "dead")),
        "counts": Count.objects.standing()
        .filter(culture=culture)
        .select_related("by", "instrument")
        .order_by("-at", "-pk")[:SHOWN],
    }
    return page(request, "cultures/passaging/count.html", context, status=form.status)
