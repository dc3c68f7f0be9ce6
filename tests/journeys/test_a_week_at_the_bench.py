"""A week in real Chromium, through the pages alone: a manager, a counter and a technician, one after the other."""

import json
import re
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from cultures.lines.models import CellLine
from cultures.passaging.models import Count, Culture, Feed, Harvest
from cultures.science.growth import population_doublings
from lims.clock import lab_time, now
from lims.instruments.models import Delivery
from tests import lab
from tests.browser import assert_clean

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TAPS = 6
CODE = re.compile(r"C-[0-9A-Z]{5,}")


@pytest.fixture(autouse=True)
def stocked() -> None:
    """What is there before the first cell: places, vessels, bottles and a drug."""
    lab.hood(), lab.shelf(), lab.vessel("T75"), lab.vessel("T25")
    lab.medium(), lab.trypsin(), lab.stock("lapatinib")


def test_a_week_at_the_bench(open_page, live_server):
    manager = open_page("/lines/new/", as_person=lab.manager())
    line = register_a_parental_line(manager)
    key = issue_a_key(manager)

    page = open_page("/", size="hood", as_person=lab.technician())
    page.problems.clear()
    scan(page, lab.hood().code)
    tap(page.get_by_role("button", name="Work here now"))
    expect(page.get_by_text("You work at Hood 2.")).to_be_visible()

    code = thaw(page, line)
    feed(page, code)
    post_counts(live_server.url, key, code)
    first = passage_in_few_taps(page, code)
    second = think_again(page, code, first)
    correct_the_volume(page, code, second)
    lineage_shows_it(page, code, first, second)
    assert_clean(page)


def test_a_passage_without_script(open_page):
    """Counted by hand with a dilution, worked out, saved, and undone by its button."""
    flask = lab.growing("BT474", at=now() - timedelta(days=6))
    page = open_page("/", size="hood", as_person=lab.technician(), java_script_enabled=False)
    page.get_by_label("Scan or search").fill(f" {flask.code.lower()} ")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Passage", exact=True).click()
    fill(page, {"Live": "0.3", "Dead": "0.01", "Harvested": "10", "Cells for daughter 1": "1.5"})
    page.get_by_text("Counted by hand").click()
    fill(page, {"Dilution": "2"})
    page.get_by_role("button", name="Work it out").last.click()
    expect(page.locator('[data-out="suspension"]')).to_have_text("2.50")
    page.get_by_role("button", name="Save", exact=True).click()
    (daughter,) = Harvest.objects.get().daughters
    assert (daughter.seeded_cells, Harvest.objects.get().viable_cells) == (1_500_000, 6_000_000)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("The harvest is undone.")).to_be_visible()
    assert lab.again(flask).is_growing


# --- the manager -----------------------------------------------------------------------------------------------------


def register_a_parental_line(page: Page) -> CellLine:
    page.locator("[name=name]").fill("HCC1954")
    page.locator("[name=default_medium]").select_option(str(lab.recipe().pk))
    page.locator("[name=passage_interval]").fill("6 d")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(re.compile(r"/lines/\d+/"))
    expect(page.get_by_text("Parental line")).to_be_visible()
    return CellLine.objects.get()


def issue_a_key(page: Page) -> str:
    page.goto("/instruments/add/")
    page.locator("[name=name]").fill("Counter 1")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Issue a key").click()
    page.wait_for_url("**/issue-key/")
    return page.locator("dl .code").inner_text().strip()


# --- the counter -----------------------------------------------------------------------------------------------------


def post_counts(url: str, key: str, code: str) -> None:
    """Once at its culture, whatever is repeated; what bears no code of ours waits in the inbox."""
    run = {"culture": code, "live_per_ml": 720_000, "dead_per_ml": 40_000, "taken_at": now().isoformat()}
    first = post(url, key, "run-1", run)
    assert first[0] == 201
    assert post(url, key, "run-1", run) == first
    assert post(url, key, "run-1", run | {"live_per_ml": 1})[0] == 422
    assert post(url, "sub_of-nobody", "run-2", run)[0] == 401
    assert post(url, key, "run-3", run | {"culture": "flask 7"})[0] == 202
    assert Count.objects.get().culture.code == code
    assert Delivery.objects.filter(state="waiting").count() == 1


def post(url: str, key: str, once: str, body: dict) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": once, "Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{url}/api/v1/instruments/counts/", json.dumps(body).encode(), headers)) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        return refused.code, refused.read()


# --- the technician --------------------------------------------------------------------------------------------------


def thaw(page: Page, line: CellLine) -> str:
    """Six days ago, from the page of the line; what the machine proposes stays."""
    page.goto(line.get_absolute_url())
    tap(page.get_by_role("link", name="Receive or thaw"))
    tap(page.get_by_role("link", name="Thaw a vial"))
    six_days_ago = lab_time(now() - timedelta(days=6))
    fill(page, {"Came from": "HCC1954 p8, box 3 A1", "Passage on the label": "8", "Live cells seeded": "1.2"})
    page.locator("[name=label_pdl]").fill("20")
    for name, choice in (("vessel", "T75"), ("place", lab.shelf().full_name), ("arm", "treated")):
        page.locator(f"[name={name}]").select_option(label=choice)
    tap(page.locator(".when summary"))
    page.locator("[name=at]").fill(f"{six_days_ago:%Y-%m-%dT%H:%M}")
    tap(page.get_by_role("button", name="Thaw", exact=True))
    page.wait_for_url("**/labels/")
    culture = Culture.objects.get()
    assert (culture.line, culture.passage_number, culture.seeded_cells) == (line, 9, 1_200_000)
    return culture.code


