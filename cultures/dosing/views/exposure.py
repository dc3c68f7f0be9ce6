"""What the cells of a model have been in, as a page and as CSV."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cultures.dosing.exposure_table import COLUMNS, csv_rows, drug_tables
from cultures.dosing.model_page import ModelPage
from cultures.dosing.views.model import model_of
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.tabular.writing import csv_response


@require_safe
@requires("view_bench")
def exposure(request: SignedInRequest, code: str) -> HttpResponse:
    """Of one ladder: the story of the flask that stands for it."""
    page = _page(request, code)
    tables = drug_tables(page.flask.pk, page.at) if page.flask else []
    context = {"model": page.model, "page": page, "view": page.view, "tables": tables}
    return render(request, "cultures/dosing/models/exposure.html", context)


@require_safe
@requires("export_bench")
def exposure_csv(request: SignedInRequest, code: str) -> StreamingHttpResponse:
    """Of all ladders; of one when it is named."""
    page = _page(request, code)
    named = [view for view in page.views if view.ladder.name == page.name]
    return csv_response(csv_rows(named or page.views, page.at), COLUMNS, f"exposure-of-{page.model.code}")


def _page(request: SignedInRequest, code: str) -> ModelPage:
    return ModelPage(model_of(code), request.GET.get("ladder", ""), request.user, now())
