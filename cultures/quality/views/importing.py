"""The luminometer's file: looked at row by row, then entered."""

from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.errors.files import FileNotUnderstood
from cultures.quality.errors.samples import RunClosed
from cultures.quality.forms.grid import ConfirmForm, ImportForm
from cultures.quality.importing import Preview, preview
from cultures.quality.methods import method_of
from cultures.quality.models import QCRun, RawFile
from cultures.quality.run_sheets import sheet_of
from cultures.quality.services import enter_results, keep_raw_file
from cultures.quality.services.files import content_of
from cultures.quality.views.runs import read_as, run_or_404
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.errors import DomainError
from lims.instruments.form_once import Done
from lims.web.forms import BenchForm
from lims.web.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
@requires("enter_results")
def import_file(request: SignedInRequest, run_id: int) -> HttpResponse:
    run = run_or_404(run_id)
    if run.state != QCRun.State.OPEN:
        return turned_back(request, run.get_absolute_url(), str(RunClosed(run)))
    if request.method != "POST":
        return _shown(request, run, ImportForm())
    if "raw" in request.POST:
        return _entered(request, run)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, run, form)
    try:
        upload = form.cleaned_data["file"]
        raw = keep_raw_file(upload=upload, name=upload.name, by=request.user)
        said = {name: form.cleaned_data[name] for name in ("decimal", "read_at")}
        seen = _preview(run, raw, said["decimal"], said["read_at"])
    except DomainError as refusal:
        form.refuse(refusal)
        return _shown(request, run, form)
    return _shown(request, run, ConfirmForm(initial={"raw": raw.pk, **said}), seen, raw)


def _entered(request: SignedInRequest, run: QCRun) -> HttpResponse:
    """Only what the preview found sound is entered, read from the file that was kept."""
    form = ConfirmForm(request.POST)
    raw = RawFile.objects.filter(pk=form.cleaned_data["raw"]).first() if form.is_valid() else None
    if raw is None:
        return _shown(request, run, ImportForm())
    read_at = form.cleaned_data["read_at"] or now()

    def do() -> Done:
        seen = _preview(run, raw, form.cleaned_data["decimal"], read_at)
        if seen.errors or seen.control_error:
            raise FileNotUnderstood("The file still has rows that mean nothing. Choose another.")
        made = enter_results(
            run_id=run.pk, controls=seen.controls, readings=seen.readings, read_at=read_at, by=request.user, raw=raw
        )
        return read_as(made)

    if answer := saved(request, form, "import_results", do):
        return answer
    return _shown(request, run, form)


def _preview(run: QCRun, raw: RawFile, decimal: str, read_at: datetime | None) -> Preview:
    return preview(run, sheet_of(run), method_of(run.method), content_of(raw), decimal, read_at or now())


def _shown(
    request: SignedInRequest, run: QCRun, form: BenchForm, seen: Preview | None = None, raw: RawFile | None = None
) -> HttpResponse:
    upload = form if isinstance(form, ImportForm) else ImportForm()
    context = {
        "run": run,
        "form": form,
        "upload": upload,
        "preview": seen,
        "raw": raw,
        "back": run.get_absolute_url(),
    }
    return page(request, "cultures/quality/runs/import.html", context, status=form.status)
