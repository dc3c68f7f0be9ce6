"""Both arms at once in real Chromium: few taps, clean pages at a desk and at a hood, sums that follow what is typed."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cultures.dosing import pair_panels
from cultures.dosing.models import Ladder
from cultures.passaging.models import Feed, Harvest
from lims.clock import now
from tests import lab, ladders
from tests.browser import OpenPage, assert_clean, screenshot, visit
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ladder() -> Ladder:
    """Two passages old, both arms six days in their flasks and read by the counter; a T25 grows beside each T75."""
    lab.trypsin()
    lab.line("BT474", passage_interval=5 * DAY)
    found = ladders.climbing(at=now() - 18 * DAY)
    ladders.passaged(found)
    ladders.passaged(found, into=2)
    for culture, live in ((ladders.lead(found), 720_000), (ladders.control(found), 940_000)):
        lab.observed(culture, 90, at=now() - HOUR)
        lab.count_of(culture, live, 30_000, at=now() - HOUR / 4, by=lab.counter("Counter 1"))
    pair_panels.register()
    return found


def url(ladder: Ladder, deed: str = "passage") -> str:
    return reverse(f"cultures:{deed}_pair", args=[ladder.model.code, ladder.name])


def sums(page: Page, arm: str) -> str:
    return " ".join(page.locator(f"#{arm}-sums").inner_text().split())


def test_a_passage_of_both_takes_few_taps(open_page: OpenPage, ladder: Ladder):
    treated = ladders.lead(ladder)
    page = open_page(f"/cultures/{treated.code}/passage/", size="hood", as_person=lab.technician())
    assert_clean(page)
    screenshot(page, "pair-panel-hood")
    page.locator("text=Passage both").tap()
    expect(page.locator("#treated-sums .verdict")).to_be_visible()
    for arm in page.locator("fieldset.arm").all():
        arm.get_by_role("button", name="Use it").tap()
    assert page.locator("fieldset.arm .proposed").count() == 0
    page.locator("text=+ labels").tap()
    page.wait_for_url("**/passage/*/*/?labels=1")  # four taps, two of them to say that the readings are right
    expect(page.get_by_role("link", name=re.compile("Print [34] labels"))).to_be_visible()
    assert_clean(page)
    screenshot(page, "pair-harvests-hood", full_page=True)
    assert treated.harvest_sources.exists()


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "light"), ("hood", "dark")])
def test_the_pages_are_clean(open_page: OpenPage, ladder: Ladder, size: str, look: str):
    page = open_page(url(ladder), size=size, look=look, as_person=lab.technician())
    for deed in ("passage", "feed"):
        visit(page, url(ladder, deed))
        screenshot(page, f"pair-{deed}-{size}-{look}", full_page=True)
        assert_clean(page)
        page.evaluate('document.querySelectorAll("main details").forEach((folded) => { folded.open = true; })')
        screenshot(page, f"pair-{deed}-open-{size}-{look}", full_page=True)
        assert_clean(page)
    page.goto("/")
    screenshot(page, f"pair-today-{size}-{look}", full_page=True)
    assert_clean(page)


def test_what_the_numbers_come_to_follows_what_is_typed(open_page: OpenPage, ladder: Ladder):
    page = open_page(url(ladder), as_person=lab.technician())
    assert "9.4×106" in sums(page, "control")
    page.locator("[name=control-live]").fill("0.05")
    page.locator("[name=daughters-0-amount]").fill("1.2")
    page.locator("[name=daughters-0-amount]").press("Tab")
    expect(page.locator("#control-sums")).to_contain_text("too many")
    expect(page.locator("#daughters-0-pours b").first).to_have_text("1.67")
    expect(page.locator("#warnings")).to_contain_text(f"Control {ladders.control(ladder).code}:")
    expect(page.locator("#save")).to_contain_text("Save anyway")
    assert page.locator("[name=daughters-0-amount]").input_value() == "1.2"


def test_daughters_come_and_go_and_a_refusal_says_what_fits_both(open_page: OpenPage, ladder: Ladder):
    page = open_page(url(ladder), size="hood", as_person=lab.technician())
    page.get_by_role("button", name="Add a daughter").tap()
    rows = page.locator("[data-rows=daughters] > li").count()
    page.locator(f"[name=daughters-{rows - 1}-amount]").fill("9")
    page.locator(f"[name=daughters-{rows - 1}-amount]").press("Tab")
    expect(page.locator("#treated-sums")).to_contain_text("too many")
    page.wait_for_load_state("networkidle")
    page.locator("text=+ labels").tap()
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("Not saved: Treated")
    expect(banner).to_be_focused()
    page.problems.clear()  # Chromium calls every 422 a failed resource
    screenshot(page, "pair-refusal-hood", full_page=True)
    assert_clean(page)
    page.get_by_role("button", name=re.compile("Seed each")).tap()
    expect(page.locator(f"[name=daughters-{rows - 1}-amount]")).not_to_have_value("9")
    page.locator("text=+ labels").tap()
    page.wait_for_url("**/passage/*/*/?labels=1")


def test_both_are_passaged_and_fed_without_script(open_page: OpenPage, ladder: Ladder):
    page = open_page(url(ladder, "feed"), as_person=lab.technician(), java_script_enabled=False)
    page.locator("#save button").click()
    if page.locator("text=Feed both anyway").count():
        page.locator("text=Feed both anyway").click()
    page.wait_for_url("**/models/**")
    assert Feed.objects.filter(at_seeding=False).count() == 2
    page.goto(url(ladder))
    page.get_by_role("button", name="Work it out").last.click()
    expect(page.locator("#daughters-0-pours b").first).to_have_text("1.39")
    page.locator("#save button").first.click()
    expect(page.get_by_role("heading", name="Both passaged")).to_be_visible()
    assert Harvest.objects.filter(at__gte=now() - HOUR).count() == 2


def test_a_lost_control_is_said(open_page: OpenPage, ladder: Ladder):
    lab.discarded(ladders.control(ladder), at=now() - HOUR / 8)
    page = open_page(url(ladder), size="hood", as_person=lab.technician())
    screenshot(page, "pair-lost-hood")
    assert_clean(page)
