"""How much of a drug stock a flask takes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cultures.compounds.models import Lot
from cultures.passaging.commands import Drug
from cultures.passaging.forms.catalogue import STOCK, Catalogue, strength
from cultures.science.concentration import Concentration, MolarMassNeeded


@dataclass(frozen=True)
class Dosing:
    """A drug in one vessel, and the stock it takes: trastuzumab 10 µg/mL, lot T-22: 7.1 µL of 21 mg/mL stock."""

    drug: str
    lot: str
    stock_ul: Decimal | None
    strength: str

    @property
    def taken(self) -> str:
        """7.1 µL; nothing when the units cannot be compared."""
        if self.stock_ul is None:
            return ""
        return f"{self.stock_ul:.2f} µL" if self.stock_ul < 1 else f"{self.stock_ul:.1f} µL"


def stock_share(dose: Decimal, unit: str, stock: Lot) -> Decimal | None:
    """The part of the medium that is stock: dose / concentration. None when the units cannot be compared."""
    compound = stock.compound
    if compound is None or stock.concentration is None:
        return None
    try:
        wanted = Concentration.written(dose, unit).canonical(compound.kind, stock.molar_mass)
        holds = Concentration.written(stock.concentration, stock.concentration_unit)
        return wanted / holds.canonical(compound.kind, stock.molar_mass)
    except MolarMassNeeded:
        return None


def dosing(drug: Drug, volume_ml: Decimal, catalogue: Catalogue) -> Dosing:
    """The stock for one vessel of `volume_ml`, cells included."""
    stock = catalogue.stocks[drug.stock_id or 0]
    share = stock_share(drug.dose, drug.unit, stock)
    name = f"{stock.compound} {Concentration.written(drug.dose, drug.unit)}"
    return Dosing(name, stock.number, None if share is None else share * volume_ml * 1000, strength(stock))


def medium_figures(catalogue: Catalogue) -> dict[str, Any]:
    """What dosing.js knows of stocks and recipes."""
    return {"stocks": stock_figures(catalogue), "lots": catalogue.lots_by_recipe}


def stock_figures(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Per stock, as its choice is named: what dosing.js needs to say how much of it one unit of dose takes."""
    return {
        f"{STOCK}:{pk}": {
            "drug": str(stock.compound),
            "lot": stock.number,
            "strength": strength(stock),
            "share": {
                unit: float(share)
                for unit in Lot.Unit.values
                if (share := stock_share(Decimal(1), unit, stock)) is not None
            },
        }
        for pk, stock in catalogue.stocks.items()
    }
