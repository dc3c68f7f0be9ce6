"""What only a drug stock has: a salt form, a concentration, aliquots and their thaws."""

from datetime import date

from cultures.compounds.errors import (
    AliquotsUsedUp,
    AntibodyInDmso,
    LotExpired,
    NotADrugStock,
    NothingThawed,
    OnlyStocksAreThawed,
    SaltFormNotNamed,
    SaltFormOfAnother,
    StockFinished,
    StockIncomplete,
    WrongDay,
    WrongUnit,
    day,
)
from cultures.compounds.models import Compound, Lot
from cultures.compounds.services.entries import check_amount, check_count
from cultures.compounds.thaws import aliquots_left
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import today
from lims.errors import DomainError

MOLAR_UNITS = (Lot.Unit.MM, Lot.Unit.UM, Lot.Unit.NM)
STOCK_FACTS = ("made_on", "aliquots", "aliquots_used", "freeze_thaws", "max_freeze_thaws")
MOST_ALIQUOTS, MOST_THAWS = 10_000, 1_000


def check_stock(lot: Lot) -> None:
    """Raises what is wrong with a drug stock, or NotADrugStock when another kind of lot has what only a stock has."""
    if lot.kind != Lot.Kind.DRUG_STOCK:
        named = (lot.compound_id, lot.salt_form_id, lot.concentration_unit, lot.vehicle)
        facts = (getattr(lot, name) for name in STOCK_FACTS)
        if any(named) or lot.concentration is not None or any(facts):
            raise NotADrugStock
        return
    if (compound := lot.compound) is None:
        raise StockIncomplete("compound")
    for field in ("concentration", "concentration_unit", "vehicle"):
        if not getattr(lot, field):
            raise StockIncomplete(field)
    check_amount(lot.concentration, "concentration", 1_000_000, "concentration")
    if compound.kind == Compound.Kind.ANTIBODY and "DMSO" in lot.vehicle.upper():
        raise AntibodyInDmso(compound.name)
    _check_salt_form(lot, compound)
    check_aliquots(lot)


def needs_molar_mass(unit: str, compound: Compound) -> bool:
    """Whether a concentration in this unit counts in the compound's own only through a molar mass."""
    return (unit in MOLAR_UNITS) != (compound.kind == Compound.Kind.SMALL_MOLECULE)


def _check_salt_form(lot: Lot, compound: Compound) -> None:
    masses = dict(compound.salt_forms.values_list("pk", "molar_mass_g_per_mol"))
    if lot.salt_form_id is not None and lot.salt_form_id not in masses:
        raise SaltFormOfAnother(compound)
    if needs_molar_mass(lot.concentration_unit, compound):
        if lot.salt_form_id is None and len(masses) > 1:
            raise SaltFormNotNamed(compound, lot.concentration_unit)
        if lot.molar_mass is None:
            raise WrongUnit(compound, lot.concentration_unit)


def check_aliquots(lot: Lot) -> None:
    if lot.made_on and not lot.made_on <= min(today(), lot.expires_on):
        raise WrongDay("A stock is made by today, and before it expires. Check the day.", field="made_on")
    if lot.aliquots is not None:
        check_count(lot.aliquots, "number of aliquots", 1, MOST_ALIQUOTS, "aliquots")
    if lot.max_freeze_thaws is not None:
        check_count(lot.max_freeze_thaws, "most thaws", 1, MOST_THAWS, "max_freeze_thaws")
    check_count(lot.freeze_thaws, "number of thaws", 0, MOST_THAWS, "freeze_thaws")
    check_count(lot.aliquots_used, "number of aliquots used", 0, MOST_ALIQUOTS, "aliquots_used")
    if (left := aliquots_left(lot)) is not None and left < 0:
        raise DomainError("No more aliquots can be used than were made. Correct one of them.", field="aliquots_used")


def thaw_stock(*, lot_id: int, is_new_aliquot: bool, on: date | None = None, by: User) -> Lot:
    """Count a thaw: of a new aliquot, which is its first, or of the one in use once more. It puts the stock in use.

    Raises AliquotsUsedUp, NothingThawed, LotExpired, StockFinished, OnlyStocksAreThawed or WrongDay. Thawing once too
    often is no refusal: it has happened, and the next dose from this aliquot is refused.
    """
    on = on or today()
    with acting(by, "thaw_stock"):
        stock = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
        _refuse_thaw(stock, on)
        if is_new_aliquot:
            if aliquots_left(stock) == 0:
                raise AliquotsUsedUp(stock)
            stock.aliquots_used, stock.freeze_thaws = stock.aliquots_used + 1, 1
        else:
            if not stock.freeze_thaws:
                raise NothingThawed(stock)
            stock.freeze_thaws += 1
        stock.opened_on = min(stock.opened_on or on, on)
        stock.save(update_fields=["aliquots_used", "freeze_thaws", "opened_on"])
        return stock


def _refuse_thaw(stock: Lot, on: date) -> None:
    if stock.kind != Lot.Kind.DRUG_STOCK:
        raise OnlyStocksAreThawed(stock)
    if stock.finished_on and stock.finished_on <= on:
        raise StockFinished(stock)
    if stock.is_expired(on):
        raise LotExpired(stock)
    if not stock.received_on <= on <= today():
        raise WrongDay(f"A stock is thawed between its receipt ({day(stock.received_on)}) and today.", field="on")
