"""Cells come in: a flask from outside, or a vial thawed."""

from decimal import Decimal
from typing import Any

from django import forms

from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.forms.medium import MediumForm
from cultures.passaging.forms.passage import NO_ARM
from cultures.passaging.models import Culture
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import NumberField


class ArrivalForm(MediumForm):
    line = PickField(label="Line", error_messages={"required": "Which line is it?"})
    came_from = CleanCharField(
        label="Came from", max_length=120, help_text="Sender, or the vial's label.",
        error_messages={"required": "Who sent it, or what does the vial say?"},
    )  # fmt: skip
    label_passage_number = WholeNumberField(
        label="Passage on the label", least=0, most=9_999, error_messages={"required": "Which passage is it?"}
    )
    label_pdl = NumberField(
        label="PDL on the label", least=0, most=99_999, places=3, required=False, help_text="Population doublings."
    )
    viability_pct = NumberField(label="Viability", unit="%", least=0, most=100, places=1, required=False)
    seeded_cells = NumberField(
        label="Live cells seeded", unit="×10⁶", scale=1_000_000, least=1, most=Decimal(10**13 - 1), required=False
    )
    vessel = PickField(label="Vessel", error_messages={"required": "Choose a vessel."})
    volume_ml = NumberField(
        label="Volume", unit="mL", least=Decimal("0.01"), most=99_999, places=2, required=False,
        help_text="Empty for the vessel's usual volume.",
    )  # fmt: skip
    place = PickField(label="Place", error_messages={"required": "Where does it stand?"})
    keeper = PickField(label="Keeper")
    arm = forms.ChoiceField(label="Arm", choices=[(NO_ARM, "none"), *Culture.Arm.choices[1:]], required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "line", self.catalogue.line_choices, nothing="choose the line")
        offer(self, "vessel", self.catalogue.vessel_choices, nothing="vessel")
        offer(self, "place", self.catalogue.places, nothing="choose a place")
        offer(self, "keeper", self.catalogue.keepers)

    def command(self) -> dict[str, Any]:
        """What thaw_culture takes, but for at, by and source; and what receive_culture takes besides its own."""
        data = self.cleaned_data
        volume_ml = data["volume_ml"] or self.catalogue.vessels[data["vessel"]].working_volume_ml
        return {
            "line_id": data["line"],
            "vessel_id": data["vessel"],
            "place_id": data["place"],
            "keeper_id": data["keeper"],
            "medium": self.medium(volume_ml),
            "came_from": data["came_from"],
            "label_passage_number": data["label_passage_number"],
            "label_pdl": None if data["label_pdl"] is None else float(data["label_pdl"]),
            "viability_pct": data["viability_pct"],
            "seeded_cells": None if data["seeded_cells"] is None else int(data["seeded_cells"]),
            "arm": "" if data["arm"] in ("", NO_ARM) else data["arm"],
        }


class ReceiptForm(ArrivalForm):
    """A flask from outside, or one that is entered late."""

    is_taken_over = forms.BooleanField(
        label="It grew in this laboratory before it was entered here",
        required=False,
        help_text="Then it does not come from outside.",
    )

    def command(self) -> dict[str, Any]:
        return super().command() | {"is_taken_over": self.cleaned_data["is_taken_over"]}
