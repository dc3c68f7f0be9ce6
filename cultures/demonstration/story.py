"""What happened in the demonstration lab, as plain values: when each flask was passaged, how it grew, what it got.

Invented, but as it happens: a new dose slows the cells for a few passages, one step is too much and is taken back,
people go home on Sundays. The same random numbers every time, counted back from today, so that it ends today.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random


@dataclass(frozen=True)
class Chain:
    """One unbroken run of flasks.

    line            the line its cells are of; `parent` when they branch off a parental chain
    passage         passage number of its first flask; days: how long ago that was
    doubling_h      doubling time without drug, hours
    interval_d      usual days in one flask
    age_d           days the last flask has stood today
    fed_d           days since its last medium change
    rungs           doses of the drug, in its own unit, each held for an equal share of the time
    crash_at        the rung that was too much the first time
    """

    line: str
    parent: str
    passage: int
    days: int
    doubling_h: float
    interval_d: int
    age_d: int
    fed_d: int
    keeper: str
    shelf: str
    vessel: str = "T75"
    drug: str = ""
    arm: str = ""
    rungs: tuple[str, ...] = ()
    crash_at: int = -1
    final_viability: float | None = None

    @property
    def name(self) -> str:
        return f"{self.line} {self.arm or 'stock'} {self.drug}".strip()


TRASTUZUMAB = ("1", "2", "4", "8", "10", "15", "20")  # ug/mL
LAPATINIB = ("10", "20", "40", "80", "160", "320", "640", "1000")  # nM

CHAINS = (
    # the parental stocks: SKBR3 is a day late, HCC1954 wants fresh medium today
    Chain("HCC1954", "", 14, 250, 44, 5, 3, 3, "JT", "Incubator 1/Shelf B", vessel="T175"),
    Chain("BT474", "", 17, 262, 98, 8, 3, 1, "AM", "Incubator 1/Shelf A"),
    Chain("SKBR3", "", 12, 255, 52, 6, 8, 2, "JT", "Incubator 1/Shelf B"),
    # treated arms, and beside each its vehicle control from the same harvest
    Chain("BT474-RES", "BT474", 19, 240, 100, 8, 8, 2, "AM", "Incubator 1/Shelf A", drug="trastuzumab", arm="treated",
          rungs=TRASTUZUMAB[:5]),
    Chain("BT474", "BT474", 19, 240, 98, 8, 8, 2, "AM", "Incubator 1/Shelf A", drug="trastuzumab", arm="vehicle",
          rungs=TRASTUZUMAB[:5]),
    Chain("HCC1954-L", "HCC1954", 16, 231, 46, 6, 4, 4, "JT", "Incubator 2/Shelf A", drug="lapatinib", arm="treated",
          rungs=LAPATINIB[:8]),
    Chain("HCC1954", "HCC1954", 16, 231, 44, 6, 4, 1, "JT", "Incubator 2/Shelf A", drug="lapatinib", arm="vehicle",
          rungs=LAPATINIB[:8]),
    Chain("SKBR3-L", "SKBR3", 14, 226, 56, 6, 3, 1, "AM", "Incubator 2/Shelf A", drug="lapatinib", arm="treated",
          rungs=LAPATINIB[:7], crash_at=5, final_viability=66.0),
    Chain("SKBR3", "SKBR3", 14, 226, 52, 6, 3, 1, "AM", "Incubator 2/Shelf A", drug="lapatinib", arm="vehicle",
          rungs=LAPATINIB[:7]),
    Chain("SKBR3-T", "SKBR3", 14, 219, 55, 6, 2, 1, "JT", "Incubator 1/Shelf B", drug="trastuzumab", arm="treated",
          rungs=TRASTUZUMAB[:4]),
    Chain("SKBR3", "SKBR3", 14, 219, 52, 6, 2, 1, "JT", "Incubator 1/Shelf B", drug="trastuzumab", arm="vehicle",
          rungs=TRASTUZUMAB[:4]),
)  # fmt: skip


@dataclass
class Stay:
    """One flask of a chain: from its seeding to its harvest (None: it is growing today)."""

    seeded_on: date
    harvested_on: date | None
    dose: Decimal | None
    feeds_on: list[date] = field(default_factory=list)
    doubling_h: float = 0.0
    viability_pct: float = 95.0
    confluence_pct: int = 80

    @property
    def days(self) -> int:
        return (self.harvested_on - self.seeded_on).days if self.harvested_on else 0

    @property
    def last_day(self) -> date:
        return self.harvested_on or self.seeded_on


def a_working_day(day: date) -> date:
    """Nobody comes on Sundays: Monday instead."""
    return day + timedelta(days=1) if day.weekday() == 6 else day


def dose_at(chain: Chain, share: float) -> Decimal | None:
    """The dose when this share of the chain's time has passed; the crashed rung was held, left and climbed again."""
    if not chain.rungs:
        return None
    step = min(int(share * len(chain.rungs)), len(chain.rungs) - 1)
    if chain.crash_at >= 0 and step == chain.crash_at and 0.35 < share * len(chain.rungs) - step < 0.75:
        step -= 1
    return Decimal(chain.rungs[step])


