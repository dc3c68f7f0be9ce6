from decimal import ROUND_UP, Decimal
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.dilution import (
    LEAST_UL,
    PARTS,
    BatchTooSmall,
    DilutionError,
    DoseAboveStock,
    NotAnAmount,
    Recipe,
    VehicleTooLittle,
    dilute,
)
from cultures.science.escalation import TEMPLATES

TEN_MILLIMOLAR = Decimal(10_000_000)  # nM
TENTH = Decimal("0.1")


def lapatinib(dose: int | str, volume_ml: int | str = 20, vehicle_pct: Decimal = TENTH) -> Recipe:
    return dilute(stock=TEN_MILLIMOLAR, dose=Decimal(dose), vehicle_pct=vehicle_pct, volume_ml=Decimal(volume_ml))


def is_about(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= Decimal("1e-20") * max(abs(one), abs(other), 1)


def test_a_dose_takes_its_part_of_the_stock_and_vehicle_fills_up():
    recipe = lapatinib(1000)
    assert (recipe.stock_ul, recipe.vehicle_ul, recipe.medium_ml) == (2, 18, Decimal("19.98"))
    assert (recipe.stock_ul_per_ml, recipe.vehicle_ul_per_ml) == (TENTH, Decimal("0.9"))
    assert recipe.steps == ["To 19.98 mL of medium add 2 µL of stock and 18 µL of vehicle."]


def test_the_control_arm_gets_vehicle_alone():
    recipe = lapatinib(0)
    assert (recipe.stock_ul, recipe.vehicle_ul, recipe.intermediate) == (0, 20, None)
    assert recipe.steps == ["To 19.98 mL of medium add 20 µL of vehicle."]


@pytest.mark.parametrize("code", ["lapatinib_2000_by_2", "lapatinib_pulsed"])
def test_every_rung_and_the_control_hold_the_same_vehicle(code: str):
    doses = [Decimal(0), *(rung.dose for rung in TEMPLATES[code].rungs())]
    recipes = [lapatinib(str(dose)) for dose in doses]
    assert {recipe.stock_ul + recipe.vehicle_ul for recipe in recipes} == {Decimal(20)}
    assert {recipe.medium_ml for recipe in recipes} == {Decimal("19.98")}


def test_the_constant_dose_of_the_antibody_fills_its_share_of_vehicle_exactly():
    template = TEMPLATES["trastuzumab_constant"]
    recipe = dilute(stock=Decimal(21_000), dose=template.target, vehicle_pct=template.vehicle_pct)
    assert (recipe.stock_ul, recipe.vehicle_ul) == (5, 0)
    assert recipe.steps == ["To 1 mL of medium add 5 µL of stock."]  # and -0 µL of nothing


@pytest.mark.parametrize(("dose", "parts", "pipetted"), [(10, 100, 2), (100, 10, 2), (240, 10, "4.8"), (1, 1000, 2)])
def test_less_than_half_a_microlitre_asks_for_an_intermediate_dilution(dose: int, parts: int, pipetted: int | str):
    made = lapatinib(dose).intermediate
    assert made is not None
    assert (made.parts, made.pipetted_ul, made.concentration) == (parts, Decimal(pipetted), TEN_MILLIMOLAR / parts)
    assert made.vehicle_ul == 20 - made.pipetted_ul


def test_exactly_half_a_microlitre_is_pipetted_as_it_is():
    assert lapatinib(250).stock_ul == LEAST_UL
    assert lapatinib(250).intermediate is None
    assert lapatinib("249.999").intermediate is not None


def test_a_small_batch_takes_a_smaller_dilution_where_one_to_ten_would_bring_too_much_vehicle():
    made = lapatinib(2000, volume_ml=1).intermediate  # 0.2 µL of stock, and 1 µL of vehicle in all
    assert made is not None
    assert (made.parts, made.pipetted_ul) == (4, Decimal("0.8"))
    assert "0.2 µL of vehicle is too little" in lapatinib(2000, volume_ml=1).caution
    assert not lapatinib(2000).caution


def test_a_batch_too_small_for_any_pipette_is_told_how_large_to_be():
    with pytest.raises(BatchTooSmall, match=r"at least 5 mL") as refusal:
        lapatinib(1, volume_ml=1)
    assert lapatinib(1, volume_ml=str(refusal.value.smallest_ml)).intermediate is not None


def test_too_little_vehicle_names_the_least_that_would_do_and_the_stock_that_would():
    with pytest.raises(VehicleTooLittle, match=r"at least 0\.5 %, or take a stock at least 5 times") as refusal:
        dilute(stock=Decimal(1000), dose=Decimal(5), vehicle_pct=TENTH)
    assert refusal.value.smallest_pct == Decimal("0.5")
    assert refusal.value.weakest_stock == 5000
    assert dilute(stock=Decimal(1000), dose=Decimal(5), vehicle_pct=refusal.value.smallest_pct).vehicle_ul == 0
    assert dilute(stock=refusal.value.weakest_stock, dose=Decimal(5), vehicle_pct=TENTH).vehicle_ul == 0


def test_no_stock_is_strong_enough_without_any_vehicle():
    with pytest.raises(VehicleTooLittle) as refusal:
        dilute(stock=Decimal(1000), dose=Decimal(5), vehicle_pct=Decimal(0))
    assert refusal.value.weakest_stock is None
    assert "stronger" not in str(refusal.value)


def test_only_the_vehicle_in_the_stock_counts():
    half = dilute(stock=Decimal(1000), dose=Decimal(1), vehicle_pct=TENTH, stock_vehicle_fraction=Decimal(50))
    assert (half.stock_ul, half.vehicle_ul) == (1, Decimal("0.5"))
    watery = dilute(stock=Decimal(1000), dose=Decimal(1), vehicle_pct=Decimal(0), stock_vehicle_fraction=Decimal(0))
    assert (watery.stock_ul, watery.vehicle_ul) == (1, 0)


def test_thirds_are_not_refused_for_their_last_digit():
    recipe = dilute(
        stock=Decimal(3), dose=Decimal("0.002"), vehicle_pct=Decimal("0.02"), stock_vehicle_fraction=Decimal(30)
    )
    assert recipe.vehicle_ul == 0


def test_a_dose_above_its_stock_cannot_be_made():
    with pytest.raises(DoseAboveStock, match="Take a stronger stock"):
        dilute(stock=Decimal(10), dose=Decimal(11), vehicle_pct=Decimal(100))


NO_AMOUNTS = [Decimal("NaN"), Decimal("Infinity"), Decimal(-1)]
NO_PERCENTAGES = [*NO_AMOUNTS, Decimal(101)]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *product(("stock", "dose", "volume_ml"), NO_AMOUNTS),
        *product(("vehicle_pct", "stock_vehicle_fraction"), NO_PERCENTAGES),
        ("stock", Decimal(0)),
        ("volume_ml", Decimal(0)),
    ],
)
def test_what_is_no_amount_is_named(field: str, wrong: Decimal):
    amounts = {"stock": Decimal(1000), "dose": Decimal(1), "vehicle_pct": TENTH}
    with pytest.raises(NotAnAmount) as refusal:
        dilute(**amounts | {field: wrong})
    assert refusal.value.field == field


