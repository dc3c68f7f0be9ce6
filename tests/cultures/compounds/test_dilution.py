"""The dilution calculator: from a stock to the medium of every rung, with the same vehicle in all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from cultures.compounds.dilutions import Refused, Rung, Series, in_figures, series_of
from cultures.compounds.models import Lot
from cultures.science.concentration import Concentration
from lims.clock import today
from tests.lab import compound, salt_form, stock, technician, viewer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def series(bottle: Lot, *doses: str, unit: str = "nM", vehicle_pct: str = "0.1", volume_ml: str = "10") -> Series:
    written = [Concentration.written(Decimal(dose), unit) for dose in doses]
    return series_of(bottle, doses=written, vehicle_pct=Decimal(vehicle_pct), volume_ml=Decimal(volume_ml))


def test_every_rung_and_the_control_get_the_same_vehicle():
    made = series(stock("lapatinib"), "1000", "2000", "5000")
    assert [rung.name for rung in made.rungs] == ["vehicle control", "1000 nM", "2000 nM", "5000 nM"]
    assert {rung.recipe.stock_ul + rung.recipe.vehicle_ul for rung in made.rungs} == {Decimal(10)}
    assert [rung.per_ml for rung in made.rungs] == [("0", "1"), ("0.1", "0.9"), ("0.2", "0.8"), ("0.5", "0.5")]
    assert [rung.source for rung in made.rungs] == ["", "stock", "stock", "stock"]


def test_what_is_too_little_to_pipette_is_diluted_first_and_enough_of_it():
    made = series(stock("lapatinib"), "10", "20", "1000")
    assert [rung.source for rung in made.rungs] == ["", "1:100", "1:100", "stock"]
    assert [rung.pipetted_ul for rung in made.rungs] == ["0", "1", "2", "1"]
    assert [rung.vehicle_ul for rung in made.rungs] == ["10", "9", "8", "9"]
    (first,) = made.predilutions
    assert (first.parts, str(first.concentration)) == (100, "0.1 mM")
    assert (first.stock_ul, first.vehicle_ul, first.needed_ul) == (1, 99, 3)


def test_a_dilution_made_first_is_enough_for_all_that_is_taken_from_it():
    made = series(stock("lapatinib"), "200", "300", "400", volume_ml="20")
    (first,) = made.predilutions
    assert first.parts == 10
    assert first.stock_ul + first.vehicle_ul > first.needed_ul


def test_a_stock_by_mass_counts_by_its_salt_form():
    by_mass = {"concentration": Decimal("0.94348"), "concentration_unit": "mg/mL", "salt_form": salt_form()}
    made = series(stock("lapatinib", "D-1", **by_mass), "1", unit="µM")
    assert made.rungs[1].per_ml == ("1", "0")


def test_a_rung_that_cannot_be_made_says_why_and_the_others_stand():
    rungs = series(stock("lapatinib"), "1", "11", unit="µM", vehicle_pct="0.05").rungs
    assert [type(rung) for rung in rungs] == [Rung, Rung, Refused]
    assert "above the highest dose allowed, 10 µM" in rungs[2].refusal
    (_, too_much) = series(stock("lapatinib"), "8", unit="µM", vehicle_pct="0.05").rungs
    assert "at least 0.08 %" in too_much.refusal


def test_little_per_ml_is_shown_to_three_figures():
    assert [in_figures(Decimal(text)) for text in ("0", "0.001", "0.0123456", "2.3456")] == [
        "0", "0.001", "0.0123", "2.35",
    ]  # fmt: skip


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(technician())
    client.get("/compounds/")  # the lab's settings are remembered from here on
    return client


def asked(bench: Client, bottle: Lot, **said: str):
    usual = {"stock": bottle.code, "doses": "10 20 40", "unit": "nM", "volume_ml": "10", "vehicle_pct": "0.1"}
    return bench.get("/dilution/", usual | said)


def test_the_page_of_a_stock_leads_to_its_dilution(bench):
    bottle = stock("trastuzumab")
    address = f"/dilution/?stock={bottle.code}"
    assert address in bench.get(bottle.get_absolute_url()).content.decode()
    form = bench.get(address).context["form"]
    assert (form["stock"].value(), form["unit"].value(), form.is_bound) == (bottle.code, "µg/mL", False)


def test_a_series_is_worked_out_from_the_address_alone(bench):
    page = asked(bench, stock("lapatinib", "LAP-8", salt_form=salt_form()), doses="10, 20; 40")
    text = page.content.decode()
    assert page.status_code == 200
    assert [rung.name for rung in page.context["series"].rungs] == ["vehicle control", "10 nM", "20 nM", "40 nM"]
    assert "First dilute the stock 1:100 in DMSO" in text
    assert "ditosylate monohydrate" in text


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"doses": ""}, "doses", "Still empty"),
        ({"doses": "10,20"}, "doses", "ambiguous"),
        ({"doses": "10 0"}, "doses", "A dose is above zero"),
        ({"doses": "10 -20"}, "doses", "negative"),
        ({"doses": " ".join(str(dose) for dose in range(1, 26))}, "doses", "25 doses"),
        ({"doses": "1" * 201}, "doses", ""),
        ({"unit": "furlong"}, "unit", ""),
        ({"volume_ml": "0"}, "volume_ml", "More than zero"),
        ({"vehicle_pct": "0.6"}, "vehicle_pct", "with lapatinib 0.5 % is the most"),
        ({"vehicle_pct": "NaN"}, "vehicle_pct", "not a number"),
        ({"stock": "L-00000"}, "stock", ""),
    ],
)
def test_what_cannot_be_worked_out_is_said_at_its_field(said, field, sentence, bench):
    page = asked(bench, stock("lapatinib"), **said)
    assert page.status_code == 422
    assert sentence in " ".join(page.context["form"].errors[field])


def test_mass_without_a_molar_mass_is_refused_at_its_unit(bench):
    page = asked(bench, stock("refametinib"), unit="µg/mL")
    assert "cannot be converted for refametinib" in page.context["form"].errors["unit"][0]


def test_a_stock_no_dose_may_be_taken_from_is_not_diluted(bench):
    old = stock("lapatinib", "old", expires_on=today() - DAY)
    assert "expired" in asked(bench, old).context["form"].errors["stock"][0]
    spent = stock("lapatinib", "spent", freeze_thaws=3, max_freeze_thaws=2)
    assert "Take a new aliquot" in asked(bench, spent).context["form"].errors["stock"][0]


def test_a_rung_above_the_highest_dose_is_said_in_its_row(bench):
    page = asked(bench, stock("lapatinib"), doses="1 20", unit="µM")
    assert page.status_code == 200
    assert "lapatinib 20 µM is above the highest dose allowed, 10 µM" in page.content.decode()


@pytest.mark.parametrize("query", ["", "&doses=10+20+40&unit=nM&volume_ml=10&vehicle_pct=0.1"])
def test_the_calculator_costs_the_same_for_few_and_many_stocks(query, bench, django_assert_max_num_queries):
    bottle = stock("lapatinib", "D-0", salt_form=salt_form())
    with django_assert_max_num_queries(8) as few:
        bench.get(f"/dilution/?stock={bottle.code}{query}")
    for number in range(1, 20):
        stock("lapatinib", f"D-{number}", salt_form=salt_form())
    with django_assert_max_num_queries(8) as many:
        assert bench.get(f"/dilution/?stock={bottle.code}{query}").status_code == 200
    assert len(many) == len(few)


def test_without_a_stock_the_page_says_what_to_do(bench, client: Client):
    compound("lapatinib")
    assert "Register a stock" in bench.get("/dilution/").content.decode()
    client.force_login(viewer())
    text = client.get("/dilution/").content.decode()
    assert "no drug stock to dilute" in text
    assert "Register a stock" not in text
