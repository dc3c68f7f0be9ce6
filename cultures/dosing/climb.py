"""What a plan comes to before anybody climbs it: raises, doublings, weeks, and its staircase. Pure arithmetic.

The climb ends when the target is reached: how long the last rung is held then is no part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import log2

from cultures.science.escalation import doublings, jump

DAYS_A_MONTH = 365.25 / 12
WIDTH, TOP, BOTTOM = 360.0, 22.0, 96.0  # of the drawing, in pixels
FLOOR = 16.0  # how far the lowest step stands above the bottom


@dataclass(frozen=True)
class Step:
    dose: Decimal
    planned_days: int
    min_days: int


@dataclass(frozen=True)
class Climb:
    """Steps in the order in which they are climbed, their doses in one unit.

    >>> climb = Climb([Step(Decimal(dose), 28, 14) for dose in (10, 20, 40, 80)])
    >>> climb.raises, climb.doublings, climb.weeks, round(climb.months, 1), climb.weeks_per_rung, climb.soonest_weeks
    (3, 3.0, 12.0, 2.8, 4.0, 6.0)
    """

    steps: Sequence[Step]

    @property
    def raises(self) -> int:
        return len(self.steps) - 1

    @property
    def rises(self) -> bool:
        """More than one rung, each above the last."""
        return self.raises > 0 and all(before.dose < after.dose for before, after in pairwise(self.steps))

    @property
    def doublings(self) -> float | None:
        return doublings(self.steps[0].dose, self.steps[-1].dose) if self.rises else None

    @property
    def weeks(self) -> float:
        """As planned, from the first dose to the target; of a constant dose, for how long it is given."""
        return sum(step.planned_days for step in self._until_the_target) / 7

    @property
    def months(self) -> float:
        return self.weeks * 7 / DAYS_A_MONTH

    @property
    def weeks_per_rung(self) -> float:
        return self.weeks / len(self._until_the_target)

    @property
    def soonest_weeks(self) -> float:
        """When every rung is left on its first possible day."""
        return sum(step.min_days for step in self._until_the_target) / 7

    @property
    def _until_the_target(self) -> Sequence[Step]:
        return self.steps[:-1] or self.steps

    @property
    def jumps(self) -> tuple[float, float] | None:
        """The smallest and the largest ratio of a dose to the one before."""
        ratios = [jump(before.dose, after.dose) for before, after in pairwise(self.steps)]
        return (min(ratios), max(ratios)) if self.rises else None

    # --- the staircase: time to the right, each doubling as high as the next ------------------------------------------
    @cached_property
    def line(self) -> str:
        """
        >>> Climb([Step(Decimal(dose), 28, 14) for dose in (1, 2)]).line
        'M0 80.0 H180.0 V22.0 H360.0'
        """
        days = sum(step.planned_days for step in self.steps)
        x, drawn = 0.0, f"M0 {self._height(self.steps[0].dose):.1f}"
        for place, step in enumerate(self.steps):
            x += WIDTH * step.planned_days / days
            drawn += f" V{self._height(step.dose):.1f}" if place else ""
            drawn += f" H{x:.1f}"
        return drawn

    @property
    def area(self) -> str:
        """The same, filled down to the bottom."""
        return f"{self.line} V{BOTTOM:.1f} H0 Z"

    def _height(self, dose: Decimal) -> float:
        lowest, highest = min(step.dose for step in self.steps), max(step.dose for step in self.steps)
        if lowest == highest:
            return TOP
        return BOTTOM - FLOOR - (BOTTOM - FLOOR - TOP) * log2(dose / lowest) / log2(highest / lowest)
