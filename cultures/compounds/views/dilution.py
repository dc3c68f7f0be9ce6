"""The dilution calculator: from a stock to the medium of every rung."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cultures.compounds.forms.dilution import DilutionForm
from lims.accounts.access import requires
from lims.clock import now
from lims.codes import tidy_code


@require_safe
@requires("view_bench")
def dilution(request: HttpRequest) -> HttpResponse:
    """?stock=L-7K4QX chooses a stock; with doses in the address too, they are worked out."""
    asked = request.GET if "doses" in request.GET else None
    form = DilutionForm(asked, asked_for=tidy_code(request.GET.get("stock", "")), at=now())
    context = {"form": form, "series": form.series() if form.is_valid() else None}
    return render(request, "cultures/compounds/dilution.html", context, status=form.status)
