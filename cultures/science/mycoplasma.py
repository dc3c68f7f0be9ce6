"""Mycoplasma by luminescence: the ratio of two readings, and what it says. No database, no framework.

Mycoplasma make ATP of the kit's substrate. Reading A is taken before the substrate is added, reading B after it: light
that rises was made by mycoplasma. Both are relative light units (RLU) of the same well.

Source: Lonza MycoAlert insert: B / A below 0.9 negative, from 0.9 to 1.2 borderline (quarantine, test again after
24 h), above 1.2 positive. Other laboratories draw the line elsewhere (Oxford NDMRB: 0.99), so the cut-offs belong to
the kit's record. Cells carried over raise A and hide a positive; with too few of them A is no evidence at all.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class BadReading(ValueError):
    """A reading that is none. `reading` is a or b."""

    def __init__(self, reading: str, why: str) -> None:
        super().__init__(f"Reading {reading.upper()} {why}")
        self.reading = reading


class Says(StrEnum):
    NEGATIVE = "negative"
    BORDERLINE = "borderline"
    POSITIVE = "positive"
    NOTHING = "nothing"  # too little light in A, and nothing suspicious


@dataclass(frozen=True)
class CutOffs:
    """Of B / A, but for least_a (RLU). Both cut-offs themselves are borderline."""

    negative_below: Decimal = Decimal("0.9")
    positive_above: Decimal = Decimal("1.2")
    positive_control_above: Decimal = Decimal("1.2")
    negative_control_below: Decimal = Decimal("0.9")
    least_a: Decimal = Decimal(0)


def ratio(a: Decimal | None, b: Decimal | None) -> Decimal:
    """B / A. Raises BadReading for a reading that is missing, zero, negative or not finite.

    >>> ratio(Decimal(2000), Decimal(1000))
    Decimal('0.5')
    >>> ratio(Decimal(0), Decimal(10))
    Traceback (most recent call last):
        ...
    cultures.science.mycoplasma.BadReading: Reading A is 0: nothing was read.
    """
    first, second = _light("a", a), _light("b", b)
    return second / first


def judge(a: Decimal | None, b: Decimal | None, cut_offs: CutOffs) -> Says:
    """What two readings say. Decided on the unrounded ratio: B is compared with cut-off x A.

    With too little light in A a low ratio says nothing; one that is not low stays a suspicion: borderline.

    >>> [str(judge(Decimal(1000), Decimal(b), CutOffs())) for b in (899, 900, 1200, 1201)]
    ['negative', 'borderline', 'borderline', 'positive']
    >>> dim = CutOffs(least_a=Decimal(500))
    >>> [str(judge(Decimal(100), Decimal(b), dim)) for b in (50, 500)]
    ['nothing', 'borderline']
    """
    first, second = _light("a", a), _light("b", b)
    is_dim = first < cut_offs.least_a
    if second < cut_offs.negative_below * first:
        return Says.NOTHING if is_dim else Says.NEGATIVE
    if second > cut_offs.positive_above * first and not is_dim:
        return Says.POSITIVE
    return Says.BORDERLINE


def faults_of_controls(
    positive: tuple[Decimal | None, Decimal | None],
    negative: tuple[Decimal | None, Decimal | None],
    cut_offs: CutOffs,
) -> list[str]:
    """Why a run says nothing: its positive control is not above its limit, its negative one not below. Empty: valid.

    >>> good, clean = (Decimal(100), Decimal(900)), (Decimal(100), Decimal(50))
    >>> faults_of_controls(good, clean, CutOffs())
    []
    >>> faults_of_controls((Decimal(100), Decimal(120)), (Decimal(100), Decimal(90)), CutOffs())
    ['positive control 1.200, not above 1.2', 'negative control 0.900, not below 0.9']
    """
    faults = []
    if not _light("b", positive[1]) > cut_offs.positive_control_above * _light("a", positive[0]):
        faults.append(
            f"positive control {shown(ratio(*positive))}, not above {_plain(cut_offs.positive_control_above)}"
        )
    if not _light("b", negative[1]) < cut_offs.negative_control_below * _light("a", negative[0]):
        faults.append(
            f"negative control {shown(ratio(*negative))}, not below {_plain(cut_offs.negative_control_below)}"
        )
    return faults


def shown(found: Decimal) -> str:
    """A ratio as it is shown, with more decimals where three would hide on which side of a cut-off it lies.

    >>> shown(Decimal("0.9")), shown(Decimal("0.8999996")), shown(Decimal(2) / 3)
    ('0.900', '0.8999996', '0.667')
    """
    in_three = round(found, 3)
    close = in_three != found and abs(found - in_three) < Decimal("0.00005")
    return f"{found:.7f}" if close else f"{in_three:.3f}"


def _light(reading: str, value: Decimal | None) -> Decimal:
    if value is None:
        raise BadReading(reading, "is missing.")
    if not value.is_finite():
        raise BadReading(reading, "is not a number.")
    if value < 0:
        raise BadReading(reading, "is negative: light is not.")
    if value == 0:
        raise BadReading(reading, "is 0: nothing was read.")
    return value


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
