from cultures.dosing.models.mechanisms import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism
from cultures.dosing.models.plans import EscalationPlan, MaintainedDrug, ReadinessRules, Rung
from cultures.dosing.models.resistance import (
    Decision,
    DosingState,
    Ladder,
    LadderStart,
    ResistanceModel,
    ReversionCheck,
    ReversionTest,
)

__all__ = [
    "Decision",
    "DosingState",
    "EscalationPlan",
    "Hypothesis",
    "HypothesisEvidence",
    "HypothesisStatement",
    "Ladder",
    "LadderStart",
    "MaintainedDrug",
    "Mechanism",
    "ReadinessRules",
    "ResistanceModel",
    "ReversionCheck",
    "ReversionTest",
    "Rung",
]
