"""Instruments, their keys, and the inbox."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lims.accounts.access import requires
from lims.errors import DomainError
from lims.instruments import inbox as waiting_room
from lims.instruments import services
from lims.instruments.form_once import Done, form_once
from lims.instruments.forms import AssignForm, DismissForm, InstrumentForm, TokenForm
from lims.instruments.models import Delivery, Instrument, Token
from lims.web.forms import BenchForm
from lims.web.htmx import done, page
from lims.web.pagination import keyset_page

EDIT_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
ON_ONE_PAGE = 20


@require_safe
@requires("view_bench")
def instruments(request: HttpRequest) -> HttpResponse:
    rows = keyset_page(Instrument.objects.all(), request, order=("name",))
    return page(request, "lims/instruments/instruments.html", {"rows": rows})


@EDIT_OR_SEND
@requires("register_instrument")
def instrument_add(request: HttpRequest) -> HttpResponse:
    form = InstrumentForm(request.POST or None)

    def register() -> Done:
        instrument = services.register_instrument(by=request.user, **form.command())  # type: ignore[arg-type]  # signed in: the view requires its verb
        return Done(to=f"/instruments/{instrument.pk}/", message=f"{instrument} is registered. Issue it a key.")

    if form.is_valid():
        try:
            return form_once(request, "register_instrument", register)
        except DomainError as refusal:
            form.refuse(refusal)
    return page(request, "lims/instruments/instrument_add.html", {"form": form}, status=form.status)


@require_safe
@requires("view_bench")
def instrument(request: HttpRequest, pk: int) -> HttpResponse:
    return _instrument_page(request, get_object_or_404(Instrument, pk=pk), TokenForm())


@never_cache
@require_POST
@requires("issue_token")
def token_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The key stands in this answer and nowhere else: no redirect, no session and no kept answer may carry it."""
    instrument = get_object_or_404(Instrument, pk=pk)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _instrument_page(request, instrument, form)
    try:
        token, key = services.issue_token(by=request.user, instrument_id=pk, **form.command())  # type: ignore[arg-type]  # signed in: the view requires its verb
    except DomainError as refusal:
        form.refuse(refusal)
        return _instrument_page(request, instrument, form)
    return page(request, "lims/instruments/token_once.html", {"instrument": instrument, "token": token, "key": key})


@require_POST
@requires("revoke_token")
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Token, pk=pk)
    token = services.revoke_token(by=request.user, token_id=pk)  # type: ignore[arg-type]  # signed in: the view requires its verb
    return done(request, f"/instruments/{token.instrument_id}/", f"The key {token.prefix}… is revoked.")


def _instrument_page(request: HttpRequest, instrument: Instrument, form: TokenForm) -> HttpResponse:
    tokens = instrument.tokens.select_related("created_by").order_by("-created_at")
    deliveries = instrument.deliveries.order_by("-received_at")[:10]
    context = {
        "instrument": instrument,
        "form": form,
        "tokens": tokens,
        "deliveries": deliveries,
        "now": services.now(),
    }
    return page(request, "lims/instruments/instrument.html", context, status=form.status)


@require_safe
@requires("view_bench")
def inbox(request: HttpRequest) -> HttpResponse:
    return _inbox_page(request)


@require_POST
@requires("assign_delivery")
def delivery_assign(request: HttpRequest, pk: int) -> HttpResponse:
    form = AssignForm(request.POST, prefix=waiting_room.prefix_of(pk))

    def assign() -> Done:
        taken = services.assign_delivery(by=request.user, delivery_id=pk, code=form.cleaned_data["code"])  # type: ignore[arg-type]  # signed in: the view requires its verb
        return Done(to="lims:inbox", message=taken.message)

    return _settle(request, pk, form, assign)


@require_POST
@requires("dismiss_delivery")
def delivery_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    form = DismissForm(request.POST, prefix=waiting_room.prefix_of(pk))

    def dismiss() -> Done:
        services.dismiss_delivery(by=request.user, delivery_id=pk, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]  # signed in: the view requires its verb
        return Done(to="lims:inbox", message="Dismissed. The delivery is kept with your reason.")

    return _settle(request, pk, form, dismiss)


def _settle(request: HttpRequest, pk: int, form: BenchForm, do: Callable[[], Done]) -> HttpResponse:
    get_object_or_404(Delivery, pk=pk)
    if form.is_valid():
        try:
            return form_once(request, f"delivery_{pk}", do)
        except DomainError as refusal:
            form.refuse(refusal)
    return _inbox_page(request, form)


def _inbox_page(request: HttpRequest, refused: BenchForm | None = None) -> HttpResponse:
    rows = keyset_page(waiting_room.waiting(), request, order=("-received_at",), size=ON_ONE_PAGE)
    context = {"rows": rows, "waiting": waiting_room.shown(rows.rows, refused), "form": refused}  # type: ignore[arg-type]  # a page of deliveries
    return page(request, "lims/instruments/inbox.html", context, status=422 if refused else 200)
