"""The lots: their list, one of them, and what is done with it."""

from collections.abc import Callable
from functools import partial
from operator import methodcaller

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.compounds.expiry import state_of
from cultures.compounds.forms.lots import LotCorrectionForm, LotForm, ThawForm
from cultures.compounds.models import Lot
from cultures.compounds.services import correct_lot, finish_lot, open_lot, register_lot, thaw_stock
from cultures.compounds.thaws import aliquots_left, thaws_in_words, times
from lims.accounts.access import SignedInRequest, requires
from lims.clock import today
from lims.codes import tidy_code
from lims.instruments.form_once import Done, form_once
from lims.tabular.writing import Column, csv_response
from lims.web.entry import carried_out, sent
from lims.web.filters import Choice, Filters, Flag
from lims.web.forms import BenchForm
from lims.web.htmx import done, page
from lims.web.labels import Label, labels_pdf
from lims.web.pagination import keyset_page

SORTS = {
    "product": "product",
    "kind": "kind",
    "expires": "expires_on",
    "opened": "opened_on",
    "received": "received_on",
}
PREFILLED = ("kind", "product", "compound", "vehicle")  # from the page that led here
COLUMNS = (
    Column("Code", "code"),
    Column("Kind", lambda lot: lot.get_kind_display()),
    Column("Product", "product"),
    Column("Lot number", "number"),
    Column("Maker", "maker"),
    Column("Catalogue number", "catalogue_number"),
    Column("Expires on", "expires_on"),
    Column("Received on", "received_on"),
    Column("Opened on", "opened_on"),
    Column("Finished on", "finished_on"),
    Column("Compound", "compound.name"),
    Column("Concentration", "concentration"),
    Column("Unit", "concentration_unit"),
    Column("Vehicle", "vehicle"),
    Column("Salt form", "salt_form.name"),
    Column("Dissolved on", "made_on"),
    Column("Aliquots", "aliquots"),
    Column("Aliquots used", lambda lot: lot.aliquots_used if lot.compound_id else None),
    Column("Thaws", lambda lot: lot.freeze_thaws if lot.compound_id else None),
    Column("Most thaws", "max_freeze_thaws"),
)


def _matching(lots: QuerySet[Lot], words: str) -> QuerySet[Lot]:
    named = Q(product__icontains=words) | Q(number__icontains=words) | Q(maker__icontains=words)
    return lots.filter(named | Q(catalogue_number__icontains=words) | Q(code=tidy_code(words)))


def _filters(request: HttpRequest) -> Filters:
    on = today()
    return Filters(
        request,
        Flag("in_use", "In use", methodcaller("in_use", on)),
        Flag("expiring", "Expiring", methodcaller("expiring", on)),
        Flag("expired", "Expired", methodcaller("expired", on)),
        Flag("finished", "Finished too", lambda lots: lots),
        Choice("kind", "Kind", lambda: Lot.Kind.choices, lambda lots, kind: lots.filter(kind=kind)),
        search=_matching,
    )


def _lots(request: HttpRequest, filters: Filters) -> QuerySet[Lot]:
    lots = Lot.objects.all() if request.GET.get("finished") == "1" else Lot.objects.standing()
    return filters.apply(lots).select_related("compound", "salt_form")


