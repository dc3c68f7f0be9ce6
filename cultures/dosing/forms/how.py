"""What rungs are worked out from: a protocol, a strategy, its numbers. As a form says it, and as a plan stores it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, DecimalException
from typing import Any

from cultures.compounds.models import Compound
from cultures.dosing.commands import PlanOfDoses
from cultures.science.escalation import STRATEGIES, Template

PACE = ("planned_days", "min_days", "min_passages")
NUMBERS, WHOLE = ("start", "target", "factor", "dose"), ("on_days", "off_days", *PACE)


@dataclass(frozen=True)
class How:
    """What rungs are worked out from. Two that say the same are equal, however it was typed."""

    template: str
    strategy: str
    parameters: dict[str, Any]

    @classmethod
    def of(cls, values: Mapping[str, Any], *, may_jump: bool) -> "How":
        strategy = values.get("strategy") or ""
        needs = STRATEGIES[strategy].needs if strategy in STRATEGIES else ()
        said = {name: plain(values[name]) for name in (*needs, *PACE) if values.get(name) not in (None, "", [])}
        return cls(values.get("template") or "", strategy, said | ({"allow_large": True} if may_jump else {}))

    @property
    def is_said(self) -> bool:
        """Something is there to work with; else the rungs are written by hand."""
        return bool(self.template) or bool(set(self.parameters) - {*PACE, "allow_large"})

    def follows(self, template: Template) -> bool:
        """Doses and pulses are those of a published protocol."""
        needs = STRATEGIES[template.strategy].needs
        theirs = {name: str(template.parameters[name]) for name in needs}
        return self.strategy == template.strategy and theirs == {name: str(self.parameters.get(name)) for name in needs}

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def plain(value: Any) -> Any:
    """As a plan stores it: numbers as text, days as numbers."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def is_for(template: Template, compound: Compound) -> bool:
    return template.compound == compound.name.casefold() and template.kind == compound.kind


def initial_of(said: PlanOfDoses) -> dict[str, Any]:
    """The fields of a plan that stands. What its parameters say in a way nobody can read is left out."""
    plain = {"template": said.template, "strategy": said.strategy, "unit": said.unit, "vehicle_pct": said.vehicle_pct}
    given = {name: getattr(said.rungs[0], name) for name in PACE} | dict(said.parameters)
    numbers = {name: _number(given.get(name)) for name in NUMBERS}
    whole = {name: int(number) for name in WHOLE if (number := _number(given.get(name))) is not None}
    return plain | numbers | whole | {"doses": [rung.dose for rung in said.rungs]}


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except DecimalException:
        return None
    return Decimal(f"{number.normalize():f}") if number.is_finite() else None
