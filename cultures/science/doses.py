"""The doses of a climb from a low one to the target, and what may not be climbed. Pure arithmetic.

Doses are Decimals in one unit for a whole plan: nM, or µg/mL for an antibody. How long each is held: escalation.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise
from math import log2

Number = Decimal | int | float

LARGEST_JUMP = Decimal(3)
MOST_RUNGS = 100  # a factor so small that it needs more is a slip of the pen
NOISE = Decimal("1e-12")  # what a float or a long product adds in its last digits is not another raise


class EscalationError(ValueError):
    """No plan comes of this. Its text is a sentence for people; `field` names the parameter at fault."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class DoseNotPositive(EscalationError):
    def __init__(self, dose: Decimal, field: str = "dose") -> None:
        super().__init__(f"A dose is a number above zero, and {dose} is not. Correct the {field}.", field)


class TargetNotAboveStart(EscalationError):
    def __init__(self, start: Decimal, target: Decimal) -> None:
        super().__init__(
            f"The target {target} is not above the start {start}. Raise the target, or plan a constant dose.", "target"
        )


class FactorOutOfRange(EscalationError):
    def __init__(self, factor: Decimal) -> None:
        super().__init__(
            f"A factor of {factor} is not above 1 and at most {LARGEST_JUMP}. "
            "Choose one between 1.25 and 2; a larger one than 3 must be allowed by name.",
            "factor",
        )


class TooManyRungs(EscalationError):
    def __init__(self, field: str = "factor") -> None:
        super().__init__(
            f"This plan has more than {MOST_RUNGS} rungs. Choose larger steps, or a target that is nearer.", field
        )


class DosesNotRising(EscalationError):
    def __init__(self, before: Decimal, after: Decimal) -> None:
        super().__init__(f"{after} comes after {before}, and each dose must be above the last. Reorder them.", "doses")


class JumpTooLarge(EscalationError):
    def __init__(self, from_dose: Decimal, to_dose: Decimal, ratio: float, most: Decimal = LARGEST_JUMP) -> None:
        super().__init__(
            f"From {from_dose} to {to_dose} the dose rises more than {most}×. "
            "Put a dose between them, or allow the jump by name.",
            "doses",
        )
        self.from_dose, self.to_dose, self.ratio, self.most = from_dose, to_dose, ratio, most


class ParameterMissing(EscalationError):
    def __init__(self, name: str) -> None:
        super().__init__(f"This kind of plan needs the {name.replace('_', ' ')}. Fill it in.", name)


class ParameterUnusable(EscalationError):
    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"The {name.replace('_', ' ')} must be {wanted}. Correct it.", name)


def _positive(dose: Number, field: str = "dose") -> Decimal:
    number = Decimal(str(dose))
    if not number.is_finite() or number <= 0:
        raise DoseNotPositive(number, field)
    return number


def _climb(start: Number, target: Number) -> tuple[Decimal, Decimal]:
    low, high = _positive(start, "start"), _positive(target, "target")
    if high <= low:
        raise TargetNotAboveStart(low, high)
    return low, high


def _factor(factor: Number, allow_large: bool) -> Decimal:
    number = Decimal(str(factor))
    if not number.is_finite() or number <= 1 or (number > LARGEST_JUMP and not allow_large):
        raise FactorOutOfRange(number)
    return number


def doublings(start: Number, target: Number) -> float:
    """How often the dose doubles on the way: log2(target / start).

    >>> round(doublings(10, 1000), 2), round(doublings(10, 2000), 2), round(doublings(1, 10), 2)
    (6.64, 7.64, 3.32)
    """
    low, high = _climb(start, target)
    return log2(high / low)


def raises_needed(start: Number, target: Number, factor: Number) -> int:
    """How many raises by `factor` reach the target: ceil(log(target / start) / log(factor)), counted without logs.

    >>> raises_needed(1, 8, 2), raises_needed(10, 1000, 2), raises_needed(10, 2000, Decimal("1.5"))
    (3, 7, 14)
    """
    dose, high = _climb(start, target)
    times = _factor(factor, allow_large=True)
    for raises in range(MOST_RUNGS):
        if dose >= high * (1 - NOISE):
            return raises
        dose *= times
    raise TooManyRungs


def jump(from_dose: Number, to_dose: Number) -> float:
    """The ratio of a dose to the one before.

    >>> jump(10, 25)
    2.5
    """
    return float(_positive(to_dose) / _positive(from_dose))


def is_large_jump(from_dose: Number, to_dose: Number, most: Number = LARGEST_JUMP) -> bool:
    """More than `most` times the dose before, in exact decimals: three times as much is allowed.

    >>> is_large_jump(Decimal("0.1"), Decimal("0.3")), is_large_jump(Decimal("0.1"), Decimal("0.3000001"))
    (False, True)
    """
    return _positive(to_dose) > _positive(from_dose) * Decimal(str(most))


def stepwise(start: Number, target: Number, factor: Number, *, allow_large: bool = False) -> list[Decimal]:
    """Doses that rise by a factor, rounded to three significant digits; the last is the target itself.

    >>> [int(dose) for dose in stepwise(10, 1000, 2)]
    [10, 20, 40, 80, 160, 320, 640, 1000]
    """
    low, high = _climb(start, target)
    times = _factor(factor, allow_large)
    exact = [low * times**raised for raised in range(raises_needed(low, high, times))]
    for digits in range(3, 10):  # rounding must not turn 3× into a jump that is refused: 9.09, then 27.27 and not 27.3
        doses = _rising([*exact, high], digits)
        if allow_large or not any(is_large_jump(*pair) for pair in pairwise(doses)):
            break
    return doses


def _rising(exact: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Rounded, without those that rounding made equal to a neighbour."""
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).plus
    doses = [exact[0]]
    for dose in map(rounded, exact[1:-1]):
        if doses[-1] < dose < rounded(exact[-1]):
            doses.append(dose)
    return [Decimal(f"{dose.normalize():f}") for dose in (*doses, exact[-1])]


def explicit(doses: Sequence[Number], *, allow_large: bool = False) -> list[Decimal]:
    """Doses as somebody wrote them: rising, and none more than three times the one before.

    >>> [str(dose) for dose in explicit([1, 2, 4, 8, 14, 20])]
    ['1', '2', '4', '8', '14', '20']
    """
    written = [_positive(dose, "doses") for dose in doses]
    if not written:
        raise ParameterMissing("doses")
    if len(written) > MOST_RUNGS:
        raise TooManyRungs("doses")
    for before, after in pairwise(written):
        if after <= before:
            raise DosesNotRising(before, after)
        if not allow_large and is_large_jump(before, after):
            raise JumpTooLarge(before, after, jump(before, after))
    return written


def constant(dose: Number) -> list[Decimal]:
    """One dose from the first day to the last."""
    return [_positive(dose)]
