"""Corrections: the entry as it stands, what it should have been, and why."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE, Catalogue
from cultures.passaging.forms.counting import MOST_PER_ML
from cultures.passaging.forms.fields import LabTimeField, PickField, offer
from cultures.passaging.forms.medium import MediumForm
from cultures.passaging.models import Count, Culture, Discard, DrugInMedium, Event, Observation
from lims.clock import lab_time
from lims.web.fields import CleanCharField, NoteField, WholeNumberField
from lims.web.forms import BenchForm, NumberField, Proposal


class Reasoned(BenchForm):
    """What every correction has: perhaps another time, and the reason."""

    at = LabTimeField(label="Another time", required=False)
    note = NoteField(label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    reason = CleanCharField(
        label="Why is it corrected?",
        max_length=300,
        help_text="Kept with the record.",
        error_messages={"required": "Say why: the record keeps it."},
    )

    def changes(self) -> dict[str, Any]:
        """What correct_entry takes: only what was changed."""
        raise NotImplementedError

    def seal(self) -> str:
        """Stands for these changes: what was shown before is what is confirmed."""
        return hashlib.sha256(repr(sorted(self.changes().items())).encode()).hexdigest()[:16]

    @staticmethod
    def unchanged_time(event: Event) -> str:
        return f"Empty: it stays {lab_time(event.at):%d %b %Y %H:%M}."


class CorrectionForm(Reasoned):
    """Fields are named as correct_entry names them."""

    TOLD_ANYWAY: ClassVar = {"reason", "command_key"}

    def __init__(self, data: Any = None, *, event: Any, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(data, **{**options, "initial": {**self.standing(event), "note": event.note}})
        self.event, self.catalogue = event, catalogue
        self.fields["at"].help_text = self.unchanged_time(event)
        self.fill()

    @classmethod
    def standing(cls, event: Any) -> dict[str, Any]:
        """The values of the entry as it stands."""
        return {name: getattr(event, name) for name in cls.base_fields if hasattr(event, name) and name != "at"}

    def fill(self) -> None:
        """Fill the choices."""

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What this kind of entry has beside time, note and reason."""
        return [self[name] for name in self.fields if name not in {*self.TOLD_ANYWAY, "at", "note"}]

    def changes(self) -> dict[str, Any]:
        named = [name for name in self.changed_data if name not in self.TOLD_ANYWAY]
        return {name: self.cleaned_data[name] for name in named}


class ReceiptCorrection(CorrectionForm):
    came_from = CleanCharField(label="Came from", max_length=120)
    label_passage_number = WholeNumberField(label="Passage on the label", least=0, most=9_999)
    label_pdl = NumberField(label="PDL on the label", least=0, most=9_999, places=3, required=False)
    viability_pct = NumberField(label="Viability", unit="%", least=0, most=100, places=1, required=False)
    seeded_cells = WholeNumberField(label="Live cells seeded", unit="cells", least=1, most=10**13 - 1, required=False)


class CountCorrection(CorrectionForm):
    live_per_ml = NumberField(label="Live", unit="×10⁶/mL", scale=1_000_000, least=0, most=MOST_PER_ML, places=1)
    dead_per_ml = NumberField(
        label="Dead", unit="×10⁶/mL", scale=1_000_000, least=0, most=MOST_PER_ML, places=1, required=False
    )
    dilution = NumberField(
        label="Dilution",
        unit="×",
        least=Decimal("0.001"),
        most=10_000,
        places=3,
        help_text="Live and dead are of the undiluted suspension; changing the dilution alone scales both.",
    )
    method = forms.ChoiceField(label="Counted with", choices=Count.Method)


