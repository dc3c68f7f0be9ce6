"""Planning in real Chromium: nothing for axe at a desk and at a hood, and a model registered and started by taps."""

import pytest

from cultures.dosing import services
from cultures.dosing.models import EscalationPlan, Ladder
from tests import lab, ladders
from tests.browser import OpenPage, assert_clean, screenshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def climbing() -> Ladder:
    """A ladder at its second rung whose plan was changed once, in a lab whose rules were changed once."""
    ladder = ladders.climbing()
    ladders.climbed(ladder)
    plan = ladders.plan(doses=(1, 2, 4, 8, 14, 20), planned_days=35)
    services.revise_plan(
        model_id=ladder.model_id, plan=plan, reason="the target of the clinic", based_on=1, by=lab.manager()
    )
    services.change_readiness_rules(
        reason="slow lines need more", based_on=1, by=lab.manager(), min_viability_pct=90, backup_vials=3
    )
    ladders.passaged(ladder, into=2)
    ladders.arms(at=lab.FRIDAY + 20 * lab.DAY)
    lab.growing("BT474", at=lab.FRIDAY + 3 * lab.DAY)
    lab.compound("lapatinib")
    return ladder


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark"), ("hood", "light"), ("desk", "dark")])
def test_the_pages_are_clean(size: str, look: str, open_page: OpenPage, climbing: Ladder):
    at = f"/models/{climbing.model.code}"
    page = open_page("/readiness-rules/", size=size, look=look, as_person=lab.manager())
    pages = {
        "register": "/models/new/",
        "revise": f"{at}/plan/",
        "version": f"{at}/plan/1/",
        "newest": f"{at}/plan/2/",
        "start": f"{at}/ladders/new/",
        "branch": f"{at}/ladders/A/branch/",
        "rules": "/readiness-rules/",
        "change-rules": "/readiness-rules/change/",
    }
    for name, url in pages.items():
        page.goto(url)
        screenshot(page, f"plans-{name}-{size}-{look}", full_page=True)
        assert_clean(page)


@pytest.mark.parametrize("size", ["desk", "hood"])
def test_a_model_is_worked_out_changed_and_registered(size: str, open_page: OpenPage):
    lab.line("BT474")
    for name in ("lapatinib", "trastuzumab"):
        lab.compound(name)
    page = open_page("/models/new/", size=size, as_person=lab.manager())
    page.fill("[name=name]", "BT474-L")
    page.select_option("[name=parental_line]", label="BT474")
    page.select_option("[name=compound]", label="lapatinib")
    assert not page.locator("optgroup[label=trastuzumab]").is_enabled()
    page.select_option("[name=template]", "lapatinib_1000_by_2")
    page.click("button:has-text('Work it out')")
    page.wait_for_selector("[name=rungs-7-dose]")
    assert page.input_value("[name=rungs-7-dose]") == "1000"
    screenshot(page, f"plans-worked-out-{size}", full_page=True)
    assert_clean(page)
    page.click("[aria-label='Take out rung 8']")
    page.click("text=Add a rung")
    page.fill("[name=rungs-7-dose]", "900")
    page.keyboard.press("Tab")
    page.wait_for_selector(".staircase text:has-text('900')")
    assert_clean(page)
    page.click("button:has-text('Register')")
    page.wait_for_url("**/models/M-*/")
    plan = EscalationPlan.objects.get()
    assert [int(rung.dose) for rung in plan.rungs.all()] == [10, 20, 40, 80, 160, 320, 640, 900]


def test_a_pulsed_plan_with_a_drug_kept_beside_is_clean(open_page: OpenPage, climbing: Ladder):
    page = open_page(
        f"/models/new/?derived_from={climbing.model.code}", size="hood", look="dark", as_person=lab.manager()
    )
    page.select_option("[name=compound]", label="lapatinib")
    page.select_option("[name=template]", "lapatinib_pulsed")
    page.click("button:has-text('Work it out')")
    page.wait_for_selector("[name=rungs-3-on_days]")
    assert page.input_value("[name=kept-0-dose]") == "2"
    page.fill("[name=rungs-3-dose]", "400")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=A dose rises more than 3×")
    screenshot(page, "plans-pulsed-hood-dark", full_page=True)
    assert_clean(page)


def test_a_refusal_is_clean_and_names_the_rung(open_page: OpenPage, climbing: Ladder):
    page = open_page(f"/models/{climbing.model.code}/plan/", size="hood", as_person=lab.manager())
    page.fill("[name=rungs-1-dose]", "3")
    page.fill("[name=reason]", "higher")
    page.wait_for_selector("text=not in these rungs")
    page.click("button:has-text('Make the version')")
    page.wait_for_selector(".banner.red")
    page.problems.clear()  # the browser itself reports a 422 as an error
    screenshot(page, "plans-refusal-hood", full_page=True)
    assert_clean(page)


def test_a_technician_starts_the_proposed_pair_by_one_tap(open_page: OpenPage, climbing: Ladder):
    page = open_page(f"/models/{climbing.model.code}/ladders/new/", size="hood", as_person=lab.technician())
    page.click("button:has-text('Start the ladder')")
    page.wait_for_url("**/?ladder=B")
    assert climbing.model.ladders.get(name="B").starts.count() == 2
