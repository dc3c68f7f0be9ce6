from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.escalation import (
    STRATEGIES,
    TEMPLATES,
    DoseNotPositive,
    DosesNotRising,
    EscalationError,
    FactorOutOfRange,
    JumpTooLarge,
    ParameterMissing,
    ParameterUnusable,
    TargetNotAboveStart,
    TooManyRungs,
    constant,
    doublings,
    explicit,
    is_large_jump,
    jump,
    planned_rungs,
    pulsed,
    raises_needed,
    stepwise,
)

BY_TWO = {"start": "10", "target": "1000", "factor": "2"}
TRASTUZUMAB = ("trastuzumab_10", "trastuzumab_20")
LAPATINIB_BY_TWO = ("lapatinib_1000_by_2", "lapatinib_2000_by_2")
LAPATINIB_BY_ONE_AND_A_HALF = ("lapatinib_1000_by_1_5", "lapatinib_2000_by_1_5")


def numbers(doses: list[Decimal]) -> list[float]:
    return [float(dose) for dose in doses]


def weeks_per_rung(*codes: str) -> tuple[float, float]:
    ranges = [TEMPLATES[code].weeks_per_rung for code in codes]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


# The numbers of the published protocols


@pytest.mark.parametrize(
    ("start", "target", "expected"), [(10, 1000, 6.64), (10, 2000, 7.64), (1, 10, 3.32), (1, 20, 4.32)]
)
def test_doublings_of_the_published_climbs(start: int, target: int, expected: float):
    assert doublings(start, target) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("codes", "raises"), [(LAPATINIB_BY_TWO, [7, 8]), (LAPATINIB_BY_ONE_AND_A_HALF, [12, 14]), (TRASTUZUMAB, [4, 5])]
)
def test_templates_need_the_published_number_of_raises(codes: tuple[str, ...], raises: list[int]):
    assert [TEMPLATES[code].raises for code in codes] == raises


def test_lapatinib_takes_three_to_six_weeks_a_rung_and_trastuzumab_five_to_ten():
    assert weeks_per_rung(*LAPATINIB_BY_TWO) == pytest.approx((3.3, 5.6), abs=0.051)
    assert weeks_per_rung(*TRASTUZUMAB) == pytest.approx((5, 10), abs=0.26)


@pytest.mark.parametrize("code", [*LAPATINIB_BY_TWO, *LAPATINIB_BY_ONE_AND_A_HALF, *TRASTUZUMAB])
def test_the_target_is_reached_within_the_published_six_to_nine_months(code: str):
    template = TEMPLATES[code]
    *climb, at_target = template.rungs()
    assert 26 * 7 <= sum(rung.planned_days for rung in climb) <= 39 * 7
    assert at_target.dose == template.target
    assert climb[0].dose == template.start
    assert len(climb) == template.raises


def test_a_constant_template_is_one_rung_of_eighteen_months():
    (rung,) = TEMPLATES["trastuzumab_constant"].rungs()
    assert (rung.dose, rung.planned_days) == (105, 546)


def test_a_pulsed_template_says_which_of_its_numbers_are_not_the_papers():
    template = TEMPLATES["lapatinib_pulsed"]
    assert {(rung.on_days, rung.off_days) for rung in template.rungs()} == {(3, 4)}
    assert template.target / template.start == 8
    assert "proposal" in template.note


def test_every_template_says_where_it_comes_from_and_what_it_is_of():
    for code, template in TEMPLATES.items():
        assert template.code == code
        assert template.strategy in STRATEGIES
        assert "doi" in template.source or "AACR" in template.source
        assert template.kind == ("antibody" if template.unit == "µg/mL" else "small_molecule")
        assert 0 < template.vehicle_pct <= Decimal("0.5")


def test_min_days_never_exceed_the_days_planned():
    for template in TEMPLATES.values():
        assert all(rung.min_days <= rung.planned_days for rung in template.rungs())


# Doses that rise by a factor


