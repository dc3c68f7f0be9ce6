"""The readings of a run on one grid, as on the plate: controls on top, then the samples; a column for each reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from cultures.passaging.forms.fields import LabTimeField
from cultures.quality.forms.samples import nothing_chosen
from cultures.quality.luminometer import NEGATIVE, POSITIVE
from cultures.quality.methods.base import Method, Readings
from cultures.quality.models import QCRun, QCTest
from cultures.quality.run_sheets import RunSheet
from lims.clock import now
from lims.errors import DomainError
from lims.web.forms import BenchForm

CONTROLS = "controls"


@dataclass(frozen=True)
class Head:
    name: str
    label: str
    unit: str
    is_number: bool


@dataclass(frozen=True)
class Row:
    """A control or a sample: its well, what it is, and a cell for each column (None where it has no such reading)."""

    well: str
    label: str
    test: QCTest | None
    cells: list[forms.BoundField | None]

    @property
    def errors(self) -> list[str]:
        return [f"{cell.label}: {text}" for cell in self.cells if cell for text in cell.errors]


class ResultsForm(BenchForm):
    """When the run was read, and all its readings. A refusal is shown at the cell it speaks of."""

    read_at = LabTimeField(label="Read", required=False, help_text="Leave empty for now.")

    def __init__(self, *args: Any, run: QCRun, sheet: RunSheet, method: Method, **options: Any) -> None:
        super().__init__(*args, **options)
        self.run, self.sheet, self.method = run, sheet, method
        data = self.data if self.is_bound else None
        self.controls = nothing_chosen(method.controls(data, prefix=CONTROLS)) if method.controls else None
        waiting = [test.code for test in sheet.tests if test.is_pending]
        self.samples = {code: nothing_chosen(method.form(data, prefix=code)) for code in waiting}
        for name, form in self._parts():
            for column, field in form.fields.items():
                field.widget.attrs |= {"aria-label": f"{name} {column.upper()}", "data-cell": ""}

    def _parts(self) -> list[tuple[str, Readings]]:
        return ([("control", self.controls)] if self.controls else []) + list(self.samples.items())

    def clean(self) -> dict[str, Any]:
        if wrong := sum(len(form.errors) for _, form in self._parts() if not form.is_valid()):
            raise forms.ValidationError(f"{wrong} reading{'s need' if wrong > 1 else ' needs'} another look.")
        return self.cleaned_data

    def command(self) -> dict[str, Any]:
        return {
            "controls": self.controls.as_json() if self.controls else {},
            "readings": {code: form.as_json() for code, form in self.samples.items()},
            "read_at": self.cleaned_data["read_at"] or now(),
        }

    def refuse(self, refusal: DomainError) -> None:
        where, _, name = (refusal.field or "").rpartition(".")
        form = self.controls if where == CONTROLS else self.samples.get(where)
        if form is None or name not in form.fields:
            super().refuse(refusal)
        else:
            self.refusal = refusal
            form.add_error(name, str(refusal))
            self.add_error(None, str(refusal))

    # --- as a grid ---------------------------------------------------------------------------------------------------

    @property
    def heads(self) -> list[Head]:
        return [
            Head(name, str(field.label or name), getattr(field, "unit", ""), not isinstance(field, forms.ChoiceField))
            for name, field in self.method.form.base_fields.items()
        ]

    @property
    def rows(self) -> list[Row]:
        wells = {name: well for well, name in self.sheet.layout.items()}
        samples = [
            Row(wells.get(test.code, ""), test.code, test, [self.samples[test.code][head.name] for head in self.heads])
            for test in self.sheet.tests
            if test.code in self.samples
        ]
        return [*self._control_rows(wells), *samples]

    def _control_rows(self, wells: Mapping[str, str]) -> list[Row]:
        """positive_a stands in the row "positive" under A; a control with one reading stands under the first."""
        columns = [head.name for head in self.heads]
        rows: dict[str, Row] = {}
        for cell in self.controls or ():
            column = next((name for name in columns if cell.name.endswith(f"_{name}")), "")
            row = cell.name.removesuffix(f"_{column}") if column else cell.name
            label = str(cell.label).split(",")[0] if column else str(cell.label)
            well = next((wells[name] for name in (POSITIVE, NEGATIVE) if row.startswith(name) and name in wells), "")
            made = rows.setdefault(row, Row(well, label, None, [None] * len(columns)))
            made.cells[columns.index(column) if column else 0] = cell
            cell.field.widget.attrs["aria-label"] = str(cell.label)
        return list(rows.values())


class AbandonForm(BenchForm):
    reason = forms.CharField(
        label="Why it comes to nothing", max_length=300, error_messages={"required": "Write why, so that it is known."}
    )


class ImportForm(BenchForm):
    """The luminometer's export, and how it writes its numbers."""

    file = forms.FileField(
        label="File of the luminometer",
        help_text="CSV: a list with sample, A and B, or the two plates A and B. Name the controls POS and NEG.",
        error_messages={"required": "Choose the file.", "empty": "The file is empty. Export the run again."},
    )
    decimal = forms.ChoiceField(
        label="Decimal sign",
        choices=[("", "as it stands in the file"), (".", "point: 0.85"), (",", "comma: 0,85")],
        required=False,
    )
    read_at = LabTimeField(label="Read", required=False, help_text="Leave empty for now.")


class ConfirmForm(BenchForm):
    """What was looked at in the preview, to be entered."""

    raw = forms.IntegerField(widget=forms.HiddenInput)
    decimal = forms.CharField(required=False, widget=forms.HiddenInput)
    read_at = LabTimeField(required=False, widget=forms.HiddenInput)
