"""Runs: started from the board, read on one grid, abandoned; and samples that are read one by one."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.board import known_methods
from cultures.quality.errors.samples import RunClosed
from cultures.quality.forms.grid import AbandonForm, ResultsForm
from cultures.quality.forms.samples import RunForm, SamplesForm, asked_for, kit_lots, newest_kits
from cultures.quality.methods import METHODS, method_of, methods_in_use
from cultures.quality.methods.base import Method
from cultures.quality.models import QCRun, QCTest
from cultures.quality.run_sheets import sheet_of
from cultures.quality.services import abandon_run, enter_results, start_run, take_samples
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.fields import field_of
from lims.web.filters import Choice, Filters, Flag
from lims.web.htmx import page
from lims.web.pagination import keyset_page

V = QCTest.Verdict


def run_or_404(run_id: int) -> QCRun:
    named = QCRun.objects.select_related("kit", "kit_lot", "started_by", "read_by", "raw")
    if run := named.filter(pk=run_id).first():
        return run
    raise Http404(f"There is no run {run_id}.")


# --- all of them -----------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def runs(request: SignedInRequest) -> HttpResponse:
    methods = known_methods()
    in_runs = [(code, method.title) for code, method in METHODS.items() if method.in_runs]
    filters = Filters(
        request,
        Flag("open", "Open only", lambda rows: rows.filter(state=QCRun.State.OPEN)),
        Choice("method", "Method", lambda: in_runs, lambda rows, code: rows.filter(method=code)),
    )
    stands = Q(tests__withdrawn_at=None)
    counted = {str(verdict): Count("tests", filter=stands & Q(tests__verdict=verdict)) for verdict in V}
    named = QCRun.objects.select_related("kit", "started_by").annotate(
        samples=Count("tests", filter=stands), **{f"n_{verdict}": count for verdict, count in counted.items()}
    )
    rows = keyset_page(filters.apply(named), request, order=("-started_at",))
    context = {"filters": filters, "rows": rows, "found": [(run, methods[run.method]) for run in rows]}
    return page(request, "cultures/quality/runs/runs.html", context)


# --- begun -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("take_samples")
def start(request: SignedInRequest) -> HttpResponse:
    codes, family = asked_for(request)
    methods = [method for method in METHODS.values() if method.in_runs]
    fitting = next((method.code for method in methods if method.family == family), methods[0].code)
    form = RunForm(
        sent(request),
        methods=methods,
        codes=codes,
        by=request.user,
        kits=newest_kits(),
        lots=kit_lots(),
        initial={"method": fitting},
        is_draft="work_out" in request.POST,
    )

    def do() -> Done:
        data = form.cleaned_data
        run = start_run(
            culture_ids=[culture.pk for culture in form.cultures],
            method=data["method"],
            kit_id=data["kit"],
            kit_lot_id=data["kit_lot"],
            at=form.moment,
            by=request.user,
            note=data["note"],
        )
        count = len(form.cultures)
        return Done(to=run, message=f"{run} is open with {count} sample{'s' if count > 1 else ''}. Print their labels.")

    if answer := saved(request, form, "start_run", do):
        return answer
    kits: Any = field_of(form, "kit", forms.ChoiceField).choices
    context = {"form": form, "back": reverse("cultures:qc"), "has_kits": len(kits) > 1}
    return page(request, "cultures/quality/runs/start.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("take_samples")
def samples(request: SignedInRequest) -> HttpResponse:
    """Samples that are read one by one, later: each waits for its own result."""
    codes, family = asked_for(request)
    methods = methods_in_use()
    fitting = next((method.code for method in methods if family in (method.family, method.code)), methods[0].code)
    form = SamplesForm(
        sent(request),
        methods=methods,
        codes=codes,
        by=request.user,
        method=fitting,
        is_draft="work_out" in request.POST,
    )

    def do() -> Done:
        data = form.cleaned_data
        taken_by = request.user.__class__.objects.filter(pk=data["taken_by"]).first() if data["taken_by"] else None
        made = take_samples(
            culture_ids=[culture.pk for culture in form.cultures],
            method=data["method"],
            at=form.moment,
            by=request.user,
            taken_by=taken_by,
            note=data["note"],
        )
        query = {"codes": " ".join(test.code for test in made)}
        some = f"{len(made)} samples were taken. They wait" if len(made) > 1 else f"{made[0].code} was taken. It waits"
        return Done(to=reverse("cultures:qc_labels", query=query), message=f"{some} for a result.")

    if answer := saved(request, form, "take_samples", do):
        return answer
    context = {"form": form, "back": reverse("cultures:qc")}
    return page(request, "cultures/quality/runs/samples.html", context, status=form.status)


# --- one run ---------------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def run(request: SignedInRequest, run_id: int) -> HttpResponse:
    """An open run is a grid to be filled in; a read one its results."""
    return _run_page(request, run_or_404(run_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("enter_results")
def results(request: SignedInRequest, run_id: int) -> HttpResponse:
    one = run_or_404(run_id)
    sheet, method = sheet_of(one), method_of(one.method)
    if one.state != QCRun.State.OPEN:
        return turned_back(request, one.get_absolute_url(), str(RunClosed(one)))
    form = ResultsForm(sent(request), run=one, sheet=sheet, method=method)

    def do() -> Done:
        made = enter_results(run_id=one.pk, by=request.user, **form.command())
        return read_as(made)

    if answer := saved(request, form, "enter_results", do):
        return answer
    return _run_page(request, one, form)


def read_as(run: QCRun) -> Done:
    """On to the run, with what the results came to in a sentence."""
    if run.state == QCRun.State.INVALID:
        return Done(run, f"{run} is invalid, so its samples say nothing. {run.sentence}", is_grave=True)
    found = QCTest.objects.standing().filter(run=run).values_list("verdict").annotate(Count("pk"))
    counts = dict(found.order_by())
    told = [f"{counts[verdict]} {V(verdict).label}" for verdict in V if verdict in counts]
    return Done(run, f"{run} is read: {', '.join(told)}.", is_grave=not counts.keys() <= {V.PASS, V.PENDING})


def _run_page(request: SignedInRequest, one: QCRun, form: ResultsForm | None = None) -> HttpResponse:
    sheet, method = sheet_of(one), method_of(one.method)
    if one.state == QCRun.State.OPEN and form is None:
        form = ResultsForm(run=one, sheet=sheet, method=method)
    context = {
        "run": one,
        "method": method,
        "sheet": sheet,
        "form": form,
        "heads": [(name, field.label) for name, field in method.form.base_fields.items()],
        "read": [_read(test, method) for test in sheet.tests],
        "again": reverse("cultures:qc_run_start", query={"codes": " ".join(test.culture.code for test in sheet.tests)}),
    }
    return page(request, "cultures/quality/runs/run.html", context, status=form.status if form else 200)


def _read(test: QCTest, method: Method) -> tuple[QCTest, list[str]]:
    """A sample with its readings in the order of the columns."""
    names = method.form.base_fields
    return test, [in_words(names[name], test.readings.get(name)) for name in names]


def in_words(field: object, value: object) -> str:
    """A reading as it is read: the word of a choice, a number as it was written."""
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, value)) if value not in (None, "") else ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("abandon_run")
def abandon(request: SignedInRequest, run_id: int) -> HttpResponse:
    one = run_or_404(run_id)
    form = AbandonForm(sent(request))

    def do() -> Done:
        made = abandon_run(run_id=one.pk, reason=form.cleaned_data["reason"], by=request.user)
        return Done(to=made, message=f"{made} was abandoned. Its cultures are due as they were before.")

    if answer := saved(request, form, "abandon_run", do):
        return answer
    if one.state != QCRun.State.OPEN and request.method != "POST":
        return turned_back(request, one.get_absolute_url(), str(RunClosed(one)))
    waiting = [test for test in sheet_of(one).tests if test.is_pending]
    context = {"run": one, "form": form, "waiting": waiting, "back": one.get_absolute_url()}
    return page(request, "cultures/quality/runs/abandon.html", context, status=form.status)
