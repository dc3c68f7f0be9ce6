"""Stocks, compounds and the dilution calculator in real Chromium: nothing for axe, nothing too wide or too small."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lims.clock import today
from tests.browser import OpenPage, assert_clean, screenshot
from tests.lab import compound, manager, salt_form, stock, technician

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
SERIES = "doses=10+20+40+80+160+320+640+1000+20000&unit=nM&volume_ml=15&vehicle_pct=0.1"


@pytest.fixture
def pages() -> dict[str, str]:
    salt_form("free base")
    fresh = stock("lapatinib", "LAP-8", salt_form=salt_form(), made_on=today(), aliquots=20, max_freeze_thaws=5)
    spent = stock("lapatinib", "LAP-7", aliquots=9, aliquots_used=8, freeze_thaws=6, max_freeze_thaws=5)
    stock("lapatinib", "LAP-6", expires_on=today() - DAY)
    return {
        "compounds": "/compounds/",
        "compound": compound("lapatinib").get_absolute_url(),
        "compound-edit": f"{compound('lapatinib').get_absolute_url()}edit/",
        "salt-form": f"{compound('lapatinib').get_absolute_url()}salt-forms/new/",
        "stock": fresh.get_absolute_url(),
        "stock-over-thawed": spent.get_absolute_url(),
        "stock-correct": f"{spent.get_absolute_url()}correct/",
        "stock-new": f"/lots/new/?kind=drug_stock&compound={compound('lapatinib').pk}",
        "dilution": f"/dilution/?stock={fresh.code}",
        "dilution-series": f"/dilution/?stock={fresh.code}&{SERIES}",
    }


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_the_pages_of_compounds_and_stocks_are_clean(size: str, look: str, open_page: OpenPage, pages: dict[str, str]):
    page = open_page("/compounds/", size=size, look=look, as_person=manager())
    for name, url in pages.items():
        page.goto(url)
        screenshot(page, f"stocks-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


def test_a_series_is_printed_without_its_form(open_page: OpenPage, pages: dict[str, str]):
    page = open_page(pages["dilution-series"], as_person=technician())
    page.emulate_media(media="print")
    expect(page.get_by_label("Doses")).to_be_hidden()
    expect(page.get_by_role("row", name="vehicle control")).to_be_visible()
    screenshot(page, "stocks-dilution-paper")


def test_a_stock_is_thawed_and_its_series_worked_out_with_one_hand(open_page: OpenPage, pages: dict[str, str]):
    page = open_page(pages["stock"], size="hood", as_person=technician())
    page.get_by_role("button", name="Thaw a new aliquot").tap()
    expect(page.get_by_text("Counted: thawed once.")).to_be_visible()
    page.get_by_role("button", name="Same aliquot again").tap()
    expect(page.get_by_text("Counted: thawed twice.")).to_be_visible()
    page.get_by_role("link", name="Dilute").tap()
    page.get_by_label("Doses").fill("10 20 40")
    page.get_by_role("button", name="Work it out").tap()
    expect(page.get_by_role("row", name="40 nM")).to_contain_text("1:10")
    assert_clean(page)


def test_what_cannot_be_worked_out_is_marked_and_kept(open_page: OpenPage, pages: dict[str, str]):
    page = open_page(pages["dilution"], as_person=technician())
    page.get_by_label("Doses").fill("10,20")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.get_by_label("Doses").input_value() == "10,20"
    page.problems.clear()  # Chromium calls every 422 a failed resource
    screenshot(page, "stocks-dilution-refusal-desk", full_page=True)
    assert_clean(page)
