"""A dilution series for the bench: what is pipetted for each dose, and for the vehicle control beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from cultures.compounds.errors import DoseAboveMaximum
from cultures.compounds.limits import refuse_high_dose
from cultures.compounds.models import Compound, Lot
from cultures.science.concentration import Concentration
from cultures.science.dilution import DilutionError, Recipe, dilute, shown

SPARE = Decimal("1.1")  # of a dilution made first: what stays in tips and tube


@dataclass(frozen=True)
class Rung:
    """One medium of the series, and how it is made; `name` is its dose."""

    name: str
    recipe: Recipe

    @property
    def per_ml(self) -> tuple[str, str]:
        """µL of stock and of vehicle per mL of medium, whichever way the stock comes in."""
        return in_figures(self.recipe.stock_ul_per_ml), in_figures(self.recipe.vehicle_ul_per_ml)

    @property
    def pipetted_ul(self) -> str:
        """Of the stock, or of its dilution."""
        return shown(made.pipetted_ul if (made := self.recipe.intermediate) else self.recipe.stock_ul)

    @property
    def vehicle_ul(self) -> str:
        """Plain vehicle, beside that."""
        return shown(made.vehicle_ul if (made := self.recipe.intermediate) else self.recipe.vehicle_ul)

    @property
    def source(self) -> str:
        """What is pipetted from; nothing for the vehicle control."""
        if made := self.recipe.intermediate:
            return f"1:{made.parts}"
        return "stock" if self.recipe.stock_ul else ""


@dataclass(frozen=True)
class Refused:
    """A medium of the series that cannot be made like this, and why."""

    name: str
    refusal: str


@dataclass(frozen=True)
class Predilution:
    """A dilution of the stock in its vehicle, made first; enough for every rung that takes from it."""

    parts: int
    concentration: Concentration
    stock_ul: Decimal
    needed_ul: Decimal

    @property
    def vehicle_ul(self) -> Decimal:
        return self.stock_ul * (self.parts - 1)


@dataclass(frozen=True)
class Series:
    rungs: list[Rung | Refused]
    predilutions: list[Predilution]


def series_of(stock: Lot, *, doses: Sequence[Concentration], vehicle_pct: Decimal, volume_ml: Decimal) -> Series:
    """The vehicle control and each dose. Raises MolarMassNeeded where a unit cannot be converted.

    vehicle_pct   of the medium, the same in every rung, % v/v
    volume_ml     of each medium
    """
    rungs = list(_rungs(stock, doses, vehicle_pct, volume_ml))
    return Series(rungs, predilutions_of(stock, [rung.recipe for rung in rungs if isinstance(rung, Rung)]))


def _rungs(
    stock: Lot, doses: Sequence[Concentration], vehicle_pct: Decimal, volume_ml: Decimal
) -> Iterator[Rung | Refused]:
    compound, holds = _what(stock)
    strength = holds.canonical(compound.kind, stock.molar_mass)
    yield Rung("vehicle control", dilute(stock=strength, dose=Decimal(0), vehicle_pct=vehicle_pct, volume_ml=volume_ml))
    for dose in doses:
        canonical = dose.canonical(compound.kind, stock.molar_mass)
        try:
            refuse_high_dose(compound, dose, canonical)
            recipe = dilute(stock=strength, dose=canonical, vehicle_pct=vehicle_pct, volume_ml=volume_ml)
        except (DilutionError, DoseAboveMaximum) as refusal:
            yield Refused(str(dose), str(refusal))
        else:
            yield Rung(str(dose), recipe)


def predilutions_of(stock: Lot, recipes: Sequence[Recipe]) -> list[Predilution]:
    """Each dilution that is made first, the strongest first."""
    needed_ul: dict[int, Decimal] = {}
    for made in (recipe.intermediate for recipe in recipes if recipe.intermediate):
        needed_ul[made.parts] = needed_ul.get(made.parts, Decimal(0)) + made.pipetted_ul
    _, holds = _what(stock)
    return [
        Predilution(
            parts=parts,
            concentration=Concentration(holds.amount / parts, holds.unit),
            stock_ul=max((needed * SPARE / parts).quantize(Decimal(1), ROUND_UP), Decimal(1)),
            needed_ul=needed,
        )
        for parts, needed in sorted(needed_ul.items())
    ]


def _what(stock: Lot) -> tuple[Compound, Concentration]:
    if stock.compound is None or stock.concentration is None:
        raise ValueError(f"{stock.code} is no drug stock.")
    return stock.compound, Concentration.written(stock.concentration, stock.concentration_unit)


def in_figures(amount: Decimal) -> str:
    """To two decimals; below one to three figures, since per mL little is a lot.

    >>> in_figures(Decimal("1.6667")), in_figures(Decimal("0.00123456"))
    ('1.67', '0.00123')
    """
    return shown(amount) if amount >= 1 or not amount else f"{Decimal(f'{amount:.3g}').normalize():f}"
