"""From a parental flask to a candidate at its target dose: months by the services, and its turns on the screens."""

import re
from datetime import date, datetime

import pytest
from playwright.sync_api import Page, expect

from cultures.dosing import services
from cultures.dosing.exposure import exposure_of
from cultures.dosing.following import differences
from cultures.dosing.models import Decision, Ladder, ResistanceModel
from cultures.dosing.readiness import readiness_of
from cultures.science.escalation import TEMPLATES, Template
from cultures.science.readiness import Verdict
from lims.clock import lab_time, now
from tests import lab, ladders
from tests.browser import OpenPage, assert_clean, visit
from tests.lab import DAY, FRIDAY, HOUR

LONG_AGO = FRIDAY - 52 * 7 * DAY
WEEK = 7 * DAY


def stocked(of: str) -> None:
    """Bottles that were there when the story began, a year before the others."""
    since = {"received_on": date(2025, 1, 6), "opened_on": date(2025, 1, 6)}
    lab.lot("DMEM", **since)
    lab.lot("FBS", kind="serum", **since)
    lab.stock(of, **since)


def by_template(template: Template, line: str = "BT474") -> ResistanceModel:
    return services.register_model(
        name=f"{line}-{template.compound}",
        parental_line_id=lab.line(line).pk,
        compound_id=ladders.redosed(template.compound).pk,
        keeper_id=lab.technician().pk,
        plan=services.plan_by_strategy(
            template.strategy, dict(template.parameters), template.unit, template.vehicle_pct
        ),
        by=lab.manager(),
    )


def raised_when_planned(ladder: Ladder, after: datetime, planned_days: int) -> datetime:
    """Both arms passaged every week until the rung has had its days; then escalated, and both fed their next dose."""
    due = after + planned_days * DAY
    passaged_until(ladder, due)
    found = readiness_of([ladders.again(ladder)], due)[ladder.pk]
    assert found.verdict is Verdict.READY, found.judgement
    ladders.decided(ladder, "escalate", at=due)
    for flask in (ladders.lead(ladder), ladders.control(ladder)):
        ladders.fed(flask, due + HOUR)
    return due


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_ladder_reaches_its_target_in_the_months_of_its_template():
    template = TEMPLATES["trastuzumab_10"]
    stocked("trastuzumab")
    ladder = ladders.climbing(by_template(template), at=LONG_AGO)
    raised = [LONG_AGO]
    for _ in range(template.raises):
        assert ladders.again(ladder).model.status == ResistanceModel.Status.DERIVING
        raised.append(raised_when_planned(ladder, raised[-1], template.planned_days))

    at_target = ladders.again(ladder)
    assert (at_target.rung.number, at_target.rung.dose) == (len(template.rungs()), template.target)
    assert at_target.model.status == ResistanceModel.Status.CANDIDATE
    shortest, longest = template.weeks
    assert shortest <= (raised[-1] - raised[0]) / WEEK <= longest

    exposure = exposure_of(ladders.lead(ladder).pk, raised[-1] + DAY).ledger
    assert list(exposure.by_dose()) == [rung.dose for rung in template.rungs()]
    weeks = [sum(spell.days for spell in spells) / 7 for spells in exposure.by_dose().values()]
    low, high = template.weeks_per_rung
    assert all(low <= found <= high for found in weeks[:-1])
    assert (exposure.gaps, exposure.holidays) == ([], [])
    assert differences() == []


# --- the same on the screens ------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_model_from_its_registration_to_candidate_on_the_screens(open_page: OpenPage):
    """It begins and ends on the pages; the weekly passages between are played by the services."""
    stocked("trastuzumab")
    lab.hood(), lab.line("BT474"), ladders.redosed("trastuzumab")
    begin = (now() - 36 * WEEK).replace(second=0, microsecond=0)
    at_the_desk = open_page("/models/new/", as_person=lab.manager())
    model = register_from_the_template(at_the_desk)

    at_the_hood = open_page(model.get_absolute_url(), size="hood", as_person=lab.technician())
    ladder = start_from_two_flasks(at_the_hood, model, begin)
    for rung in range(2):
        raised_when_planned(ladder, begin + rung * 12 * WEEK, 84)
    passaged_until(ladder, begin + 36 * WEEK)

    escalate_as_proposed(at_the_hood, ladder)
    assert ladders.again(ladder).rung.number == 4
    feed_both(ladder)
    decision = escalate_against_the_verdict(at_the_hood, ladder)
    assert ladders.again(ladder).rung.number == 4
    second(at_the_desk, decision)
    assert ladders.again(ladder).rung.number == 5
    feed_both(ladder)

    assert ladders.again(ladder).model.status == ResistanceModel.Status.CANDIDATE
    board_and_model_page_show(at_the_desk, ladder)
    assert differences() == []


