from django.http import HttpResponse
from django.views.decorators.http import require_safe

from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.reminders.today import round_of
from lims.web.htmx import page


@require_safe
@requires("view_bench")
def today(request: SignedInRequest) -> HttpResponse:
    """What is due: ?round=bench shows everybody's. A person who keeps nothing sees the whole bench at once."""
    whole_bench = request.GET.get("round") == "bench"
    moment = now()
    context = {
        "round": round_of(request.user, moment, whole_bench=whole_bench),
        "whole_bench": whole_bench,
        "now": moment,
    }
    return page(request, "lims/reminders/today.html", context)
