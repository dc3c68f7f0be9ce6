"""What is in the medium: recipe, lots and drugs. Part of every form that fills a flask."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from cultures.compounds.models import Lot
from cultures.passaging.commands import Drug, Medium
from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE, Catalogue
from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import PickField, PickManyField
from cultures.passaging.forms.rows import MOST_ROWS, ProposedRows
from lims.web.forms import BenchForm, NumberField, Proposal

MEDIUM_KINDS = (Lot.Kind.MEDIUM, Lot.Kind.SERUM, Lot.Kind.SUPPLEMENT)


class DrugForm(BenchForm):
    """One drug in the medium, or the vehicle of one alone."""

    command_key = None
    drug = PickField(coerce=str, label="Drug and stock", required=False)
    dose = NumberField(label="Dose", least=0, most=999_999, places=6, required=False)
    unit = forms.ChoiceField(label="Unit", choices=[("", "unit"), *Lot.Unit.choices], required=False)
    vehicle_pct = NumberField(label="Vehicle", unit="% v/v", least=0, most=100, places=4, required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(*args, **options)
        self.catalogue = catalogue
        self.fields["drug"].offer(catalogue.drug_choices, nothing="no drug")

    def clean(self) -> dict[str, Any]:
        chosen, dose = self.cleaned_data.get("drug"), self.cleaned_data.get("dose")
        if not chosen and dose:
            self.add_error("drug", "Which drug has this dose? Choose its stock.")
        elif chosen and chosen.startswith(VEHICLE_ALONE) and dose:
            self.add_error("dose", "The vehicle alone has no dose. Leave it empty, or choose a stock.")
        elif chosen and chosen.startswith(STOCK):
            if not dose and "dose" not in self.errors:
                self.add_error("dose", "How much? Write the dose in the medium.")
            if not self.cleaned_data.get("unit"):
                self.add_error("unit", "A dose needs its unit.")
        return self.cleaned_data

    def command(self) -> Drug | None:
        data = self.cleaned_data
        if not (chosen := data.get("drug")):
            return None
        kind, _, key = chosen.partition(":")
        stock = self.catalogue.stocks[int(key)] if kind == STOCK else None
        compound_id = stock.compound_id if stock else int(key)
        return Drug(
            compound_id=compound_id,
            dose=data["dose"] or Decimal(0),
            unit=data["unit"] or self.catalogue.compounds[compound_id].unit,
            stock_id=stock.pk if stock else None,
            vehicle_pct=data["vehicle_pct"] or Decimal(0),
        )


DrugRows = forms.formset_factory(DrugForm, formset=ProposedRows, extra=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class MediumForm(EntryForm):
    """A form that fills a flask: the recipe, the lots it was made of, and the drugs in it."""

    recipe = PickField(label="Recipe")
    lots = PickManyField(label="Lots")

    def __init__(
        self, *args: Any, catalogue: Catalogue, drugs: Sequence[Mapping[str, Proposal]] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.catalogue = catalogue
        self.fields["recipe"].offer(catalogue.recipe_choices, nothing="choose the medium")
        self.fields["lots"].choices = catalogue.lot_choices(*MEDIUM_KINDS)
        data = self.data if self.is_bound else None
        self.drugs = DrugRows(data, proposals=drugs, prefix="drugs", form_kwargs={"catalogue": catalogue})
        self.parts.append(self.drugs)

    def medium(self, volume_ml: Decimal) -> Medium:
        """`volume_ml` is all that is in the flask, the suspension of cells included."""
        return Medium(
            recipe_id=self.cleaned_data["recipe"],
            volume_ml=volume_ml,
            lot_ids=tuple(self.cleaned_data["lots"]),
            drugs=tuple(drug for row in self.drugs if (drug := row.command())),
        )
