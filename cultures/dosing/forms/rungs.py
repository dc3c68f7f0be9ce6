"""The rows of a plan: its rungs, and the drugs kept at one dose beside."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cultures.compounds.models import Lot
from cultures.dosing.commands import KeptDrug, PlannedDose
from cultures.dosing.services.plans import MOST_RUNGS
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.forms.rows import ProposedRows
from lims.tabular.numbers import NotANumber, parse_decimal
from lims.web.fields import WholeNumberField
from lims.web.forms import BenchForm, NumberField, Proposal

MOST_DAYS = 3650
MOST_DOSE = Decimal("999999.999999")
SMALLEST = Decimal("0.000001")
NEEDED = {"dose", "planned_days", "min_days", "min_passages"}
EMPTIED = {"rungs": ("dose",), "kept": ("compound", "dose", "vehicle_pct")}  # what a new row does not copy


class DosesField(forms.CharField):
    """Doses with blanks between them: 1 2 4 8. A comma in a number is refused as everywhere, one behind it is not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, **options)

    def to_python(self, value: Any) -> list[Decimal]:  # type: ignore[override]  # a list of doses, typed as text
        words = (word.rstrip(",") for word in (super().to_python(value) or "").replace(";", " ").split())
        try:
            return [parse_decimal(word) for word in words if word]
        except NotANumber as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None

    def prepare_value(self, value: Any) -> Any:
        return " ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def run_validators(self, value: Any) -> None:
        """The numbers were read one by one."""


class RungForm(BenchForm):
    """One dose, how long it is held, and its own limits when they are not the lab's."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    dose = NumberField(
        least=SMALLEST,
        most=MOST_DOSE,
        places=6,
        error_messages={"required": "This rung has no dose. Write it, or take the rung out."},
    )
    planned_days = WholeNumberField(least=1, most=MOST_DAYS)
    min_days = WholeNumberField(least=0, most=MOST_DAYS)
    min_passages = WholeNumberField(least=0, most=1000)
    min_viability_pct = NumberField(least=0, most=100, places=1, required=False)
    max_doubling_ratio = NumberField(least=1, most=10, places=2, required=False)
    on_days = WholeNumberField(least=1, most=MOST_DAYS, required=False)
    off_days = WholeNumberField(least=1, most=MOST_DAYS, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        least, planned = said.get("min_days"), said.get("planned_days")
        if least is not None and planned is not None and least > planned:
            self.add_error("min_days", f"It is held for {least} days at least, and planned for {planned}. Correct one.")
        if (said.get("on_days") is None) is not (said.get("off_days") is None):
            self.add_error("on_days", "A pulse has days in the drug and days without. Give both.")
        return said


class KeptForm(BenchForm):
    """Another drug that is kept at one dose. A row without a drug is left out."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    compound = PickField(label="Drug", required=False)
    dose = NumberField(label="Dose", least=SMALLEST, most=MOST_DOSE, places=6, required=False)
    unit = forms.ChoiceField(label="Unit", choices=[("", "unit"), *Lot.Unit.choices], required=False)
    vehicle_pct = NumberField(label="Vehicle", unit="% v/v", least=0, most=100, places=4, required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "compound", [(pk, str(one)) for pk, one in catalogue.compounds.items()], nothing="no drug")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("compound"):
            if said.get("dose"):
                self.add_error("compound", "Which drug has this dose? Choose it.")
            return said
        wanted = {
            "dose": "How much? Write the dose in the medium.",
            "unit": "A dose needs its unit.",
            "vehicle_pct": "How much vehicle comes with it? 0 when there is none.",
        }
        for name, sentence in wanted.items():
            if said.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, sentence)
        return said


class NumberedRungs(ProposedRows):
    NAMES: ClassVar = {
        "dose": "Dose of rung",
        "planned_days": "Days planned for rung",
        "min_days": "Days at least at rung",
        "min_passages": "Passages at least at rung",
        "min_viability_pct": "Viability in percent from which on the cells are ready at rung",
        "max_doubling_ratio": "Doubling time at most, as a multiple of the control's, at rung",
        "on_days": "Days in the drug at rung",
        "off_days": "Days without the drug at rung",
    }

    def commands(self, *, are_pulsed: bool) -> list[PlannedDose]:
        """The rungs that are filled in; of a draft some may not be yet."""
        left_out = () if are_pulsed else ("on_days", "off_days")
        filled = (row.cleaned_data for row in self.forms if row.cleaned_data.keys() >= NEEDED)
        return [PlannedDose(**{name: value for name, value in row.items() if name not in left_out}) for row in filled]


class NumberedKept(ProposedRows):
    NAMES: ClassVar = {
        "compound": "Maintained drug",
        "dose": "Dose of maintained drug",
        "unit": "Unit of maintained drug",
        "vehicle_pct": "Vehicle percentage of maintained drug",
    }

    def commands(self) -> list[KeptDrug]:
        chosen = [row.cleaned_data for row in self.forms if row.cleaned_data.get("compound")]
        names = ("dose", "unit", "vehicle_pct")
        return [KeptDrug(compound_id=row["compound"], **{name: row[name] for name in names}) for row in chosen]


# One row more than a plan may have is read, so that the service can say that it is too many.
SIZE = {"extra": 0, "max_num": MOST_RUNGS + 1, "absolute_max": MOST_RUNGS + 1}
RungRows = forms.formset_factory(RungForm, formset=NumberedRungs, **SIZE)  # type: ignore[arg-type]  # its three numbers, shared
KeptRows = forms.formset_factory(KeptForm, formset=NumberedKept, **SIZE)  # type: ignore[arg-type]  # its three numbers, shared


def as_row(said: PlannedDose | KeptDrug) -> dict[str, Proposal]:
    """What a plan says already, as a row begins with it."""
    values = asdict(said)
    if "compound_id" in values:
        values["compound"] = values.pop("compound_id")
    return {name: Proposal(value, "") for name, value in values.items()}


# --- rows that come and go without script ----------------------------------------------------------------------------


def typed_rows(rows: forms.BaseFormSet) -> list[dict[str, str]]:
    """As they were sent, readable or not."""
    return [{name: row.data.get(row.add_prefix(name), "") for name in row.fields} for row in rows.forms]


def with_rows(data: QueryDict, prefix: str, rows: Sequence[Mapping[str, Any]]) -> QueryDict:
    """What was sent, with other rows. Nothing is written for None."""
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"{prefix}-")]:
        del changed[name]
    for index, row in enumerate(rows):
        for name, value in row.items():
            changed[f"{prefix}-{index}-{name}"] = "" if value is None else str(value)
    changed[f"{prefix}-TOTAL_FORMS"] = changed[f"{prefix}-INITIAL_FORMS"] = str(len(rows))
    return changed


def with_one_more(rows: list[dict[str, str]], emptied: Sequence[str]) -> list[dict[str, str]]:
    """A row like the last one, whose own numbers are still to be typed."""
    last = rows[-1] if rows else {}
    return [*rows, last | dict.fromkeys(emptied, "")]


def without_one(rows: list[dict[str, str]], index: int, emptied: Sequence[str]) -> list[dict[str, str]]:
    """The last row that is left is emptied rather than taken away, so that there is one to fill in."""
    kept = rows[:index] + rows[index + 1 :]
    return kept or with_one_more(rows[:1], emptied)[1:]
