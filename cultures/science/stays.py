"""What cells were given on their way through vessels: media and stays, for one compound along one line of ancestors.

Doses are canonical (nM, or µg/mL) and 0 means without drug. Times are aware, and held in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise


class Kind(StrEnum):
    ON = "on"
    HOLIDAY = "holiday"
    GAP = "gap"
    WASHOUT = "washout"
    FROZEN = "frozen"
    BEFORE = "before"  # never dosed yet


MEANT = {"holiday": Kind.HOLIDAY, "washout": Kind.WASHOUT}


def in_utc(at: datetime) -> datetime:
    """Python compares and subtracts two times of one zone by the clock on the wall; in UTC it is elapsed time."""
    if at.utcoffset() is None:
        raise ValueError(f"{at} bears no time zone. Give it the lab's.")
    return at.astimezone(UTC)


@dataclass(frozen=True)
class Medium:
    """Fresh medium put on the cells, at a feed or a seeding."""

    at: datetime
    dose: Decimal
    without: str = ""  # why there is no drug in it: "holiday", "gap", "washout"; not said, it is a gap
    stock: str = ""  # the label of the stock, for the lots used

    def __post_init__(self) -> None:
        if not self.dose.is_finite() or self.dose < 0:
            raise ValueError(f"A dose is a number from 0 on, not {self.dose}.")
        object.__setattr__(self, "at", in_utc(self.at))

    @property
    def kind(self) -> Kind:
        return Kind.ON if self.dose else MEANT.get(self.without, Kind.GAP)


@dataclass(frozen=True)
class Stay:
    """The time in one vessel. Media may be handed over in any order; those given after the end are not its own."""

    began: datetime
    ended: datetime | None
    media: Sequence[Medium]
    passaged: bool = True  # ended by a passage, which counts as one; else frozen, used up, discarded

    def __post_init__(self) -> None:
        began, ended = in_utc(self.began), self.ended and in_utc(self.ended)
        if ended and ended < began:
            raise ValueError(f"A stay cannot end at {ended}, before it began at {began}.")
        lifted = (replace(medium, at=max(medium.at, began)) for medium in self.media)
        own = sorted((medium for medium in lifted if not ended or medium.at <= ended), key=lambda medium: medium.at)
        for name, value in (("began", began), ("ended", ended), ("media", tuple(own))):
            object.__setattr__(self, name, value)


def in_order(stays: Sequence[Stay]) -> list[Stay]:
    """Oldest first; each is over when the next one begins."""
    ordered = sorted(stays, key=lambda stay: stay.began)
    cut = [
        replace(stay, ended=min(stay.ended or following.began, following.began))
        for stay, following in pairwise(ordered)
    ]
    return cut + ordered[-1:]
