"""What a compound and its stock bear, wherever a dose is worked out or given."""

from datetime import datetime
from decimal import Decimal

from cultures.compounds.errors import DoseAboveMaximum, StockOverThawed, VehicleAboveMaximum
from cultures.compounds.models import Compound, Lot
from cultures.compounds.thaws import freeze_thaws_at
from cultures.science.concentration import MICROGRAMS_PER_ML, NANOMOLAR, Concentration


def refuse_high_dose(compound: Compound, written: Concentration, canonical: Decimal) -> None:
    """Raises DoseAboveMaximum. canonical   the same dose in the compound's own unit"""
    if compound.max_dose is not None and canonical > compound.max_dose:
        raise DoseAboveMaximum(compound, written, as_written(compound.max_dose, compound, written.unit))


def as_written(canonical: Decimal, compound: Compound, unit: str) -> Concentration:
    """A limit in the unit a person thinks in: 10000 nM beside a dose in µM is 10 µM. Never through the molar mass."""
    factors = MICROGRAMS_PER_ML if compound.kind == Compound.Kind.ANTIBODY else NANOMOLAR
    return (
        Concentration(canonical / factors[unit], unit) if unit in factors else Concentration(canonical, compound.unit)
    )


def refuse_much_vehicle(compound: Compound, vehicle: str, vehicle_pct: Decimal) -> None:
    """Raises VehicleAboveMaximum. vehicle_pct   all of this vehicle in the medium, whatever brought it, % v/v"""
    if compound.max_vehicle_pct is not None and vehicle_pct > compound.max_vehicle_pct:
        raise VehicleAboveMaximum(compound, vehicle, vehicle_pct)


def refuse_over_thawed(stock: Lot, at: datetime) -> None:
    """Raises StockOverThawed. An entry about the past is judged by the thaws of that time, as an expiry is."""
    most = stock.max_freeze_thaws
    if most is not None and stock.is_over_thawed and (thaws := freeze_thaws_at(stock, at)) > most:
        raise StockOverThawed(stock, thaws)