def stays(chain: Chain, today: date, chance: Random) -> Iterator[Stay]:
    """The flasks of a chain in order, ending with the one that stands today, `age_d` days old."""
    first = a_working_day(today - timedelta(days=chain.days))
    days = [today - timedelta(days=chain.age_d)]
    while (before := days[-1] - timedelta(days=chain.interval_d + chance.choice((-1, 0, 0, 0, 1)))) > first + timedelta(
        days=2
    ):
        days.append(a_working_day(before) if a_working_day(before) < days[-1] else before)
    days = [first, *reversed(days)]
    last_dose, since_step = None, 9
    for number, seeded_on in enumerate(days):
        harvested_on = days[number + 1] if number + 1 < len(days) else None
        dose = dose_at(chain, number / len(days))
        since_step = 0 if dose != last_dose else since_step + 1
        last_dose = dose
        stay = Stay(seeded_on, harvested_on, dose)
        stay.doubling_h, stay.viability_pct = growth_of(chain, stay, since_step, chance)
        nearly_last = number == len(days) - 2
        if nearly_last and chain.final_viability is not None:
            stay.viability_pct = chain.final_viability
        stay.confluence_pct = min(98, round(chance.gauss(86, 5)))
        stay.feeds_on = feeds(chain, stay, today)
        yield stay


def growth_of(chain: Chain, stay: Stay, since_step: int, chance: Random) -> tuple[float, float]:
    """Doubling time in hours (negative: halving) and viability in percent. A fresh step costs most, and wears off."""
    doubling, viability = chain.doubling_h * chance.gauss(1, 0.05), chance.gauss(95.5, 1.1)
    if chain.arm == "treated" and stay.dose:
        shock = max(0.0, 1 - since_step / 3)
        doubling *= 1.06 + 0.45 * shock
        viability -= 2.5 + 7 * shock
        if chain.crash_at >= 0 and stay.dose == Decimal(chain.rungs[chain.crash_at]) and since_step < 2:
            doubling, viability = -320.0, viability - 26  # the flask loses cells
    return doubling, min(viability, 99.2)


def feeds(chain: Chain, stay: Stay, today: date) -> list[date]:
    """Medium changes: every third or fourth day in one flask; in the last flask as the chain says."""
    if stay.harvested_on is None:
        return [today - timedelta(days=chain.fed_d)] if chain.fed_d < chain.age_d else []
    found, day = [], a_working_day(stay.seeded_on + timedelta(days=3))
    while day < stay.harvested_on - timedelta(days=1):
        found.append(day)
        day = a_working_day(day + timedelta(days=3))
    return found
