"""Tests at a desk and at a hood: clean, by keyboard, by scan, and without script."""

import pytest
from playwright.sync_api import Page, expect

from cultures.passaging.models import Culture
from cultures.quality.models import QCRun, QCTest
from cultures.quality.services import adopt_standard_policy, plan_test
from lims.clock import now
from tests import lab
from tests.browser import assert_clean, screenshot
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def flasks() -> list[Culture]:
    """A small lab: overdue and due flasks, one planned, one positive, one doubtful, samples that wait, an open run."""
    adopt_standard_policy(by=lab.manager())
    qc.kit_lot()
    shelf = lab.shelf("shelf B")
    made = [
        lab.growing(of, at=now() - age * DAY, passage=passage, keeper=keeper, where=where)
        for of, age, passage, keeper, where in [
            ("SKBR3", 40, 27, "AM", None),
            ("SKBR3", 39, 28, "AM", None),
            ("BT474", 38, 19, "JT", shelf),
            ("BT474", 38, 20, "JT", shelf),
            ("HCC1954", 36, 31, "AM", None),
            ("HCC1954", 36, 32, "JT", shelf),
            ("SKBR3", 35, 12, "AM", None),
            ("BT474-RES", 45, 41, "AM", None),
            ("BT474", 44, 41, "AM", None),
            ("SKBR3", 31, 14, "JT", shelf),
        ]
    ]
    for flask, days in zip(made, (34, 30, 28, 3, 2, 27, 26, 36, 33, 30), strict=True):
        qc.negative(flask, now() - days * DAY)
        qc.tested(flask, method=qc.PCR, at=now() - days * DAY, readings=CLEAN)
    plan_test(
        culture_ids=[made[3].pk], family="mycoplasma", due_at=now() + 2 * DAY, by=lab.technician(),
        why="shared a bottle of FBS with a positive flask",
    )  # fmt: skip
    qc.borderline(made[4], now() - 2 * HOUR)
    qc.positive(made[5], now() - DAY)
    qc.sampled(made[6], qc.CULTURE, at=now() - 12 * DAY)
    return made


CLEAN = {"target": "not_detected", "internal_control": "detected"}


@pytest.fixture
def run(flasks: list[Culture]) -> QCRun:
    return qc.run_of(flasks[:4], at=now() - HOUR, kit_lot_id=qc.kit_lot().pk)


def looked_at(page: Page, name: str, path: str, size: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    screenshot(page, f"qc-{name}-{size}", full_page=True)
    assert_clean(page)


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_every_page_is_clean(open_page, flasks, run, size, look):
    page = open_page("/qc/?family=mycoplasma", size=size, look=look, as_person=lab.technician())
    fail = QCTest.objects.standing().get(verdict="fail")
    codes = "&".join(f"codes={flask.code}" for flask in flasks[:3])
    name = f"{size}-{look}"
    invalid = qc.read(qc.run_of(flasks[:2], at=now() - 2 * HOUR), controls=qc.BAD_CONTROLS)
    valid = qc.read(qc.run_of(flasks[2:4], at=now() - 2 * HOUR), {flasks[2]: (1000, 1100)})
    for what, path in (
        ("board", "/qc/?family=mycoplasma&later=1"),
        ("sampled", "/qc/?show=sampled"),
        ("decide", "/qc/?show=decide"),
        ("runs", "/qc/runs/"),
        ("start", f"/qc/runs/start/?{codes}"),
        ("samples", f"/qc/samples/?{codes}"),
        ("run", run.get_absolute_url()),
        ("run-invalid", invalid.get_absolute_url()),
        ("run-valid", valid.get_absolute_url()),
        ("run-sheet", f"{run.get_absolute_url()}sheet/"),
        ("run-import", f"{run.get_absolute_url()}import/"),
        ("run-abandon", f"{run.get_absolute_url()}abandon/"),
        ("test", fail.get_absolute_url()),
        ("correct", f"{fail.get_absolute_url()}correct/"),
        ("void", f"{fail.get_absolute_url()}void/"),
        ("record", f"/cultures/{flasks[0].code}/qc/?method=mycoplasma_pcr"),
        ("record-luminescence", f"/cultures/{flasks[5].code}/qc/?method=mycoplasma_luminescence"),
        ("culture", f"/cultures/{flasks[5].code}/"),
        ("passage", f"/cultures/{flasks[5].code}/passage/"),
        ("cultures", "/cultures/"),
        ("today", "/?round=bench"),
    ):
        looked_at(page, what, path, name)


@pytest.mark.parametrize(("size", "look"), [("desk", "dark"), ("hood", "light")])
def test_a_file_is_looked_at_before_it_is_entered(open_page, flasks, run, size, look):
    page = open_page(f"{run.get_absolute_url()}import/", size=size, look=look, as_person=lab.technician())
    codes = list(run.tests.order_by("pk").values_list("code", flat=True))
    light = zip(codes, ("1000,500", "1000,1100", "1000,9000"), strict=False)
    rows = ["sample,A,B", "POS,1000,9000", "NEG,1000,400", *(f"{code},{ab}" for code, ab in light)]
    for name, more in (("short", []), ("whole", [f"{codes[3]},0,500"]), ("sound", [f"{codes[3]},900,500"])):
        file = {"name": "plate.csv", "mimeType": "text/csv", "buffer": "\n".join([*rows, *more]).encode()}
        page.goto(f"{run.get_absolute_url()}import/")
        page.get_by_label("File of the luminometer").set_input_files(file)
        page.get_by_role("button", name="Look at it").click()
        page.wait_for_load_state("networkidle")
        screenshot(page, f"qc-preview-{name}-{size}-{look}", full_page=True)
        assert_clean(page)
    page.get_by_role("button", name="Enter these results").click()
    expect(page.get_by_text("is read: 2 pass, 1 fail, 1 inconclusive.")).to_be_visible()


def test_a_run_is_entered_by_keyboard(open_page, flasks, run):
    page = open_page(run.get_absolute_url(), as_person=lab.technician())
    page.get_by_label("Positive control, reading A").focus()
    for column in (("1000", "1000", "1000", "1200", "1100", "900"), ("9000", "400", "500", "600", "550", "450")):
        for value in column:
            page.keyboard.type(value)
            page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Enter results")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("is read: 4 pass.")).to_be_visible()
    assert run.tests.filter(withdrawn_at=None, verdict="pass").count() == 4


def test_columns_out_of_a_spreadsheet_are_pasted_into_the_grid(open_page, flasks, run):
    page = open_page(run.get_absolute_url(), as_person=lab.technician())
    cell = page.get_by_label("Positive control, reading A")
    cell.focus()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            const rows = [[1000, 9000], [1000, 400], [1000, 500], [1000, 500], [1000, 1100], [1000, 500]];
            data.setData("text/plain", rows.map((row) => row.join("\\t")).join("\\n"));
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )
    expect(page.locator("[data-live]")).to_have_text("12 readings pasted.")
    page.get_by_role("button", name="Enter results").click()
    expect(page.get_by_text("is read: 3 pass, 1 inconclusive.")).to_be_visible()


