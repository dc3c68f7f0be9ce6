"""What a person or machine asks for, as plain values. Forms, endpoints and imports build them; services act on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Drug:
    """A drug in the medium. dose 0 is the vehicle control; unit as written (nM, µM, mM, µg/mL, mg/mL)."""

    compound_id: int
    dose: Decimal
    unit: str
    stock_id: int | None = None
    vehicle_pct: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Medium:
    """What is in the medium: recipe version, volume in mL, the lots it was made of, and zero or more drugs.

    without_drug   why the treated arm gets no drug (Feed.Without); asked for whenever it gets none
    override       why it departs from a rule of the lab, such as a dose more than three times the last one
    """

    recipe_id: int
    volume_ml: Decimal
    lot_ids: Sequence[int] = ()
    drugs: Sequence[Drug] = ()
    without_drug: str = ""
    override: str = ""


@dataclass(frozen=True, kw_only=True)
class CellCount:
    """Cells per mL of the suspension. `dilution` is applied to live and dead here, once; instruments give 1."""

    live_per_ml: Decimal
    dead_per_ml: Decimal | None = None
    dilution: Decimal = Decimal(1)
    method: str = "haemocytometer"
    reported_viability_pct: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Seeding:
    """One daughter: its vessel, its viable cells (exactly one of cells, density_per_cm2, split_ratio), place, medium.

    split_ratio n means 1:n: one n-th of the culture per vessel of the same area, in proportion for another area.
    arm, keeper, place and line None keep the parent's. Another line can only be a subline of the parent's line: with
    this daughter its derivation begins.
    """

    vessel_id: int
    medium: Medium
    cells: int | None = None
    density_per_cm2: Decimal | None = None
    split_ratio: Decimal | None = None
    place_id: int | None = None
    arm: str | None = None
    keeper_id: int | None = None
    line_id: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Cells of a harvest for a registered destination other than a daughter (harvest_destinations.py)."""

    kind: str
    cells: int
    volume_ml: Decimal
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that becomes of one harvest. What is left over is discarded when `discard_rest`, else it stays in hand."""

    daughters: Sequence[Seeding] = ()
    portions: Sequence[Portion] = ()
    discard_rest: bool = True
    dissociation_lot_ids: Sequence[int] = field(default_factory=tuple)
