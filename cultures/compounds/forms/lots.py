"""What is asked about a lot."""

from typing import Any

from django import forms

from cultures.compounds.models import Compound, Lot, SaltForm
from cultures.compounds.services.stocks import MOST_ALIQUOTS, MOST_THAWS, STOCK_FACTS
from lims.clock import today
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, DayField, WholeNumberField, field_of
from lims.web.forms import BenchForm, NumberField


class SaltFormField(forms.ModelChoiceField):
    """The form that was weighed, of whichever compound: without script the list cannot follow the compound chosen."""

    def label_from_instance(self, salt_form: Any) -> str:
        return f"{salt_form.compound}, {salt_form} ({salt_form.molar_mass_g_per_mol.normalize():f} g/mol)"


def count_of_aliquots(label: str = "Aliquots", least: int = 1, **options: Any) -> WholeNumberField:
    return WholeNumberField(label=label, least=least, most=MOST_ALIQUOTS, required=False, **options)


def count_of_thaws(label: str = "Most thaws", least: int = 1, **options: Any) -> WholeNumberField:
    return WholeNumberField(label=label, unit="per aliquot", least=least, most=MOST_THAWS, required=False, **options)


class LotForm(SteppedForm):
    """A lot as it stands on the bottle. The last two steps are for drug stocks alone."""

    STEPS = (
        ("What it is", ("kind", "product", "number")),
        ("Days", ("expires_on", "received_on", "is_open")),
        ("Where from", ("maker", "catalogue_number")),
        ("Drug stock", ("compound", "salt_form", "concentration", "concentration_unit", "vehicle")),
        ("Its aliquots", ("made_on", "aliquots", "max_freeze_thaws")),
    )

    kind = forms.ChoiceField(choices=Lot.Kind)
    product = CleanCharField(
        max_length=80, help_text="As your recipes name it, so that it is proposed: DMEM, high glucose"
    )
    number = CleanCharField(label="Lot number", max_length=40, help_text="As printed on the bottle")
    expires_on = DayField(label="Expires on", help_text="The last day of use. If only a month is printed, its last day")
    received_on = DayField(label="Received on", initial=today)
    is_open = forms.BooleanField(label="Opened today, in use from now on", required=False)
    maker = CleanCharField(max_length=60, required=False)
    catalogue_number = CleanCharField(max_length=40, required=False)
    compound = forms.ModelChoiceField(
        Compound.objects.none(), required=False, empty_label="not a drug stock", help_text="Register the compound first"
    )
    concentration = NumberField(required=False, least=0, most=999_999, places=6)
    concentration_unit = forms.ChoiceField(label="Unit", choices=[("", "none"), *Lot.Unit.choices], required=False)
    vehicle = CleanCharField(
        label="Dissolved in", max_length=40, required=False, help_text="DMSO, water, or the antibody's buffer"
    )

    salt_form = SaltFormField(
        SaltForm.objects.none(),
        label="Weighed as",
        required=False,
        empty_label="as the compound says",
        help_text="Decides how many moles a milligram holds",
    )
    made_on = DayField(label="Dissolved on", required=False)
    aliquots = count_of_aliquots(help_text="How many were frozen")
    max_freeze_thaws = count_of_thaws(help_text="Once thawed more often, no dose is taken from it")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field_of(self, "compound", forms.ModelChoiceField).queryset = Compound.objects.filter(retired_at=None)
        of_compounds = SaltForm.objects.filter(compound__retired_at=None).select_related("compound")
        field_of(self, "salt_form", forms.ModelChoiceField).queryset = of_compounds

    def command(self) -> dict[str, Any]:
        values = super().command()
        compound, salt_form, is_open = (values.pop(name) for name in ("compound", "salt_form", "is_open"))
        return values | {
            "compound_id": compound.pk if compound else None,
            "salt_form_id": salt_form.pk if salt_form else None,
            "opened_on": today() if is_open else None,
        }


class LotCorrectionForm(SteppedForm):
    """What can be misread from a bottle, or miscounted of a stock, without being another lot."""

    STEPS = (
        ("On the bottle", ("expires_on", "maker", "catalogue_number")),
        ("Aliquots", ("made_on", "aliquots", "aliquots_used")),
        ("Thaws", ("freeze_thaws", "max_freeze_thaws")),
        ("Why", ("reason",)),
    )

    expires_on = DayField(label="Expires on")
    maker = CleanCharField(max_length=60, required=False)
    catalogue_number = CleanCharField(max_length=40, required=False)
    made_on = DayField(label="Dissolved on", required=False)
    aliquots = count_of_aliquots("Aliquots made")
    aliquots_used = count_of_aliquots("Used of them", least=0)
    freeze_thaws = count_of_thaws("Thaws of the one in use", least=0)
    max_freeze_thaws = count_of_thaws()
    reason = CleanCharField(label="Reason", max_length=300, help_text="Kept in the history, with the old values")

    def __init__(self, *args: Any, lot: Lot, **options: Any) -> None:
        super().__init__(*args, **options)
        if lot.kind != Lot.Kind.DRUG_STOCK:
            for name in STOCK_FACTS:
                del self.fields[name]
        self.initial.update({name: getattr(lot, name) for name in self.fields if hasattr(lot, name)})

    def command(self) -> dict[str, Any]:
        """What is emptied of a count is nought."""
        values = super().command()
        return values | {name: values[name] or 0 for name in ("aliquots_used", "freeze_thaws") if name in values}


class ThawForm(BenchForm):
    """Which button was tapped."""

    aliquot = forms.ChoiceField(choices=[("new", "a new aliquot"), ("same", "the same aliquot again")])
