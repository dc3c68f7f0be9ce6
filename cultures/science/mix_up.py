"""Whether a passage grew like another line's flask of the same round, while its own history says otherwise.

A hint, never a finding: a dilution forgotten, a new bottle of serum or a drug makes cells grow otherwise too. It points
at a pair to be looked at, and an STR profile decides. The thresholds are our own choice, made so that the usual spread
of counting (about 10 to 20 % between two counts of one suspension) and of doubling times (mostly below 25 % between
passages of an established line) stays well inside them; they are not taken from a paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST_HISTORY = 3  # passages before it: fewer do not say what is usual
MOST_HISTORY = 8  # the newest ones; what a line did a year ago is not its usual growth
JUMP = 1.5  # so many times faster or slower than its own usual growth is odd at all
BEYOND_ITS_SPREAD = 2.0  # and twice as far from its median, on a logarithmic scale, as its own passages ever were
NEAR = 1.2  # within this factor of the other's usual growth counts as like the other
APART = 1.5  # two lines whose usual growth differs by less cannot be told apart by it


@dataclass(frozen=True)
class Grown:
    """How one passage grew. None where it cannot be told: uncounted at seeding, or no growth.

    doubling_h   hours per doubling
    per_cm2      viable cells harvested per cm2 of growth area
    """

    doubling_h: float | None
    per_cm2: float | None


@dataclass(frozen=True)
class Likeness:
    """The measure that jumped: what it was, what is usual for the flask, and what is usual for the other."""

    measure: str
    found: float
    own: float
    other: float


def grew_like(passage: Grown, own: Sequence[Grown], other: Sequence[Grown]) -> Likeness | None:
    """How a passage left its own history for that of another flask's cells; None when it did not.

    own, other   the passages before it, the newest first. The doubling time decides where it can be told; the number
                 of cells per cm2 only where it cannot, for it depends on how long one waited.

    >>> slow, fast = [Grown(52.0, 9e4)] * 4, [Grown(30.0, 1.6e5)] * 4
    >>> grew_like(Grown(31.0, 1.6e5), slow, fast)
    Likeness(measure='doubling_h', found=31.0, own=52.0, other=30.0)
    >>> grew_like(Grown(49.0, 9e4), slow, fast) is None  # as ever
    True
    >>> grew_like(Grown(100.0, 4e4), slow, fast) is None  # odd, but not like the other
    True
    >>> grew_like(Grown(31.0, 1.6e5), slow[:2], fast) is None  # two passages are no history
    True
    >>> grew_like(Grown(None, 1.6e5), slow, fast).measure
    'per_cm2'
    """
    for measure in ("doubling_h", "per_cm2"):
        found = getattr(passage, measure)
        if found is None or found <= 0:
            continue
        return _jumped(measure, found, _values(own, measure), _values(other, measure))
    return None


def _jumped(measure: str, found: float, own: list[float], other: list[float]) -> Likeness | None:
    if len(own) < LEAST_HISTORY or len(other) < LEAST_HISTORY:
        return None
    usual, theirs = median(own), median(other)
    spread = max(times_apart(one, usual) for one in own)
    is_odd = times_apart(found, usual) >= max(JUMP, spread**BEYOND_ITS_SPREAD)
    is_like_it = times_apart(found, theirs) <= NEAR
    if is_odd and is_like_it and times_apart(usual, theirs) >= APART:
        return Likeness(measure, found, usual, theirs)
    return None


def times_apart(one: float, other: float) -> float:
    """The factor between two numbers, 1 or more, whichever is larger.

    >>> times_apart(20, 30) == times_apart(30, 20) == 1.5
    True
    """
    return max(one, other) / min(one, other)


def _values(passages: Sequence[Grown], measure: str) -> list[float]:
    told = (getattr(one, measure) for one in passages)
    return [value for value in told if value is not None and value > 0][:MOST_HISTORY]