@pytest.mark.parametrize(
    ("climb", "expected"),
    [
        ((10, 1000, 2), [10, 20, 40, 80, 160, 320, 640, 1000]),
        ((1, 20, 2), [1, 2, 4, 8, 16, 20]),
        ((10, 100, 1.5), [10, 15, 22.5, 33.8, 50.6, 75.9, 100]),
        ((1, 8, 2), [1, 2, 4, 8]),
        ((0.001, 0.003, 3), [0.001, 0.003]),
    ],
)
def test_rungs_are_geometric_in_three_figures_and_end_at_the_target(climb: tuple, expected: list[float]):
    assert numbers(stepwise(*climb)) == expected


@pytest.mark.parametrize(
    ("climb", "raises"),
    [((1, 8, 2), 3), ((1, 3.375, 1.5), 3), ((0.1, 100, 10), 3), ((0.1, 0.1 * 3, 3), 1), ((1, 9, 2), 4)],
)
def test_a_whole_number_of_raises_is_not_rounded_up(climb: tuple, raises: int):
    assert raises_needed(*climb) == raises


def test_a_rung_that_cannot_be_told_from_the_target_is_left_out():
    assert numbers(stepwise(10, Decimal("640.1"), 2)) == [10, 20, 40, 80, 160, 320, 640.1]


def test_rounding_never_turns_a_threefold_raise_into_a_larger_one():
    doses = stepwise(Decimal("1.01"), 300, 3)
    assert Decimal("27.27") in doses
    assert not any(is_large_jump(*pair) for pair in pairwise(doses))


hundredths = st.decimals("0.01", 500, places=2)
factors = st.decimals("1.1", 3, places=2)


@given(start=hundredths, ratio=st.decimals("1.02", 900, places=2), factor=factors)
def test_a_ladder_rises_strictly_from_its_start_to_its_target(start: Decimal, ratio: Decimal, factor: Decimal):
    target = start * ratio
    doses, raises = stepwise(start, target, factor), raises_needed(start, target, factor)
    assert (doses[0], doses[-1]) == (start, target)
    assert all(before < after for before, after in pairwise(doses))
    assert all(jump(*pair) <= float(factor) * 1.011 for pair in pairwise(doses))
    assert not any(is_large_jump(*pair) for pair in pairwise(doses))
    merged = float(start * factor ** (raises - 1)) > 0.99 * float(target)
    assert len(doses) == raises + 1 or (merged and len(doses) == raises)


@given(start=hundredths, raises=st.integers(1, 12), factor=factors)
def test_the_raises_that_made_a_target_reach_it(start: Decimal, raises: int, factor: Decimal):
    assert raises_needed(start, start * factor**raises, factor) == raises


# What may not be climbed


@pytest.mark.parametrize("dose", [0, -1, Decimal("NaN"), Decimal("Infinity"), float("nan"), float("-inf")])
def test_a_dose_is_a_number_above_zero(dose: Decimal | float):
    for climb in (
        lambda: stepwise(dose, 10, 2),
        lambda: stepwise(1, dose, 2),
        lambda: explicit([1, dose]),
        lambda: constant(dose),
        lambda: doublings(dose, 1),
        lambda: jump(dose, 1),
        lambda: is_large_jump(1, dose),
    ):
        with pytest.raises(DoseNotPositive, match="A dose is a number above zero"):
            climb()


@pytest.mark.parametrize("target", [5, 10])
def test_a_target_is_above_its_start(target: int):
    with pytest.raises(TargetNotAboveStart, match="not above the start 10") as refusal:
        stepwise(10, target, 2)
    assert refusal.value.field == "target"


@pytest.mark.parametrize("factor", [1, 0.5, 0, -2, 3.01, float("nan"), float("inf")])
def test_a_factor_is_above_one_and_at_most_three(factor: float):
    with pytest.raises(FactorOutOfRange, match=r"between 1\.25 and 2"):
        stepwise(1, 100, factor)


def test_a_larger_factor_must_be_allowed_by_name():
    assert numbers(stepwise(1, 100, 5, allow_large=True)) == [1, 5, 25, 100]


def test_a_factor_too_small_to_get_anywhere_is_refused():
    with pytest.raises(TooManyRungs, match="larger steps"):
        stepwise(1, 100, Decimal("1.0001"))


