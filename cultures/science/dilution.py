"""How to make a dose: so much stock and so much plain vehicle, with the same vehicle in every flask of an experiment.

Concentrations are Decimals in the compound's canonical unit (nM, or µg/mL for an antibody); volumes in µL, of the
medium in mL; percentages are % v/v of the finished medium. Nothing is rounded but for display (to 0.01 µL).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

LEAST_UL = Decimal("0.5")  # less than this no pipette delivers reliably
# an intermediate dilution 1:n; powers of ten first, the others for small batches where these do not fit
PARTS = (10, 100, 1000, 2, 4, 5, 20, 40, 50, 200, 400, 500)


class DilutionError(ValueError):
    """It cannot be made like this. Its text is a sentence for people; `field` names what to change."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class NotAnAmount(DilutionError):
    def __init__(self, what: str, wanted: str, field: str) -> None:
        super().__init__(f"The {what} must be {wanted}. Correct it.", field)


class DoseAboveStock(DilutionError):
    def __init__(self) -> None:
        super().__init__("The dose is above the concentration of the stock. Take a stronger stock.", "dose")


class VehicleTooLittle(DilutionError):
    """smallest_pct: the vehicle that this stock needs. weakest_stock: what would do with the vehicle given, if any."""

    def __init__(self, vehicle_pct: Decimal, smallest_pct: Decimal, stronger: Decimal | None, stock: Decimal) -> None:
        self.smallest_pct = smallest_pct
        self.weakest_stock = stock * stronger if stronger else None
        way = f", or take a stock at least {_up(stronger)} times as strong" if stronger else ""
        super().__init__(
            f"The stock alone brings more vehicle than {vehicle_pct.normalize():f} %. "
            f"Set the vehicle of all rungs and arms to at least {_up(smallest_pct)} %{way}.",
            "vehicle_pct",
        )


class BatchTooSmall(DilutionError):
    def __init__(self, smallest_ml: Decimal) -> None:
        self.smallest_ml = smallest_ml
        super().__init__(
            f"The amounts are too small to pipette. Make at least {_up(smallest_ml)} mL of this medium at once.",
            "volume_ml",
        )


@dataclass(frozen=True)
class Intermediate:
    """A dilution of the stock in vehicle, made first: 1 part of stock in `parts`."""

    parts: int
    concentration: Decimal
    pipetted_ul: Decimal  # of it, into the batch
    vehicle_ul: Decimal  # plain, into the batch beside it


@dataclass(frozen=True)
class Recipe:
    """One batch of medium at a dose. stock_ul and vehicle_ul are what is in it, whichever way it came in."""

    volume_ml: Decimal
    stock_ul: Decimal
    vehicle_ul: Decimal
    intermediate: Intermediate | None = None

    @property
    def stock_ul_per_ml(self) -> Decimal:
        return self.stock_ul / self.volume_ml

    @property
    def vehicle_ul_per_ml(self) -> Decimal:
        return self.vehicle_ul / self.volume_ml

    @property
    def medium_ml(self) -> Decimal:
        """Medium to begin with; stock and vehicle make up the volume."""
        return self.volume_ml - (self.stock_ul + self.vehicle_ul) / 1000

    @property
    def caution(self) -> str:
        """What no pipette would get right; empty when all is well."""
        plain_ul = self.intermediate.vehicle_ul if self.intermediate else self.vehicle_ul
        if not 0 < plain_ul < LEAST_UL:
            return ""
        return f"{shown(plain_ul)} µL of vehicle is too little to pipette. Make a larger batch at once."

    @property
    def steps(self) -> list[str]:
        """What to do at the bench, in order.

        >>> for step in dilute(stock=Decimal(10_000_000), dose=Decimal(10), vehicle_pct=Decimal("0.1"),
        ...                    volume_ml=Decimal(20)).steps:
        ...     print(step)
        Dilute the stock 1:100 in vehicle: 1 µL and 99 µL.
        To 19.98 mL of medium add 2 µL of the dilution and 18 µL of vehicle.
        """
        medium = f"To {shown(self.medium_ml)} mL of medium add"
        if made := self.intermediate:
            first = f"Dilute the stock 1:{made.parts} in vehicle: 1 µL and {made.parts - 1} µL."
            return [first, f"{medium} {_added(made.pipetted_ul, 'the dilution', made.vehicle_ul)}."]
        return [f"{medium} {_added(self.stock_ul, 'stock', self.vehicle_ul)}."]


