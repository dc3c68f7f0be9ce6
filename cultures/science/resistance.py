"""Whether a subline is resistant, and whether it stays so without drug. Pure arithmetic.

RI (resistance index) is IC50 of the subline over IC50 of its parent in the same run, and has no unit. Intervals are
95 %. Wells of one run are not independent, runs on different days are: n counts days.
Grades: McDermott 2014, Front Oncol 4:40 (2- to 8-fold is clinically relevant, above is a high-level model).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context
from functools import lru_cache
from itertools import groupby
from math import atan, cos, exp, inf, isfinite, log, pi, sin, sqrt
from operator import itemgetter
from statistics import fmean, stdev

LEAST_RI = 2.0  # also where the MSR of the assay is smaller, or not known yet
HIGH_RI = 8.0
LEAST_POINTS = 10.0  # % inhibition lost at the fixed dose of an antibody
LEAST_PD_RATIO = 0.8  # doublings under drug, of those of the drug-free sibling
RI_KEPT = 0.5


@dataclass(frozen=True)
class RunResult:
    """RI of one run with its interval.

    censored   "above": the subline's IC50 lies beyond the top dose and RI is at least `low`; "undefined": no RI
    same_run   parent and subline were assayed in this same run
    """

    run: str
    day: date
    ri: float
    low: float
    high: float
    same_run: bool = True
    censored: str = ""


@dataclass(frozen=True)
class AntibodyRun:
    """% inhibition of the parent minus that of the subline at the fixed dose, in points, with its lower bound."""

    run: str
    day: date
    points: float
    low: float
    same_run: bool = True


@dataclass(frozen=True)
class Call:
    """What the runs say. value: pooled RI, or loss in points; low and high: its bounds, None where there is none."""

    verdict: str  # "resistant", "not_resistant", "not_assessed"
    is_provisional: bool
    limit: float
    grade: str  # "", "clinically relevant", "high"
    sentence: str
    runs: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@lru_cache
def student_t(df: int) -> float:
    """The 97.5 % quantile of Student's t with df degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4).

    >>> [round(student_t(df), 3) for df in (1, 2, 5, 30)]
    [12.706, 4.303, 2.571, 2.042]
    """
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, df) < 0.95 else (low, middle)
    return high


def _within(t: float, df: int) -> float:
    """The probability that Student's t lies within ±t."""
    angle, is_odd = atan(t / sqrt(df)), df % 2
    term = total = 0.0 if df == 1 else cos(angle) if is_odd else 1.0
    for step in range(1 + is_odd, df - 2, 2):
        term *= cos(angle) ** 2 * step / (step + 1)
        total += term
    return 2 / pi * (angle + sin(angle) * total) if is_odd else sin(angle) * total


def pooled(by_day: Iterable[tuple[date, float]]) -> tuple[int, float, float, float]:
    """Days, mean over days, and its t interval; (-inf, inf) from one day alone. Runs of one day count as their mean.

    >>> n, mean, low, high = pooled([(date(2026, 3, day), value) for day, value in ((2, 1.0), (9, 2.0), (16, 3.0))])
    >>> n, mean, round(low, 3), round(high, 3)
    (3, 2.0, -0.484, 4.484)
    """
    in_order = sorted(by_day)
    days = [fmean(value for _, value in runs) for _, runs in groupby(in_order, key=itemgetter(0))]
    if len(days) < 2:
        return len(days), fmean(days) if days else 0.0, -inf, inf
    half = student_t(len(days) - 1) * stdev(days) / sqrt(len(days))
    return len(days), fmean(days), fmean(days) - half, fmean(days) + half


def resistant_call(runs: Sequence[RunResult], *, msr: float | None, min_runs: int = 3) -> Call:
    """Resistant: the lower bound of the pooled RI is above max(MSR, 2), over at least min_runs independent runs.

    The pooled RI is the geometric mean over days, with a t interval on log RI. A run "above" counts with its lower
    bound, so that the pooled RI is a bound itself; an undefined one, or one without the parent in it, does not count.
    msr   minimum significant ratio of the assay, 10 ** (2 * sqrt(2) * s of log10 IC50); None: provisional, 2 is used
    """
    _check_runs_wanted(min_runs)
    limit = max(LEAST_RI, _positive(msr)) if msr is not None else LEAST_RI
    counting = [run for run in runs if run.same_run and run.censored != "undefined"]
    n, mean, low_log, high_log = pooled((run.day, log(_positive(_stated(run)))) for run in counting)
    ri, is_bound = _back(mean) if n else None, any(run.censored for run in counting)
    low = _back(low_log) if n > 1 else None
    high = _back(high_log) if n > 1 and not is_bound else None
    provisional = "" if msr is not None else " Provisional: the MSR of the assay is not known yet, so the limit is 2."
    if ri is None or low is None or n < min_runs:
        sentence = _too_few(n, min_runs, "with an RI") + provisional
        return Call("not_assessed", msr is None, limit, "", sentence, n, ri, low, high)
    figures = _figures(low, limit)
    bound, ratio = _shown(low, figures), _shown(ri, figures)
    interval = f"{bound} to {_shown(high, figures)}" if high is not None else f"at least {bound}"
    said = f"RI {'≥ ' if is_bound else ''}{ratio} (95 % {interval}) over {n} independent runs: its lower bound is"
    alone = f"Alone, {sum(run.low > limit for run in counting)} of {len(counting)} show it.{provisional}"
    if low <= limit:
        sentence = f"{said} not above {_shown(limit, figures)}. {alone}"
        return Call("not_resistant", msr is None, limit, "", sentence, n, ri, low, high)
    grade = "high" if ri > HIGH_RI else "clinically relevant"
    sentence = f"{said} above {_shown(limit, figures)}. Resistance is {grade}. {alone}"
    return Call("resistant", msr is None, limit, grade, sentence, n, ri, low, high)


