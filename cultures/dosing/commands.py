"""What a person or machine asks for, as plain values. Forms, endpoints and the demonstration build them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PlannedDose:
    """One rung as it is planned. Empty criteria are the lab's own rules."""

    dose: Decimal
    planned_days: int
    min_days: int = 14
    min_passages: int = 2
    min_viability_pct: Decimal | None = None
    max_doubling_ratio: Decimal | None = None
    on_days: int | None = None
    off_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class KeptDrug:
    """A drug kept at one dose beside the rising one; unit as written."""

    compound_id: int
    dose: Decimal
    unit: str
    vehicle_pct: Decimal


@dataclass(frozen=True, kw_only=True)
class PlanOfDoses:
    """A plan: its rungs in one unit as written, the vehicle in % v/v, and what is kept beside.

    strategy, template, parameters   where the rungs came from (science.escalation); the rungs themselves decide
    """

    unit: str
    rungs: Sequence[PlannedDose]
    vehicle_pct: Decimal
    strategy: str = "explicit"
    template: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    maintained: Sequence[KeptDrug] = ()
