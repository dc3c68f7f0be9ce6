"""The board of all models."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cultures.dosing.board import board_filters, cards_of, shown_models, tally
from cultures.dosing.models import ResistanceModel
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.web.htmx import page
from lims.web.pagination import keyset_page

MODELS_AT_ONCE = 60


@require_safe
@requires("view_bench")
def models(request: SignedInRequest) -> HttpResponse:
    filters = board_filters(request, request.user)
    rows = keyset_page(shown_models(request, filters), request, order=("name",), size=MODELS_AT_ONCE)
    cards = cards_of(request, rows.rows, now())
    context = {"filters": filters, "rows": rows, "cards": cards, "tally": tally(cards)}
    if not cards and not filters.is_narrowed:
        context["has_ended"] = ResistanceModel.objects.exists()
    return page(request, "cultures/dosing/models/board.html", context)