class HarvestCorrection(CorrectionForm):
    """Its volume, the count it rests on, and the cells of each daughter."""

    volume_ml = NumberField(label="Harvested", unit="mL", least=Decimal("0.01"), most=99_999, places=2)
    used_count_id = PickField(label="Count used")

    def fill(self) -> None:
        harvest = self.event
        counts = Count.objects.standing().filter(culture__harvest_sources__harvest=harvest).distinct().order_by("at")
        offer(
            self,
            "used_count_id",
            [(count.pk, f"{lab_time(count.at):%d %b %H:%M}, {count.live_per_ml:,.0f} live /mL") for count in counts],
        )
        parts = harvest.allocations.filter(withdrawn_at=None, daughter__isnull=False)
        self.parts_of_daughters = list(parts.select_related("daughter__vessel").order_by("pk"))
        for part in self.parts_of_daughters:
            self.fields[f"cells_{part.daughter_id}"] = WholeNumberField(
                label=f"{part.daughter.code}, {part.daughter.vessel}", unit="cells", least=1, most=10**13 - 1
            )
            self.initial[f"cells_{part.daughter_id}"] = part.cells

    def changes(self) -> dict[str, Any]:
        changes = super().changes()
        reseeded = {
            part.daughter_id: changes.pop(name)
            for part in self.parts_of_daughters
            if (name := f"cells_{part.daughter_id}") in changes
        }
        return changes | ({"daughter_cells": reseeded} if reseeded else {})


class ObservationCorrection(CorrectionForm):
    confluence_pct = WholeNumberField(label="Confluence", unit="%", least=0, most=100, required=False)
    morphology = forms.ChoiceField(
        label="Morphology", choices=[("", "not said"), *Observation.Morphology.choices], required=False
    )


class MoveCorrection(CorrectionForm):
    to_place_id = PickField(label="Went to")

    def fill(self) -> None:
        offer(self, "to_place_id", self.catalogue.places)


class DiscardCorrection(CorrectionForm):
    why = forms.ChoiceField(label="Why it was discarded", choices=Discard.Why, widget=forms.RadioSelect)


class FeedCorrection(MediumForm, Reasoned):
    """The medium as it was written down, to be written anew."""

    volume_ml = NumberField(label="Volume", unit="mL", least=Decimal("0.01"), most=99_999, places=2)

    def __init__(self, data: Any = None, *, event: Any, catalogue: Catalogue, **options: Any) -> None:
        lots = list(event.lots.order_by("pk").values_list("lot_id", flat=True))
        drugs = list(event.drugs.select_related("compound").order_by("pk"))
        stocks = {drug.stock_id for drug in drugs if drug.stock_id}
        super().__init__(
            data,
            catalogue=Catalogue(catalogue.day, frozenset({*lots, *stocks})),
            drugs=[row_of(drug) for drug in drugs],
            initial={
                "recipe": event.recipe_id,
                "lots": lots,
                "volume_ml": event.volume_ml,
                "note": event.note,
                "without_drug": event.without_drug,
            },
            **options,
        )
        self.is_treated_arm = event.culture.arm == Culture.Arm.TREATED
        if event.recipe.retired_at:
            offer(self, "recipe", [*catalogue.recipe_choices, (event.recipe_id, str(event.recipe))])
        self.fields["at"].help_text = self.unchanged_time(event)

    def changes(self) -> dict[str, Any]:
        keys = {"recipe": "recipe_id", "lots": "lot_ids"} | {
            name: name for name in ("volume_ml", "without_drug", "at", "note")
        }
        found: dict[str, Any] = {
            key: self.cleaned_data[name] for name, key in keys.items() if name in self.changed_data
        }
        if self.drugs.has_changed():
            found["drugs"] = tuple(drug for row in self.drugs if (drug := row.command()))
        return found


def row_of(drug: DrugInMedium) -> Mapping[str, Proposal]:
    """A drug as its row shows it; nothing is proposed about it, it was so."""
    chosen = f"{STOCK}:{drug.stock_id}" if drug.stock_id and drug.dose else f"{VEHICLE_ALONE}:{drug.compound_id}"
    said: dict[str, Any] = {"drug": chosen, "unit": drug.dose_unit, "vehicle_pct": drug.vehicle_pct.normalize()}
    return {name: Proposal(value, "") for name, value in said.items()} | (
        {"dose": Proposal(drug.dose.normalize(), "")} if drug.dose else {}
    )


CORRECTIONS: dict[str, type[CorrectionForm] | type[FeedCorrection]] = {
    "receipt": ReceiptCorrection,
    "count": CountCorrection,
    "harvest": HarvestCorrection,
    "feed": FeedCorrection,
    "observation": ObservationCorrection,
    "move": MoveCorrection,
    "discard": DiscardCorrection,
}
