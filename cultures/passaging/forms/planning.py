"""The planner: what a harvest form, as filled in so far, comes to. planner.js does the same while one types."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any

from django.http import QueryDict

from cultures.passaging.commands import Drug
from cultures.passaging.errors import cells
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.dosing import Dosing, dosing, medium_figures
from cultures.passaging.forms.entry import value_of
from cultures.passaging.forms.passage import AS_BELOW, By, DaughterForm, HarvestForm
from cultures.passaging.forms.proposals import Proposed
from cultures.passaging.forms.reshaping import is_draft, reshaped
from cultures.science.growth import cells_by_density, cells_by_ratio, split_plan, viability_pct, whole_cells


def millilitres(volume_ml: Decimal | None, places: int) -> str:
    """As a pipette is set: 2.08; below 0.1 mL to the microlitre."""
    if volume_ml is None:
        return "–"
    return f"{volume_ml:.3f}" if 0 < volume_ml < Decimal("0.1") else f"{volume_ml:.{places}f}"


GAP = Decimal("0.4")  # between two parts of the bar, in percent of its width


@dataclass(frozen=True)
class Poured:
    """What goes into one daughter, and how densely its cells will lie."""

    cells: int | None = None
    suspension_ml: Decimal | None = None
    medium_ml: Decimal | None = None
    per_cm2: Decimal | None = None
    drugs: list[Dosing] = field(default_factory=list)

    @property
    def suspension(self) -> str:
        return millilitres(self.suspension_ml, 2)

    @property
    def medium(self) -> str:
        return millilitres(self.medium_ml, 1)


@dataclass(frozen=True)
class Bar:
    """A part of the allocation bar, in percent of its width."""

    x: Decimal
    width: Decimal
    css: str


@dataclass(frozen=True)
class Fit:
    """The daughter that is too large, the cells it could have, and how its field would say that."""

    index: int
    vessel: str
    cells: int
    amount: str


class Planner:
    def __init__(self, form: HarvestForm, *, area_cm2: Decimal, is_treated: bool) -> None:
        self.form, self.area_cm2, self.is_treated = form, area_cm2, is_treated
        self.catalogue: Catalogue = form.catalogue

    @cached_property
    def live_per_ml(self) -> Decimal | None:
        live = value_of(self.form, "live")
        return None if live is None else live * (value_of(self.form, "dilution") or 1)

    @cached_property
    def viability_pct(self) -> float | None:
        return viability_pct(value_of(self.form, "live"), value_of(self.form, "dead"))

    @cached_property
    def in_hand(self) -> int | None:
        """Viable cells in the suspension."""
        volume = value_of(self.form, "volume_ml")
        return None if self.live_per_ml is None or volume is None else whole_cells(self.live_per_ml * volume)

    @cached_property
    def rows(self) -> list[tuple[DaughterForm, Poured]]:
        return [(row, self._poured(row)) for row in self.form.daughters]

    def _poured(self, row: DaughterForm) -> Poured:
        vessel = self.catalogue.vessels.get(value_of(row, "vessel") or 0)
        amount = value_of(row, "amount")
        if vessel is None or amount is None:
            return Poured()
        total_ml = value_of(row, "volume_ml") or vessel.working_volume_ml
        dosings = [dosing(drug, total_ml, self.catalogue) for drug in self.drugs] if self._in_drug(row) else []
        cells = self._cells(row.by, amount, vessel.growth_area_cm2)
        if cells is None:
            return Poured(drugs=dosings)
        per_cm2 = cells / vessel.growth_area_cm2
        if not self.live_per_ml:
            return Poured(cells=cells, per_cm2=per_cm2, drugs=dosings)
        pour = split_plan(self.live_per_ml, [(cells, total_ml)])[0]
        return Poured(cells, pour.suspension_ml, pour.medium_ml, per_cm2, dosings)

    def _cells(self, by: str, amount: Decimal, area_cm2: Decimal) -> int | None:
        if by == By.CELLS:
            return int(amount)
        if by == By.DENSITY:
            return cells_by_density(amount, area_cm2)
        if self.in_hand is None:
            return None
        return cells_by_ratio(self.in_hand, amount, area_cm2=area_cm2, harvested_area_cm2=self.area_cm2)

    @staticmethod
    def _in_drug(row: DaughterForm) -> bool:
        return (value_of(row, "drugs") or AS_BELOW) == AS_BELOW

    @cached_property
    def drugs(self) -> list[Drug]:
        """The doses of the medium, as far as they can be read."""
        return [drug for row in self.form.drugs if (drug := row.drug_so_far()) and drug.dose]

    # --- the sum -----------------------------------------------------------------------------------------------------
    @cached_property
    def allocated(self) -> int:
        return sum(poured.cells or 0 for _, poured in self.rows)

    @property
    def left(self) -> int | None:
        return None if self.in_hand is None else max(self.in_hand - self.allocated, 0)

    @property
    def too_many(self) -> int:
        return max(self.allocated - self.in_hand, 0) if self.in_hand is not None else 0

    @cached_property
    def fit(self) -> "Fit | None":
        """What the largest daughter could be if the others keep theirs; None when all fit."""
        if not self.too_many:
            return None
        index = max(range(len(self.rows)), key=lambda place: self.rows[place][1].cells or 0)
        row, poured = self.rows[index]
        vessel = self.catalogue.vessels[value_of(row, "vessel")]
        fits = int(three_figures(max((poured.cells or 0) - self.too_many, 0), ROUND_FLOOR))
        amount = three_figures(self._said(fits, row.by, vessel.growth_area_cm2), ROUND_FLOOR)
        return Fit(index, str(vessel), fits, row.fields["amount"].prepare_value(amount))

    def _said(self, number: int, by: str, area_cm2: Decimal) -> Decimal:
        """Cells in the way the daughters are said."""
        if by == By.CELLS or not number:
            return Decimal(number)
        if by == By.DENSITY:
            return number / area_cm2
        ratio = Decimal(self.in_hand or 0) * area_cm2 / (number * self.area_cm2)
        return three_figures(ratio, ROUND_CEILING)

    def mark_the_fit(self) -> None:
        """Say at the daughter itself what would fit."""
        if self.fit and self.fit.cells:
            row = self.rows[self.fit.index][0]
            row.add_error("amount", f"{cells(self.fit.cells)} is what is left when the others keep theirs.")

    @property
    def bars(self) -> list[Bar]:
        """The daughters, what is left over, and what is too much, side by side."""
        whole = max(self.in_hand or 0, self.allocated)
        if not whole:
            return []
        kept = self.in_hand or 0
        parts, used = [], 0
        for _, poured in self.rows:
            fits = max(min(poured.cells or 0, kept - used), 0)
            used += poured.cells or 0
            parts.append((fits, "f-t" if self.is_treated else "f-a"))
        parts += [(self.left or 0, "f-e soft"), (self.too_many, "f-r")]
        return list(side_by_side(parts, whole))


def three_figures(number: Decimal | int, rounding: str) -> Decimal:
    number = Decimal(number)
    return number.quantize(Decimal(1).scaleb(number.adjusted() - 2), rounding) if number else number


def side_by_side(parts: Iterable[tuple[int, str]], whole: int) -> Iterable[Bar]:
    x = Decimal(0)
    for part, css in parts:
        if width := Decimal(100 * part) / whole:
            yield Bar(round(x, 2), round(max(width - GAP, GAP), 2), css)
            x += width


def form_and_planner(
    sent: QueryDict | None, proposed: Proposed, catalogue: Catalogue, *, area_cm2: Decimal, is_treated: bool
) -> tuple[HarvestForm, Planner]:
    """The form as sent, or as a button other than Save has changed it, with what it comes to."""

    def build(data: QueryDict | None) -> tuple[HarvestForm, Planner]:
        form = HarvestForm(
            data,
            is_draft=data is not None and is_draft(data),
            catalogue=catalogue,
            offered=proposed.offered,
            proposals=proposed.fields,
            drugs=proposed.drugs,
            daughters=proposed.daughters,
        )
        if form.is_draft:
            form.forgive_gaps()
        return form, Planner(form, area_cm2=area_cm2, is_treated=is_treated)

    if sent is None:
        return build(None)
    form, planner = build(reshaped(sent))
    if "fit" in sent and planner.fit:
        fitting = sent.copy()
        fitting[f"daughters-{planner.fit.index}-amount"] = planner.fit.amount
        return build(fitting)
    return form, planner


def figures(planner: Planner) -> dict[str, Any]:
    """What planner.js reckons with."""
    return {
        "area": float(planner.area_cm2),
        "treated": planner.is_treated,
        "units": {by: {"unit": unit, "scale": scale} for by, (unit, scale) in By.UNITS.items()},
        "vessels": {
            pk: {"area": float(vessel.growth_area_cm2), "volume": float(vessel.working_volume_ml)}
            for pk, vessel in planner.catalogue.vessels.items()
        },
        **medium_figures(planner.catalogue),
    }