stocks = st.integers(1, 10**8).map(Decimal)
percentages = st.sampled_from(["0.01", "0.1", "0.25", "0.5", "1"]).map(Decimal)
volumes = st.decimals(1, 500, places=1)
shares = st.decimals("0.000001", 1, places=6)  # of the vehicle, that comes with the stock


@given(stock=stocks, vehicle_pct=percentages, volume_ml=volumes, share=shares)
def test_what_is_pipetted_makes_the_dose_and_the_vehicle(
    stock: Decimal, vehicle_pct: Decimal, volume_ml: Decimal, share: Decimal
):
    dose = stock * vehicle_pct / 100 * share
    try:
        recipe = dilute(stock=stock, dose=dose, vehicle_pct=vehicle_pct, volume_ml=volume_ml)
    except BatchTooSmall as refusal:
        volume_ml = refusal.smallest_ml.quantize(Decimal("0.000001"), ROUND_UP)
        recipe = dilute(stock=stock, dose=dose, vehicle_pct=vehicle_pct, volume_ml=volume_ml)
    control = dilute(stock=stock, dose=Decimal(0), vehicle_pct=vehicle_pct, volume_ml=volume_ml)
    assert is_about(recipe.stock_ul * stock, dose * volume_ml * 1000)
    assert is_about(recipe.stock_ul + recipe.vehicle_ul, vehicle_pct * volume_ml * 10)
    assert is_about(recipe.stock_ul + recipe.vehicle_ul, control.vehicle_ul)
    if made := recipe.intermediate:
        assert made.pipetted_ul >= LEAST_UL
        assert made.vehicle_ul >= 0
        assert is_about(made.pipetted_ul * made.concentration, dose * volume_ml * 1000)
        assert is_about(made.pipetted_ul + made.vehicle_ul, control.vehicle_ul)
    else:
        assert recipe.stock_ul >= LEAST_UL


def test_intermediate_dilutions_lie_no_more_than_a_factor_of_two_apart():
    in_order = sorted(PARTS)
    assert all(after <= 2 * before for before, after in pairwise(in_order))


def test_every_refusal_names_what_to_change():
    for refused in (VehicleTooLittle(TENTH, Decimal("0.5"), Decimal(5), Decimal(1)), BatchTooSmall(Decimal(5))):
        assert isinstance(refused, DilutionError)
        assert refused.field
