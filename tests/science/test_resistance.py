from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.resistance import (
    AntibodyRun,
    Call,
    RunResult,
    antibody_call,
    pooled,
    resistant_call,
    reversion,
    student_t,
)

MONDAY = date(2026, 3, 2)


def run(ri: float, *, week: int, low: float | None = None, **other: object) -> RunResult:
    low = ri / 1.5 if low is None else low
    return RunResult(f"R-{week}", MONDAY + timedelta(weeks=week), ri, low, ri * 1.5, **other)  # type: ignore[arg-type]  # what each test says of its own


def runs(*indices: float) -> list[RunResult]:
    return [run(ri, week=week) for week, ri in enumerate(indices)]


def loss(points: float, *, week: int, **other: object) -> AntibodyRun:
    return AntibodyRun(f"A-{week}", MONDAY + timedelta(weeks=week), points, points - 8, **other)  # type: ignore[arg-type]  # what each test says of its own


def losses(*points: float) -> list[AntibodyRun]:
    return [loss(each, week=week) for week, each in enumerate(points)]


def call(*indices: float, msr: float | None = 1.8) -> Call:
    return resistant_call(runs(*indices), msr=msr)


# Student's t: tables of any handbook


@pytest.mark.parametrize(
    ("df", "quantile"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281), (60, 2.0003)],
)
def test_the_quantile_of_students_t(df: int, quantile: float):
    assert student_t(df) == pytest.approx(quantile, abs=5e-5)


def test_students_t_approaches_the_normal():
    assert student_t(10_000) == pytest.approx(1.96, abs=1e-3)


# Resistant, by RI


def test_the_index_is_the_geometric_mean_with_an_interval_over_runs():
    found, logs = call(12, 16, 20), [log(12), log(16), log(20)]
    half = 4.3027 * stdev(logs) / sqrt(3)
    assert found.value == pytest.approx(exp(fmean(logs)))
    assert (found.low, found.high) == pytest.approx((exp(fmean(logs) - half), exp(fmean(logs) + half)), rel=1e-4)


def test_resistant_when_the_lower_bound_is_above_the_limit_in_three_runs():
    found = call(12, 16, 20)
    assert (found.verdict, found.grade, found.runs, found.is_provisional) == ("resistant", "high", 3, False)
    assert found.sentence == (
        "RI 15.7 (95 % 8.29 to 29.6) over 3 independent runs: its lower bound is above 2. Resistance is high. "
        "Alone, 3 of 3 show it."
    )


@pytest.mark.parametrize(("ri", "grade"), [(2.1, "clinically relevant"), (8, "clinically relevant"), (8.01, "high")])
def test_two_to_eight_fold_is_clinically_relevant_and_more_is_high(ri: float, grade: str):
    assert call(ri, ri, ri).grade == grade


@pytest.mark.parametrize("indices", [(2, 2, 2), (1, 1, 1), (3, 9, 27), (1.5, 20, 20)])
def test_not_resistant_while_the_lower_bound_is_not_above_two(indices: tuple[float, ...]):
    found = call(*indices)
    assert (found.verdict, found.grade) == ("not_resistant", "")
    assert "not above 2." in found.sentence


def test_the_minimum_significant_ratio_raises_the_limit_and_never_lowers_it():
    assert call(3, 3, 3, msr=3).verdict == "not_resistant"
    assert call(3, 3, 3, msr=2.9).verdict == "resistant"
    assert call(2, 2, 2, msr=1.2).limit == 2


def test_without_a_minimum_significant_ratio_the_call_is_provisional():
    found = call(12, 16, 20, msr=None)
    assert (found.verdict, found.limit, found.is_provisional) == ("resistant", 2, True)
    assert "Provisional" in found.sentence
    assert call(12, msr=None).is_provisional


def test_a_bound_barely_above_the_limit_is_shown_apart_from_it():
    assert call(2.0004, 2.0004, 2.0004).sentence.startswith("RI 2.0004 (95 % 2.0004 to 2.0004)")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_runs_decide_nothing(count: int):
    found = call(*[16.0] * count)
    assert (found.verdict, found.runs) == ("not_assessed", count)
    assert f"{count} of 3 independent runs" in found.sentence
    assert f"Assay {3 - count} more." in found.sentence
    assert (found.value is None) == (count == 0)


def test_runs_on_one_day_count_once():
    one_day = [run(16, week=0) for _ in range(5)]
    assert resistant_call(one_day, msr=1.8).runs == 1
    found = resistant_call([*one_day, run(16, week=1), run(16, week=2)], msr=1.8)
    assert (found.verdict, found.runs) == ("resistant", 3)


def test_a_run_without_its_parent_does_not_count():
    foreign = run(1, week=9, same_run=False)
    assert resistant_call([*runs(12, 16, 20), foreign], msr=1.8) == call(12, 16, 20)
    assert resistant_call([*runs(12, 16), foreign], msr=1.8).verdict == "not_assessed"


def test_an_undefined_index_does_not_count():
    undefined = run(float("nan"), week=9, low=float("nan"), censored="undefined")
    assert resistant_call([*runs(12, 16, 20), undefined], msr=1.8) == call(12, 16, 20)


def test_an_index_beyond_the_top_dose_counts_with_its_lower_bound():
    beyond = run(400, week=2, low=20, censored="above")
    found = resistant_call([*runs(12, 16), beyond], msr=1.8)
    assert (found.value, found.low) == (call(12, 16, 20).value, call(12, 16, 20).low)
    assert (found.verdict, found.high) == ("resistant", None)
    assert "RI ≥ 15.7 (95 % at least 8.29)" in found.sentence


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf")])
def test_an_index_that_is_no_ratio_is_refused(wrong: float):
    with pytest.raises(ValueError, match="A ratio is above zero"):
        call(wrong, 16, 20)
    with pytest.raises(ValueError, match="A ratio is above zero"):
        call(12, 16, 20, msr=wrong)


