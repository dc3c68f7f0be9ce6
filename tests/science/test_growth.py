from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.growth import (
    cells_by_density,
    cells_by_ratio,
    doubling_time,
    population_doublings,
    split_plan,
    suspension_ml,
    viability_pct,
    whole_cells,
)

cell_numbers = st.integers(min_value=1, max_value=10**12)


def test_eightfold_growth_is_three_doublings():
    assert population_doublings(8_000_000, 1_000_000) == pytest.approx(3.0, abs=1e-12)


def test_cells_lost_under_drug_are_negative_doublings():
    assert population_doublings(250_000, 1_000_000) == pytest.approx(-2.0)


@pytest.mark.parametrize(("harvested", "seeded"), [(0, 5), (5, 0), (None, 5), (5, None), (-1, 5)])
def test_nothing_is_said_of_growth_from_or_to_nothing(harvested: int | None, seeded: int | None):
    assert population_doublings(harvested, seeded) is None
    assert doubling_time(48, harvested, seeded) is None


@given(cell_numbers, cell_numbers)
def test_growing_and_shrinking_again_cancel(one: int, other: int):
    there, back = population_doublings(one, other), population_doublings(other, one)
    assert there == pytest.approx(-back, abs=1e-9)


def test_doubling_time_is_hours_over_doublings():
    assert doubling_time(156, 8_000_000, 1_000_000) == pytest.approx(52)


@pytest.mark.parametrize("harvested", [1_000_000, 999_999])
def test_a_population_that_did_not_grow_has_no_doubling_time(harvested: int):
    assert doubling_time(96, harvested, 1_000_000) is None


def test_viability_is_live_over_all():
    assert viability_pct(2.45, 3.58 - 2.45) == pytest.approx(68.4, abs=0.05)
    assert viability_pct(0, 0) is None
    assert viability_pct(10, None) is None


def test_one_quarter_goes_into_each_of_four_vessels():
    quarter = cells_by_ratio(10, Decimal(4), area_cm2=Decimal(75), harvested_area_cm2=Decimal(75))
    assert quarter == 2  # never 3: four quarters must not exceed the whole


def test_another_vessel_gets_its_part_by_area():
    t25 = cells_by_ratio(6_000_000, Decimal(4), area_cm2=Decimal(25), harvested_area_cm2=Decimal(75))
    assert t25 == 500_000


@given(cell_numbers, st.integers(1, 40), st.decimals(1, 200, places=2), st.decimals(1, 1000, places=2))
def test_n_parts_never_exceed_the_whole(harvested: int, parts: int, area: Decimal, other_area: Decimal):
    each = cells_by_ratio(harvested, Decimal(parts), area_cm2=area, harvested_area_cm2=area)
    assert 0 <= each * parts <= harvested
    assert cells_by_ratio(harvested, Decimal(parts), area_cm2=other_area, harvested_area_cm2=area) >= 0


def test_density_counts_the_whole_area():
    assert cells_by_density(Decimal(20_000), Decimal("9.5")) == 190_000


def test_half_a_cell_is_rounded_up():
    assert whole_cells(Decimal("0.5")) == 1
    assert whole_cells(Decimal("2.49")) == 2


def test_the_planner_tops_up_with_medium():
    (pour,) = split_plan(Decimal(720_000), [(1_500_000, Decimal(15))])
    assert (pour.suspension_ml, pour.medium_ml) == (Decimal("2.083"), Decimal("12.917"))


def test_a_thin_suspension_leaves_no_room_for_medium():
    (pour,) = split_plan(Decimal(10_000), [(1_500_000, Decimal(15))])
    assert pour.medium_ml == 0


def test_without_living_cells_nothing_is_poured():
    assert suspension_ml(5, Decimal(0)) == 0
