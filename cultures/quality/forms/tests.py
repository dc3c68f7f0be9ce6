"""One test of one culture: the sample, its readings in the method's own form, and what is corrected later."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import LabTimeField, PickField, offer
from cultures.passaging.models import Culture
from cultures.quality.forms.samples import (
    as_last_time,
    kit_lots,
    newest_kits,
    nothing_chosen,
    offer_kits,
    people,
)
from cultures.quality.methods.base import Method, Readings
from cultures.quality.models import QCTest
from lims.accounts.models import User
from lims.clock import now
from lims.codes import tidy_code
from lims.errors import DomainError
from lims.web.fields import CleanCharField
from lims.web.forms import BenchForm

READINGS = "readings"
SAMPLE = "sample"  # the button that saves the sample alone


class WithReadings(EntryForm):
    """A form that has the readings of a method in it. A refusal that names a reading is shown there."""

    kit = PickField(label="Kit", required=False)
    kit_lot = PickField(label="Lot of the kit", required=False)

    def __init__(self, *args: Any, method: Method, said: Mapping[str, Any] | None = None, **options: Any) -> None:
        kits, lots = (newest_kits(), kit_lots()) if method.needs_kit else ([], [])
        if kits and "initial" not in options:
            options["proposals"] = as_last_time(kits, lots)
        super().__init__(*args, **options)
        self.method = method
        data = self.data if self.is_bound else None
        self.readings = nothing_chosen(method.form(data, prefix=READINGS, initial=dict(said or {})))
        if method.needs_kit:
            offer_kits(self, kits, lots)
        else:
            del self.fields["kit"], self.fields["kit_lot"]

    @property
    def wants_readings(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.wants_readings and not self.readings.is_valid():
            raise forms.ValidationError("the readings need another look.")
        return self.cleaned_data

    def refuse(self, refusal: DomainError) -> None:
        if refusal.field in self.readings.fields and self.wants_readings:
            self.refusal = refusal
            self.readings.add_error(refusal.field, str(refusal))
            self.add_error(None, str(refusal))
        else:
            super().refuse(refusal)

    @property
    def kit_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("kit", "kit_lot") if name in self.fields]

    def with_kit(self) -> dict[str, Any]:
        return {f"{name}_id": self.cleaned_data[name] for name in ("kit", "kit_lot") if name in self.fields}


class TestForm(WithReadings):
    """A test of a culture: the sample, and its result unless that comes later."""

    __test__ = False  # not one of pytest's
    resulted_at = LabTimeField(label="Result read", required=False, help_text="Leave empty for now.")
    taken_by = PickField(label="Sample taken by", required=False)
    run_by = PickField(label="Result read by", required=False)
    file = forms.FileField(label="File of the result", required=False, help_text="Report or export, kept as it is.")

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        everyone = people()
        for name in ("taken_by", "run_by"):
            offer(self, name, everyone)
            self.fields[name].initial = by.pk

    @property
    def wants_readings(self) -> bool:
        return self.data.get("save") != SAMPLE

    def person(self, name: str) -> User | None:
        return User.objects.filter(pk=self.cleaned_data[name]).first() if self.cleaned_data[name] else None

    @property
    def read_at(self) -> Any:
        return self.cleaned_data["resulted_at"] or now()


class SampleForm(EntryForm):
    """A sample of one flask, its result later."""

    taken_by = PickField(label="Taken by", required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "taken_by", people())
        self.fields["taken_by"].initial = by.pk


class ResultForm(TestForm):
    """The result of a sample that waits for it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["taken_by"], self.fields["at"]


class CorrectTestForm(WithReadings):
    """What a test should say, as it stands now, and why it changes."""

    at = LabTimeField(label="Sample taken")
    culture = CleanCharField(label="Culture", max_length=20)
    resulted_at = LabTimeField(label="Result read", required=False)
    reason = CleanCharField(label="Reason", max_length=300, error_messages={"required": "Write why it is corrected."})

    def __init__(self, *args: Any, test: QCTest, **options: Any) -> None:
        initial = {
            "at": test.at,
            "culture": test.culture.code,
            "resulted_at": test.resulted_at,
            "kit": test.kit_id,
            "kit_lot": test.kit_lot_id,
            "note": test.note,
        }
        super().__init__(*args, said=test.readings, initial=initial, **options)
        self.test = test
        if test.is_pending:
            del self.fields["resulted_at"]
        self._offer_what_it_has()

    def _offer_what_it_has(self) -> None:
        """An older version of the kit, or a lot that is used up, stays what it was."""
        for name, held in (("kit", self.test.kit), ("kit_lot", self.test.kit_lot)):
            if held and name in self.fields:
                field: Any = self.fields[name]
                if held.pk not in dict(field.choices):
                    field.choices = [*field.choices, (held.pk, str(held))]

    @property
    def wants_readings(self) -> bool:
        return not self.test.is_pending

    def clean_culture(self) -> Culture:
        code = tidy_code(self.cleaned_data["culture"])
        if found := Culture.objects.filter(code=code).first():
            return found
        raise forms.ValidationError(f"No culture bears the code {code[:20]}. Scan its label.")

    def changes(self) -> dict[str, Any]:
        """Only what differs from the test as it stands."""
        data, test = self.cleaned_data, self.test
        said: dict[str, Any] = {"culture_id": data["culture"].pk, "at": data["at"], "note": data["note"]}
        if self.wants_readings:
            said |= {"resulted_at": data["resulted_at"] or test.resulted_at} | self.with_kit()
        changed = {name: value for name, value in said.items() if value != getattr(test, name)}
        if _minutes_agree(changed.get("at"), test.at):
            del changed["at"]
        if _minutes_agree(changed.get("resulted_at"), test.resulted_at):
            del changed["resulted_at"]
        if self.wants_readings and (readings := _changed(self.readings, test.readings)):
            changed["readings"] = readings
        return changed


def _changed(form: Readings, before: Mapping[str, Any]) -> dict[str, Any]:
    """What was emptied is said as empty."""
    read = form.as_json()
    return {name: read.get(name, "") for name in form.fields if read.get(name) != before.get(name)}


def _minutes_agree(one: Any, other: Any) -> bool:
    """A field for times has no seconds: what was not touched is not changed."""
    return one is not None and other is not None and one == other.replace(second=0, microsecond=0)


class VoidForm(BenchForm):
    reason = CleanCharField(
        label="Why it says nothing",
        max_length=300,
        error_messages={"required": "Write why: the test stays readable with it."},
    )
