"""The pages of models in real Chromium: nothing for axe at a desk and at a hood, and decisions made by taps."""

import pytest

from cultures.dosing import panels, services
from cultures.dosing.models import Ladder
from lims.clock import now
from tests import lab, ladders
from tests.browser import OpenPage, assert_clean, screenshot, visit
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def climbed() -> Ladder:
    """A ladder that crashed and came back, a second one that was lost, and other models beside it."""
    panels.register()
    ladder = stories.stepped_back()
    other = ladders.climbing(ladder.model, "B", at=now() - 3 * DAY)
    ladders.decided(other, "lost", at=now() - HOUR, reason="contaminated")
    stories.ready(model=ladders.planned("SKBR3-T", line="SKBR3"))
    stories.ready(model=ladders.planned("HCC1954-T", line="HCC1954", doses=(1,)))
    ladders.planned("SKBR3-L", "lapatinib", line="SKBR3")
    return ladder


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_the_pages_of_a_model_are_clean(size: str, look: str, open_page: OpenPage, climbed: Ladder):
    flask, at = ladders.lead(climbed), address(climbed)
    waiting = ladders.decided(climbed, "escalate", at=now() - HOUR, reason="the thesis ends in June")
    page = open_page("/models/", size=size, look=look, as_person=lab.manager())
    pages = {
        "board": "/models/",
        "board-none": "/models/?q=nothing",
        "model": at,
        "lost": f"{at}?ladder=B",
        "no-ladder": "/models/?q=SKBR3-L",
        "decision": waiting.get_absolute_url(),
        "decline": f"{waiting.get_absolute_url()}decline/",
        "decisions": f"{at}decisions/",
        "exposure": f"{at}exposure/",
        "history": f"{at}history/",
        "confirm": f"{at}confirm/",
        "abandon": f"{at}abandon/",
        "culture": flask.get_absolute_url(),
        "line": climbed.model.parental_line.get_absolute_url(),
    }
    for name, url in pages.items():
        visit(page, url)
        screenshot(page, f"models-{name}-{size}-{look}", full_page=True)
        assert_clean(page)
    services.decline_decision(decision_id=waiting.pk, reason="wait", by=lab.technician())
    for kind in ("hold", "escalate"):
        page.goto(f"{at}ladders/A/decide/?kind={kind}")
        screenshot(page, f"models-decide-{kind}-{size}-{look}", full_page=True)
        assert_clean(page)


def test_against_the_verdict_by_taps_until_a_second_person_agrees(open_page: OpenPage):
    ladder = stories.young()
    page = open_page(f"{address(ladder)}ladders/A/decide/?kind=escalate", size="hood", as_person=lab.technician())
    page.click("button:has-text('Escalate')")
    page.wait_for_selector(".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    screenshot(page, "models-refused-hood")
    assert_clean(page)
    page.fill("[name=reason]", "the thesis ends in June")
    page.click("button:has-text('Escalate')")
    page.wait_for_selector("text=waits for a second person")
    assert_clean(page)

    other = open_page(address(ladder), size="hood", as_person=lab.another_technician())
    other.click("text=Look at it and second")
    other.click("button:has-text('Second it')")
    other.wait_for_selector("text=Seconded. Escalated 1 → 2 µg/mL.")
    screenshot(other, "models-seconded-hood", full_page=True)
    assert_clean(other)
    assert ladders.again(ladder).rung.number == 2
