"""Drug stocks: what was weighed, how many aliquots there are, and how often they were thawed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cultures.compounds import services
from cultures.compounds.errors import (
    AliquotsUsedUp,
    LotExpired,
    NotADrugStock,
    NothingThawed,
    OnlyStocksAreThawed,
    SaltFormNotNamed,
    SaltFormOfAnother,
    StockFinished,
    WrongDay,
)
from cultures.compounds.expiry import state_of
from cultures.compounds.models import Lot
from cultures.compounds.thaws import aliquots_left, freeze_thaws_at, thaws_in_words
from lims.clock import now, today
from lims.errors import DomainError
from tests.lab import compound, lot, nothing_written, salt_form, stock, technician

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def registered(**said: Any) -> Lot:
    """A stock of lapatinib ditosylate that came today."""
    usual = {
        "kind": "drug_stock",
        "product": "lapatinib stock",
        "number": "LAP-8",
        "expires_on": today() + 90 * DAY,
        "compound_id": compound("lapatinib").pk,
        "concentration": Decimal(10),
        "concentration_unit": "mg/mL",
        "vehicle": "DMSO",
        "salt_form_id": salt_form().pk,
    }
    return services.register_lot(**{**usual, "by": technician(), **said})


def thaw(what: Lot, *, new: bool = True, **when: Any) -> Lot:
    return services.thaw_stock(lot_id=what.pk, is_new_aliquot=new, by=technician(), **when)


def test_a_stock_says_what_was_weighed_and_how_many_aliquots_were_made():
    made = registered(made_on=today(), aliquots=20, max_freeze_thaws=5)
    made.refresh_from_db()
    assert made.molar_mass == Decimal("943.48")
    assert (made.made_on, aliquots_left(made), thaws_in_words(made)) == (today(), 20, "0 of 5")


def test_mass_of_a_drug_with_several_salt_forms_says_which():
    salt_form("free base"), salt_form(), technician()
    with pytest.raises(SaltFormNotNamed, match="Choose the form that was weighed"), nothing_written():
        registered(salt_form_id=None)
    assert registered(salt_form_id=None, concentration_unit="mM").salt_form is None


def test_a_stock_has_a_salt_form_of_its_own_compound():
    salt_form(), compound("copanlisib"), technician()
    with pytest.raises(SaltFormOfAnother) as refusal, nothing_written():
        registered(compound_id=compound("copanlisib").pk)
    assert refusal.value.field == "salt_form"


@pytest.mark.parametrize(("made", "expires"), [(1, 90), (-9, -10)])
def test_a_stock_is_made_by_today_and_before_it_expires(made: int, expires: int):
    salt_form(), technician()
    with pytest.raises(WrongDay) as refusal, nothing_written():
        registered(made_on=today() + made * DAY, expires_on=today() + expires * DAY)
    assert refusal.value.field == "made_on"


@pytest.mark.parametrize(
    ("fact", "value"),
    [("aliquots", 0), ("aliquots", -1), ("aliquots", 10_001), ("aliquots", Decimal("2.5")), ("max_freeze_thaws", 0)],
)
def test_aliquots_and_thaws_are_whole_numbers_above_zero(fact: str, value: Any):
    salt_form(), technician()
    with pytest.raises(DomainError) as refusal, nothing_written():
        registered(**{fact: value})
    assert refusal.value.field == fact


@pytest.mark.parametrize("fact", ["salt_form_id", "made_on", "aliquots", "max_freeze_thaws"])
def test_only_a_drug_stock_has_aliquots_and_a_salt_form(fact: str):
    value = {"salt_form_id": salt_form().pk, "made_on": today()}.get(fact, 5)
    bottle = {"kind": "serum", "product": "FBS", "number": "1", "expires_on": today() + DAY, "by": technician()}
    with pytest.raises(NotADrugStock), nothing_written():
        services.register_lot(**bottle, **{fact: value})


def test_a_new_aliquot_is_thawed_for_the_first_time():
    made = stock(aliquots=3, max_freeze_thaws=5, aliquots_used=1, freeze_thaws=4)
    thawed = thaw(made)
    assert (thawed.aliquots_used, thawed.freeze_thaws) == (2, 1)


def test_the_same_aliquot_again_is_one_thaw_more():
    made = thaw(stock(aliquots=3, max_freeze_thaws=5))
    again = thaw(made, new=False)
    assert (again.aliquots_used, again.freeze_thaws, thaws_in_words(again)) == (1, 2, "2 of 5")


def test_thawing_puts_a_stock_in_use():
    made = thaw(stock(opened_on=None))
    assert made.opened_on == today()
    assert thaw(made, new=False, on=today()).opened_on == today()


def test_what_was_never_thawed_is_not_thawed_again():
    made = stock(aliquots=3)
    technician()
    with pytest.raises(NothingThawed, match="Thaw a new one"), nothing_written():
        thaw(made, new=False)


def test_no_more_aliquots_are_thawed_than_were_made():
    made = stock(aliquots=2, aliquots_used=2, freeze_thaws=1)
    technician()
    with pytest.raises(AliquotsUsedUp, match="All 2 aliquots") as refusal, nothing_written():
        thaw(made)
    assert f"compound={made.compound_id}" in refusal.value.ways[0][1]
    assert thaw(made, new=False).freeze_thaws == 2


def test_a_stock_whose_aliquots_nobody_counted_is_thawed_as_often_as_needed():
    made = stock()
    assert [thaw(made).aliquots_used for _ in range(3)] == [1, 2, 3]
    assert aliquots_left(made) is None


def test_an_expired_or_finished_stock_is_not_thawed():
    technician()
    with pytest.raises(LotExpired), nothing_written():
        thaw(stock(number="old", expires_on=today() - DAY))
    with pytest.raises(StockFinished, match="Thaw another stock"), nothing_written():
        thaw(stock(number="empty", finished_on=today()))


def test_a_stock_is_thawed_between_its_receipt_and_today():
    made = stock(received_on=today() - DAY, opened_on=None)
    technician()
    for day in (today() - 2 * DAY, today() + DAY):
        with pytest.raises(WrongDay), nothing_written():
            thaw(made, on=day)


def test_serum_has_no_thaws_to_count():
    serum = lot("FBS", kind=Lot.Kind.SERUM)
    technician()
    with pytest.raises(OnlyStocksAreThawed, match="is a serum"), nothing_written():
        thaw(serum)


def test_a_stock_thawed_too_often_is_red_and_proposed_no_more():
    made = stock(max_freeze_thaws=1)
    thaw(made)
    assert list(Lot.objects.usable(today())) == [made]
    spent = thaw(made, new=False)
    assert (state_of(spent, today()).colour, state_of(spent, today()).words) == ("red", "thawed twice, 1 allowed")
    assert list(Lot.objects.usable(today())) == []
    assert state_of(thaw(made), today()).colour == "green"


def test_the_ledger_remembers_how_often_an_aliquot_had_been_thawed():
    made = stock()
    before = now()
    assert freeze_thaws_at(thaw(thaw(made), new=False), now()) == 2
    assert freeze_thaws_at(made, before - 400 * DAY) == made.freeze_thaws, "older than the ledger: as it is at hand"


def test_a_thaw_tapped_by_mistake_is_corrected_with_a_reason():
    made = thaw(stock(aliquots=5))
    services.correct_lot(
        lot_id=made.pk, changes={"aliquots_used": 0, "freeze_thaws": 0}, reason="tapped by mistake", by=technician()
    )
    made.refresh_from_db()
    assert (made.aliquots_used, made.freeze_thaws) == (0, 0)


def test_a_correction_uses_no_more_aliquots_than_were_made_and_leaves_serum_alone():
    made, serum = stock(aliquots=5), lot("FBS", kind=Lot.Kind.SERUM)
    technician()
    with pytest.raises(DomainError, match="No more aliquots can be used"), nothing_written():
        services.correct_lot(lot_id=made.pk, changes={"aliquots_used": 6}, reason="x", by=technician())
    with pytest.raises(NotADrugStock), nothing_written():
        services.correct_lot(lot_id=serum.pk, changes={"aliquots": 6}, reason="x", by=technician())
