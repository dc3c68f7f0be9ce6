"""The strategies of escalation. A new one is a function and one line in STRATEGIES.

A plan stores a strategy's name and parameters; `planned_rungs` says what they come to. Doses are in one unit for a
whole plan: nM, or µg/mL for an antibody. Days are days of culture.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from cultures.science.doses import Number, ParameterMissing, ParameterUnusable, constant, explicit, stepwise

Parameters = Mapping[str, object]  # numbers as text: {"start": "10", "target": "1000", "factor": "2"}


@dataclass(frozen=True)
class PlannedRung:
    """One dose and how long it is held. Of a pulsed plan: so many days in the drug, then so many without, in turn."""

    number: int  # from 1
    dose: Decimal
    planned_days: int
    min_days: int
    min_passages: int
    on_days: int | None = None
    off_days: int | None = None


@dataclass(frozen=True)
class Pace:
    """How long each rung is held. Defaults: two passages and two weeks at least (field practice)."""

    planned_days: int = 28
    min_days: int = 14
    min_passages: int = 2

    def rungs(
        self, doses: Iterable[Decimal], on_days: int | None = None, off_days: int | None = None
    ) -> list[PlannedRung]:
        return [
            PlannedRung(number, dose, self.planned_days, self.min_days, self.min_passages, on_days, off_days)
            for number, dose in enumerate(doses, start=1)
        ]


def pulsed(
    start: Number,
    target: Number,
    factor: Number,
    on_days: int,
    off_days: int,
    pace: Pace | None = None,
    *,
    allow_large: bool = False,
) -> list[PlannedRung]:
    """Doses that rise by a factor, each given in pulses between which the cells recover without drug.

    >>> [(int(rung.dose), rung.on_days, rung.off_days) for rung in pulsed(15, 60, 2, 3, 4)]
    [(15, 3, 4), (30, 3, 4), (60, 3, 4)]
    """
    for name, days in (("on_days", on_days), ("off_days", off_days)):
        if days < 1:
            raise ParameterUnusable(name, "at least one day")
    return (pace or Pace()).rungs(stepwise(start, target, factor, allow_large=allow_large), on_days, off_days)


def _given(parameters: Parameters, name: str) -> object:
    value = parameters.get(name)
    if value in (None, "", []):
        raise ParameterMissing(name)
    return value


def _decimal(value: object, name: str) -> Decimal:
    try:
        return Decimal(str(value))
    except DecimalException:
        raise ParameterUnusable(name, "a number") from None


def _number(parameters: Parameters, name: str) -> Decimal:
    return _decimal(_given(parameters, name), name)


def _whole(parameters: Parameters, name: str, *, least: int, default: int | None = None) -> int:
    if default is not None and parameters.get(name) in (None, ""):
        return default
    number = _number(parameters, name)
    if not number.is_finite() or number % 1 or not least <= number <= 3_650:
        raise ParameterUnusable(name, f"a whole number from {least} to 3650")
    return int(number)


def _doses(parameters: Parameters) -> Sequence[Decimal]:
    doses = _given(parameters, "doses")
    if isinstance(doses, str) or not isinstance(doses, Sequence):
        raise ParameterUnusable("doses", "a list of numbers")
    return [_decimal(dose, "doses") for dose in doses]


def _pace(parameters: Parameters) -> Pace:
    planned_days = _whole(parameters, "planned_days", least=1, default=Pace.planned_days)
    min_days = _whole(parameters, "min_days", least=0, default=min(Pace.min_days, planned_days))
    if min_days > planned_days:
        raise ParameterUnusable("min_days", f"no more than the {planned_days} days planned for a rung")
    return Pace(planned_days, min_days, _whole(parameters, "min_passages", least=0, default=Pace.min_passages))


def _by_factor(given: Parameters) -> tuple[Decimal, Decimal, Decimal]:
    return _number(given, "start"), _number(given, "target"), _number(given, "factor")


def _may_jump(given: Parameters) -> bool:
    return given.get("allow_large") is True


def _plan_stepwise(given: Parameters) -> list[PlannedRung]:
    return _pace(given).rungs(stepwise(*_by_factor(given), allow_large=_may_jump(given)))


def _plan_explicit(given: Parameters) -> list[PlannedRung]:
    return _pace(given).rungs(explicit(_doses(given), allow_large=_may_jump(given)))


def _plan_pulsed(given: Parameters) -> list[PlannedRung]:
    on_days, off_days = _whole(given, "on_days", least=1), _whole(given, "off_days", least=1)
    return pulsed(*_by_factor(given), on_days, off_days, _pace(given), allow_large=_may_jump(given))


def _plan_constant(given: Parameters) -> list[PlannedRung]:
    return _pace(given).rungs(constant(_number(given, "dose")))


@dataclass(frozen=True)
class Strategy:
    title: str
    words: str
    plan: Callable[[Parameters], list[PlannedRung]]
    needs: tuple[str, ...]


STRATEGIES: dict[str, Strategy] = {
    "stepwise": Strategy(
        "Stepwise by a factor",
        "Each rung is the last one times a factor.",
        _plan_stepwise,
        ("start", "target", "factor"),
    ),
    "explicit": Strategy("Stepwise by a list", "The rungs as you write them.", _plan_explicit, ("doses",)),
    "pulsed": Strategy(
        "Pulsed",
        "Days in the drug and days without take turns, and the dose rises by a factor.",
        _plan_pulsed,
        ("start", "target", "factor", "on_days", "off_days"),
    ),
    "constant": Strategy("Constant", "One dose from the first day to the last.", _plan_constant, ("dose",)),
}


def planned_rungs(strategy: str, parameters: Parameters) -> list[PlannedRung]:
    """What the stored parameters of a plan come to.

    >>> [str(rung.dose) for rung in planned_rungs("stepwise", {"start": "1", "target": "20", "factor": "2"})]
    ['1', '2', '4', '8', '16', '20']
    """
    if strategy not in STRATEGIES:
        raise ParameterUnusable("strategy", f"one of {', '.join(STRATEGIES)}")
    return STRATEGIES[strategy].plan(parameters)