@pytest.mark.parametrize("doses", [[1, 2, 2], [1, 3, 2]])
def test_written_doses_rise(doses: list[int]):
    with pytest.raises(DosesNotRising, match="Reorder them"):
        explicit(doses)


def test_written_doses_do_not_jump_more_than_threefold():
    assert numbers(explicit([1, 3, 9])) == [1, 3, 9]
    with pytest.raises(JumpTooLarge, match=r"From 3 to 9\.1 .* more than 3×") as refusal:
        explicit([1, 3, 9.1])
    assert refusal.value.ratio == pytest.approx(9.1 / 3)
    assert numbers(explicit([1, 3, 9.1], allow_large=True)) == [1, 3, 9.1]


def test_a_plan_by_a_list_needs_doses_and_not_hundreds():
    with pytest.raises(ParameterMissing):
        explicit([])
    with pytest.raises(TooManyRungs):
        explicit(range(1, 200))


def test_three_times_as_much_is_allowed_exactly():
    assert not is_large_jump(Decimal("0.1"), Decimal("0.3"))
    assert is_large_jump(Decimal("0.1"), Decimal("0.300000000000000001"))
    assert is_large_jump(10, 21, most=2)


# Strategies: what a stored plan comes to


def test_a_stored_plan_is_numbered_from_one():
    rungs = planned_rungs("stepwise", BY_TWO | {"planned_days": 33})
    assert [rung.number for rung in rungs] == list(range(1, 9))
    assert {(rung.planned_days, rung.min_days, rung.min_passages) for rung in rungs} == {(33, 14, 2)}


def test_a_pulsed_plan_says_days_with_and_without_drug():
    parameters = BY_TWO | {"on_days": 3, "off_days": "4", "planned_days": 28}
    assert planned_rungs("pulsed", parameters) == pulsed(10, 1000, 2, 3, 4)
    with pytest.raises(ParameterUnusable, match="at least one day"):
        pulsed(10, 1000, 2, 0, 4)


def test_a_plan_by_a_list_keeps_the_list():
    assert [rung.dose for rung in planned_rungs("explicit", {"doses": ["1", "2.5", "5"]})] == [1, Decimal("2.5"), 5]


def test_a_large_jump_is_only_planned_where_it_is_allowed():
    far = {"doses": ["1", "10"]}
    with pytest.raises(JumpTooLarge):
        planned_rungs("explicit", far)
    assert len(planned_rungs("explicit", far | {"allow_large": True})) == 2


@pytest.mark.parametrize(("strategy", "name"), [(key, need) for key, one in STRATEGIES.items() for need in one.needs])
def test_a_strategy_asks_for_each_parameter_it_needs(strategy: str, name: str):
    full: dict[str, object] = {**BY_TWO, "doses": ["1"], "dose": "5", "on_days": 3, "off_days": 4}
    assert planned_rungs(strategy, full)
    del full[name]
    with pytest.raises(ParameterMissing) as refusal:
        planned_rungs(strategy, full)
    assert refusal.value.field == name


@pytest.mark.parametrize(
    ("strategy", "change", "field"),
    [
        ("stepwise", {"factor": "two"}, "factor"),
        ("stepwise", {"planned_days": 0}, "planned_days"),
        ("stepwise", {"planned_days": "2.5"}, "planned_days"),
        ("stepwise", {"planned_days": 10, "min_days": 11}, "min_days"),
        ("stepwise", {"min_passages": -1}, "min_passages"),
        ("stepwise", {"min_days": "NaN"}, "min_days"),
        ("pulsed", {"on_days": 3, "off_days": 0}, "off_days"),
        ("explicit", {"doses": "1, 2"}, "doses"),
        ("explicit", {"doses": ["1", "x"]}, "doses"),
        ("sideways", {}, "strategy"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(strategy: str, change: dict, field: str):
    with pytest.raises(EscalationError) as refusal:
        planned_rungs(strategy, BY_TWO | change)
    assert refusal.value.field == field


def test_a_rung_planned_for_less_than_two_weeks_may_be_left_sooner():
    assert {rung.min_days for rung in planned_rungs("constant", {"dose": 5, "planned_days": 10})} == {10}
