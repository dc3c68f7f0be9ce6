"""The lab's rules of readiness, as numbers to change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from cultures.dosing.models import ReadinessRules
from cultures.dosing.services.rules import DECIDED
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import NumberField


def _percent(label: str, places: int) -> NumberField:
    return NumberField(label=label, unit="%", least=0, most=100, places=places)


def _ratio(label: str, most: int = 99) -> NumberField:
    return NumberField(label=label, unit="×", least=1, most=most, places=2)


def _count(label: str, unit: str, least: int = 0) -> WholeNumberField:
    return WholeNumberField(label=label, unit=unit, least=least, most=365)


class RulesForm(SteppedForm):
    """All the rules at once. `based_on` is the version that was looked at."""

    min_viability_pct = _percent("Viability from", 1)
    max_doubling_ratio = _ratio("Doubling time to")
    confluent_pct = _percent("Confluence counts from", 0)
    confluent_passages = _count("reached in a row", "passages", least=1)
    backup_vials = _count("Backup vials at the rung", "vials")
    back_viability_pct = _percent("Viability below", 1)
    back_doubling_ratio = _ratio("Doubling time above")
    loss_days = _count("Net loss of cells over", "d", least=1)
    failures_before_restart = _count("Restart from the bank after", "steps back", least=1)
    largest_jump = _ratio("From one dose to the next, at most")
    control_passages_apart = _count("Treated and control apart, at most", "passages")
    control_days_apart = _count("and at most", "d")
    resume_confluence_pct = _percent("A holiday ends from confluence", 0)
    reason = CleanCharField(label="Reason", max_length=300, error_messages={"required": "Write why the rules change."})
    based_on = WholeNumberField(least=1, widget=forms.HiddenInput)

    STEPS = (
        ("Ready", ("min_viability_pct", "max_doubling_ratio", "confluent_pct", "confluent_passages", "backup_vials")),
        ("Step back", ("back_viability_pct", "back_doubling_ratio", "loss_days", "failures_before_restart")),
        ("Dose", ("largest_jump",)),
        ("Arms", ("control_passages_apart", "control_days_apart")),
        ("Holiday", ("resume_confluence_pct",)),
        ("Why", ("reason",)),
    )

    def __init__(self, data: Any = None, *, rules: ReadinessRules) -> None:
        said = {name: getattr(rules, name) for name in DECIDED}
        super().__init__(data, initial=said | {"based_on": rules.version})


def changes_in_words(before: ReadinessRules, after: ReadinessRules) -> list[str]:
    """Viability from 85 → 90 %."""
    fields: Mapping[str, Any] = RulesForm.base_fields
    pairs = [(fields[name], getattr(before, name), getattr(after, name)) for name in DECIDED]
    return [f"{field.label} {_plain(old)} → {_plain(new)} {field.unit}" for field, old, new in pairs if old != new]


def _plain(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"
