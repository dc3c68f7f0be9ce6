"""The frame and its parts in real Chromium: clean at both sizes and in both looks, and working as said."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from lims.accounts.models import User
from tests.browser import LOOKS, SIZES, assert_clean, problems_of, screenshot, visit
from tests.web import pages

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.urls"), pytest.mark.django_db(transaction=True)]
PAGES = ["/parts/round/", "/parts/list/", "/parts/form/", "/parts/chart/", "/parts/states/"]
PAGES += ["/scan", "/scan?q=C-7K4QX", "/scan?q=nothing", "/nowhere/"]


@pytest.fixture
def people(person):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    User.objects.bulk_create(
        User(username=f"person{n}", initials=f"P{n}", date_joined=start + timedelta(hours=n)) for n in range(12)
    )
    return person


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_part_is_clean(open_page, people, size, look):
    found, page = {}, open_page("/parts/round/", size=size, look=look, as_person=people)
    for path in PAGES:
        visit(page, path)
        page.problems[:] = [text for text in page.problems if "404" not in text]
        screenshot(page, f"parts-{path.strip('/').replace('?', '-') or 'today'}-{size}-{look}", full_page=True)
        found[path] = problems_of(page)
    assert not any(found.values()), "\n".join(f"{path}: {text}" for path, texts in found.items() for text in texts)


@pytest.mark.parametrize("size", SIZES)
def test_high_contrast_and_the_open_menu_are_clean(open_page, people, size):
    page = open_page("/parts/states/", size=size, as_person=people)
    page.click("summary[aria-label$=account]")
    page.click("text=High contrast")
    assert page.evaluate("document.documentElement.dataset.contrast") == "more"
    assert_clean(page)
    screenshot(page, f"menu-{size}")


def test_the_look_changes_at_once_and_stays_without_a_flash(open_page, people):
    page = open_page("/parts/chart/", as_person=people)
    assert page.get_attribute("figure", "data-drawn") == "light"
    page.click("summary[aria-label$=account]")
    with page.expect_response("**/look"):
        page.click("text=Dark")
    page.wait_for_selector("figure[data-drawn=dark]")
    page.goto("/parts/states/")
    assert 'data-theme="dark"' in page.content()
    assert not page.evaluate("window.cspViolations")


def test_the_look_works_without_javascript(open_page, people):
    page = open_page("/parts/states/", as_person=people, java_script_enabled=False)
    page.click("summary[aria-label$=account]")
    page.click("text=Dark")
    assert page.url.endswith("/parts/states/")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_keys_reach_the_scan_box_the_help_and_the_next_action(open_page, people):
    page = open_page("/parts/round/", as_person=people)
    page.keyboard.press("s")
    expect(page.locator("#scan")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert_clean(page)
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_url("**/parts/form/")


def test_a_scanner_is_heard_from_anywhere_on_the_page(open_page, people):
    page = open_page("/parts/round/", as_person=people)
    page.keyboard.type("C-7sp4QX", delay=2)  # its letters are no shortcuts
    page.keyboard.press("Enter")
    page.wait_for_url("**/scan?q=C-7sp4QX")


def test_a_code_scanned_into_a_number_does_not_send_the_form(open_page, people):
    page = open_page("/parts/form/", as_person=people)
    page.fill("[name=volume_ml]", "C-7K4QX")
    page.press("[name=volume_ml]", "Enter")
    expect(page.locator("[data-live]")).to_contain_text("a code")
    assert page.url.endswith("/parts/form/")


def test_a_proposal_is_dotted_until_typed_or_confirmed(open_page, people):
    page = open_page("/parts/form/", as_person=people)
    assert "proposed" in page.get_attribute("[name=volume_ml]", "class")
    assert page.is_visible("text=as last time")
    page.fill("[name=volume_ml]", "12")
    assert "proposed" not in page.get_attribute("[name=volume_ml]", "class")
    assert not page.is_visible("text=as last time")
    page.click("text=Use it")
    assert "proposed" not in page.get_attribute("[name=live_per_ml]", "class")


def test_a_refusal_takes_the_focus_keeps_what_was_typed_and_shows_ways_on(open_page, people):
    page = open_page("/parts/form/", as_person=people)
    page.fill("[name=volume_ml]", "120")
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation() as answer:
        page.click("text=Save + labels")
    assert answer.value.status == 422
    assert page.input_value("[name=volume_ml]") == "120"
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.text_content(".btn.do") == "Use 10 mL"
    page.problems[:] = [text for text in page.problems if "422" not in text]
    assert_clean(page)
    screenshot(page, "parts-refusal")


def test_a_double_tap_sends_once(open_page, people):
    pages.sent.clear()
    page = open_page("/parts/form/", as_person=people)
    page.dblclick("text=Save + labels")
    expect(page.locator(".banner.green")).to_contain_text("Passaged into two.")
    assert len(pages.sent) == 1


def test_typed_work_is_not_lost_by_a_stray_tap(open_page, people):
    page = open_page("/parts/form/", as_person=people)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.fill("[name=volume_ml]", "11")
    page.click("a.mark", no_wait_after=True)
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/parts/form/")


def test_offline_is_said_and_nothing_is_sent(open_page, people):
    page = open_page("/parts/form/", as_person=people)
    page.context.set_offline(True)
    page.wait_for_selector("[data-offline]:not([hidden])")
    page.click("text=Save + labels")
    expect(page.locator("[data-live]")).to_contain_text("nothing was sent")
    assert_clean(page)
    page.context.set_offline(False)
    page.wait_for_selector("[data-offline]", state="hidden")


@override_settings(DEMONSTRATION=True)
def test_the_demonstration_says_so(open_page, people):
    page = open_page("/parts/round/", size="hood", as_person=people)
    assert page.is_visible("text=A demonstration lab")
    assert_clean(page)


@pytest.mark.parametrize("path", ["/parts/chart/", "/parts/list/", "/parts/states/"])
def test_paper_is_black_on_white_without_the_frame(open_page, people, path):
    page = open_page(path, look="dark", as_person=people)
    page.emulate_media(media="print")
    assert not page.is_visible("header.bar")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    if path == "/parts/chart/":
        expect(page.locator("[data-paper] svg")).to_be_visible()
        expect(page.locator("[data-drawing] svg")).to_be_hidden()
    screenshot(page, f"paper-{path.strip('/')}")
