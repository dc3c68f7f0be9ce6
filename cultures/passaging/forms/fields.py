"""Fields of the bench: a time in the lab's zone, a choice from a catalogue, a scanned code."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from lims.clock import lab_zone
from lims.codes import is_code, tidy_code
from lims.web.fields import field_of

Choices = Sequence[tuple[Any, Any]]


class LabTimeField(forms.Field):
    """A moment on the lab's wall clock; empty means now.

    Twice a year an hour is skipped or comes twice. A time in it names no moment, or two, and is refused, not guessed.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(lab_zone()) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        try:
            wall = parse_datetime(text) if ":" in text else None  # a day alone is not midnight
        except ValueError:
            wall = None
        if wall is None or not 1990 <= wall.year <= 2200:
            raise ValidationError("Write day and time as 2026-11-23T14:06.", code="not_a_time")
        return wall.astimezone(UTC) if wall.tzinfo else self._only_moment(wall)

    @staticmethod
    def _only_moment(wall: datetime) -> datetime:
        zone = lab_zone()
        first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        moment = first.astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != wall:
            raise ValidationError(
                f"The clocks went forward on {wall:%d %b}: {wall:%H:%M} did not exist. Give the time after the change.",
                code="skipped_hour",
            )
        if first.utcoffset() != second.utcoffset():
            raise ValidationError(
                f"The clocks went back on {wall:%d %b}: {wall:%H:%M} came twice. Give the nearest time outside it.",
                code="doubled_hour",
            )
        return moment


class PickField(forms.TypedChoiceField):
    """One of a catalogue, by its id. The choices are set by the form, which reads each catalogue once."""

    default_error_messages = {"invalid_choice": "This cannot be chosen here any more. Choose again."}

    def __init__(self, *, coerce: Callable[[str], Any] = int, **options: Any) -> None:
        super().__init__(coerce=coerce, empty_value=None, **options)


def offer(form: forms.BaseForm, name: str, choices: Choices, nothing: str | None = None) -> None:
    """What a form lets one choose now; `nothing` is the line for no choice."""
    field_of(form, name, forms.ChoiceField).choices = [*([("", nothing)] if nothing is not None else []), *choices]


class PickManyField(forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple
    default_error_messages = PickField.default_error_messages

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, required=False, **options)


class CodesField(forms.CharField):
    """Codes scanned one after the other, as a scanner types them: between blanks, commas or line ends."""

    widget = forms.Textarea(
        attrs={"rows": 3, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    )

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list of codes, typed as text
        words = str(value or "").replace(",", " ").replace(";", " ").split()
        codes = list(dict.fromkeys(tidy_code(word) for word in words))
        if wrong := [code for code in codes if not is_code(code)]:
            raise ValidationError(f"{spoken(wrong[:3])} is not a code of ours: a sign was misread. Scan it again.")
        return codes

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: list[str]) -> None:
        """The codes were checked one by one."""


def spoken(words: Iterable[object]) -> str:
    """C-1, C-2 and C-3."""
    *most, last = [str(word) for word in words]
    return f"{', '.join(most)} and {last}" if most else last
