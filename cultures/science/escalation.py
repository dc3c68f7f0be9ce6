"""How a dose is to climb: the arithmetic (doses), the strategies, and here the templates of the published protocols.

    weeks per rung = weeks of the whole climb / raises

The target is reached after as many rung durations as there are raises: 10 nM to 1 µM by 2 is 7 raises, and in 26 to
39 weeks each rung has 3.7 to 5.6 weeks.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import floor

from cultures.science.concentration import MICRO
from cultures.science.doses import (
    DoseNotPositive,
    DosesNotRising,
    EscalationError,
    FactorOutOfRange,
    JumpTooLarge,
    ParameterMissing,
    ParameterUnusable,
    TargetNotAboveStart,
    TooManyRungs,
    constant,
    doublings,
    explicit,
    is_large_jump,
    jump,
    raises_needed,
    stepwise,
)
from cultures.science.strategies import STRATEGIES, Pace, PlannedRung, Strategy, planned_rungs, pulsed

__all__ = [
    "STRATEGIES",
    "TEMPLATES",
    "DoseNotPositive",
    "DosesNotRising",
    "EscalationError",
    "FactorOutOfRange",
    "JumpTooLarge",
    "Pace",
    "ParameterMissing",
    "ParameterUnusable",
    "PlannedRung",
    "Strategy",
    "TargetNotAboveStart",
    "Template",
    "TooManyRungs",
    "constant",
    "doublings",
    "explicit",
    "is_large_jump",
    "jump",
    "planned_rungs",
    "pulsed",
    "raises_needed",
    "stepwise",
]

O_SHEA = "O'Shea et al. 2017, Oncotarget 8:85120, doi 10.18632/oncotarget.19461; application note"
MCDERMOTT = "McDermott et al. 2014, Front Oncol 4:40, doi 10.3389/fonc.2014.00040"
AACR = "AACR 2008, abstract 676"


@dataclass(frozen=True)
class Template:
    """A published protocol, to make a plan from.

    weeks   from the first dose to the target, shortest and longest (months as 26 weeks to the half year)
    note    what is ours in it and not the source's
    """

    code: str
    title: str
    compound: str
    kind: str  # "antibody" or "small_molecule"
    start: Decimal
    target: Decimal
    unit: str
    factor: Decimal | None  # None: constant
    weeks: tuple[int, int]
    source: str
    vehicle_pct: Decimal
    strategy: str = "stepwise"
    on_days: int | None = None
    off_days: int | None = None
    note: str = ""

    @property
    def raises(self) -> int:
        return raises_needed(self.start, self.target, self.factor) if self.factor else 0

    @property
    def weeks_per_rung(self) -> tuple[float, float]:
        """Shortest and longest.

        >>> [round(weeks, 1) for weeks in TEMPLATES["lapatinib_1000_by_2"].weeks_per_rung]
        [3.7, 5.6]
        """
        shortest, longest = self.weeks
        return shortest / max(self.raises, 1), longest / max(self.raises, 1)

    @property
    def planned_days(self) -> int:
        """Of each rung, from the middle of the range."""
        return floor(7 * sum(self.weeks_per_rung) / 2 + 0.5)

    @property
    def parameters(self) -> dict[str, str | int]:
        """As a plan stores them."""
        if self.factor is None:
            return {"dose": str(self.start), "planned_days": self.planned_days}
        pulse = {"on_days": self.on_days, "off_days": self.off_days} if self.on_days and self.off_days else {}
        climb = {"start": str(self.start), "target": str(self.target), "factor": str(self.factor)}
        return {**climb, **pulse, "planned_days": self.planned_days}

    def rungs(self) -> list[PlannedRung]:
        return planned_rungs(self.strategy, self.parameters)


def _trastuzumab(target: int) -> Template:
    return Template(
        code=f"trastuzumab_{target}",
        title=f"Trastuzumab 1 to {target} {MICRO}g/mL, 6–9 months",
        compound="trastuzumab",
        kind="antibody",
        start=Decimal(1),
        target=Decimal(target),
        unit=f"{MICRO}g/mL",
        factor=Decimal(2),
        weeks=(26, 39),
        source=O_SHEA,
        vehicle_pct=Decimal("0.1"),
    )


def _lapatinib(target_micromolar: int, factor: str) -> Template:
    return Template(
        code=f"lapatinib_{target_micromolar}000_by_{factor.replace('.', '_')}",
        title=f"Lapatinib 10 nM to {target_micromolar} {MICRO}M by {factor}, 6–9 months",
        compound="lapatinib",
        kind="small_molecule",
        start=Decimal(10),
        target=Decimal(1000 * target_micromolar),
        unit="nM",
        factor=Decimal(factor),
        weeks=(26, 39),
        source=O_SHEA,
        vehicle_pct=Decimal("0.1"),
    )


PULSED = Template(
    code="lapatinib_pulsed",
    title="Lapatinib in low pulses, 3–18 months",
    compound="lapatinib",
    kind="small_molecule",
    start=Decimal(15),
    target=Decimal(120),
    unit="nM",
    factor=Decimal(2),
    weeks=(13, 78),
    source=MCDERMOTT,
    vehicle_pct=Decimal("0.1"),
    strategy="pulsed",
    on_days=3,
    off_days=4,
    note="The paper gives the manner: low doses in pulses, recovery without drug, 2- to 8-fold resistance in 3 to 18 "
    "months. The doses (from about the parent's IC50, eight-fold up) and the days on and off are a proposal.",
)
CONSTANT = Template(
    code="trastuzumab_constant",
    title=f"Trastuzumab constantly at 105 {MICRO}g/mL, 18 months",
    compound="trastuzumab",
    kind="antibody",
    start=Decimal(105),
    target=Decimal(105),
    unit=f"{MICRO}g/mL",
    factor=None,
    weeks=(78, 78),
    source=AACR,
    vehicle_pct=Decimal("0.5"),
    strategy="constant",
)
STEPWISE = (_trastuzumab(10), _trastuzumab(20), *(_lapatinib(to, by) for by in ("2", "1.5") for to in (1, 2)))
TEMPLATES: dict[str, Template] = {template.code: template for template in (*STEPWISE, PULSED, CONSTANT)}
