"""The passage screen: counted, volume, daughters, medium. Pooling, which harvests several cultures, uses it too."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from cultures.compounds.models import Lot
from cultures.passaging.commands import Drug, Medium, Plan, Seeding
from cultures.passaging.errors import NotEnoughCells
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.counting import CountForm
from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.forms.medium import MediumForm
from cultures.passaging.forms.rows import MOST_ROWS, ProposedRows
from cultures.passaging.models import Culture
from lims.web.fields import field_of
from lims.web.forms import BenchForm, NumberField, Proposal


class By:
    """How a daughter's cells are said. Exactly one holds for all daughters of a harvest."""

    CELLS, DENSITY, RATIO = "cells", "density", "ratio"
    CHOICES = ((CELLS, "by cells"), (DENSITY, "by density"), (RATIO, "by ratio"))
    UNITS = {CELLS: ("×10⁶", 1_000_000), DENSITY: ("×10⁴/cm²", 10_000), RATIO: ("1 to", 1)}


AS_BELOW, VEHICLE, NO_DRUG = "", "vehicle", "none"
NO_ARM = "none"
FOLDED = ("volume_ml", "arm", "drugs", "keeper")


class DaughterForm(BenchForm):
    """One daughter: its vessel, its share of the cells, where it goes. The rest is as in its parent unless said."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    vessel = PickField(label="Vessel", error_messages={"required": "Choose a vessel."})
    amount = NumberField(
        label="Cells",
        least=Decimal("0.000001"),
        most=Decimal(10**13),
        error_messages={"required": "How many cells go in?"},
    )
    place = PickField(label="Place", required=False)
    volume_ml = NumberField(
        label="Volume in the vessel",
        unit="mL",
        least=Decimal("0.01"),
        most=99_999,
        places=2,
        required=False,
        help_text="Cells and medium together; empty for the vessel's usual volume.",
    )
    arm = forms.ChoiceField(
        label="Arm",
        choices=[
            ("", "as its parent"),
            (NO_ARM, "none"),
            (Culture.Arm.TREATED, Culture.Arm.TREATED.label),
            (Culture.Arm.VEHICLE, Culture.Arm.VEHICLE.label),
        ],
        required=False,
    )
    drugs = forms.ChoiceField(
        label="Drugs",
        choices=[(AS_BELOW, "as below"), (VEHICLE, "their vehicle alone"), (NO_DRUG, "none")],
        required=False,
    )
    keeper = PickField(label="Keeper", required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, by: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.catalogue, self.by = catalogue, by
        offer(self, "vessel", catalogue.vessel_choices, nothing="vessel")
        offer(self, "place", catalogue.places, nothing="same place")
        offer(self, "keeper", catalogue.keepers, nothing="same keeper")
        amount = field_of(self, "amount", NumberField)
        amount.unit, amount.scale = By.UNITS[by]

    @property
    def is_unfolded(self) -> bool:
        """Something is said in the fields that are folded away."""
        return any(self[name].value() or self[name].errors for name in FOLDED)

    @property
    def folded_choices(self) -> list[forms.BoundField]:
        return [self["arm"], self["drugs"], self["keeper"]]

    def command(self, medium: Medium) -> Seeding:
        data = self.cleaned_data
        vessel = self.catalogue.vessels[data["vessel"]]
        drugs = {AS_BELOW: tuple(medium.drugs), VEHICLE: as_vehicle(medium.drugs), NO_DRUG: ()}[data["drugs"]]
        amount = {
            By.CELLS: {"cells": int(data["amount"])},
            By.DENSITY: {"density_per_cm2": data["amount"]},
            By.RATIO: {"split_ratio": data["amount"]},
        }[self.by]
        return Seeding(
            vessel_id=vessel.pk,
            medium=replace(medium, volume_ml=data["volume_ml"] or vessel.working_volume_ml, drugs=drugs),
            place_id=data["place"],
            arm={"": None, NO_ARM: Culture.Arm.NONE.value}.get(data["arm"], data["arm"]),
            keeper_id=data["keeper"],
            **amount,
        )


def as_vehicle(drugs: Sequence[Drug]) -> tuple[Drug, ...]:
    """The matched control: as much of each vehicle, and no drug."""
    return tuple(replace(drug, dose=Decimal(0), stock_id=None) for drug in drugs)


class NumberedDaughters(ProposedRows):
    NAMES: ClassVar = {"vessel": "Vessel", "amount": "Cells for daughter", "place": "Place of daughter"}


DaughterRows = forms.formset_factory(
    DaughterForm, formset=NumberedDaughters, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


class HarvestForm(CountForm, MediumForm):
    """Cells detached, counted, and shared out. Of one culture: a passage; of several: a pool."""

    volume_ml = NumberField(label="Harvested", unit="mL", least=Decimal("0.01"), most=99_999, places=2)
    by = forms.ChoiceField(label="Daughters are said", choices=By.CHOICES, widget=forms.RadioSelect, required=False)
    left_over = forms.ChoiceField(
        label="Left over", choices=[("discard", "discard"), ("keep", "keep in hand")], initial="discard", required=False
    )
    dissociation = PickField(label="Detached with", required=False)

    def __init__(self, *args: Any, daughters: Sequence[Mapping[str, Proposal]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["by"] = By.CELLS
        chosen = self.data.get("by") if self.is_bound else By.CELLS
        said_by = chosen if chosen in By.UNITS else By.CELLS
        offer(self, "dissociation", self.catalogue.lot_choices(Lot.Kind.DISSOCIATION), nothing="nothing")
        kwargs = {"catalogue": self.catalogue, "by": said_by}
        data = self.data if self.is_bound else None
        self.daughters = DaughterRows(  # type: ignore[call-arg]  # ProposedRows takes them
            data, proposals=daughters, prefix="daughters", form_kwargs=kwargs
        )
        self.parts.append(self.daughters)

    @property
    def daughters_source(self) -> str:
        """Where all daughters come from, while none was changed."""
        sources = {row["amount"].source for row in self.daughters if row["amount"].is_proposed}
        return sources.pop() if len(sources) == 1 else ""

    @property
    def lacks_cells(self) -> bool:
        return isinstance(self.refusal, NotEnoughCells)

    def plan(self) -> Plan:
        medium = self.medium(volume_ml=Decimal(0))
        lot = self.cleaned_data["dissociation"]
        return Plan(
            daughters=tuple(row.command(medium) for row in self.daughters),
            discard_rest=self.cleaned_data["left_over"] != "keep",
            dissociation_lot_ids=(lot,) if lot else (),
        )
