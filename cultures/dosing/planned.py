"""How a ladder was to climb by each version of its plan, from the moment that version held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cultures.dosing.models import Decision, EscalationPlan, Ladder, Rung


@dataclass(frozen=True)
class PlannedStep:
    start: datetime
    end: datetime
    dose: Decimal


@dataclass(frozen=True)
class PlannedClimb:
    """One version: from the rung the ladder stood on then up to the target, each rung for its planned days."""

    version: int
    steps: list[PlannedStep]


def climbs_of(ladder: Ladder, decisions: Sequence[Decision]) -> list[PlannedClimb]:
    """The versions that held while the ladder ran, the oldest first. decisions: its own, oldest first. Two queries."""
    plans = list(EscalationPlan.objects.filter(model=ladder.model).prefetch_related("rungs").order_by("version"))
    found: list[PlannedClimb] = []
    for place, plan in enumerate(plans):
        replaced_at = plans[place + 1].made_at if place + 1 < len(plans) else None
        if replaced_at and replaced_at <= ladder.started_at:
            continue
        if ladder.ended_at and plan.made_at >= ladder.ended_at and found:
            break
        held_from = plan.made_at if found else ladder.started_at  # it began under its first, whenever that was recorded
        if steps := _steps(plan, held_from, *_stood(ladder, decisions, held_from)):
            found.append(PlannedClimb(plan.version, steps))
    return found


def _steps(plan: EscalationPlan, held_from: datetime, dose: Decimal, arrived: datetime) -> list[PlannedStep]:
    steps: list[PlannedStep] = []
    start = held_from
    for rung in _from(dose, plan):
        end = start + timedelta(days=rung.planned_days)
        if not steps and rung.dose_canonical == dose:
            end = max(arrived + timedelta(days=rung.planned_days), start)  # it has stood there for a while
        steps.append(PlannedStep(start, end, rung.dose_canonical))
        start = end
    return steps


def _from(dose: Decimal, plan: EscalationPlan) -> list[Rung]:
    return [rung for rung in plan.rungs.all() if rung.dose_canonical >= dose]


def _stood(ladder: Ladder, decisions: Sequence[Decision], at: datetime) -> tuple[Decimal, datetime]:
    """The dose that was decided at a moment, and since when."""
    dose, since = ladder.rung.dose_canonical, ladder.started_at
    for place, decision in enumerate(decisions):
        if place and decision.at > at:
            break
        assert decision.to_rung is not None  # a constraint: decisions on a ladder name their rung
        if not place or decision.to_rung.dose_canonical != dose:
            dose, since = decision.to_rung.dose_canonical, decision.at
    return dose, since
