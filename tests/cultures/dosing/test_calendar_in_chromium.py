"""The calendar at a desk and at a hood: clean, by keyboard and by tap, and without script."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cultures.passaging.models import Culture
from lims.clock import now
from lims.reminders.models import Rescheduling
from lims.reminders.services import reschedule
from tests import lab
from tests.browser import assert_clean, screenshot, visit
from tests.cultures.dosing.calendars import model_with
from tests.lab import DAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def flasks() -> list[Culture]:
    """A small lab: one flask is overdue, one is due today, one was moved, others fall due on the days to come."""
    lab.line("SKBR3", passage_interval=6 * DAY, feed_interval=3 * DAY)
    lab.line("BT474", passage_interval=8 * DAY, feed_interval=4 * DAY)
    noon = now() - timedelta(minutes=5)
    made = [lab.growing(of, at=noon - age * DAY) for of in ("SKBR3", "BT474") for age in (7, 3, 2, 1, 1)]
    moved = made[2]
    reschedule(
        kind="feed_due",
        subject=moved.code,
        due_at=moved.seeded_at + 3 * DAY,
        moved_to=noon + 3 * DAY,
        reason="the hood is serviced on Thursday",
        by=lab.technician(),
    )
    model_with(made[0], made[5])
    return made


def moved_by_the_form(page: Page, flask: Culture) -> None:
    page.get_by_role("link", name=f"Move passage of {flask.code}").first.click()
    page.get_by_label("Day and time").fill(f"{now() + 2 * DAY:%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("no medium until then")
    page.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_url("**/calendar/?**")
    expect(page.get_by_text("by AM: no medium until then")).to_be_visible()
    assert Rescheduling.objects.filter(subject=flask.code, withdrawn_at=None).count() == 1


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_every_view_is_clean(open_page, flasks, size, look):
    page = open_page("/calendar/", size=size, look=look, as_person=lab.technician())
    for name, path in (
        ("month", "/calendar/"),
        ("week", "/calendar/?view=week"),
        ("later", "/calendar/?on=2199-01-01"),
    ):
        visit(page, path)
        screenshot(page, f"calendar-{name}-{size}", full_page=True)
        assert_clean(page)
    page.goto("/calendar/?view=week")
    page.get_by_role("link", name="Move feed of").first.click()
    page.wait_for_load_state("networkidle")
    screenshot(page, f"calendar-move-{size}", full_page=True)
    assert_clean(page)


def test_a_passage_is_moved_by_tap_without_script(open_page, flasks):
    page = open_page("/calendar/?view=week", size="hood", as_person=lab.technician(), java_script_enabled=False)
    moved_by_the_form(page, flasks[0])


def test_a_month_is_walked_by_keyboard(open_page, flasks):
    page = open_page("/calendar/", as_person=lab.technician())
    page.locator(".month .today a").first.focus()
    reached = []
    for _ in range(4):
        reached.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    assert reached[1:] == ["feed", flasks[0].code, f"Move feed of {flasks[0].code}"]


def test_a_month_prints_as_a_grid(open_page, flasks):
    page = open_page("/calendar/", as_person=lab.technician())
    page.emulate_media(media="print")
    columns = page.locator(".month").evaluate("(grid) => getComputedStyle(grid).gridTemplateColumns.split(' ').length")
    screenshot(page, "calendar-month-print", full_page=True)
    assert columns == 7
    assert not page.locator(".mover").first.is_visible()
