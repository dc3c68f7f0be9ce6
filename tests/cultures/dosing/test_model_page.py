"""The page of a model: one sentence on how its ladder stands, what may be decided, and the numbers behind it."""

import doctest

import pytest
from django.test import Client

from cultures.dosing import doors, ladder_view, panels, rung_table, services, staircase
from cultures.dosing.arm_table import arm_table
from cultures.dosing.exposure import exposure_of
from cultures.dosing.model_page import ModelPage
from cultures.dosing.models import Decision, Ladder
from cultures.dosing.signs import MARKS, finding_of, gates
from cultures.passaging.lineage import main_line
from cultures.science.exposure import Interval
from cultures.science.readiness import Finding, Mark
from cultures.science.stays import Kind
from lims.clock import now
from lims.web import menu, scanning
from lims.web import panels as web_panels
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, cost, signed_in, text_of, view_of
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = pytest.mark.django_db
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


# --- arms -------------------------------------------------------------------------------------------------------------
def test_both_arms_stand_side_by_side_and_in_step():
    table = arm_table(view_of(stories.ready()))
    assert (table.treated.alive, table.control.alive) == (1, 1)
    assert table.treated.viability_pct == pytest.approx(95, abs=0.1)
    assert table.control.doubling_time_h == pytest.approx(table.treated.doubling_time_h)


def test_arms_that_drift_apart_are_named(bench):
    ladder = ladders.climbing(at=now() - 20 * DAY)
    assert "in step: 0 passages and 0 d apart" in text_of(bench, address(ladder))
    for _ in range(3):
        ladders.passaged(ladder, only="treated")
    text = text_of(bench, address(ladder))
    assert "3 passages and 18 d apart" in text
    assert "The arms have drifted apart." in text


def test_a_lost_control_raises_an_alarm(bench):
    ladder = stories.young()
    lab.discarded(ladders.control(ladder), at=now() - HOUR)
    text = text_of(bench, address(ladder))
    assert "The vehicle control is lost." in text
    assert 'role="alert"' in text


def test_months_of_work_in_one_flask_are_said_until_there_is_a_second(bench):
    ladder = stories.ready()
    assert view_of(ladder).single_point == "19 days"
    assert "19 days in one flask." in text_of(bench, address(ladder))
    ladders.passaged(ladder, days=0.5, into=2)
    assert view_of(ladder).single_point == ""


def test_a_branch_without_a_control_borrows_that_of_its_ladder(bench):
    ladder = ladders.climbing(at=now() - 7 * DAY)
    ladders.passaged(ladder, into=2)
    branch = services.branch_ladder(
        ladder_id=ladder.pk,
        name="A2",
        treated_ids=[ladders.lead(ladder).pk],
        reason="to raise faster",
        at=now() - HOUR,
        by=lab.technician(),
    )
    text = text_of(bench, f"{address(branch)}?ladder=A2")
    assert "of ladder A" in text
    assert "The vehicle control is lost." not in text


def test_a_gap_in_the_dose_is_said(bench):
    ladder = ladders.climbing(at=now() - 9 * DAY)
    assert "A gap in the dose." in text_of(bench, address(ladder))
    ladders.fed(ladders.lead(ladder), now() - HOUR)
    assert "A gap in the dose." not in text_of(bench, address(ladder))


# --- the ladder as a table --------------------------------------------------------------------------------------------
def rows_of(ladder: Ladder) -> list[rung_table.RungRow]:
    flask = ladders.lead(ladder)
    return rung_table.rung_table(view_of(ladder), exposure_of(flask.pk, now()).ledger, main_line(flask.pk))


def test_the_table_tells_each_rung_what_it_was():
    rows = rows_of(stories.stepped_back())
    assert [(row.dose_in_words, row.sign.word) for row in rows[:3]] == [
        ("1 µg/mL", "hold"),
        ("2 µg/mL", "stepped back from"),
        ("4 µg/mL", "planned"),
    ]
    here, above, ahead = rows[:3]
    assert (here.row, above.row, ahead.row) == ("now", "", "ghost")
    assert here.days_in_words == "24 d + 6.9 d so far"
    assert above.days_in_words == "6.1 d"
    assert (len(here.passages), len(above.passages), len(ahead.passages)) == (5, 1, 0)
    assert above.last.growth.viability_pct == pytest.approx(46, abs=0.1)
    assert above.last.ratio > 2


def test_a_rung_that_is_decided_but_never_given_is_not_reached():
    row = rows_of(stories.raised())[1]
    assert (row.row, row.sign.word, row.stays) == ("now", "decided, not reached yet", [])


def test_a_dose_that_the_newest_plan_does_not_have_stays_in_the_table():
    ladder = stories.raised()
    ladders.fed(ladders.lead(ladder), now() - HOUR)
    services.revise_plan(
        model_id=ladder.model_id,
        plan=ladders.plan("trastuzumab", (2, 4, 8)),
        reason="start at 2",
        based_on=1,
        by=lab.manager(),
    )
    first = rows_of(ladder)[0]
    assert (first.dose_in_words, first.rung, first.sign.word) == ("1 µg/mL", None, "passed")


def test_many_short_stays_are_summed_up():
    stays = [Interval(FRIDAY + 2 * nth * DAY, FRIDAY + (2 * nth + 1) * DAY, Kind.ON) for nth in range(6)]
    row = rung_table.RungRow(None, "1 nM", stays, [], rung_table.PASSED)
    assert row.days_in_words == "6 d in 6 stays"


# --- gates ------------------------------------------------------------------------------------------------------------
def test_what_blocks_stands_first_and_what_blocks_nothing_last():
    marks = [("a", Mark.PASS), ("b", Mark.NOT_ASSESSED), ("c", Mark.HOLD), ("d", Mark.BACK)]
    found = [Finding(code, code, mark, "why") for code, mark in marks]
    found.append(Finding("e", "e", Mark.NOT_ASSESSED, "why", blocks=False))
    shown = gates(found)
    assert [gate.finding.code for gate in shown] == ["d", "c", "b", "a", "e"]
    assert [gate.note for gate in shown] == ["why", "why", "why", "", "not assessed: blocks nothing"]
    assert set(MARKS) == set(Mark)


def test_a_kept_finding_is_read_whatever_later_versions_know_beside():
    kept = {"code": "days", "title": "Days", "mark": "hold", "sentence": "12 days", "colour_of_old": "red"}
    assert finding_of(kept) == Finding("days", "Days", Mark.HOLD, "12 days")


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
