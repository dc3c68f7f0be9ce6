"""What is in the medium: recipe, lots and drugs. Part of every form that fills a flask."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from cultures.compounds.models import Lot
from cultures.passaging.commands import Drug, Medium
from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE, Catalogue
from cultures.passaging.forms.dosing import stock_share
from cultures.passaging.forms.entry import EntryForm, value_of
from cultures.passaging.forms.fields import PickField, PickManyField, offer, spoken
from cultures.passaging.forms.rows import MOST_ROWS, ProposedRows
from cultures.passaging.models import Feed
from cultures.science.concentration import Concentration
from lims.web.fields import CleanCharField
from lims.web.forms import BenchForm, NumberField, Proposal

MEDIUM_KINDS = (Lot.Kind.MEDIUM, Lot.Kind.SERUM, Lot.Kind.SUPPLEMENT)


class DrugForm(BenchForm):
    """One drug in the medium, or the vehicle of one alone."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    drug = PickField(coerce=str, label="Drug and stock", required=False)
    dose = NumberField(label="Dose", least=0, most=999_999, places=6, required=False)
    unit = forms.ChoiceField(label="Unit", choices=[("", "unit"), *Lot.Unit.choices], required=False)
    vehicle_pct = NumberField(label="Vehicle", unit="% v/v", least=0, most=100, places=4, required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(*args, **options)
        self.catalogue = catalogue
        offer(self, "drug", catalogue.drug_choices, nothing="no drug")

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
        return self._drug(self.cleaned_data)

    def drug_so_far(self) -> Drug | None:
        """As filled in or proposed until now; None while it cannot be read."""
        self.is_valid()
        return self._drug(self.cleaned_data if self.is_bound else {name: self[name].initial for name in self.fields})

    @property
    def in_words(self) -> str:
        """trastuzumab 10 µg/mL, or the vehicle of it alone."""
        if not (drug := self.drug_so_far()):
            return ""
        compound = self.catalogue.compounds[drug.compound_id]
        return f"{compound} {Concentration.written(drug.dose, drug.unit)}" if drug.dose else f"vehicle of {compound}"

    def _drug(self, data: Mapping[str, Any]) -> Drug | None:
        if not (chosen := data.get("drug")):
            return None
        kind, _, key = chosen.partition(":")
        stock = self.catalogue.stocks.get(int(key)) if kind == STOCK else None
        compound = (stock and stock.compound) or self.catalogue.compounds[int(key)]
        unit, dose = data.get("unit") or compound.unit, data.get("dose") or Decimal(0)
        return Drug(
            compound_id=compound.pk,
            dose=dose,
            unit=unit,
            stock_id=stock.pk if stock else None,
            vehicle_pct=data.get("vehicle_pct") or vehicle_brought(dose, unit, stock),
        )


def vehicle_brought(dose: Decimal, unit: str, stock: Lot | None) -> Decimal:
    """Percent of the medium that comes in with the stock; 0 when nobody can say."""
    share = stock_share(dose, unit, stock) if stock and dose else None
    return round(100 * share, 4) if share else Decimal(0)


class NumberedDrugs(ProposedRows):
    NAMES: ClassVar = {
        "drug": "Drug and stock",
        "dose": "Dose of drug",
        "unit": "Unit of dose",
        "vehicle_pct": "Vehicle percentage of drug",
    }


DrugRows = forms.formset_factory(DrugForm, formset=NumberedDrugs, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class MediumForm(EntryForm):
    """A form that fills a flask: the recipe, the lots it was made of, and the drugs in it."""

    recipe = PickField(label="Recipe")
    lots = PickManyField(label="Lots")
    without_drug = forms.ChoiceField(
        label="Without drug", choices=[("", "it gets its drug"), *Feed.Without.choices], required=False
    )
    override = CleanCharField(label="Why it departs from the rule", max_length=300, required=False)
    is_treated_arm = False

    def __init__(
        self, *args: Any, catalogue: Catalogue, drugs: Sequence[Mapping[str, Proposal]] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.catalogue = catalogue
        offer(self, "recipe", catalogue.recipe_choices, nothing="choose the medium")
        offer(self, "lots", catalogue.lot_choices(*MEDIUM_KINDS))
        data = self.data if self.is_bound else None
        self.drugs = DrugRows(  # type: ignore[call-arg]  # ProposedRows takes them
            data, proposals=drugs or [{}], prefix="drugs", form_kwargs={"catalogue": catalogue}
        )
        self.parts.append(self.drugs)

    # --- as the page shows it ---
    @property
    def asks_without(self) -> bool:
        """Of a treated flask, or once it was asked: why there is no drug in it."""
        return self.is_treated_arm or bool(value_of(self, "without_drug")) or "without_drug" in self.errors

    @property
    def may_override(self) -> bool:
        """A rule said no, and a reason would let it pass."""
        refused = self.refusal is not None and self.refusal.field == "override"
        return refused or bool(value_of(self, "override"))

    @property
    def medium_in_words(self) -> str:
        """DMEM + 10 % FBS v3, lots M-118 and S-042, trastuzumab 10 µg/mL; empty before anything is chosen."""
        return self._in_words(self.lots_in_words)

    @property
    def without_lots_in_words(self) -> str:
        """DMEM + 10 % FBS v3, trastuzumab 10 µg/mL: what a person checks in passing."""
        return self._in_words()

    def _in_words(self, *lots: str) -> str:
        recipe = self.catalogue.recipes.get(value_of(self, "recipe") or 0)
        drugs = [row.in_words for row in self.drugs]
        return ", ".join(filter(None, [str(recipe or ""), *lots, *drugs]))

    @property
    def lots_in_words(self) -> str:
        lots = [self.catalogue.lots[pk] for pk in value_of(self, "lots") or [] if pk in self.catalogue.lots]
        return f"lots {spoken(f'{lot.product} {lot.number}' for lot in lots)}" if lots else ""

    @property
    def drugs_source(self) -> str:
        """Where the doses come from, while none was changed."""
        sources = {row["dose"].source for row in self.drugs if row["dose"].is_proposed}
        return sources.pop() if len(sources) == 1 else ""

    @property
    def medium_is_open(self) -> bool:
        """Unfolded when something in it is missing or wrong."""
        wrong = self.is_bound and (
            {"recipe", "lots", "without_drug", "override"} & set(self.errors) or self.drugs.total_error_count()
        )
        return bool(wrong) or not value_of(self, "recipe")

    def medium(self, volume_ml: Decimal) -> Medium:
        """`volume_ml` is all that is in the flask, the suspension of cells included."""
        return Medium(
            recipe_id=self.cleaned_data["recipe"],
            volume_ml=volume_ml,
            lot_ids=tuple(self.cleaned_data["lots"]),
            drugs=tuple(drug for row in self.drugs if (drug := row.command())),
            without_drug=self.cleaned_data.get("without_drug") or "",
            override=self.cleaned_data.get("override") or "",
        )
