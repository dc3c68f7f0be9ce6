"""How cells grew, and how to divide them. Pure arithmetic: no database, no framework.

Cell numbers are viable cells. Times are in hours, volumes in mL, areas in cm2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import log2

Number = int | float | Decimal


def population_doublings(harvested: Number | None, seeded: Number | None) -> float | None:
    """How often the population doubled between seeding and harvest.

        PD = log2(harvested / seeded)

    Negative when cells were lost, as they are under drug. None when either number is unknown or zero.
    (ATCC prints 3.32 * log10, which is 0.06 % lower; we use log2.)

    >>> population_doublings(8_000_000, 1_000_000)
    3.0
    >>> population_doublings(500_000, 1_000_000)
    -1.0
    >>> population_doublings(0, 1_000_000) is None
    True
    """
    if not harvested or not seeded or harvested < 0 or seeded < 0:
        return None
    return log2(harvested) - log2(seeded)


def doubling_time(hours: float, harvested: Number | None, seeded: Number | None) -> float | None:
    """Hours per doubling; None when the population did not grow.

        DT = hours / PD

    >>> doubling_time(96, 4_000_000, 1_000_000)
    48.0
    >>> doubling_time(96, 900_000, 1_000_000) is None
    True
    """
    doublings = population_doublings(harvested, seeded)
    if doublings is None or doublings <= 0 or hours <= 0:
        return None
    return hours / doublings


def viability_pct(live: Number | None, dead: Number | None) -> float | None:
    """Live cells in percent of all cells; None without a dead count or without any cell.

    >>> viability_pct(94, 6)
    94.0
    """
    if live is None or dead is None or float(live) + float(dead) <= 0:
        return None
    return 100 * float(live) / (float(live) + float(dead))


def whole_cells(cells: Decimal) -> int:
    """Half a cell is rounded up.

    >>> whole_cells(Decimal("2.5"))
    3
    """
    return int(cells.to_integral_value(ROUND_HALF_UP))


def cells_by_density(density_per_cm2: Decimal, area_cm2: Decimal) -> int:
    """Cells for a vessel at a seeding density.

    >>> cells_by_density(Decimal(20_000), Decimal(75))
    1500000
    """
    return whole_cells(density_per_cm2 * area_cm2)


def cells_by_ratio(harvested: int, ratio: Decimal, *, area_cm2: Decimal, harvested_area_cm2: Decimal) -> int:
    """Cells for one vessel at a split of 1:ratio.

    1:4 means one quarter of the culture into a vessel of the same area; a vessel of another area gets its part in
    proportion. Rounded down, so that four quarters never exceed the whole.

    >>> cells_by_ratio(6_000_000, Decimal(4), area_cm2=Decimal(75), harvested_area_cm2=Decimal(75))
    1500000
    >>> cells_by_ratio(6_000_000, Decimal(4), area_cm2=Decimal(25), harvested_area_cm2=Decimal(75))
    500000
    """
    share = Decimal(harvested) * area_cm2 / (ratio * harvested_area_cm2)
    return int(share.to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True)
class Pour:
    """What to pipette into one vessel: so much suspension, topped up with so much medium."""

    cells: int
    suspension_ml: Decimal
    medium_ml: Decimal


def suspension_ml(cells: int, live_per_ml: Decimal) -> Decimal:
    """The volume that holds so many viable cells, to the microlitre; 0 when there are none to be had.

    >>> suspension_ml(1_500_000, Decimal(720_000))
    Decimal('2.083')
    """
    if not live_per_ml:
        return Decimal("0.000")
    return (Decimal(cells) / live_per_ml).quantize(Decimal("0.001"), ROUND_HALF_UP)


def split_plan(live_per_ml: Decimal, vessels: Sequence[tuple[int, Decimal]]) -> list[Pour]:
    """For each vessel (viable cells, final volume in mL): the suspension to add and the medium to top it up with.

    >>> split_plan(Decimal(720_000), [(1_500_000, Decimal(15))])
    [Pour(cells=1500000, suspension_ml=Decimal('2.083'), medium_ml=Decimal('12.917'))]
    """
    plan = []
    for cells, volume_ml in vessels:
        taken = suspension_ml(cells, live_per_ml)
        plan.append(Pour(cells, taken, max(Decimal(volume_ml) - taken, Decimal("0.000"))))
    return plan
