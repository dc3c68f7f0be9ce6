"""Live and dead cells per mL: offered by a counter, or counted by hand."""

from decimal import Decimal
from typing import Any

from django import forms

from cultures.passaging.commands import CellCount
from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.models import Count
from lims.web.forms import NumberField

MOST_PER_ML = Decimal(10**12)


class CountForm(EntryForm):
    """A count of one sample. The dilution of a count by hand multiplies what was typed, once."""

    reading = PickField(required=False, widget=forms.HiddenInput)
    live = NumberField(label="Live", unit="×10⁶/mL", scale=1_000_000, least=0, most=MOST_PER_ML, places=1)
    dead = NumberField(
        label="Dead", unit="×10⁶/mL", scale=1_000_000, least=0, most=MOST_PER_ML, places=1, required=False
    )
    method = forms.ChoiceField(label="Counted with", choices=Count.Method, initial=Count.Method.HAEMOCYTOMETER)
    dilution = NumberField(
        label="Dilution",
        unit="×",
        least=Decimal("0.001"),
        most=10_000,
        places=3,
        required=False,
        help_text="2 for equal parts of cells and trypan blue. Empty when the numbers are of the undiluted suspension.",
    )

    def __init__(self, *args: Any, offered: Count | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = offered
        offer(self, "reading", [(offered.pk, offered.pk)] if offered else [], nothing="")
        self.fields["method"].required = False

    @property
    def takes_the_reading(self) -> bool:
        """The numbers are still those of the reading that was offered."""
        untouched = not {"live", "dead", "dilution"} & set(self.changed_data)
        return bool(self.offered and self.cleaned_data.get("reading") and untouched)

    @property
    def reading_in_words(self) -> str:
        """0.72×10⁶ /mL live, 0.04×10⁶ dead, 94.7 %: in the unit of the fields it fills."""
        if (offered := self.offered) is None:
            return ""
        said = [f"{shown(offered.live_per_ml)}×10⁶ /mL live"]
        if offered.dead_per_ml is not None:
            said.append(f"{shown(offered.dead_per_ml)}×10⁶ dead")
        if (viability := offered.viability_pct) is not None:
            said.append(f"{viability:.1f} %")
        return ", ".join(said)

    def cell_count(self) -> CellCount:
        data = self.cleaned_data
        return CellCount(
            live_per_ml=data["live"],
            dead_per_ml=data["dead"],
            dilution=data["dilution"] or Decimal(1),
            method=data["method"] or Count.Method.HAEMOCYTOMETER,
        )

    def count(self) -> CellCount | Count:
        return self.offered if self.offered and self.takes_the_reading else self.cell_count()


def shown(per_ml: Decimal) -> str:
    """In millions, with no more than three figures."""
    return f"{Decimal(f'{per_ml / 1_000_000:.3g}'):f}"
