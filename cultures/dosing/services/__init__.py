"""The verbs of the dose ladders. Nothing else writes."""

from cultures.dosing.services.confirming import abandon_model, confirm_model, maintain_model
from cultures.dosing.services.decisions import decide, last_decision
from cultures.dosing.services.ladders import branch_ladder, start_ladder
from cultures.dosing.services.pairs import ArmFeed, ArmHarvest, feed_pair, passage_pair
from cultures.dosing.services.plans import plan_by_strategy, register_model, revise_plan
from cultures.dosing.services.rules import change_readiness_rules
from cultures.dosing.services.seconding import decline_decision, second_decision, undo_decision

__all__ = [
    "ArmFeed",
    "ArmHarvest",
    "abandon_model",
    "branch_ladder",
    "change_readiness_rules",
    "confirm_model",
    "decide",
    "decline_decision",
    "feed_pair",
    "last_decision",
    "maintain_model",
    "passage_pair",
    "plan_by_strategy",
    "register_model",
    "revise_plan",
    "second_decision",
    "start_ladder",
    "undo_decision",
]
