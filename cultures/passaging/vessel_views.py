"""The catalogue of vessels."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.passaging.forms.vessels import VesselForm
from cultures.passaging.models import VesselType
from cultures.passaging.services.vessels import register_standard_vessels, register_vessel_type, retire_vessel_type
from lims.accounts.access import SignedInRequest, requires
from lims.tabular.writing import Column, csv_response
from lims.web.entry import carried_out, sent
from lims.web.filters import Filters, Flag
from lims.web.htmx import done, page
from lims.web.pagination import keyset_page

SORTS = {"name": "name", "area": "growth_area_cm2", "volume": "working_volume_ml"}
COLUMNS = (
    Column("Vessel", "name"),
    Column("Growth area (cm2)", "growth_area_cm2"),
    Column("Medium (mL)", "working_volume_ml"),
    Column("Retired at", "retired_at"),
)


@require_safe
@requires("view_bench")
def vessels(request: HttpRequest) -> HttpResponse:
    filters = Filters(
        request,
        Flag("retired", "Retired too", lambda rows: rows),
        search=lambda rows, words: rows.filter(name__icontains=words),
    )
    found = (
        VesselType.objects.all() if request.GET.get("retired") == "1" else VesselType.objects.filter(retired_at=None)
    )
    rows = keyset_page(filters.apply(found), request, order=("growth_area_cm2",), sorts=SORTS)
    return page(request, "cultures/vessels/vessels.html", {"filters": filters, "rows": rows})


@require_safe
@requires("export_bench")
def vessels_csv(request: HttpRequest) -> StreamingHttpResponse:
    return csv_response(VesselType.objects.order_by("growth_area_cm2", "pk"), COLUMNS, "vessels")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_vessel_type")
def register(request: SignedInRequest) -> HttpResponse:
    form = VesselForm(sent(request))
    if made := carried_out(form, lambda: register_vessel_type(by=request.user, **form.command())):
        return done(request, "cultures:vessels", f"{made} is in the catalogue.")
    back = reverse("cultures:vessels")
    context = {"form": form, "title": "Add a vessel", "verb": "Add", "back": back, "crumbs": [("Vessels", back)]}
    return render(request, "cultures/register_form.html", context, status=form.status)


@require_POST
@requires("register_standard_vessels")
def register_standard(request: SignedInRequest) -> HttpResponse:
    made = register_standard_vessels(by=request.user)
    return done(request, "cultures:vessels", f"{len(made)} vessels are in the catalogue now.")


@require_POST
@requires("retire_vessel_type")
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(VesselType, pk=pk)
    retire_vessel_type(vessel_id=found.pk, by=request.user)
    return done(request, "cultures:vessels", f"{found} is offered no more.")
