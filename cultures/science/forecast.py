"""When a ladder will reach its target dose, and what it takes until then. Pure arithmetic, nothing random.

Model: the logarithm of the days spent on a rung is normal. The pace of this ladder (the mean of the logarithm) is that
of its own rungs, drawn towards comparable ladders and, weakly, towards the plan: a normal-inverse-gamma posterior,
laid on a fixed grid of quantiles. Of the rung the ladder stands on, the days already spent are known, and a long stay
speaks for a slow ladder. The days of the rungs after it are summed as a log-normal of the same mean and variance
(Fenton 1960, IRE Trans Commun Syst 8:57).

The numbers below were set on simulated ladders; tests/science/test_forecast.py says how often the intervals hold.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import ceil, exp, expm1, log, log1p, sqrt
from operator import itemgetter
from statistics import NormalDist, fmean, pstdev

# Weights are in rungs: so many rungs of its own the ladder needs before they outweigh what it is drawn towards.
PLAN_WEIGHT = 0.5
BETWEEN_LADDERS = 0.7  # variance between paces of ladders over that between rungs: together they weigh 1.4 at most
USUAL_SPREAD = 0.3  # of log days: two thirds of all rungs within 0.74 and 1.35 times the usual
SPREAD_WEIGHT = 3
LEAST_SPREAD, MOST_SPREAD = 0.15, 2.0  # few rungs that happen to be alike prove no clockwork
MOST_DAYS = 36_500

NORMAL = NormalDist()
MOST_SIGMAS = 8.0  # beyond it the tail of a normal is too thin for floats


def _quantiles(n: int) -> list[float]:
    """n equally likely values of a standard normal, stretched so that their variance is 1."""
    values = [NORMAL.inv_cdf((rank + 0.5) / n) for rank in range(n)]
    return [value / pstdev(values) for value in values]


SPREADS, PACES, RESTS = _quantiles(3), _quantiles(5), _quantiles(5)
REMAINDERS = [(rank + 0.5) / 7 for rank in range(7)]


@dataclass(frozen=True)
class Forecast:
    """Days from now until the target dose: the median, an interval that holds half of all cases and one for 80 %."""

    median_days: float
    half: tuple[float, float]
    wide: tuple[float, float]
    basis: str


@dataclass(frozen=True)
class _Pace:
    """What is known of log days per rung: mean, the rungs it weighs, spread, and the rungs behind the spread."""

    mean: float
    weight: float
    spread: float
    freedom: float


def forecast(
    *,
    rungs_left: int,
    own_days: Sequence[float],
    comparable_days: Sequence[float],
    planned_days: Sequence[float],
    days_at_current: float,
) -> Forecast | None:
    """Days from now until the last raise, to the target dose; None when the ladder stands there already.

    rungs_left        raises still to come: the rung it stands on has to be left, and each one between it and the target
    own_days          days spent on the rungs that this ladder has completed
    comparable_days   the same of other ladders on the same drug
    planned_days      of the rungs that have to be left, the one it stands on first; as many as rungs_left
    days_at_current   days spent on the rung it stands on

    >>> found = forecast(rungs_left=3, own_days=[30, 34, 41], comparable_days=[28, 36, 45, 30],
    ...                  planned_days=[33, 33, 33], days_at_current=10)
    >>> round(found.median_days), found.basis
    (95, 'from 3 rungs of this ladder, 4 of comparable ladders and the plan')
    """
    if rungs_left == 0:
        return None
    _check(rungs_left, own_days, comparable_days, planned_days, days_at_current)
    plan = fmean(map(log, planned_days))
    pace = _pace([log(days) for days in own_days], [log(days) for days in comparable_days], plan)
    futures = _futures(pace, [log(days) - plan for days in planned_days], days_at_current)
    low, lower, median, upper, high = _at(futures, (0.1, 0.25, 0.5, 0.75, 0.9))
    return Forecast(median, (lower, upper), (low, high), _basis(len(own_days), len(comparable_days)))


def _pace(own: Sequence[float], comparable: Sequence[float], plan: float) -> _Pace:
    shared = len(comparable) / (1 + BETWEEN_LADDERS * len(comparable))
    weight = PLAN_WEIGHT + shared + len(own)
    mean = (PLAN_WEIGHT * plan + shared * (fmean(comparable) if comparable else 0.0) + sum(own)) / weight
    squares, freedom = SPREAD_WEIGHT * USUAL_SPREAD**2, float(SPREAD_WEIGHT)
    for group in (own, comparable):
        if len(group) > 1:
            squares += len(group) * pstdev(group) ** 2
            freedom += len(group) - 1
    spread = min(max(sqrt(squares / freedom), LEAST_SPREAD), MOST_SPREAD)
    return _Pace(mean, weight, spread, freedom)


def _futures(pace: _Pace, plan: Sequence[float], spent: float) -> list[tuple[float, float]]:
    """(days until the target, weight) over the grid: spread, pace, what remains of this rung, the rungs after it.

    plan   log of each rung's planned days over their geometric mean: a rung planned longer takes longer
    """
    futures = []
    for step in SPREADS:
        # Wilson and Hilferty 1931: the cube root of chi-square over its freedom is nearly normal
        narrow = 2 / (9 * pace.freedom)
        spread = pace.spread / (1 - narrow + step * sqrt(narrow)) ** 1.5
        for tilt in PACES:
            mean = pace.mean + tilt * spread / sqrt(pace.weight)
            weight, remaining = _remaining(mean + plan[0], spread, spent)
            for rest in _rest([mean + each for each in plan[1:]], spread):
                futures += [(days + rest, weight) for days in remaining]
    return futures


def _remaining(mean: float, spread: float, spent: float) -> tuple[float, list[float]]:
    """How likely the rung lasts longer than the days spent, and equally likely days that remain if it does."""
    so_far = max(min((log(spent) - mean) / spread, MOST_SIGMAS), -MOST_SIGMAS) if spent else -MOST_SIGMAS
    lasts = NORMAL.cdf(-so_far)
    later = [-NORMAL.inv_cdf(rank * lasts) for rank in REMAINDERS]
    begun = max(spent, exp(mean + spread * so_far))  # where the tail is too thin, the rung goes on from where it is
    return lasts, [begun * exp(spread * (sigmas - so_far)) - spent for sigmas in later]


def _rest(means: Sequence[float], spread: float) -> list[float]:
    """Equally likely sums of the days of rungs with these means of log days."""
    if not means:
        return [0.0]
    total = sum(map(exp, means))
    variance = log1p(expm1(spread**2) * sum(exp(2 * mean) for mean in means) / total**2)
    middle = log(total) + spread**2 / 2 - variance / 2
    return [exp(middle + sqrt(variance) * rest) for rest in RESTS]


def _at(futures: list[tuple[float, float]], fractions: Sequence[float]) -> list[float]:
    """The days within which these fractions of all futures have come, by weight."""
    futures.sort(key=itemgetter(0))
    passed = list(accumulate(map(itemgetter(1), futures)))
    return [futures[bisect_left(passed, fraction * passed[-1])][0] for fraction in fractions]


def _check(
    rungs_left: int, own: Sequence[float], comparable: Sequence[float], planned: Sequence[float], spent: float
) -> None:
    if rungs_left < 0 or len(planned) != rungs_left:
        raise ValueError(f"{rungs_left} rungs are left, and planned days are given for {len(planned)}. Give one each.")
    if not all(0 < days <= MOST_DAYS for days in (*own, *comparable, *planned)):  # NaN is not either
        raise ValueError("The days of a rung are above zero and under a century. Correct the rung where they are not.")
    if not 0 <= spent <= MOST_DAYS:
        raise ValueError("The days at the present rung are zero or more. Correct the date it began.")


def _basis(own: int, comparable: int) -> str:
    of_ladders = []
    if own:
        of_ladders.append(f"{own} rung{'s' if own > 1 else ''} of this ladder")
    if comparable:
        rungs = "" if own else "rung " if comparable == 1 else "rungs "
        of_ladders.append(f"{comparable} {rungs}of comparable ladders")
    return f"from {', '.join(of_ladders)} and the plan" if of_ladders else "from the plan alone"


@dataclass(frozen=True)
class RungNeed:
    dose: Decimal
    changes: int
    medium_ml: Decimal
    stock_ul: Decimal


@dataclass(frozen=True)
class Needs:
    """Medium and drug stock from now to the target dose, in all and for each rung."""

    medium_ml: Decimal
    stock_ul: Decimal
    rungs: tuple[RungNeed, ...]


def needs(
    volume_ml_per_change: Decimal,
    days_between_changes: float,
    rungs: Sequence[tuple[Decimal, float]],
    stock_canonical: Decimal,
) -> Needs:
    """Medium and stock that the rungs still take; (dose, days) of each, dose and stock in the canonical unit.

        changes = days / days between changes, rounded up;   stock = dose * volume / concentration of the stock

    >>> found = needs(Decimal(15), 3.5, [(Decimal(640), 28), (Decimal(1000), 30)], Decimal(10_000_000))
    >>> found.medium_ml, found.stock_ul, [rung.changes for rung in found.rungs]
    (Decimal('255'), Decimal('21.18'), [8, 9])
    """
    amounts = (volume_ml_per_change, stock_canonical, Decimal(str(days_between_changes)))
    if not all(amount.is_finite() and amount > 0 for amount in amounts):
        raise ValueError("Volume, days between changes and the stock's concentration are above zero. Correct them.")
    if not all(dose.is_finite() and dose >= 0 and 0 <= days <= MOST_DAYS for dose, days in rungs):
        raise ValueError("Dose and days of a rung are zero or more. Correct the rung where they are not.")
    each = []
    for dose, days in rungs:
        changes = ceil(days / days_between_changes)
        medium_ml = changes * volume_ml_per_change
        each.append(RungNeed(dose, changes, medium_ml, 1000 * medium_ml * dose / stock_canonical))
    return Needs(
        sum((rung.medium_ml for rung in each), Decimal(0)),
        sum((rung.stock_ul for rung in each), Decimal(0)),
        tuple(each),
    )
