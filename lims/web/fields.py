"""Form fields beside NumberField (lims.web.forms): whole numbers, durations with their units, days, clean text."""

from datetime import date, timedelta
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from lims.errors import DomainError
from lims.tabular.durations import duration_in_words, parse_duration
from lims.tabular.text import clean_text
from lims.web.forms import NumberField

AnyField = TypeVar("AnyField", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[AnyField]) -> AnyField:
    """A form's field as what it was declared; Django itself only says that it is some field."""
    field = form.fields[name]
    assert isinstance(field, kind)
    return field


class WholeNumberField(NumberField):
    """A count: cells, passages. 1.5e6 is read as 1500000; 1.5 is refused."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # narrower: whole numbers
        number = super().to_python(value)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise ValidationError(f"{value} is not a whole number.", code="not_whole")
        return int(number)


class DurationField(forms.Field):
    """A length of time with its unit: 6 d, 52 h, 1 d 12 h."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> timedelta | None:
        if value in self.empty_values or isinstance(value, timedelta):
            return value or None
        try:
            return parse_duration(str(value))
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None

    def prepare_value(self, value: Any) -> Any:
        return duration_in_words(value) if isinstance(value, timedelta) else value


class DayField(forms.DateField):
    """A day, typed or picked; read as 2026-11-23 only, since 03/04 is two different days."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "max": "2199-12-31"})
    input_formats = ("%Y-%m-%d",)
    default_error_messages = {"invalid": "Write the day as 2026-11-23: year, month, day."}

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not 1990 <= day.year < 2200:
            raise ValidationError("The year is not of this lab's time. Check it.", code="wrong_year")
        return day


class CleanCharField(forms.CharField):
    """A line of text without invisible signs, in NFC (lims.tabular.text)."""

    is_note = False

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return clean_text(text, is_note=self.is_note)
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None


class NoteField(CleanCharField):
    """Several lines of clean text."""

    widget = forms.Textarea(attrs={"rows": 3})
    is_note = True
