"""The numbers behind a ladder: its arms side by side, its rungs as a table, its gates in order."""

import pytest
from django.test import Client

from cultures.dosing import services
from cultures.dosing.arm_table import arm_table
from cultures.dosing.exposure import exposure_of
from cultures.dosing.models import Ladder
from cultures.dosing.rung_table import PASSED, RungRow, rung_table
from cultures.dosing.signs import MARKS, finding_of, gates
from cultures.passaging.lineage import main_line
from cultures.science.exposure import Interval
from cultures.science.readiness import Finding, Mark
from cultures.science.stays import Kind
from lims.clock import now
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import address, signed_in, text_of, view_of
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


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
def rows_of(ladder: Ladder) -> list[RungRow]:
    flask = ladders.lead(ladder)
    return rung_table(view_of(ladder), exposure_of(flask.pk, now()).ledger, main_line(flask.pk))


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
    row = RungRow(None, "1 nM", stays, [], PASSED)
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
