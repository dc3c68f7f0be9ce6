"""What is asked about a medium recipe."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cultures.compounds.models import Lot, MediumRecipe
from cultures.compounds.services import Component
from lims.web.fields import CleanCharField
from lims.web.forms import BenchForm, NumberField

BLANK_ROWS = 3
MOST_ROWS = 20
UNITS = ("% v/v", "mM", "µM", "nM", "mg/mL", "µg/mL", "ng/mL", "U/mL", "g/L")
MEDIUM_KINDS = [(kind.value, kind.label) for kind in (Lot.Kind.MEDIUM, Lot.Kind.SERUM, Lot.Kind.SUPPLEMENT)]


class RecipeForm(BenchForm):
    name = CleanCharField(max_length=60, help_text="As on the bottle: DMEM + 10 % FBS")
    has_antibiotics = forms.BooleanField(
        label="Contains antibiotics", required=False, help_text="They hide bacteria, so tests are read with care"
    )
    note = CleanCharField(max_length=200, required=False, help_text="What it is for")


class RevisionForm(BenchForm):
    has_antibiotics = RecipeForm.base_fields["has_antibiotics"]
    note = CleanCharField(label="Why", max_length=200, help_text="What changed is read from the two versions")


class ComponentForm(BenchForm):
    """One row of a recipe. A row without a product is left out."""

    kind = forms.ChoiceField(choices=MEDIUM_KINDS, required=False)
    product = CleanCharField(max_length=80, required=False)
    amount = NumberField(required=False, least=0, most=999_999, places=4)
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("product") and values.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "Write how much.")
        if values.get("amount") and not values.get("product") and "product" not in self.errors:
            self.add_error("product", "Write which product.")
        return values


class ComponentRows(forms.BaseFormSet):
    """The components of a recipe, with blank rows to fill."""

    def components(self) -> list[Component]:
        filled = (form.cleaned_data for form in self.forms if form.cleaned_data.get("product"))
        return [Component(**{name: row[name] for name in ("kind", "product", "amount", "unit")}) for row in filled]


_Rows = forms.formset_factory(
    ComponentForm, formset=ComponentRows, extra=BLANK_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


def component_rows(data: Any, recipe: MediumRecipe | None = None) -> Any:
    """The rows of a recipe's form; of a revision, filled with what the recipe says."""
    initial: Sequence[dict[str, Any]] = ()
    if recipe:
        rows = recipe.components.order_by("pk")
        initial = [
            {"kind": row.kind, "product": row.product, "amount": row.amount.normalize(), "unit": row.unit}
            for row in rows
        ]
    return _Rows(data, initial=initial, prefix="component")
