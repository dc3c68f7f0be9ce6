"""The form of a method told to machines: which readings it takes, of what kind, in what unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms

from cultures.quality.methods.base import Readings
from lims.web.fields import WholeNumberField
from lims.web.forms import NumberField

NUMBER, WHOLE, CHOICE, ALLELES = "number", "whole number", "choice", "alleles by marker"
KINDS = (NUMBER, WHOLE, CHOICE, ALLELES)


@dataclass(frozen=True)
class Reading:
    name: str
    label: str
    kind: str
    unit: str
    choices: Sequence[str]
    is_required: bool


def readings_of(form: type[Readings] | None) -> Iterator[Reading]:
    for name, field in form.base_fields.items() if form else ():
        choices = [code for code, _ in getattr(field, "choices", ())]
        yield Reading(name, str(field.label or name), _kind(field), getattr(field, "unit", ""), choices, field.required)


def _kind(field: forms.Field) -> str:
    match field:
        case WholeNumberField():
            return WHOLE
        case NumberField():
            return NUMBER
        case forms.ChoiceField():
            return CHOICE
    return ALLELES
