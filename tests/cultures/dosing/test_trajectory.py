"""The trajectory of a ladder: what is gathered from the records, and how it is told."""

from dataclasses import replace

import pytest

from cultures.dosing.evidence import SOURCES
from cultures.dosing.figures import trajectory_chart
from cultures.dosing.forecasting import forecast_of
from cultures.dosing.services import branch_ladder, revise_plan
from cultures.dosing.trajectory import QC_MARKS, QcMark, trajectory_of
from tests import lab, ladders
from tests.cultures.dosing.told import likely, point, told
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = pytest.mark.django_db


def test_the_arms_are_told_by_the_lines_of_their_leading_flasks():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder)
    at = ladders.passaged(ladder, treated=ladders.Grown(3_000_000, 80))
    found = trajectory_of(ladders.again(ladder), at + HOUR)
    assert [(one.culture.arm, round(one.viability_pct)) for one in found.treated] == [("treated", 95), ("treated", 80)]
    assert {one.culture.arm for one in found.control} == {"vehicle"}
    assert [found.day(one.at) for one in found.control] == [6, 12]


def test_the_dose_given_is_that_of_the_media_and_not_that_of_the_decision():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder, passages=2, days=7)
    found = trajectory_of(ladders.again(ladder), at + DAY)
    assert [visit.dose for visit in found.visits] == [1]
    ladders.fed(ladders.lead(ladder), at + 2 * DAY)
    found = trajectory_of(ladders.again(ladder), at + 3 * DAY)
    assert [(visit.dose, round(visit.days)) for visit in found.visits] == [(1, 16), (2, 1)]
    assert [decision.kind for decision in found.decisions] == ["start", "escalate"]


def test_a_revised_plan_starts_where_the_ladder_stood_and_the_old_one_stays():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder, passages=2, days=7)
    plan = ladders.plan(doses=(1, 2, 3, 6), planned_days=10, min_days=5)
    revise_plan(model_id=ladder.model_id, plan=plan, reason="slower", based_on=1, by=lab.manager(), at=at + 4 * DAY)
    first, second = trajectory_of(ladders.again(ladder), at + 5 * DAY).climbs
    assert [(step.start, step.dose) for step in first.steps[:2]] == [(FRIDAY, 1), (FRIDAY + 28 * DAY, 2)]
    assert [step.dose for step in second.steps] == [2, 3, 6]
    assert second.steps[0].start == at + 4 * DAY
    assert second.steps[0].end == at + 10 * DAY  # four of its ten days were over


def test_a_lost_ladder_ends_on_its_day_with_the_flask_that_lived_last():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder)
    ladders.decided(ladder, "lost", at=at + DAY, reason="contaminated")
    found = trajectory_of(ladders.again(ladder), at + 90 * DAY)
    assert found.at == at + DAY
    assert len(found.treated) == 1
    assert found.ledger.days_on == 7


def test_a_branch_shows_what_its_cells_went_through_before_and_the_control_it_borrows():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder, into=2)
    flask = ladders.lead(ladder)
    branch = branch_ladder(
        ladder_id=ladder.pk, name="B", treated_ids=[flask.pk], reason="spare", at=at + DAY, by=lab.technician()
    )
    found = trajectory_of(ladders.again(branch), at + 2 * DAY)
    assert [found.day(one.at) for one in found.treated] == [-1]
    assert [found.day(one.at) for one in found.control] == [-1]
    assert trajectory_chart(found).spec["vconcat"][0]["encoding"]["x"]["scale"]["domain"][0] < -7


def test_a_change_of_stock_is_found_once_with_its_last_bottle():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    old = lab.stock("trastuzumab")
    new = lab.lot(old.product, "S-9", old.kind, compound=old.compound, concentration=old.concentration,
                  concentration_unit=old.concentration_unit, vehicle=old.vehicle)  # fmt: skip
    for day in (2, 4):
        drug = replace(lab.drug("trastuzumab", 1), stock_id=new.pk)
        ladders.fed(flask, FRIDAY + day * DAY, drugs=(drug,))
    found = trajectory_of(ladders.again(ladder), FRIDAY + 5 * DAY)
    assert found.lots == [(FRIDAY, old.number), (FRIDAY + 2 * DAY, "S-9")]
    assert found.stock == new


def test_other_domains_bring_marks_and_points_of_the_ladders_own_flasks(monkeypatch):
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    asked = []

    def tests(ids):
        asked.append(list(ids))
        return [QcMark(FRIDAY + DAY, "clean", "MycoAlert")]

    own = replace(point(3, 2, 100, low=80, high=120), culture_id=flask.pk)
    others = [replace(own, culture_id=0), replace(own, is_reversion=True)]
    monkeypatch.setattr("cultures.dosing.trajectory.QC_MARKS", [*QC_MARKS, tests])
    monkeypatch.setattr(
        "cultures.dosing.evidence.SOURCES", [*SOURCES, lambda models: {ladder.model_id: [own, *others]}]
    )
    found = trajectory_of(ladders.again(ladder), FRIDAY + 5 * DAY)
    assert flask.pk in asked[0]
    assert [mark.verdict for mark in found.qc] == ["clean"]
    assert found.points == [own]


def test_the_age_of_a_ladder_costs_no_query(django_assert_num_queries):
    ladder = ladders.climbing()
    at = ladders.passaged(ladder)
    trajectory_of(ladders.again(ladder), at)  # the lab's settings are remembered
    for passages in (0, 2):
        for _ in range(passages):
            at = ladders.passaged(ladder)
        old = ladders.again(ladder)
        with django_assert_num_queries(13):
            trajectory_of(old, at)


def test_the_chart_of_a_real_ladder_has_its_forecast():
    ladder = ladders.again(ladders.climbing())
    at = ladders.passaged(ladder)
    found = trajectory_of(ladder, at, forecast=forecast_of([ladder], at)[ladder.pk])
    assert "10 µg/mL likely" in trajectory_chart(found).words


# --- in words and as a table ------------------------------------------------------------------------------------------


def test_the_words_say_what_one_sees():
    said = trajectory_chart(told(forecast=likely())).words
    for sentence in (
        "Day 100: 10 nM to 40 nM in 5 steps, the last for 10 d.",
        "Without drug: drug holiday of 10 d.",
        "Stepped back to 20 nM on 27 Apr 2026.",
        "Viability of the treated arm between 43 and 95 %, last 95.0 %, control 97.0 %.",
        "Doubling time: treated 40 h, control 36 h; net loss at p17.",
        "Stock S-1, then S-2.",
        "80 nM likely 27 Jun to 6 Aug, from the plan alone.",
    ):
        assert sentence in said


def test_the_table_holds_what_the_chart_draws_newest_first():
    chart = trajectory_chart(told())
    assert chart.columns[3] == "Dose (nM)"
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    assert [int(row[2]) for row in chart.rows] == sorted((int(row[2]) for row in chart.rows), reverse=True)
    by_name = {row[0]: row for row in chart.rows}
    assert by_name["p17 treated, C-00017"] == (
        "p17 treated, C-00017",
        "22 Apr 2026",
        "54",
        "40",
        "43.0",
        "\u22120.40",
        "–",
    )
    assert by_name["p17 control, C-00017"][3] == "–"
    assert by_name["drug holiday, 10.0 d"][2] == "60"
    assert by_name["stock S-2"][2] == "70"
    assert by_name["stepped back, rung 2, 20 nM"][2] == "59"
