"""What a method of testing is: the form of its readings, how they are judged, and what a fail does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms

from cultures.passaging.models import Culture
from cultures.quality.errors.samples import BadReadings
from cultures.quality.models import KitRecord, QCRun, QCTest
from lims.web.forms import BenchField


class Readings(forms.Form):
    """The shape of a method's readings: the same for page, REST and CSV.

    Cleaned values are kept as JSON: decimals and days as text, what was left empty not at all.
    """

    bound_field_class = BenchField
    use_required_attribute = False  # the server says in our words what is missing

    def as_json(self) -> dict[str, Any]:
        return {name: _json(value) for name, value in self.cleaned_data.items() if value not in (None, "", [])}


def _json(value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
    return value


class Effect(StrEnum):
    """What a verdict does to the cells."""

    QUARANTINE = "quarantine"  # with all descendants
    HOLD = "hold"  # until the retest
    FLAG = "flag"  # is shown, and stops nothing


@dataclass(frozen=True)
class Release:
    """What lets cells out again: passes in a row, each `apart` from the one before. 0: only disposal or treatment."""

    passes: int
    apart: timedelta = timedelta(0)
    needs_lead: bool = True


@dataclass(frozen=True)
class Sample:
    """What a judge may look at besides the readings. `code` of the sample, when it has one already."""

    culture: Culture
    at: datetime
    kit: KitRecord | None = None
    run: QCRun | None = None
    resulted_at: datetime | None = None
    code: str = ""


@dataclass(frozen=True)
class Judgement:
    """A verdict with its sentence. `effect` only where it is not the method's own."""

    verdict: QCTest.Verdict
    sentence: str
    findings: Mapping[str, Any] = field(default_factory=dict)
    effect: Effect | None = None


Judge = Callable[[Mapping[str, Any], Sample], Judgement]
RunJudge = Callable[[Mapping[str, Any], KitRecord | None], tuple[bool, str]]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way of testing.

    family         what its passes speak for: "mycoplasma" for all four that look for mycoplasma; the code by default
    needs_kit      its cut-offs are those of a kit record
    in_runs        several samples are read together; `controls` and `judge_run` then speak for all of them
    pending_up_to  how long a result may take
    retired_at     the laboratory uses it no more; its results stay readable
    """

    code: str
    title: str
    short: str
    form: type[Readings]
    judge: Judge
    on_fail: Effect
    on_inconclusive: Effect
    release: Release
    family: str = ""
    needs_kit: bool = False
    in_runs: bool = False
    controls: type[Readings] | None = None
    judge_run: RunJudge | None = None
    pending_up_to: timedelta | None = None
    retired_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.family:
            object.__setattr__(self, "family", self.code)


def read(form: type[Readings], said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, in the shape of the form. Raises BadReadings with the field at fault; nothing is dropped."""
    if unknown := sorted(str(name) for name in set(said) - set(form.base_fields)):
        raise BadReadings(f"{unknown[0][:40]} is no reading of this method. Leave it out.", unknown[0][:40])
    filled = form({name: "" if value is None else value for name, value in said.items()})
    if filled.is_valid():
        return filled.as_json()
    name, found = next(iter(filled.errors.items()))
    if name not in filled.fields:
        raise BadReadings(str(found[0]))
    raise BadReadings(f"{filled[name].label}: {found[0]}", name)


def ways_to_read(*words: tuple[str, str], label: str) -> forms.ChoiceField:
    """What was seen, as one of a few words."""
    return forms.ChoiceField(
        label=label,
        choices=words,
        error_messages={
            "required": "Say what was seen.",
            "invalid_choice": f"Choose one of: {', '.join(code for code, _ in words)}.",
        },
    )


MYCOPLASMA = "mycoplasma"
# Laboratory practice: a positive culture leaves quarantine after two clean samples at least two weeks apart.
MYCOPLASMA_RELEASE = Release(passes=2, apart=timedelta(days=14))
