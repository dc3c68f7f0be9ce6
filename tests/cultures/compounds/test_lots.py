"""Lots from their arrival to the last drop."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cultures.compounds import services
from cultures.compounds.errors import (
    LotExpired,
    LotRegisteredAlready,
    NotADrugStock,
    StockIncomplete,
    WrongDay,
    WrongUnit,
)
from cultures.compounds.expiry import expiry_in_words, state_of
from cultures.compounds.models import Lot
from cultures.compounds.selectors import proposed_lots
from lims.audit.models import Entry
from lims.clock import today
from lims.codes import is_code
from lims.errors import DomainError
from lims.tabular.text import BadText
from tests.lab import compound, lot, manager, nothing_written, recipe, technician

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def in_use() -> list[Lot]:
    return list(Lot.objects.in_use(today()))


def registered(**said: Any) -> Lot:
    bottle = {"kind": "serum", "product": "FBS", "number": "F-1", "expires_on": today() + 90 * DAY}
    return services.register_lot(**{**bottle, "by": technician(), **said})


def a_stock(**said: Any) -> Lot:
    drug = {"kind": "drug_stock", "product": "lapatinib stock", "compound_id": compound("lapatinib").pk}
    given = {"concentration": Decimal(10), "concentration_unit": "mM", "vehicle": "DMSO"}
    return registered(**{**drug, **given, **said})


def test_a_lot_bears_a_code_and_is_not_in_use_until_it_is_opened():
    bottle = registered()
    assert is_code(bottle.code)
    assert in_use() == []
    services.open_lot(lot_id=bottle.pk, by=technician())
    assert in_use() == [bottle]


def test_the_newest_opened_lot_is_proposed_first():
    older = registered(number="1", received_on=today() - 9 * DAY, opened_on=today() - 5 * DAY)
    newer = registered(number="2", opened_on=today())
    assert in_use() == [newer, older]


def test_one_lot_is_one_entry_however_it_is_capitalised():
    registered(number="F-1a")
    with pytest.raises(LotRegisteredAlready, match="Two bottles of one lot are one entry"), nothing_written():
        registered(product="fbs", number="f-1A")


def test_an_expired_lot_is_not_opened():
    bottle = registered(received_on=today() - 30 * DAY, expires_on=today() - DAY)
    with pytest.raises(LotExpired, match="Take another lot") as refusal, nothing_written():
        services.open_lot(lot_id=bottle.pk, by=technician())
    assert refusal.value.extra["lot"] == bottle.code


def test_a_lot_is_good_on_its_last_day_and_not_on_the_next():
    bottle = registered(expires_on=today(), opened_on=today())
    assert list(Lot.objects.in_use(today())) == [bottle]
    assert list(Lot.objects.in_use(today() + DAY)) == []


def test_a_finished_lot_is_in_use_no_more_and_counts_as_opened():
    bottle = services.finish_lot(lot_id=registered().pk, by=technician())
    assert (bottle.opened_on, bottle.finished_on) == (today(), today())
    assert in_use() == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"received_on": date(2999, 1, 1)}, "received_on"),
        ({"expires_on": date(2226, 1, 1)}, "expires_on"),
        ({"expires_on": date(1990, 1, 1)}, "expires_on"),
        ({"opened_on": date(2000, 1, 1)}, "on"),
        ({"opened_on": date(2099, 1, 1), "expires_on": date(2099, 6, 1), "received_on": None}, "expires_on"),
    ],
)
def test_days_that_cannot_be_are_refused_without_a_trace(said: dict[str, Any], field: str):
    technician()
    with pytest.raises(WrongDay) as refusal, nothing_written():
        registered(**said)
    assert refusal.value.field == field


@pytest.mark.parametrize("missing", ["compound_id", "concentration", "concentration_unit", "vehicle"])
def test_a_drug_stock_names_compound_concentration_and_vehicle(missing: str):
    technician(), compound("lapatinib")
    with pytest.raises(StockIncomplete), nothing_written():
        a_stock(**{missing: None if missing in ("compound_id", "concentration") else ""})


def test_only_a_drug_stock_has_a_concentration():
    technician()
    with pytest.raises(NotADrugStock), nothing_written():
        registered(concentration=Decimal(10), concentration_unit="mM")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1000000"])
def test_a_concentration_is_a_number_above_zero(amount: str):
    technician(), compound("lapatinib")
    with pytest.raises(DomainError), nothing_written():
        a_stock(concentration=Decimal(amount))


def test_a_unit_that_cannot_be_converted_is_refused():
    technician(), compound("refametinib"), compound("lapatinib")
    with pytest.raises(WrongUnit, match="molar mass is not registered"), nothing_written():
        a_stock(compound_id=compound("refametinib").pk, concentration_unit="mg/mL")
    assert a_stock(concentration_unit="mg/mL").concentration_unit == "mg/mL"


@pytest.mark.parametrize("text", ["", "F\x00", "F\u202e1", "x" * 81])
def test_hostile_text_on_a_bottle_is_refused(text: str):
    technician()
    with pytest.raises(BadText), nothing_written():
        registered(product=text)


def test_a_correction_keeps_the_old_value_and_the_reason():
    bottle = registered(maker="Sigma")
    later = today() + 120 * DAY
    services.correct_lot(lot_id=bottle.pk, changes={"expires_on": later}, reason="read the wrong line", by=manager())
    entry = Entry.objects.filter(table="cultures_lot", record=str(bottle.pk)).latest("pk")
    assert entry.new["expires_on"] == later.isoformat()
    assert entry.reason == "read the wrong line"
    with pytest.raises(DomainError, match="register the right one"):
        services.correct_lot(lot_id=bottle.pk, changes={"number": "2"}, reason="x", by=manager())


def test_a_recipe_is_proposed_the_lots_in_use_of_its_products():
    medium_lot = lot("DMEM", number="new", received_on=today(), opened_on=today())
    lot("RPMI", number="1", opened_on=today())
    serum = lot("FBS, heat inactivated", kind=Lot.Kind.SERUM)
    lot("FBS", number="old", kind=Lot.Kind.SERUM, expires_on=date(2026, 1, 31))
    assert proposed_lots(recipe(), today()) == [medium_lot, serum]


def test_of_several_other_products_none_is_proposed():
    lot("RPMI")
    lot("Leibovitz L-15")
    assert proposed_lots(recipe(), today()) == []


def test_the_only_product_of_its_kind_stands_in():
    calf = lot("Newborn calf serum", kind=Lot.Kind.SERUM)
    assert proposed_lots(recipe(), today()) == [calf]


def test_without_an_open_bottle_the_unopened_one_that_expires_first_is_proposed():
    soon = lot("DMEM", number="soon", opened_on=None, expires_on=today() + 30 * DAY)
    later = lot("DMEM", number="later", opened_on=None, expires_on=today() + 90 * DAY)
    assert proposed_lots(recipe(), today()) == [soon]
    services.open_lot(lot_id=later.pk, by=technician())
    assert proposed_lots(recipe(), today()) == [later]


def test_an_unopened_bottle_of_another_product_stands_in_for_none():
    lot("Newborn calf serum", kind=Lot.Kind.SERUM, opened_on=None)
    assert proposed_lots(recipe(), today()) == []


@pytest.mark.parametrize(
    ("days", "words", "colour"),
    [
        (-3, "expired 3 d ago", "red"),
        (0, "expires today", "amber"),
        (1, "expires tomorrow", "amber"),
        (14, "expires in 14 d", "amber"),
        (15, "not opened", ""),
    ],
)
def test_expiry_is_said_in_words_with_a_colour(days: int, words: str, colour: str):
    bottle = Lot(expires_on=today() + days * DAY, received_on=today())
    assert (state_of(bottle, today()).words, state_of(bottle, today()).colour) == (words, colour)


def test_a_far_expiry_is_said_in_months():
    assert expiry_in_words(today() + 730 * DAY, today()) == "in 24 months"