def antibody_call(runs: Sequence[AntibodyRun], *, pd_ratio: float | None, min_runs: int = 3) -> Call:
    """Resistant to an antibody: the subline loses more than 10 points of the parent's % inhibition, and it grows.

    The lower bound of the loss, pooled over at least min_runs independent runs, is above 10 points, and the doublings
    under drug are at least 80 % of those of the drug-free sibling. Negative inhibition is legal.
    pd_ratio   doublings under drug / doublings of its drug-free sibling; None when nobody has compared them
    """
    _check_runs_wanted(min_runs)
    if not all(isfinite(run.points) for run in runs) or not (pd_ratio is None or isfinite(pd_ratio)):
        raise ValueError("A loss of inhibition and a ratio of doublings are finite numbers.")
    counting = [run for run in runs if run.same_run]
    n, points, low, high = pooled((run.day, run.points) for run in counting)
    found = (points, low, high) if n > 1 else (points if n else None, None, None)
    if n < min_runs or pd_ratio is None:
        missing = [_too_few(n, min_runs, "with % inhibition")] if n < min_runs else []
        missing += [] if pd_ratio is not None else ["Compare growth under drug with that of its drug-free sibling."]
        return Call("not_assessed", False, LEAST_POINTS, "", " ".join(missing), n, *found)
    is_lost, grows = low > LEAST_POINTS, pd_ratio >= LEAST_PD_RATIO
    figures, percent = _figures(low, LEAST_POINTS), 100 * pd_ratio
    growth = _shown(percent, _figures(percent, 100 * LEAST_PD_RATIO))
    sentence = (
        f"{_shown(points, figures)} points of inhibition lost (95 % {_shown(low, figures)} to {_shown(high, figures)}) "
        f"over {n} independent runs: the lower bound is {'' if is_lost else 'not '}above {LEAST_POINTS:.0f}. "
        f"Alone, {sum(run.low > LEAST_POINTS for run in counting)} of {len(counting)} show it. Growth under drug is "
        f"{growth} % of the drug-free sibling's; at least 80 % is wanted."
    )
    return Call("resistant" if is_lost and grows else "not_resistant", False, LEAST_POINTS, "", sentence, n, *found)


@dataclass(frozen=True)
class Reversion:
    """What became of the resistance without drug. kept: RI at the latest week over RI at the start."""

    verdict: str  # "stable", "partial", "reverted", "pending"
    kept: float | None
    sentence: str


def reversion(
    ri_start: float, points: Sequence[tuple[int, float]], *, last_week: int, limit: float = LEAST_RI
) -> Reversion:
    """Stable: at least half of RI is left at the last week. Reverted: RI is no longer above the limit. Else partial.

    points   (weeks without drug, RI), in any order; of one week measured twice the geometric mean counts

    >>> reversion(16, [(4, 14), (12, 12)], last_week=12).sentence
    'After 12 weeks without drug RI is 12, 75 % of 16: stable.'
    """
    _positive(ri_start)
    if not points:
        return Reversion("pending", None, f"No RI without drug yet; the last is wanted at week {last_week}.")
    week = max(week for week, _ in points)
    ri = _back(fmean(log(_positive(ri)) for at, ri in points if at == week))
    kept = ri / ri_start
    percent, figures = 100 * kept, _figures(100 * kept, 100 * RI_KEPT)
    left = f"{_shown(ri, _figures(ri, limit))}, {_shown(percent, figures)} % of {_shown(ri_start)}"
    found = f"After {week} weeks without drug RI is {left}"
    if week < last_week:
        return Reversion("pending", kept, f"{found}; the last is wanted at week {last_week}.")
    # not above the limit is not resistant any more, however little it was above it at the start
    verdict = "reverted" if ri <= limit else "stable" if kept >= RI_KEPT else "partial"
    return Reversion(verdict, kept, f"{found}: {verdict}.")


def _positive(ratio: float) -> float:
    if not isfinite(ratio) or ratio <= 0:
        raise ValueError(f"A ratio is above zero and finite, and {ratio} is not.")
    return ratio


def _back(log_ratio: float) -> float:
    """From its logarithm, without the noise in the last digits that would push 8 below half of 16."""
    return round(exp(min(log_ratio, 700)), 9)


def _stated(run: RunResult) -> float:
    return run.low if run.censored == "above" else run.ri


def _check_runs_wanted(min_runs: int) -> None:
    if min_runs < 2:
        raise ValueError("One run alone has no interval. Ask for at least two.")


def _too_few(n: int, wanted: int, what: str) -> str:
    return (
        f"{n} of {wanted} independent runs {what}: on different days, parent and subline in the same run. "
        f"Assay {max(wanted - n, 0)} more."
    )


def _shown(value: float, figures: int = 3) -> str:
    """Without an exponent.

    >>> _shown(15.638), _shown(1500.0), _shown(0.5)
    ('15.6', '1500', '0.5')
    """
    rounded = Context(prec=figures, rounding=ROUND_HALF_UP).create_decimal_from_float(float(value))
    return f"{rounded.normalize():f}"


def _figures(value: float, limit: float) -> int:
    """Figures to show: three, and as many more as it takes to tell a number from the limit it is held against.

    >>> _figures(15.638, 2.0), _figures(2.001, 2.0), _figures(2.8291, 2.8284)
    (3, 4, 4)
    """
    figures = 3
    while value != limit and figures < 17 and _shown(value, figures) == _shown(limit, figures):
        figures += 1
    return figures
