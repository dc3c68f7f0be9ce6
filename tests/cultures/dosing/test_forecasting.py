"""Forecasts of ladders from their decisions, and what they take until then."""

from datetime import UTC, date, datetime

import pytest

from cultures.dosing.forecasting import LadderForecast, Pace, forecast_of, span_in_words
from cultures.dosing.models import Decision, Ladder
from cultures.science.forecast import Forecast
from tests import lab, ladders
from tests.cultures.dosing.told import rung_of
from tests.lab import DAY, FRIDAY, HOUR

TODAY = date(2026, 11, 5)


# --- how long rungs took ---------------------------------------------------------------------------------------------


def pace(*decisions: tuple[float, str]) -> Pace:
    """(day, deed) of each decision; a resume at a lower rung is "down"."""
    found = Pace(1, arrived=FRIDAY)
    for day, kind in decisions:
        found.decided("resume" if kind == "down" else kind, FRIDAY + day * DAY, is_down=kind in ("down", "step_back"))
    return found


def test_a_rung_lasts_from_the_decision_that_led_to_it_to_the_one_that_left_it():
    found = pace((28, "escalate"), (60, "escalate"))
    assert found.completed == [28, 32]
    assert found.arrived == FRIDAY + 60 * DAY


def test_holds_and_holidays_are_days_of_their_rung():
    assert pace((10, "hold"), (20, "resume"), (25, "holiday"), (35, "resume"), (50, "escalate")).completed == [50]


@pytest.mark.parametrize("way_down", ["step_back", "down"])
def test_the_days_of_a_rung_that_failed_count_with_the_next_one_completed(way_down):
    found = pace((28, "escalate"), (40, way_down), (70, "escalate"), (100, "escalate"))
    assert found.completed == [28, 42, 30]  # 12 at the rung that was too high, 30 at the one below
    assert pace((28, "escalate"), (40, way_down)).arrived == FRIDAY + 40 * DAY


def test_decisions_recorded_in_one_go_tell_nothing_about_pace():
    assert pace((0.01, "escalate"), (0.02, "escalate"), (30.02, "escalate")).completed == [30]


# --- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 11, 12), date(2026, 12, 20), "12 Nov to 20 Dec"),
        (date(2026, 12, 12), date(2027, 2, 3), "12 Dec to 3 Feb 2027"),
        (date(2027, 3, 12), date(2027, 4, 20), "12 Mar to 20 Apr 2027"),
        (date(2027, 11, 12), date(2028, 4, 20), "12 Nov 2027 to 20 Apr 2028"),
        (date(2026, 11, 5), date(2026, 11, 5), "5 Nov"),
    ],
)
def test_a_span_names_the_year_where_it_is_not_this_one(start, end, said):
    assert span_in_words(start, end, TODAY) == said


def test_a_forecast_is_said_with_the_days_that_hold_four_cases_in_five():
    at = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
    found = LadderForecast(rung_of(4), Forecast(81.4, (70, 92), (61.2, 100.9), ""), at, None)
    assert found.words == "80 nM likely 12 Mar to 21 Apr"
    half = (date(2026, 3, 21), date(2026, 4, 12))
    assert (found.half_from_on, found.half_to_on, found.median_on) == (*half, date(2026, 4, 1))


def test_a_forecast_beyond_all_calendars_still_has_a_date():
    found = LadderForecast(rung_of(4), Forecast(1e6, (1e5, 1e8), (1e5, 1e9), ""), FRIDAY, None)
    assert found.to_on.year == 2126


# --- from the records ------------------------------------------------------------------------------------------------


def forecast(ladder: Ladder, at: datetime) -> LadderForecast | None:
    return forecast_of([ladders.again(ladder)], at).get(ladder.pk)


@pytest.mark.django_db
def test_a_ladder_with_no_history_is_forecast_from_its_plan():
    found = forecast(ladders.climbing(planned_days=30), FRIDAY)
    assert found.target.dose == 10
    assert found.forecast.basis == "from the plan alone"
    assert 100 < found.forecast.median_days < 140  # four rungs to leave
    assert found.from_on < found.half_from_on < found.median_on < found.half_to_on < found.to_on


