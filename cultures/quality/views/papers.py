"""What of a run goes on paper: its sheet, and the labels of its tubes."""

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from cultures.passaging.views.entry import turned_back
from cultures.quality.board import DUE
from cultures.quality.labels import labels_of_samples
from cultures.quality.methods import method_of
from cultures.quality.models import QCTest
from cultures.quality.run_sheets import WELLS, RunSheet, sheet_of
from cultures.quality.views.runs import run_or_404
from lims.accounts.access import requires
from lims.codes import tidy_code
from lims.web.htmx import page
from lims.web.labels import PROFILES, data_matrix_svg, labels_pdf


@require_safe
@requires("view_bench")
def sheet(request: HttpRequest, run_id: int) -> HttpResponse:
    """What is pipetted where, to be printed and written on."""
    one = run_or_404(run_id)
    drawn = sheet_of(one)
    prefetch_related_objects(drawn.tests, "culture__place")
    method = method_of(one.method)
    context = {
        "run": one,
        "method": method,
        "rows": sheet_rows(drawn),
        "plate": plate_of(drawn),
        "heads": [str(field.label) for field in method.form.base_fields.values()],
    }
    return page(request, "cultures/quality/runs/sheet.html", context)


def sheet_rows(drawn: RunSheet) -> list[tuple[str, str, QCTest | None, str]]:
    """Well, name, sample, and the sample's code to scan: in the order one pipettes."""
    by_code = {test.code: test for test in drawn.tests}
    return [
        (well, name, by_code.get(name), data_matrix_svg(name) if name in by_code else "")
        for well, name in drawn.layout.items()
    ]


def plate_of(drawn: RunSheet) -> list[tuple[str, list[str]]]:
    """Rows A to H of as many columns as are used."""
    used = max((int(well[1:]) for well in drawn.layout), default=1)
    wells = {well: name.removeprefix("Q-") for well, name in drawn.layout.items()}
    return [(letter, [wells.get(f"{letter}{column}", "") for column in range(1, used + 1)]) for letter in "ABCDEFGH"]


@require_safe
@requires("print_labels")
def run_labels(request: HttpRequest, run_id: int) -> HttpResponse:
    drawn = sheet_of(run_or_404(run_id))
    wells = {name: well for well, name in drawn.layout.items()}
    return pdf_of(request, drawn.tests, wells)


@require_safe
@requires("print_labels")
def labels(request: HttpRequest) -> HttpResponse:
    """Labels of samples that were just taken, on the screen."""
    if not (tests := _tests_named(request)):
        return _none_named(request)
    made = labels_of_samples(tests)
    context = {
        "tests": tests,
        "labels": [(label, data_matrix_svg(label.code)) for label in made],
        "profiles": PROFILES,
        "pdf": reverse("cultures:qc_labels_pdf", query={"codes": " ".join(test.code for test in tests)}),
        "back": f"{reverse('cultures:qc')}?show={DUE}",
    }
    return page(request, "cultures/quality/runs/labels.html", context)


@require_safe
@requires("print_labels")
def labels_as_pdf(request: HttpRequest) -> HttpResponse:
    tests = _tests_named(request)
    return pdf_of(request, tests, {}) if tests else _none_named(request)


def _none_named(request: HttpRequest) -> HttpResponse:
    return turned_back(request, reverse("cultures:qc"), "There are no such samples. Scan a tube, or take samples.")


def _tests_named(request: HttpRequest) -> list[QCTest]:
    codes = [tidy_code(word) for word in request.GET.get("codes", "").split()[: len(WELLS)]]
    found = QCTest.objects.standing().filter(code__in=codes).select_related("culture__line", "taken_by")
    return list(found.order_by("pk"))


def pdf_of(request: HttpRequest, tests: list[QCTest], wells: dict[str, str]) -> HttpResponse:
    stock = request.GET.get("stock", "")
    pdf = labels_pdf(labels_of_samples(tests, wells), stock if stock in PROFILES else "cryo")
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": "inline"})
