"""What is asked about a compound."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from cultures.compounds.models import Compound
from cultures.compounds.services.compounds import FACTS
from lims.web.entry import SteppedForm, Steps
from lims.web.fields import CleanCharField, DurationField, field_of
from lims.web.forms import NumberField


def molar_mass(**options: Any) -> NumberField:
    return NumberField(label="Molar mass", unit="g/mol", least=0, most=9_999_999, places=3, **options)


class FactsForm(SteppedForm):
    """The facts of a compound that may change, as registered and as edited."""

    molar_mass_g_per_mol = molar_mass(
        required=False, help_text="Of what is weighed; needed to turn mg/mL into nM. Salt forms have their own"
    )
    redose_interval = DurationField(
        label="Give again after", required=False, help_text="The longest time between doses, such as 3 d or 72 h"
    )
    max_dose = NumberField(
        label="Highest dose",
        least=0,
        most=10**11 - 1,
        places=6,
        required=False,
        help_text="In nM; of an antibody in µg/mL. A dose above it is refused",
    )
    max_vehicle_pct = NumberField(
        label="Most vehicle",
        unit="% v/v",
        least=0,
        most=99,
        places=4,
        required=False,
        help_text="Of the medium, with whatever else is dissolved in it: 0.5 for DMSO",
    )


class CompoundForm(FactsForm):
    """A drug that is new to the lab."""

    STEPS: ClassVar[Steps] = (
        ("What it is", ("name", "kind")),
        ("At the bench", ("vehicle", "molar_mass_g_per_mol", "redose_interval")),
        ("Limits", ("max_dose", "max_vehicle_pct")),
    )

    name = CleanCharField(max_length=60, help_text="The international non-proprietary name: lapatinib")
    kind = forms.ChoiceField(
        choices=Compound.Kind, help_text="Doses of small molecules count in nM, of antibodies in µg/mL"
    )
    vehicle = CleanCharField(max_length=40, help_text="DMSO; for an antibody its formulation buffer, never DMSO")


class EditCompoundForm(FactsForm):
    STEPS: ClassVar[Steps] = (
        ("At the bench", ("molar_mass_g_per_mol", "redose_interval")),
        ("Limits", ("max_dose", "max_vehicle_pct")),
        ("Why", ("reason",)),
    )

    reason = CleanCharField(label="Reason", max_length=300, help_text="Kept in the history, with the old values")

    def __init__(self, *args: Any, compound: Compound, **options: Any) -> None:
        super().__init__(*args, initial={name: _as_written(getattr(compound, name)) for name in FACTS}, **options)
        limit = field_of(self, "max_dose", NumberField)
        limit.unit, limit.help_text = compound.unit, "A dose above it is refused"

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.command().items() if name in FACTS}


def _as_written(value: Any) -> Any:
    """Without the zeros a column adds: 0.5000 is 0.5."""
    return value.normalize() if isinstance(value, Decimal) else value


class SaltFormForm(SteppedForm):
    STEPS: ClassVar[Steps] = (("What is weighed", ("name", "molar_mass_g_per_mol")),)

    name = CleanCharField(max_length=60, help_text="As on the bottle: free base, ditosylate monohydrate")
    molar_mass_g_per_mol = molar_mass(help_text="With its acid and its water: 943.48")