def test_one_run_is_never_enough_to_ask_for():
    for calling in (
        lambda: resistant_call(runs(16), msr=None, min_runs=1),
        lambda: antibody_call(losses(40), pd_ratio=1, min_runs=1),
    ):
        with pytest.raises(ValueError, match="at least two"):
            calling()


indices = st.lists(st.floats(0.05, 500), min_size=3, max_size=8)


@given(indices, st.floats(1.01, 5))
def test_a_more_resistant_subline_never_gets_a_weaker_call(found: list[float], more: float):
    order = ["not_resistant", "resistant"]
    assert order.index(call(*[ri * more for ri in found]).verdict) >= order.index(call(*found).verdict)


@given(indices)
def test_the_order_of_the_runs_is_irrelevant(found: list[float]):
    assert resistant_call(runs(*found)[::-1], msr=None) == resistant_call(runs(*found), msr=None)


@given(indices)
def test_the_index_lies_within_its_interval(found: list[float]):
    _, mean, low, high = pooled((each.day, each.ri) for each in runs(*found))
    assert low <= mean <= high


# Resistant to an antibody


def test_an_antibody_is_resisted_when_inhibition_is_lost_and_the_cells_grow():
    found = antibody_call(losses(38, 40, 42), pd_ratio=0.92)
    assert (found.verdict, found.value, found.limit, found.grade) == ("resistant", 40, 10, "")
    assert found.sentence == (
        "40 points of inhibition lost (95 % 35 to 45) over 3 independent runs: the lower bound is above 10. "
        "Alone, 3 of 3 show it. Growth under drug is 92 % of the drug-free sibling's; at least 80 % is wanted."
    )


@pytest.mark.parametrize(
    ("pd_ratio", "verdict"), [(0.8, "resistant"), (0.7999, "not_resistant"), (-1, "not_resistant")]
)
def test_growth_under_drug_is_at_least_four_fifths_of_the_siblings(pd_ratio: float, verdict: str):
    assert antibody_call(losses(38, 40, 42), pd_ratio=pd_ratio).verdict == verdict


def test_growth_that_just_fails_is_not_rounded_to_the_limit():
    assert "79.99 %" in antibody_call(losses(38, 40, 42), pd_ratio=0.7999).sentence


@pytest.mark.parametrize("points", [(10, 10, 10), (0, 40, 80), (-10, -20, -30)])
def test_ten_points_and_less_are_no_loss(points: tuple[float, ...]):
    found = antibody_call(losses(*points), pd_ratio=1)
    assert found.verdict == "not_resistant"
    assert "not above 10" in found.sentence


def test_an_antibody_is_not_judged_without_three_runs_and_a_drug_free_sibling():
    assert "Assay 1 more" in antibody_call(losses(38, 40), pd_ratio=1).sentence
    assert antibody_call(losses(38, 40, 42), pd_ratio=None).sentence.startswith("Compare growth")
    assert antibody_call([*losses(38, 40), loss(42, week=5, same_run=False)], pd_ratio=1).verdict == "not_assessed"
    assert antibody_call([], pd_ratio=None).value is None


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_refused(wrong: float):
    with pytest.raises(ValueError, match="finite"):
        antibody_call(losses(wrong, 40, 42), pd_ratio=1)
    with pytest.raises(ValueError, match="finite"):
        antibody_call(losses(38, 40, 42), pd_ratio=wrong)


# Reversion without drug


@pytest.mark.parametrize(
    ("ri", "verdict"),
    [
        (16, "stable"),
        (20, "stable"),
        (8, "stable"),
        (7.999, "partial"),
        (2.001, "partial"),
        (2, "reverted"),
        (0.9, "reverted"),
    ],
)
def test_half_the_index_kept_is_stable_and_two_or_less_is_reverted(ri: float, verdict: str):
    found = reversion(16, [(4, 15), (8, 12), (12, ri)], last_week=12)
    assert (found.verdict, found.kept) == (verdict, pytest.approx(ri / 16))
    assert found.sentence.endswith(f"{verdict}.")


def test_no_longer_resistant_is_reverted_even_when_half_is_kept():
    assert reversion(3, [(12, 1.8)], last_week=12).verdict == "reverted"


def test_a_verdict_waits_for_the_last_week():
    assert reversion(16, [], last_week=12).kept is None
    found = reversion(16, [(8, 1), (4, 12)], last_week=12)
    assert (found.verdict, found.kept) == ("pending", 1 / 16)
    assert "wanted at week 12" in found.sentence
    assert reversion(16, [(13, 10)], last_week=12).verdict == "stable"


def test_a_week_measured_twice_counts_with_its_geometric_mean():
    assert reversion(16, [(12, 4), (12, 16)], last_week=12).kept == pytest.approx(0.5)
    assert reversion(16, [(12, 4), (12, 16)], last_week=12).verdict == "stable"


@pytest.mark.parametrize("wrong", [0, -3, float("nan"), float("inf")])
def test_a_reversion_is_measured_in_ratios(wrong: float):
    with pytest.raises(ValueError, match="A ratio is above zero"):
        reversion(wrong, [(12, 4)], last_week=12)
    with pytest.raises(ValueError, match="A ratio is above zero"):
        reversion(16, [(12, wrong)], last_week=12)
