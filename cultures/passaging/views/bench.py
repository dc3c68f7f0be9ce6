"""Who works at which hood: start and end of a bench session."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cultures.passaging.forms.bench import HoodForm
from cultures.passaging.services import end_bench_session, open_session_of, start_bench_session
from cultures.passaging.views.entry import catalogue, or_say_why, saved
from lims.accounts.access import SignedInRequest, may, requires
from lims.accounts.models import User
from lims.clock import now
from lims.instruments.form_once import Done
from lims.web.context import Bench
from lims.web.htmx import page


@require_http_methods(["GET", "POST"])
@requires("start_bench_session")
def bench(request: SignedInRequest) -> HttpResponse:
    form = HoodForm(request.POST or None)

    def do() -> Done:
        session = start_bench_session(hood_id=form.cleaned_data["hood"], at=now(), by=request.user)
        return Done(to="/", message=f"You work at {session.hood.name}.")

    if answer := saved(request, form, "bench", do):
        return answer
    context = {
        "form": form,
        "hoods": [(hood, uuid4()) for hood in catalogue().hoods],
        "session": open_session_of(request.user),
    }
    return page(request, "cultures/passaging/bench.html", context, status=form.status)


@require_POST
@requires("end_bench_session")
def leave(request: SignedInRequest) -> HttpResponse:
    here = reverse("cultures:bench")

    def do() -> Done:
        session = end_bench_session(at=now(), by=request.user)
        return Done(to=here, message=f"You left {session.hood.name}.")

    return or_say_why(request, here, "leave", do)


def bench_of(request: HttpRequest) -> Bench | None:
    """For the frame's top right corner: the hood, or the way to one."""
    person = request.user
    if not isinstance(person, User) or not may(person, "start_bench_session"):
        return None
    url = reverse("cultures:bench")
    if session := open_session_of(person):
        return Bench(session.hood.name, url, session.started_at)
    return Bench("No hood", url)
