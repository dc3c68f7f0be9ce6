"""Tests of one culture: recorded with their result, or as a sample whose result comes later."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.models import Culture
from cultures.passaging.views.entry import culture_of, gone, saved
from cultures.quality.culture_sheet import Sheet, sheet_of
from cultures.quality.forms.tests import SAMPLE, TestForm
from cultures.quality.methods import methods_in_use
from cultures.quality.methods.base import Method
from cultures.quality.models import QCTest
from cultures.quality.services import keep_raw_file, record_test, take_samples
from cultures.quality.warnings import sample_warnings
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.instruments.form_once import Done
from lims.web.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
@requires("record_test")
def culture_qc(request: SignedInRequest, code: str) -> HttpResponse:
    """A sample and its result in one go; or, by the other button, the sample alone."""
    culture = culture_of(code)
    sheet, methods = sheet_of(culture), methods_in_use()
    method = asked_for(request, methods, sheet)
    form = TestForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        method=method,
        by=request.user,
    )

    def do() -> Done:
        form.say_first(sample_warnings(culture, method.code, form.moment))
        write = _sampled if form.data.get("save") == SAMPLE else _recorded
        made = write(request, culture, form)
        said = f"{made.code} was taken." if made.is_pending else f"{made.code}: {made.get_verdict_display()}."
        return Done(to=made, message=f"{said} {made.sentence}".strip(), is_grave=made.is_grave)

    if answer := saved(request, form, "record_test", do):
        return answer
    if not form.warnings:
        form.warnings = sample_warnings(culture, method.code, now())
    context = {"culture": culture, "sheet": sheet, "form": form, "method": method, "methods": methods}
    return page(request, "cultures/quality/tests/record.html", context, status=form.status)


@require_safe
@requires("take_samples")
def culture_sample(request: SignedInRequest, code: str) -> HttpResponse:
    """The way to a sample of one flask that also holds for several."""
    culture = culture_of(code)
    if answer := gone(request, culture):
        return answer
    query = {"codes": culture.code, "family": request.GET.get("family", "")}
    return redirect(reverse("cultures:qc_samples", query={name: value for name, value in query.items() if value}))


def asked_for(request: SignedInRequest, methods: list[Method], sheet: Sheet) -> Method:
    """The method of the address; else one of the family that is due first."""
    by_code = {method.code: method for method in methods}
    wanted = request.POST.get("method") or request.GET.get("method", "")
    if wanted in by_code:
        return by_code[wanted]
    dues = sorted((row.standing.due_at, row.family) for row in sheet.rows if row.standing.due_at)
    family = request.GET.get("family") or (dues[0][1] if dues else "")
    return next((method for method in methods if method.family == family), methods[0])


def _sampled(request: SignedInRequest, culture: Culture, form: TestForm) -> QCTest:
    (made,) = take_samples(
        culture_ids=[culture.pk],
        method=form.method.code,
        at=form.moment,
        by=request.user,
        taken_by=form.person("taken_by"),
        note=form.cleaned_data["note"],
    )
    return made


def _recorded(request: SignedInRequest, culture: Culture, form: TestForm) -> QCTest:
    upload = form.cleaned_data["file"]
    return record_test(
        culture_id=culture.pk,
        method=form.method.code,
        at=form.moment,
        readings=form.readings.as_json(),
        resulted_at=form.read_at,
        by=request.user,
        taken_by=form.person("taken_by"),
        run_by=form.person("run_by"),
        raw=keep_raw_file(upload=upload, name=upload.name, by=request.user) if upload else None,
        note=form.cleaned_data["note"],
        **form.with_kit(),
    )
