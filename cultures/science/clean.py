"""Which samples speak for cells, and when a row of clean ones lets cells out of quarantine.

A sample says how the cells were when it was taken. What was seeded from them later inherits that; what was seeded
before does not. Of a pool's flasks the worst is inherited: one that nobody tested leaves the pool untested.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PASS, FAIL, INCONCLUSIVE, PENDING = "pass", "fail", "inconclusive", "pending"
GRAVITY = {FAIL: 0, INCONCLUSIVE: 1, PENDING: 2, PASS: 2}


@dataclass(frozen=True)
class Sample:
    """A standing sample: its key, when it was taken, and its verdict (never "invalid": that says nothing)."""

    key: int
    at: datetime
    verdict: str


@dataclass(frozen=True)
class Known:
    """What samples tell of cells: the newest that passed, and the newest of all. None: there never was one."""

    clean: Sample | None = None
    last: Sample | None = None


NOTHING = Known()


def known(inherited: Known, own: Iterable[Sample], until: datetime | None = None) -> Known:
    """What is known of a culture at a moment: from its own samples taken by then, else from what it inherited.

    >>> day = lambda n: datetime(2026, 2, n)
    >>> samples = [Sample(1, day(1), PASS), Sample(2, day(9), FAIL)]
    >>> known(NOTHING, samples, day(5)).last.key, known(NOTHING, samples).last.key, known(NOTHING, samples).clean.key
    (1, 2, 1)
    """
    taken = [sample for sample in own if until is None or sample.at <= until]
    clean = [sample for sample in taken if sample.verdict == PASS]
    return Known(
        clean=max(clean, key=_when, default=inherited.clean), last=max(taken, key=_when, default=inherited.last)
    )


def worst(of_parents: Sequence[Known]) -> Known:
    """What daughters inherit of one parent, or of the flasks of a pool."""
    clean = [one.clean for one in of_parents]
    last = [one.last for one in of_parents]
    return Known(
        clean=None if None in clean else min(filter(None, clean), key=_when, default=None),
        last=None if None in last else min(filter(None, last), key=_gravest_first, default=None),
    )


def _when(sample: Sample) -> tuple[datetime, int]:
    return sample.at, sample.key


def _gravest_first(sample: Sample) -> tuple[int, datetime, int]:
    return GRAVITY[sample.verdict], sample.at, sample.key


def passes_in_a_row(samples: Sequence[Sample], apart: timedelta) -> list[Sample]:
    """The passes since the last sample that was not one, each at least `apart` after the one before it.

    A pending sample says nothing yet. Cells leave quarantine after a failed mycoplasma test with two of them at least
    14 days apart (laboratory practice; the lab's methods say how many).

    >>> day = lambda n: datetime(2026, 2, n)
    >>> row = [Sample(1, day(1), PASS), Sample(2, day(5), PASS), Sample(3, day(15), PASS)]
    >>> [sample.key for sample in passes_in_a_row(row, timedelta(days=14))]
    [1, 3]
    """
    row: list[Sample] = []
    for sample in sorted(samples, key=_when):
        if sample.verdict in (FAIL, INCONCLUSIVE):
            row = []
        elif sample.verdict == PASS and (not row or sample.at - row[-1].at >= apart):
            row.append(sample)
    return row