def test_the_scan_of_a_tube_goes_to_its_row(open_page, flasks, run):
    page = open_page(run.get_absolute_url(), as_person=lab.technician())
    page.get_by_label("Positive control, reading A").fill("1000")
    third = list(run.tests.order_by("pk"))[2].code
    page.get_by_label("Negative control, reading A").focus()
    page.keyboard.type(third)
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"{third} A")).to_be_focused()
    expect(page.get_by_label("Negative control, reading A")).to_have_value("")
    assert QCRun.objects.get(pk=run.pk).state == "open"


def test_flasks_are_chosen_by_scan_and_go_into_a_run(open_page, flasks):
    page = open_page("/qc/?family=mycoplasma", as_person=lab.technician())
    scan = page.get_by_label("Scan flasks to choose them")
    for flask in (flasks[0], flasks[4]):  # the second is not due
        scan.fill(flask.code)
        scan.press("Enter")
    expect(page.locator("[data-choose-count]")).to_have_text("2 chosen")
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url("**/qc/runs/start/**")
    page.get_by_role("button", name="Start run").click()
    expect(page.get_by_text("is open with 2 samples")).to_be_visible()
    assert {test.culture for test in QCRun.objects.get().tests.all()} == {flasks[0], flasks[4]}


@pytest.mark.parametrize("scripted", [True, False])
def test_a_positive_test_is_entered_and_puts_the_culture_apart(open_page, flasks, scripted):
    flask = flasks[0]
    page = open_page(
        f"/cultures/{flask.code}/qc/", size="hood", as_person=lab.technician(), java_script_enabled=scripted
    )
    page.get_by_role("link", name="mycoplasma by PCR").click()
    page.get_by_label("Mycoplasma band or Ct").select_option("detected")
    page.get_by_label("Internal control", exact=True).select_option("detected")
    page.get_by_role("button", name="Save the test").click()
    expect(page.get_by_text("Mycoplasma DNA was detected.").first).to_be_visible()
    page.goto(f"/cultures/{flask.code}/")
    expect(page.get_by_text("Quarantine since")).to_be_visible()


def test_the_sheet_of_a_run_prints_without_its_buttons(open_page, flasks, run):
    page = open_page(f"{run.get_absolute_url()}sheet/", as_person=lab.technician())
    page.emulate_media(media="print")
    screenshot(page, "qc-run-sheet-print", full_page=True)
    assert not page.get_by_role("link", name="Enter results").is_visible()
    assert page.locator(".paper-rows .matrix").count() == 4