def feed(page: Page, code: str) -> None:
    scan(page, code)
    tap(page.get_by_role("link", name=re.compile("^Feed")))
    page.get_by_label("Drug and stock 1").select_option(index=1)
    fill(page, {"Dose of drug 1": "100"})
    page.get_by_label("Unit of dose 1").select_option("nM")
    tap(page.get_by_role("button", name="Feed", exact=True))
    expect(page.get_by_text(f"{code} was fed")).to_be_visible()
    expect(page.locator(".chips")).to_contain_text("lapatinib 100")
    assert str(Feed.objects.get(at_seeding=False).drugs.get()) == "lapatinib 100 nM"


def passage_in_few_taps(page: Page, code: str) -> Harvest:
    """From the scanned flask to the labels, with the counter's reading."""
    scan(page, code)
    taps = [tap(page.get_by_role("link", name="Passage", exact=True)), tap(page.locator("[data-use]"))]
    fill(page, {"Harvested": "10", "Cells for daughter 1": "1.5"})
    taps.append(tap(page.get_by_role("button", name=re.compile(r"\+ labels$"))))
    page.wait_for_url("**/harvests/**")
    labels = page.get_by_role("link", name="Print 1 label")
    with page.context.expect_page():
        taps.append(tap(labels))
    assert len(taps) <= MOST_TAPS
    assert page.request.get(labels.get_attribute("href") or "").body().startswith(b"%PDF-")
    harvest = Harvest.objects.get()
    assert (harvest.viable_cells, harvest.used_count) == (7_200_000, Count.objects.get())
    return harvest


def think_again(page: Page, code: str, first: Harvest) -> Harvest:
    """Undone, and passaged again into two, with the same reading."""
    (never_was,) = first.daughters
    page.bring_to_front()
    tap(page.get_by_role("button", name=re.compile("^Undo")))
    page.wait_for_url(f"**/cultures/{code}/")
    never_was.refresh_from_db()
    assert (never_was.fate, lab.again(Culture.objects.get(code=code)).is_growing) == ("entered_in_error", True)
    tap(page.get_by_role("link", name="Passage", exact=True))
    fill(page, {"Harvested": "10", "Cells for daughter 1": "1.5"})
    tap(page.get_by_role("button", name="Add a daughter"))
    fill(page, {"Cells for daughter 2": "0.9"})
    tap(page.get_by_role("button", name=re.compile(r"^Save( anyway)?$")))
    page.wait_for_url("**/harvests/**")
    second = Harvest.objects.standing().get()
    assert [one.seeded_cells for one in second.daughters] == [1_500_000, 900_000]
    return second


def correct_the_volume(page: Page, code: str, harvest: Harvest) -> None:
    """12 mL, not 10: shown before it is saved, and every daughter's PDL follows."""
    tap(page.get_by_role("link", name="Correct"))
    fill(page, {"Harvested": "12", "Why is it corrected?": "The volume was misread."})
    tap(page.get_by_role("button", name="See what it changes"))
    changes = page.locator(".changes")
    for daughter in harvest.daughters:
        expect(changes).to_contain_text(daughter.code)
    assert not Harvest.objects.filter(supersedes=harvest).exists()
    tap(page.get_by_role("button", name="Correct", exact=True))
    page.wait_for_url(f"**/cultures/{code}/")
    corrected = Harvest.objects.standing().get()
    cpdl = 20 + (population_doublings(8_640_000, 1_200_000) or 0)
    assert [one.cpdl for one in corrected.daughters] == [pytest.approx(cpdl)] * 2
    expect(page.locator(".time")).to_contain_text("The volume was misread.")


def lineage_shows_it(page: Page, code: str, first: Harvest, second: Harvest) -> None:
    page.goto(f"/cultures/{code}/lineage/")
    drawing = page.locator(".lineage")
    for daughter in second.daughters:
        expect(drawing).to_contain_text(daughter.code)
    never_was = Culture.objects.get(fate="entered_in_error")
    expect(page.locator("main")).not_to_contain_text(never_was.code)


# --- hands -----------------------------------------------------------------------------------------------------------


def tap(what: Locator) -> Locator:
    what.tap()
    return what


def fill(page: Page, numbers: dict[str, str]) -> None:
    """Fields by their label; "Live" is not "Live cells seeded"."""
    for label, value in numbers.items():
        page.get_by_label(re.compile(rf"^{re.escape(label)}( if known)?$")).fill(value)


def scan(page: Page, code: str) -> None:
    """A scanner types the code, wherever one is, and ends with Enter."""
    page.wait_for_load_state("networkidle")
    page.locator("h1").first.click()
    page.keyboard.type(code, delay=2)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{code}/")
