"""What happened in the demonstration lab, as plain values: when each flask was passaged and fed, and how cells did.

Invented, but as it happens: a new dose slows the cells for a few passages, one step is too much and is taken back,
nobody comes on Sundays. The same calendar every time, counted back from today, so that it ends today. What was decided
on the ladders, and so which dose a flask got, is in ladders.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from cultures.demonstration.table1 import TABLE_1

PARENTAL_OF = {row.line: row.parent or row.line for row in TABLE_1}


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One unbroken run of flasks.

    line            the line its cells are of
    days            how long ago its first flask was seeded
    doubling_h      doubling time without drug, hours
    interval_d      usual days in one flask
    age_d           days the last flask has stood today
    fed_d           days since its last medium change
    media_d         days between two media at most
    parent          the chain whose harvest it begins with; a thawed stock has none
    passage         passage number of a thawed stock's first flask
    ladder, arm     the ladder it is an arm of, as "BT474-RES A"
    left_out_d      so many days ago the drug was left out of one medium: a gap
    lost_d          so many days ago its last flask was lost
    """

    line: str
    days: int
    doubling_h: float
    interval_d: int
    age_d: int
    fed_d: int
    keeper: str
    shelf: str
    vessel: str = "T75"
    media_d: int = 4
    parent: str = ""
    passage: int = 0
    ladder: str = ""
    arm: str = ""
    left_out_d: int = 0
    lost_d: int = 0

    @property
    def name(self) -> str:
        return f"{self.ladder} {self.arm}" if self.ladder else self.line

    @property
    def model(self) -> str:
        """Of its ladder. All arms of a model are passaged on the same days."""
        return self.ladder.rpartition(" ")[0]

    @property
    def parental_line(self) -> str:
        return PARENTAL_OF[self.line]

    @property
    def is_treated(self) -> bool:
        return self.arm == "treated"


@dataclass(frozen=True)
class Cells:
    """How cells do, as it is seen at their harvest.

    slower   doubling time as a multiple of that without drug; negative: they are lost, and halve in that time
    """

    slower: float
    viability_pct: float
    confluence_pct: float

    def towards(self, other: "Cells", share: float) -> "Cells":
        """Between the two: 0 is as here, 1 as there."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Cells(*(here + share * (there - here) for here, there in pairs))


WITHOUT_DRUG = Cells(1.0, 95.5, 86)
USED_TO_IT = Cells(1.04, 93.5, 90)
FRESH_STEP = Cells(1.5, 86.5, 64)
DYING = Cells(-6.0, 53, 34)
WEAK = Cells(1.5, 66, 62)
RESTING = Cells(1.25, 74, 66)
EASES_IN = 2  # passages until a step costs nothing more


STOCKS = (
    # SKBR3 is late, HCC1954 wants fresh medium today
    Chain(line="HCC1954", passage=14, days=250, doubling_h=44, interval_d=5, age_d=3, fed_d=3, keeper="JT",
          shelf="Incubator 1/Shelf B", vessel="T175"),
    Chain(line="BT474", passage=17, days=262, doubling_h=98, interval_d=8, age_d=3, fed_d=1, keeper="AM",
          shelf="Incubator 1/Shelf A"),
    Chain(line="SKBR3", passage=12, days=255, doubling_h=52, interval_d=6, age_d=8, fed_d=2, keeper="JT",
          shelf="Incubator 1/Shelf B"),
)  # fmt: skip
TREATED = (
    Chain(line="BT474-RES", parent="BT474", days=240, doubling_h=100, interval_d=8, age_d=8, fed_d=2, keeper="AM",
          shelf="Incubator 1/Shelf A", ladder="BT474-RES A", arm="treated"),
    Chain(line="HCC1954-L", parent="HCC1954", days=231, doubling_h=46, interval_d=6, age_d=3, fed_d=3, keeper="JT",
          shelf="Incubator 2/Shelf A", ladder="HCC1954-L A", arm="treated", media_d=3),
    Chain(line="SKBR3-L", parent="SKBR3", days=226, doubling_h=55, interval_d=6, age_d=3, fed_d=1, keeper="AM",
          shelf="Incubator 2/Shelf A", ladder="SKBR3-L A", arm="treated", media_d=3, left_out_d=100),
    Chain(line="SKBR3-T", parent="SKBR3", days=219, doubling_h=54, interval_d=6, age_d=2, fed_d=1, keeper="JT",
          shelf="Incubator 1/Shelf B", ladder="SKBR3-T A", arm="treated"),
)  # fmt: skip
BRANCH = replace(TREATED[0], parent="BT474-RES A treated", days=116, lost_d=58, shelf="Incubator 2/Shelf B",
                 ladder="BT474-RES B")  # fmt: skip


def control_of(treated: Chain) -> Chain:
    """The vehicle control beside a treated arm: flasks of its parental line, from the same harvest."""
    stock = next(stock for stock in STOCKS if stock.name == treated.parent)
    return replace(treated, line=stock.line, doubling_h=stock.doubling_h, arm="vehicle", left_out_d=0)


# A chain comes after the one it begins with.
CHAINS = (*STOCKS, *(chain for treated in TREATED for chain in (treated, control_of(treated))), BRANCH)


@dataclass
class Stay:
    """One flask of a chain: from its seeding to its harvest (None: it is growing today, or was lost)."""

    seeded_on: date
    harvested_on: date | None
    feeds_on: list[date] = field(default_factory=list)

    @property
    def days(self) -> int:
        return (self.harvested_on - self.seeded_on).days if self.harvested_on else 0

    @property
    def last_day(self) -> date:
        return self.harvested_on or self.seeded_on


def not_on_a_sunday(day: date, *, shift: int) -> date:
    """Nobody comes on Sundays: a passage waits until Monday, a feed is given on Saturday."""
    return day + timedelta(days=shift) if day.weekday() == 6 else day


def stays(chain: Chain, today: date) -> list[Stay]:
    """The flasks of a chain in order; the last one stands today, `age_d` days old, or was lost."""
    chance = Random(chain.model or chain.name)
    first = not_on_a_sunday(today - timedelta(days=chain.days), shift=1)
    days = [today - timedelta(days=chain.age_d)]
    while True:
        before = days[-1] - timedelta(days=chain.interval_d + chance.choice((-1, 0, 0, 0, 1)))
        if before <= first + timedelta(days=2):
            break
        monday = not_on_a_sunday(before, shift=1)
        days.append(monday if monday < days[-1] else before)
    lost_on = today - timedelta(days=chain.lost_d) if chain.lost_d else None
    days = [day for day in (first, *reversed(days)) if lost_on is None or day < lost_on]
    return [
        Stay(seeded_on, harvested_on, list(feeds(chain, seeded_on, harvested_on or lost_on, today)))
        for seeded_on, harvested_on in zip(days, (*days[1:], None), strict=True)
    ]


def feeds(chain: Chain, seeded_on: date, until: date | None, today: date) -> Iterator[date]:
    """Medium changes, every third day; in the flask that stands today as the chain says."""
    if until is None:
        if chain.fed_d < chain.age_d:
            yield today - timedelta(days=chain.fed_d)
        return
    last = seeded_on
    while (until - last).days > chain.media_d:
        last = not_on_a_sunday(last + timedelta(days=3), shift=-1)
        yield last
