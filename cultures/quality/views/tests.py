"""One test: what it says and how it came to say it; its result, its correction, its withdrawal."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.models import Culture
from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.errors.samples import ResultKnown, SampleInRun, SampleWithdrawn
from cultures.quality.forms.tests import CorrectTestForm, ResultForm, VoidForm
from cultures.quality.history import readings_in_words, versions_of
from cultures.quality.methods import method_of
from cultures.quality.models import QCRun, QCStanding, QCTest, RawFile
from cultures.quality.services import correct_test, keep_raw_file, record_result
from cultures.quality.services.following import effect_of
from lims.accounts.access import SignedInRequest, requires
from lims.codes import tidy_code
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.htmx import page

MOST_SPOKEN_FOR = 50


def test_of(code: str) -> QCTest:
    """The row that stands."""
    named = QCTest.objects.standing().select_related(
        "culture__line", "culture__vessel", "run", "kit", "kit_lot", "taken_by", "run_by", "by", "instrument", "raw"
    )
    if found := named.filter(code=tidy_code(code)).first():
        return found
    raise Http404(f"No sample bears the code {code[:20]}.")


@require_safe
@requires("view_bench")
def test(request: SignedInRequest, code: str) -> HttpResponse:
    one = test_of(code)
    method = method_of(one.method)
    speaks = QCStanding.objects.filter(last=one, culture__ended_at=None).values("culture")
    spoken_for = Culture.objects.filter(pk__in=speaks).select_related("line", "vessel", "place").order_by("pk")
    context = {
        "test": one,
        "method": method,
        "readings": list(readings_in_words(one, method)),
        "effect": effect_of(one),
        "versions": versions_of(one.code, method),
        "spoken_for": spoken_for[:MOST_SPOKEN_FOR],
        "spoken_for_count": spoken_for.count(),
        "quarantines": one.quarantines.all() if one.pk else (),
        "is_void": bool(one.findings.get("withdrawn")),
        "waits_for_its_result": one.is_pending and not (one.run and one.run.state == QCRun.State.OPEN),
    }
    return page(request, "cultures/quality/tests/test.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("record_test")
def result(request: SignedInRequest, code: str) -> HttpResponse:
    """The result of a sample that waits for it."""
    one = test_of(code)
    method = method_of(one.method)
    if request.method != "POST":
        if not one.is_pending:
            return turned_back(request, one.get_absolute_url(), str(ResultKnown(one)))
        if one.run and one.run.state == QCRun.State.OPEN:
            return turned_back(request, one.run.get_absolute_url(), str(SampleInRun(one)))
    files = request.FILES if request.method == "POST" else None
    form = ResultForm(sent(request), files, method=method, said=one.readings, by=request.user)

    def do() -> Done:
        data, upload = form.cleaned_data, form.cleaned_data["file"]
        made = record_result(
            code=one.code,
            readings=form.readings.as_json(),
            resulted_at=form.read_at,
            by=request.user,
            run_by=form.person("run_by"),
            raw=keep_raw_file(upload=upload, name=upload.name, by=request.user) if upload else None,
            note=data["note"],
            **form.with_kit(),
        )
        said = f"{made.code}: {made.get_verdict_display()}. {made.sentence}"
        return Done(to=made, message=said, is_grave=made.is_grave)

    if answer := saved(request, form, "record_result", do):
        return answer
    context = {"test": one, "method": method, "form": form, "back": one.get_absolute_url()}
    return page(request, "cultures/quality/tests/result.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("correct_test")
def correct(request: SignedInRequest, code: str) -> HttpResponse:
    one = test_of(code)
    if answer := _kept(request, one):
        return answer
    method = method_of(one.method)
    form = CorrectTestForm(sent(request), method=method, test=one)

    def do() -> Done:
        reason = form.cleaned_data["reason"]
        made = correct_test(code=one.code, changes=form.changes(), reason=reason, by=request.user)
        said = f"{made.code} is corrected: {made.get_verdict_display()}. {made.sentence}".strip()
        return Done(to=made, message=said, is_grave=made.is_grave)

    if answer := saved(request, form, "correct_test", do):
        return answer
    context = {"test": one, "method": method, "form": form, "back": one.get_absolute_url()}
    return page(request, "cultures/quality/tests/correct.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("correct_test")
def void(request: SignedInRequest, code: str) -> HttpResponse:
    """It was entered in error: it stays readable and says nothing of any culture."""
    one = test_of(code)
    if answer := _kept(request, one):
        return answer
    form = VoidForm(sent(request))

    def do() -> Done:
        reason = form.cleaned_data["reason"]
        made = correct_test(code=one.code, changes={"void": True}, reason=reason, by=request.user)
        return Done(to=made, message=f"{made.code} says nothing any more. What it had brought about is undone.")

    if answer := saved(request, form, "void_test", do):
        return answer
    context = {"test": one, "method": method_of(one.method), "form": form, "back": one.get_absolute_url()}
    return page(request, "cultures/quality/tests/void.html", context, status=form.status)


def _kept(request: SignedInRequest, one: QCTest) -> HttpResponse | None:
    """What was withdrawn is not corrected. A form already sent is for the verb."""
    if request.method != "POST" and one.findings.get("withdrawn"):
        return turned_back(request, one.get_absolute_url(), str(SampleWithdrawn(one)))
    return None


@require_safe
@requires("view_bench")
def raw_file(request: SignedInRequest, raw_id: int) -> FileResponse:
    """The file a result came in, as it came; never shown in the browser."""
    raw = get_object_or_404(RawFile, pk=raw_id)
    try:
        file = raw.file.open()
    except FileNotFoundError as error:
        raise Http404("This file is missing. It may be in the backup of the lab's files.") from error
    return FileResponse(file, as_attachment=True, filename=raw.name, content_type="application/octet-stream")
