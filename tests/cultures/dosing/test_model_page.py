"""The page of a model: one sentence on how its ladder stands, what may be decided, and the numbers behind it."""

import doctest

import pytest
from django.test import Client

from cultures.dosing import doors, ladder_view, panels, rung_table, staircase
from cultures.dosing.model_page import ModelPage
from cultures.dosing.models import Decision, Ladder
from lims.clock import now
from lims.web import menu, scanning
from lims.web import panels as web_panels
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, cost, signed_in, text_of, view_of
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
KIND = Decision.Kind


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


@pytest.mark.parametrize("module", [ladder_view, rung_table, staircase], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def page_of(ladder: Ladder, person=None) -> ModelPage:
    model = ladders.again(ladder).model
    return ModelPage(model, "", person or lab.technician(), now())


# --- one sentence, and one solid button -------------------------------------------------------------------------------
def test_a_model_without_a_ladder_says_what_a_ladder_is(bench):
    model = ladders.planned()
    text = text_of(bench, model.get_absolute_url())
    assert "No ladder climbs yet." in text
    assert "matched vehicle control" in text
    assert "planned" in text.lower()


def test_while_only_time_is_missing_nothing_is_proposed_and_both_are_passaged():
    view = view_of(stories.young())
    assert view.headline == "Too early for 2 µg/mL:"
    assert view.proposed is None
    assert page_of(view.ladder).can_work_on_both


def test_a_rung_that_is_ready_has_its_escalation_as_the_solid_button(bench):
    ladder = stories.ready()
    text = text_of(bench, address(ladder))
    assert "Ready for 2 µg/mL." in text
    assert f'class="btn do big" href="{address(ladder)}ladders/A/decide/?kind=escalate"' in text
    assert "Escalate to 2 µg/mL" in text
    assert text.count('class="btn do') == 1


def test_a_rung_that_is_decided_but_not_reached_is_said_to_be_so(bench):
    ladder = stories.raised()
    text = text_of(bench, address(ladder))
    assert "Rung 2 of 5" in text
    assert "Rung 2 decided, still at 1 µg/mL." in text
    flask = ladders.lead(ladder)
    ladders.fed(flask, now() - HOUR)
    assert "still at" not in text_of(bench, address(ladder))


def test_a_crash_proposes_a_step_back_and_on_the_first_rung_a_holiday():
    view = view_of(stories.crashed())
    assert view.sign.word == "step back"
    assert view.proposed.kind is KIND.STEP_BACK
    assert view.proposed.words == "Step back to 1 µg/mL"
    other = ladders.climbing(ladders.planned("SKBR3-T", line="SKBR3"), at=now() - 7 * DAY)
    ladders.passaged(other, treated=stories.CRASH)
    assert view_of(other).proposed.kind is KIND.HOLIDAY


def test_something_wrong_proposes_to_hold_until_it_is_held():
    ladder = ladders.climbing(at=now() - 19 * DAY)
    for _ in range(3):
        ladders.passaged(ladder, treated=ladders.Grown(viability=81))
    view = view_of(ladder)
    assert view.headline == "One thing blocks 2 µg/mL:"
    assert view.detail == "Viability is 81.0 %; at least 85 % is wanted. Everything else is met."
    assert view.proposed.kind is KIND.HOLD
    ladders.decided(ladder, "hold", at=now() - HOUR)
    held = view_of(ladder)
    assert held.proposed is None
    assert [deed.kind for deed in held.deeds] == [KIND.RESUME, KIND.HOLIDAY, KIND.ESCALATE, KIND.LOST]


@pytest.mark.parametrize(
    ("confluence", "said", "proposed"),
    [(None, "nobody has noted", None), (55, "55 % was seen last", None), (80, "80 % was seen last", KIND.RESUME)],
)
def test_a_holiday_proposes_to_resume_once_the_cells_have_recovered(confluence, said, proposed):
    view = view_of(stories.on_holiday(confluence=confluence))
    assert view.sign.word == "drug holiday"
    assert said in view.detail
    assert [deed.kind for deed in view.deeds] == [KIND.RESUME, KIND.LOST]
    assert (view.proposed.kind if view.proposed else None) == proposed


def test_at_the_target_dose_nothing_is_left_to_climb():
    ladder = stories.ready(doses=(1,))
    view = view_of(ladder)
    assert view.is_at_target
    assert view.headline == "At its target dose."
    assert KIND.ESCALATE not in [deed.kind for deed in view.deeds]
    assert view.proposed is None


def test_without_a_living_treated_flask_only_the_loss_is_left_to_declare():
    ladder = stories.young()
    lab.discarded(ladders.lead(ladder), at=now() - HOUR)
    view = view_of(ladder)
    assert view.headline == "No treated flask is alive."
    assert [deed.kind for deed in view.deeds] == [KIND.LOST]
    assert view.proposed is None


def test_a_lost_ladder_says_why_and_offers_no_decision(bench):
    ladder = stories.young()
    ladders.decided(ladder, "lost", at=now() - HOUR, reason="the incubator failed")
    view = view_of(ladder)
    assert (view.headline, view.detail, view.deeds) == ("Lost.", "the incubator failed", [])
    assert "the incubator failed" in text_of(bench, address(ladder))


# --- what waits, and who may ------------------------------------------------------------------------------------------
def test_a_waiting_decision_asks_the_others_and_tells_its_maker_to_ask(bench):
    ladder = stories.young()
    ladders.decided(ladder, "escalate", at=now() - HOUR, reason="the deadline")
    own, other = text_of(bench, address(ladder)), text_of(signed_in(lab.another_technician()), address(ladder))
    assert "Decision 2 waits for a second person." in own
    assert "Ask somebody else to look at it" in own
    assert "Look at it and second" not in own
    assert "Look at it and second" in other
    assert "/decide/?kind=" not in other


def test_a_viewer_sees_everything_and_can_press_nothing():
    ladder = stories.ready()
    text = text_of(signed_in(lab.viewer()), address(ladder))
    assert "Ready for 2 µg/mL." in text
    assert 'class="dock"' not in text


def test_who_decided_a_moment_ago_can_undo_it_from_the_page(bench):
    ladder = stories.raised()
    assert "Undo" in text_of(bench, address(ladder))
    assert "Undo" not in text_of(signed_in(lab.another_technician()), address(ladder))


# --- which ladder -----------------------------------------------------------------------------------------------------
def test_each_ladder_has_its_tab_and_an_unknown_one_shows_the_first_that_is_open(bench):
    ladder = stories.young()
    other = ladders.climbing(ladder.model, "B", at=now() - DAY)
    ladders.decided(ladder, "lost", at=now() - HOUR, reason="contaminated")
    text = text_of(bench, address(ladder))
    assert 'href="?ladder=B" aria-current="page"' in text
    assert ladders.lead(other).code in text
    assert 'href="?ladder=A" aria-current="page"' in text_of(bench, address(ladder) + "?ladder=A")
    assert 'href="?ladder=B" aria-current="page"' in text_of(bench, address(ladder) + "?ladder=nonsense")


def test_a_model_is_found_by_its_code_as_it_is_typed_and_an_unknown_one_is_not(bench):
    model = ladders.planned()
    assert bench.get(f"/models/{model.code.lower()}/").status_code == 200
    assert bench.get("/models/M-00000/").status_code == 404
    assert bench.get(f"/models/{model.code}/ladders/Z/decide/").status_code == 404


# --- doors, panels, history, cost -------------------------------------------------------------------------------------
def test_a_model_is_behind_the_scanner_the_search_and_the_menu(monkeypatch):
    monkeypatch.setattr(scanning, "_searchers", {})
    monkeypatch.setattr(scanning, "_openers", {})
    monkeypatch.setattr(menu, "_entries", [])
    doors.register()
    model = ladders.planned()
    assert scanning.address_of(model.code) == model.get_absolute_url()
    assert scanning.address_of("M-00000") is None
    for words, is_exact in ((model.code, True), ("bt474-t", True), ("BT-474", False), ("trastu", False)):
        ((title, (hit,)),) = scanning.search(words)
        assert (title, hit.code, hit.is_exact) == ("Models", model.code, is_exact)
    assert scanning.search("no such thing") == []


def test_a_culture_tells_its_ladder_its_dose_and_its_partner(rf):
    ladder = stories.raised()
    treated, control = ladders.lead(ladder), ladders.control(ladder)
    found = panels.ladder_of_culture(rf.get("/"), treated)
    assert (found["actual"], found["is_still_elsewhere"], found["partner"]) == ("1 µg/mL", True, control)
    assert found["state"].days_at_dose == pytest.approx(19, abs=0.1)
    assert panels.ladder_of_culture(rf.get("/"), control)["partner"] == treated
    assert panels.ladder_of_culture(rf.get("/"), lab.growing("SKBR3")) is None


def test_the_panels_stand_on_the_pages_of_culture_and_line(monkeypatch, bench):
    monkeypatch.setattr(web_panels, "_panels", {})
    panels.register()
    ladder = stories.raised()
    text = text_of(bench, ladders.lead(ladder).get_absolute_url())
    assert "BT474-T, ladder A" in text
    assert "until its next medium" in text
    assert "vehicle" in text_of(bench, ladders.control(ladder).get_absolute_url())
    text = text_of(bench, ladder.model.parental_line.get_absolute_url())
    assert "Resistance models" in text
    assert "starts from it" in text


def test_the_history_holds_the_model_its_plan_and_its_decisions(bench):
    ladder = stories.raised()
    text = text_of(bench, address(ladder, "history/"))
    assert "Registered model" in text
    assert "Started ladder" in text
    assert "Decided on ladder" in text


def test_an_old_ladder_costs_as_many_queries_as_a_young_one(bench):
    ladder = stories.raised()
    young = cost(bench, address(ladder))
    for _ in range(3):
        ladders.passaged(ladder, days=0.2)
    ladders.decided(ladder, "hold", at=now() - HOUR, reason="as we agreed")
    assert cost(bench, address(ladder)) == young < 70
