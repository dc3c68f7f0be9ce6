"""A dose counts by what was weighed, and stays within what compound and stock bear."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cultures.compounds.models import Lot
from cultures.compounds.services import thaw_stock
from cultures.passaging import services
from cultures.passaging.commands import Drug
from cultures.passaging.errors import DoseAboveMaximum, StockOverThawed, VehicleAboveMaximum
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.dosing import stock_figures, stock_share
from lims.clock import now, today
from tests.lab import DAY, compound, drug, fed, growing, medium, nothing_written, salt_form, stock, technician

pytestmark = pytest.mark.django_db


def canonical(*drugs: Drug) -> list[Decimal]:
    feed = fed(growing(), drugs=drugs)
    return list(feed.drugs.order_by("pk").values_list("dose_canonical", flat=True))


def of(bottle: Lot, dose: Any, unit: str, name: str = "lapatinib") -> Drug:
    return replace(drug(name, dose, unit), stock_id=bottle.pk)


def test_mass_of_the_ditosylate_counts_by_its_own_molar_mass():
    ditosylate = stock("lapatinib", "D-1", salt_form=salt_form())
    assert canonical(of(ditosylate, "0.94348", "µg/mL")) == [1000]
    base = stock("lapatinib", "B-1", salt_form=salt_form("free base"))
    assert canonical(of(base, "0.58106", "µg/mL")) == [1000]
    assert canonical(of(stock("lapatinib", "not said"), "0.58106", "µg/mL")) == [1000]


def test_moles_are_moles_whatever_was_weighed():
    assert canonical(of(stock("lapatinib", "D-1", salt_form=salt_form()), "0.5", "µM")) == [500]


def test_how_much_of_a_stock_a_dose_takes_counts_by_what_was_weighed():
    by_mass = {"concentration": Decimal("0.94348"), "concentration_unit": "mg/mL"}
    ditosylate = stock("lapatinib", "D-1", salt_form=salt_form(), **by_mass)
    assert stock_share(Decimal(1), "µM", ditosylate) == Decimal("0.001")
    assert stock_share(Decimal("0.94348"), "µg/mL", ditosylate) == Decimal("0.001")


@pytest.mark.parametrize(
    ("name", "dose", "unit", "sentence"),
    [
        ("lapatinib", "20", "µM", "lapatinib 20 µM is above the highest dose allowed, 10 µM"),
        ("lapatinib", "10000.000001", "nM", "above the highest dose allowed, 10000 nM"),
        ("lapatinib", "5.8107", "µg/mL", "lapatinib 5.8107 µg/mL is above the highest dose allowed, 10000 nM"),
        ("trastuzumab", "0.21", "mg/mL", "trastuzumab 0.21 mg/mL is above the highest dose allowed, 0.2 mg/mL"),
    ],
)
def test_a_dose_above_the_maximum_is_refused_in_the_unit_it_was_written_in(name, dose, unit, sentence):
    culture, given = growing(), drug(name, dose, unit)
    with pytest.raises(DoseAboveMaximum, match=sentence), nothing_written():
        fed(culture, drugs=[given])


def test_the_maximum_itself_is_allowed_and_what_has_none_is_not_limited():
    assert canonical(drug("lapatinib", 10, "µM"), drug("refametinib", 50, "µM")) == [10_000, 50_000]


def test_more_vehicle_than_the_compound_allows_is_refused():
    culture, given = growing(), drug("lapatinib", 100, vehicle_pct="0.6")
    with pytest.raises(VehicleAboveMaximum, match=r"gets 0.6 % of DMSO, and with lapatinib 0.5 % is the most"):
        fed(culture, drugs=[given])
    assert fed(culture, drugs=[drug("lapatinib", 100, vehicle_pct="0.5")])


def test_a_control_gets_no_more_vehicle_than_the_treated_arm():
    control = growing(arm="vehicle")
    with pytest.raises(VehicleAboveMaximum):
        fed(control, drugs=[drug(dose=0, vehicle_pct="0.6")])


@pytest.mark.parametrize("spelling", ["DMSO", "dimethyl sulfoxide"])
def test_what_two_drugs_bring_of_one_vehicle_adds_up(spelling: str):
    lapatinib, refametinib = drug("lapatinib", 100, vehicle_pct="0.3"), drug("refametinib", 10, vehicle_pct="0.3")
    second = replace(refametinib, stock_id=stock("refametinib", "second", vehicle=spelling).pk)
    with pytest.raises(VehicleAboveMaximum, match=r"0.6 % of DMSO"):
        fed(growing(), drugs=[lapatinib, second])


def test_what_comes_in_another_vehicle_does_not_count():
    in_water = replace(
        drug("copanlisib", 10, vehicle_pct="0.3"), stock_id=stock("copanlisib", "in water", vehicle="water").pk
    )
    assert fed(growing(), drugs=[drug("lapatinib", 100, vehicle_pct="0.3"), in_water])


def test_no_dose_is_taken_from_a_stock_thawed_too_often():
    culture, spent = growing(), stock(aliquots=3, aliquots_used=1, freeze_thaws=6, max_freeze_thaws=5)
    given = drug()
    with pytest.raises(StockOverThawed, match=r"thawed 6 times, and may be thawed 5 times\. Take a new aliquot") as no:
        fed(culture, drugs=[given])
    assert no.value.ways == ((f"Open {spent.code}", spent.get_absolute_url()),)
    thaw_stock(lot_id=spent.pk, is_new_aliquot=True, by=technician())
    assert fed(culture, drugs=[given])


def test_the_last_aliquot_thawed_too_often_ends_the_stock():
    stock(aliquots=3, aliquots_used=3, freeze_thaws=3, max_freeze_thaws=2)
    with pytest.raises(StockOverThawed, match="No aliquot is left: make a new stock"):
        fed(growing(), drugs=[drug()])


def test_a_dose_of_the_past_is_judged_by_the_thaws_of_that_time():
    culture, bottle = growing(at=now() - DAY), stock(max_freeze_thaws=1)
    thaw_stock(lot_id=bottle.pk, is_new_aliquot=True, by=technician())
    feed = fed(culture, drugs=[drug()], at=now())
    thaw_stock(lot_id=bottle.pk, is_new_aliquot=False, by=technician())
    with pytest.raises(StockOverThawed):
        fed(culture, drugs=[drug()], at=now())
    corrected = services.correct_entry(
        kind="feed",
        event_id=feed.pk,
        changes={"drugs": [drug(dose=50)]},
        reason="misread",
        at=now(),
        by=technician(),
    )
    assert corrected.drugs.get().dose == 50


def test_a_feed_costs_the_same_for_one_drug_and_for_three(django_assert_max_num_queries):
    culture = growing()
    with_salt = replace(drug("lapatinib"), stock_id=stock("lapatinib", "D-1", salt_form=salt_form()).pk)
    one = medium(drugs=[drug("trastuzumab", 10)])
    three = medium(drugs=[with_salt, drug("trastuzumab", 10), drug("copanlisib", 50)])
    technician()
    with django_assert_max_num_queries(25) as few:
        fed(culture, medium=one)
    with django_assert_max_num_queries(25) as many:
        fed(culture, medium=three, at=culture.seeded_at + timedelta(days=4))
    assert len(many) == len(few)


def test_the_figures_of_the_stocks_cost_the_same_for_few_and_many(django_assert_max_num_queries):
    day = today()

    def figures() -> int:
        with django_assert_max_num_queries(2) as asked:
            stock_figures(Catalogue(day))
        return len(asked)

    stock("lapatinib", "D-0", salt_form=salt_form())
    few = figures()
    for number in range(1, 9):
        stock("lapatinib", f"D-{number}", salt_form=salt_form())
    assert figures() == few


def test_a_compound_without_limits_takes_what_the_bench_can_write():
    unlimited = compound("copanlisib")
    assert unlimited.max_dose is None
    assert canonical(drug("copanlisib", 90, "µM")) == [90_000]