def passaged_until(ladder: Ladder, due: datetime) -> None:
    while ladders.lead(ladder).seeded_at + WEEK <= due:
        ladders.passaged(ladder, days=7)


def feed_both(ladder: Ladder) -> None:
    """Both arms get what the ladder now proposes."""
    for flask in (ladders.lead(ladder), ladders.control(ladder)):
        ladders.fed(flask, now())


def register_from_the_template(page: Page) -> ResistanceModel:
    page.fill("[name=name]", "BT474-RES")
    page.select_option("[name=parental_line]", label="BT474")
    page.select_option("[name=compound]", label="trastuzumab")
    page.select_option("[name=template]", "trastuzumab_10")
    page.get_by_role("button", name="Work it out").click()
    page.wait_for_selector("[name=rungs-4-dose]")
    page.get_by_role("button", name="Register", exact=True).click()
    page.wait_for_url("**/models/M-*/")
    model = ResistanceModel.objects.get()
    assert [int(rung.dose) for rung in model.plans.get().rungs.all()] == [1, 2, 4, 8, 10]
    assert_clean(page)
    return model


def start_from_two_flasks(page: Page, model: ResistanceModel, at: datetime) -> Ladder:
    """The two that were seeded from one harvest are proposed."""
    treated, control = ladders.arms(at=at)
    page.goto(f"{model.get_absolute_url()}ladders/new/")
    expect(page.get_by_label(f"treated {treated.code}")).to_be_checked()
    expect(page.get_by_label(f"control {control.code}")).to_be_checked()
    assert_clean(page)
    page.locator(".when summary").tap()
    page.locator("[name=at]").fill(f"{lab_time(at):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Start the ladder").tap()
    page.wait_for_url(f"**{model.get_absolute_url()}*")
    ladder = Ladder.objects.get()
    assert [ladders.lead(ladder), ladders.control(ladder)] == [treated, control]
    return ladder


def escalate_as_proposed(page: Page, ladder: Ladder) -> None:
    page.goto(ladder.get_absolute_url())
    expect(page.locator(".chip.verdict")).to_have_text(re.compile("ready", re.IGNORECASE))
    assert_clean(page)
    page.get_by_role("link", name="Escalate to 8 µg/mL").tap()
    page.get_by_role("button", name="Escalate").tap()
    page.wait_for_url(f"**{ladder.model.get_absolute_url()}*")
    expect(page.get_by_text("still at 4 µg/mL").first).to_be_visible()


def escalate_against_the_verdict(page: Page, ladder: Ladder) -> Decision:
    """Refused without a reason; with one it waits, and nothing has changed."""
    page.goto(f"{ladder.model.get_absolute_url()}ladders/A/decide/?kind=escalate")
    expect(page.get_by_text("This goes against the verdict.")).to_be_visible()
    page.get_by_role("button", name="Escalate").tap()
    expect(page.get_by_text("needs a reason, and a second person").first).to_be_visible()
    assert Decision.objects.filter(kind="escalate").count() == 3
    assert_clean_but_for_the_refusal(page)
    page.get_by_label("Reason").fill("The assays of next week need this rung.")
    page.get_by_role("button", name="Escalate").tap()
    page.wait_for_url("**/decisions/*/")
    assert_clean(page)
    expect(page.get_by_role("button", name="Second it")).to_have_count(0)
    return Decision.objects.get(state=Decision.State.WAITING)


def second(page: Page, decision: Decision) -> None:
    """Somebody else finds it on the board."""
    page.goto("/models/")
    expect(page.get_by_text("a decision waits for a second person")).to_be_visible()
    page.get_by_role("link", name="BT474-RES ladder A").click()
    page.get_by_role("link", name="Look at it and second").click()
    page.get_by_role("button", name="Second it").click()
    page.wait_for_load_state("networkidle")
    decision.refresh_from_db()
    assert (decision.state, decision.seconded_by) == (Decision.State.MADE, lab.manager())


def board_and_model_page_show(page: Page, ladder: Ladder) -> None:
    page.goto("/models/")
    card = page.get_by_role("listitem").filter(has_text="BT474-RES")
    expect(card).to_contain_text("rung 5 of 5")
    expect(card).to_contain_text("10 µg/mL")
    assert_clean(page)
    visit(page, ladder.get_absolute_url())
    expect(page.locator(".head")).to_contain_text("Candidate")
    assert_clean(page)


def assert_clean_but_for_the_refusal(page: Page) -> None:
    """The browser itself notes a 422 in its console."""
    page.problems[:] = [said for said in page.problems if "422" not in said]  # type: ignore[attr-defined]  # kept on the page by watch
    assert_clean(page)
