"""What the demonstration lab planned and decided, as plain values: models, the turns of their ladders, and what is held
of how they resist. It is played in climbing.py.
"""

from dataclasses import dataclass

from cultures.demonstration.story import DYING, FRESH_STEP, RESTING, WEAK, Cells
from cultures.science.readiness import Verdict

O_SHEA = "10.18632/oncotarget.19461"


@dataclass(frozen=True)
class Turn:
    """A decision, made after the first passage from a day on that has the verdict it waits for.

    cells         how they do from now on; a fresh step eases
    seconded_by   who agreed to it against the verdict; such a turn waits for two passages, and for no verdict
    """

    days_ago: int
    kind: str
    reason: str = ""
    by: str = ""  # else the keeper
    seconded_by: str = ""
    cells: Cells = FRESH_STEP

    @property
    def waits_for(self) -> Verdict:
        return {"escalate": Verdict.READY, "step_back": Verdict.STEP_BACK}.get(self.kind, Verdict.HOLD)


@dataclass(frozen=True)
class Replanned:
    """A next version of the plan, from another template."""

    days_ago: int
    template: str
    reason: str


@dataclass(frozen=True)
class Held:
    """That a model may resist by a mechanism; `reference` is what the paper of these lines says of it."""

    mechanism: str
    status: str
    note: str
    days_ago: int
    reference: str = ""


@dataclass(frozen=True)
class Climb:
    """A model: its plan by template, what was decided on each ladder, and what is held of it."""

    model: str
    template: str
    purpose: str
    vial: str
    turns: dict[str, tuple[Turn, ...]]
    replanned: Replanned | None = None
    held: tuple[Held, ...] = ()


def raises(*days_ago: int) -> tuple[Turn, ...]:
    return tuple(Turn(day, "escalate") for day in days_ago)


CLIMBS = (
    Climb(
        model="BT474-RES",
        template="trastuzumab_10",
        purpose="A trastuzumab-resistant subline of BT474 for refametinib with copanlisib.",
        vial="BT474 seed bank, BT-014",
        turns={"BT474-RES A": raises(190, 146, 100, 50), "BT474-RES B": raises(100)},
        held=(
            Held("PIK3CA mutation", "supported", "K111N, as in the parent: it cannot be all of it.", 60,
                 "Mutations of these lines, beside their response to refametinib and copanlisib"),
            Held("p95HER2", "suspected", "Trastuzumab would find no epitope. To be blotted.", 21),
        ),
    ),
    Climb(
        model="SKBR3-T",
        template="trastuzumab_20",
        purpose="A trastuzumab-resistant subline of SKBR3, to compare with BT474-RES.",
        vial="SKBR3 seed bank, SK-014",
        turns={
            "SKBR3-T A": (
                *raises(165, 104),
                Turn(104, "escalate", "It gets used to each step within two passages, and next week's assays need 8.",
                     seconded_by="MK"),
                *raises(33),
            ),
        },
        held=(
            Held("escape from antibody-dependent cellular cytotoxicity (ADCC)", "refuted",
                 "There are no immune cells in these flasks.", 90),
        ),
    ),
    Climb(
        model="SKBR3-L",
        template="lapatinib_1000_by_2",
        purpose="A lapatinib-resistant subline of SKBR3.",
        vial="SKBR3 seed bank, SK-014",
        turns={
            "SKBR3-L A": (
                *raises(190, 154, 118, 82),
                Turn(46, "escalate", cells=DYING),
                Turn(34, "step_back", "Cells were lost in two passages at 320 nM.", cells=WEAK),
                Turn(10, "hold", "Viability is still low after the step back: hold until it is good twice.", by="RO",
                     cells=WEAK),
            ),
        },
        held=(
            Held("MEK/ERK activation", "suspected", "To be seen by RPPA once the cells are well.", 40,
                 "The MEK/MAPK pathway is commonly active in HER2-positive breast cancer"),
        ),
    ),
    Climb(
        model="HCC1954-L",
        template="lapatinib_1000_by_2",
        purpose="A lapatinib-resistant subline of HCC1954, which bears PIK3CA H1047R.",
        vial="HCC1954 seed bank, HC-014",
        turns={
            "HCC1954-L A": (
                *raises(202, 174, 146, 118, 90, 62),
                Turn(34, "escalate", cells=WEAK),
                Turn(11, "holiday", "Low viability in every passage at 1280 nM: let them recover.", by="RO",
                     cells=RESTING),
            ),
        },
        replanned=Replanned(76, "lapatinib_2000_by_2",
                            "The parental IC50 is 581 nM: 1 µM is too near, so the target is 2 µM."),
        held=(
            Held("PIK3CA mutation", "supported", "H1047R, as in the parent.", 120,
                 "Mutations of these lines, beside their response to refametinib and copanlisib"),
        ),
    ),
)  # fmt: skip
BRANCHED = "A lineage of its own from here, in case the first is lost."
LOST = "Mycoplasma in its only flask, found by the monthly run. It was discarded."