@require_safe
@requires("view_bench")
def lots(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    rows = keyset_page(_lots(request, filters), request, order=("-received_on",), sorts=SORTS)
    context = {"filters": filters, "rows": rows, "states": [(lot, state_of(lot, today())) for lot in rows]}
    return page(request, "cultures/compounds/lots.html", context)


@require_safe
@requires("export_bench")
def lots_csv(request: HttpRequest) -> StreamingHttpResponse:
    return csv_response(_lots(request, _filters(request)).order_by("-received_on", "-pk"), COLUMNS, "lots")


@require_safe
@requires("view_bench")
def lot(request: HttpRequest, code: str) -> HttpResponse:
    return _lot_page(request, _find(code))


def _find(code: str) -> Lot:
    return get_object_or_404(Lot.objects.select_related("compound", "salt_form"), code=code)


def _lot_page(request: HttpRequest, found: Lot, form: BenchForm | None = None) -> HttpResponse:
    context = {
        "lot": found,
        "state": state_of(found, today()),
        "is_expired": found.is_expired(today()),
        "thaws": thaws_in_words(found),
        "left": aliquots_left(found),
        "thaw_form": BenchForm(),
        "form": form,
    }
    return render(request, "cultures/compounds/lot.html", context, status=form.status if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_lot")
def register(request: SignedInRequest) -> HttpResponse:
    form = LotForm(sent(request), initial={name: request.GET[name] for name in PREFILLED if name in request.GET})
    if made := carried_out(form, lambda: register_lot(by=request.user, **form.command())):
        return done(request, made, f"{made} is registered as {made.code}.")
    context = {
        "form": form,
        "title": "Register a lot",
        "verb": "Register",
        "back": reverse("cultures:lots"),
        "crumbs": [("Lots", reverse("cultures:lots"))],
        "teach": "What stands on the bottle. One entry per lot number, however many bottles there are.",
    }
    return render(request, "cultures/register_form.html", context, status=form.status)


@require_POST
@requires("open_lot")
def open_(request: SignedInRequest, code: str) -> HttpResponse:
    return _one_tap(request, code, open_lot, "It is in use now and will be proposed.")


@require_POST
@requires("finish_lot")
def finish(request: SignedInRequest, code: str) -> HttpResponse:
    return _one_tap(request, code, finish_lot, "It is finished and is proposed no more.")


@require_POST
@requires("thaw_stock")
def thaw(request: SignedInRequest, code: str) -> HttpResponse:
    """Counted once, however often the button was tapped."""
    found, form = _find(code), ThawForm(request.POST)

    def do() -> Done:
        stock = thaw_stock(lot_id=found.pk, is_new_aliquot=form.cleaned_data["aliquot"] == "new", by=request.user)
        return Done(to=stock, message=f"Counted: thawed {times(stock.freeze_thaws)}.")

    return carried_out(form, lambda: form_once(request, "thaw_stock", do)) or _lot_page(request, found, form)


def _one_tap(request: SignedInRequest, code: str, verb: Callable[..., Lot], message: str) -> HttpResponse:
    found = _find(code)
    form = BenchForm(request.POST)
    if carried_out(form, partial(verb, lot_id=found.pk, by=request.user)):
        return done(request, found, message)
    return _lot_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("correct_lot")
def correct(request: SignedInRequest, code: str) -> HttpResponse:
    found = _find(code)
    form = LotCorrectionForm(sent(request), lot=found)

    def verb() -> Lot:
        changes = form.command()
        reason = changes.pop("reason")
        return correct_lot(lot_id=found.pk, changes=changes, reason=reason, by=request.user)

    if corrected := carried_out(form, verb):
        return done(request, corrected, "Corrected. The old values stay in its history.")
    context = {
        "form": form,
        "title": f"Correct {found.code}",
        "verb": "Correct",
        "back": found.get_absolute_url(),
        "crumbs": [("Lots", reverse("cultures:lots")), (found.code, found.get_absolute_url())],
        "teach": "Is the product or the lot number wrong? Then it is another lot: finish this one and register that.",
    }
    return render(request, "cultures/register_form.html", context, status=form.status)


@require_safe
@requires("print_labels")
def label(request: HttpRequest, code: str) -> HttpResponse:
    """A PDF with the lot's code, for the bottle."""
    found = _find(code)
    lines = (found.product, f"lot {found.number}", f"expires {found.expires_on:%Y-%m-%d}")
    headers = {"Content-Disposition": f'inline; filename="{found.code}.pdf"'}
    pdf = labels_pdf([Label(found.code, lines=lines)], profile="flask")
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