@pytest.mark.django_db
def test_rungs_of_this_ladder_and_of_others_on_the_same_drug_are_what_it_rests_on():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder, passages=2, days=7)
    other = ladders.climbing(ladders.planned("BT474-T2"))
    elsewhere = ladders.climbing(ladders.planned("BT474-L", of="lapatinib"))
    assert forecast(ladder, at).forecast.basis == "from 1 rung of this ladder and the plan"
    assert "1 rung" in forecast(other, at).forecast.basis
    assert "of comparable ladders" in forecast(other, at).forecast.basis
    assert forecast(elsewhere, at).forecast.basis == "from the plan alone"
    assert forecast(ladder, at).forecast.median_days < 3 * 28  # its rung took half of what was planned


@pytest.mark.django_db
def test_a_decision_taken_back_is_no_rung():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder, passages=2, days=7)
    Decision.objects.filter(ladder=ladder, kind="escalate").update(withdrawn_at=at, withdrawn_by=lab.technician())
    assert forecast(ladder, at).forecast.basis == "from the plan alone"


@pytest.mark.django_db
def test_at_the_target_dose_and_after_the_end_there_is_no_forecast():
    ladder = ladders.climbing(doses=(1, 2))
    at = ladders.climbed(ladder, passages=2, days=7)
    assert forecast(ladder, at) is None
    lost = ladders.climbing(ladders.planned("BT474-T2"))
    ladders.decided(lost, "lost", at=FRIDAY + DAY, reason="contaminated")
    assert forecast(lost, FRIDAY + 2 * DAY) is None
    assert forecast_of([], FRIDAY) == {}


@pytest.mark.django_db
def test_medium_is_needed_for_both_arms_and_drug_for_the_treated_one():
    ladder = ladders.climbing()  # T75 with 15 mL in each arm, fed every three days; the stock is 21 mg/mL
    found = forecast(ladder, FRIDAY)
    treated_ml = found.needs.medium_ml / 2
    assert treated_ml % 15 == 0
    assert float(treated_ml / 15) == pytest.approx(found.forecast.median_days / 3, abs=4)
    assert found.needs.until == found.median_on
    assert treated_ml / 21 < found.needs.stock_ul < treated_ml * 8 / 21  # 1 to 8 µg/mL, the target itself not given yet
    assert found.needs.stock == lab.stock("trastuzumab")


@pytest.mark.django_db
def test_on_a_holiday_the_stock_used_last_is_reckoned_with():
    ladder = ladders.climbing()
    ladders.decided(ladder, "holiday", at=FRIDAY + HOUR, reason="few cells")
    ladders.fed(ladders.lead(ladder), FRIDAY + 2 * HOUR)
    assert forecast(ladder, FRIDAY + DAY).needs.stock == lab.stock("trastuzumab")


@pytest.mark.django_db
def test_lots_in_use_that_expire_before_the_target_are_named():
    ladder = ladders.climbing()
    assert forecast(ladder, FRIDAY).needs.expiring == []
    serum = lab.lot("FBS", "short", kind="serum", expires_on=date(2026, 4, 1))
    long = lab.lot("DMEM", "long", expires_on=date(2028, 4, 1))
    ladders.fed(ladders.lead(ladder), FRIDAY + DAY, lot_ids=(serum.pk, long.pk))
    stock = lab.stock("trastuzumab")
    stock.expires_on = date(2026, 3, 20)
    stock.save()
    assert forecast(ladder, FRIDAY + 2 * DAY).needs.expiring == [stock, serum]
    assert stock not in forecast(ladder, FRIDAY + 40 * DAY).needs.expiring  # that is past, and a matter of its own


@pytest.mark.django_db
def test_any_number_of_ladders_costs_as_many_queries_as_one(django_assert_num_queries):
    found = [ladders.again(ladders.climbing())]
    forecast_of(found, FRIDAY)  # the lab's settings are remembered
    for number in range(2, 4):
        with django_assert_num_queries(7):
            assert len(forecast_of(found, FRIDAY)) == len(found)
        found.append(ladders.again(ladders.climbing(ladders.planned(f"BT474-T{number}"))))