def dilute(
    *,
    stock: Decimal,
    dose: Decimal,
    vehicle_pct: Decimal,
    stock_vehicle_fraction: Decimal = Decimal(100),
    volume_ml: Decimal = Decimal(1),
) -> Recipe:
    """Stock and plain vehicle for a batch, so that both together bring vehicle_pct of vehicle. Dose 0: vehicle alone.

        stock = dose * volume / concentration of the stock;   vehicle = vehicle_pct of the volume - what is in the stock

    stock_vehicle_fraction   how much of the stock is vehicle, in % (50 for a stock in half DMSO, half water)

    >>> recipe = dilute(stock=Decimal(1_000_000), dose=Decimal(500), vehicle_pct=Decimal("0.1"))  # 1 mM to 500 nM
    >>> recipe.stock_ul, recipe.vehicle_ul
    (Decimal('0.5'), Decimal('0.5'))
    >>> dilute(stock=Decimal(1_000_000), dose=Decimal(0), vehicle_pct=Decimal("0.1")).steps
    ['To 1 mL of medium add 1 µL of vehicle.']
    """
    _check(stock, dose, vehicle_pct, stock_vehicle_fraction, volume_ml)
    volume_ul = volume_ml * 1000
    wanted_ul = volume_ul * vehicle_pct / 100
    stock_ul = dose * volume_ul / stock
    vehicle_ul = wanted_ul - dose * volume_ul * stock_vehicle_fraction / (stock * 100)
    if vehicle_ul < 0:
        smallest_pct = dose * stock_vehicle_fraction / stock
        stronger = smallest_pct / vehicle_pct if vehicle_pct else None
        raise VehicleTooLittle(vehicle_pct, smallest_pct, stronger, stock)
    if 0 < stock_ul < LEAST_UL:
        return Recipe(volume_ml, stock_ul, vehicle_ul, _intermediate(stock, stock_ul, vehicle_ul, volume_ml))
    return Recipe(volume_ml, stock_ul, vehicle_ul)


def _intermediate(stock: Decimal, stock_ul: Decimal, vehicle_ul: Decimal, volume_ml: Decimal) -> Intermediate:
    """The nicest dilution of which enough is pipetted, and not more than the vehicle allows."""
    for parts in PARTS:
        pipetted_ul = stock_ul * parts
        plain_ul = vehicle_ul - (pipetted_ul - stock_ul)
        if pipetted_ul >= LEAST_UL and plain_ul >= 0:
            return Intermediate(parts, stock / parts, pipetted_ul, plain_ul)
    for_the_drug = LEAST_UL / (stock_ul * max(PARTS))
    # from twice the least amount on, one of PARTS fits: they never lie more than a factor of two apart
    for_the_vehicle = 2 * LEAST_UL / (stock_ul + vehicle_ul)
    raise BatchTooSmall(volume_ml * max(for_the_drug, for_the_vehicle))


def _check(
    stock: Decimal, dose: Decimal, vehicle_pct: Decimal, stock_vehicle_fraction: Decimal, volume_ml: Decimal
) -> None:
    if not stock.is_finite() or stock <= 0:
        raise NotAnAmount("concentration of the stock", "above zero", "stock")
    if not dose.is_finite() or dose < 0:
        raise NotAnAmount("dose", "zero or more", "dose")
    if not volume_ml.is_finite() or volume_ml <= 0:
        raise NotAnAmount("volume of medium", "above zero", "volume_ml")
    for name, percentage in (("vehicle_pct", vehicle_pct), ("stock_vehicle_fraction", stock_vehicle_fraction)):
        if not percentage.is_finite() or not 0 <= percentage <= 100:
            raise NotAnAmount("vehicle", "from 0 to 100 %", name)
    if dose > stock:
        raise DoseAboveStock


def shown(amount: Decimal) -> str:
    """A volume as a pipette is set: to two decimals.

    >>> shown(Decimal("2.0")), shown(Decimal(5) / 3), shown(Decimal(100))
    ('2', '1.67', '100')
    """
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"


def _up(amount: Decimal) -> str:
    """A limit, rounded up so that what is shown is enough."""
    return f"{amount.quantize(Decimal('0.01'), ROUND_UP).normalize():f}"


def _added(drug_ul: Decimal, of: str, vehicle_ul: Decimal) -> str:
    drug = f"{shown(drug_ul)} µL of {of}" if drug_ul else ""
    vehicle = f"{shown(vehicle_ul)} µL of vehicle" if vehicle_ul else ""
    return " and ".join(filter(None, (drug, vehicle))) or "nothing"
