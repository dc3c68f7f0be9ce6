"""Ladders for tests, made by the product's own verbs: a model with its plan, both arms, and weeks of passages.

The story begins on FRIDAY of tests.lab: a parental flask is split into a treated flask and its vehicle control.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cultures.dosing import services
from cultures.dosing.commands import PlannedDose, PlanOfDoses
from cultures.dosing.members import arms_of
from cultures.dosing.models import Decision, Ladder, ResistanceModel
from cultures.passaging.commands import CellCount, Plan, Seeding
from cultures.passaging.models import Culture, Harvest
from cultures.passaging.proposals import proposal_for
from cultures.passaging.services import feed_culture, passage_culture
from tests import lab
from tests.lab import DAY, FRIDAY

UNITS = {"trastuzumab": "µg/mL", "lapatinib": "nM"}
DOSES = {"trastuzumab": (1, 2, 4, 8, 10), "lapatinib": (10, 20, 40, 80)}


def plan(
    of: str = "trastuzumab",
    doses: Sequence[Any] = (),
    *,
    vehicle_pct: Any = "0.1",
    planned_days: int = 28,
    min_days: int = 14,
    min_passages: int = 2,
    unit: str = "",
    **more: Any,
) -> PlanOfDoses:
    rungs = [
        PlannedDose(
            dose=Decimal(str(dose)),
            planned_days=planned_days,
            min_days=min_days,
            min_passages=min_passages,
            on_days=more.get("on_days"),
            off_days=more.get("off_days"),
        )
        for dose in doses or DOSES[of]
    ]
    others = {name: value for name, value in more.items() if name not in ("on_days", "off_days")}
    return PlanOfDoses(unit=unit or UNITS[of], rungs=rungs, vehicle_pct=Decimal(str(vehicle_pct)), **others)


def planned(
    name: str = "BT474-T", of: str = "trastuzumab", *, line: str = "BT474", doses: Sequence[Any] = (), **more: Any
) -> ResistanceModel:
    """A model with the first version of its plan."""
    fields = {name: more.pop(name) for name in ("purpose", "starting_vial", "derived_from_id") if name in more}
    return services.register_model(
        name=name,
        parental_line_id=lab.line(line).pk,
        compound_id=redosed(of).pk,
        keeper_id=lab.technician().pk,
        plan=plan(of, doses, **more),
        by=lab.manager(),
        **fields,
    )


def redosed(of: str) -> Any:
    """The compound with its redosing interval: antibodies 7 days, lapatinib 4."""
    found = lab.compound(of)
    if found.redose_interval is None:
        found.redose_interval = timedelta(days=7 if found.kind == "antibody" else 4)
        found.save(update_fields=["redose_interval"])
    return found


def arms(
    of: str = "trastuzumab", *, line: str = "BT474", dose: Any = None, at: datetime = FRIDAY, where: Any = None
) -> tuple[Culture, Culture]:
    """A treated flask at the first dose and its vehicle control, from one parental flask."""
    parent = lab.growing(line, at=at - 6 * DAY, where=where)
    first = DOSES[of][0] if dose is None else dose
    treated, control = lab.split(
        parent,
        (
            lab.seeding("T75", said=lab.medium(15, drugs=[lab.drug(of, first)]), arm="treated", cells=1_000_000),
            lab.seeding("T75", said=lab.medium(15, drugs=[lab.drug(of, 0)]), arm="vehicle", cells=1_000_000),
        ),
        at=at,
    )
    return treated, control


def climbing(
    model: ResistanceModel | None = None,
    name: str = "A",
    *,
    at: datetime = FRIDAY,
    of: str = "trastuzumab",
    **more: Any,
) -> Ladder:
    """A ladder on its first rung, started with both arms."""
    model = model or planned(of=of, **more)
    first = model.plans.latest("version").rungs.get(number=1).dose
    treated, control = arms(model.compound.name, line=model.parental_line.name, dose=first, at=at)
    return services.start_ladder(
        model_id=model.pk, name=name, treated_ids=[treated.pk], control_id=control.pk, at=at, by=lab.technician()
    )


@dataclass(frozen=True)
class Grown:
    """How an arm did in one flask: cells harvested of a million seeded, viability in %."""

    harvested: int = 6_000_000
    viability: float = 95.0


def again(ladder: Ladder) -> Ladder:
    return Ladder.objects.select_related("rung__plan", "model__compound").get(pk=ladder.pk)


def lead(ladder: Ladder) -> Culture:
    """The treated flask that leads."""
    member = arms_of([again(ladder)])[ladder.pk].lead
    assert member is not None
    return Culture.objects.select_related("line", "vessel").get(pk=member.culture.pk)


def control(ladder: Ladder) -> Culture:
    member = arms_of([again(ladder)])[ladder.pk].lead_control
    assert member is not None
    return Culture.objects.select_related("line", "vessel").get(pk=member.culture.pk)


def passaged(
    ladder: Ladder,
    *,
    days: float = 6,
    treated: Grown | None = None,
    vehicle: Grown | None = None,
    confluence: int | None = 90,
    only: str = "",
    into: int = 1,
) -> datetime:
    """Both arms are passaged after so many days, each into what its ladder proposes; the moment is returned."""
    one, other = lead(ladder), None if only == "treated" else control(ladder)
    at = one.seeded_at + timedelta(days=days)
    if only != "vehicle":
        passage(one, at, treated or Grown(), confluence=confluence, into=into)
    if other is not None:
        passage(other, at, vehicle or Grown(), confluence=confluence)
    return at


def passage(culture: Culture, at: datetime, grown: Grown, *, confluence: int | None = 90, into: int = 1) -> Harvest:
    if confluence is not None:
        lab.observed(culture, confluence, at=at - timedelta(minutes=10))
    live = Decimal(grown.harvested) / 10
    dead = live * Decimal(str(100 / grown.viability - 1))
    medium = proposal_for(culture, at).medium
    seedings = [Seeding(vessel_id=culture.vessel_id, medium=medium, cells=1_000_000) for _ in range(into)]
    return passage_culture(
        culture_id=culture.pk,
        count=CellCount(live_per_ml=round(live, 1), dead_per_ml=round(dead, 1)),
        volume_ml=Decimal(10),
        plan=Plan(daughters=seedings),
        at=at,
        by=lab.technician(),
    )


def fed(culture: Culture, at: datetime, **changes: Any) -> Any:
    """As the ladder proposes, but for what is said: drugs, without_drug, override."""
    from dataclasses import replace

    medium = replace(proposal_for(culture, at).medium, **changes)
    return feed_culture(culture_id=culture.pk, medium=medium, at=at, by=lab.technician())


def decided(ladder: Ladder, kind: str, *, at: datetime, by: Any = None, **more: Any) -> Decision:
    """A decision made on what was decided last."""
    last = services.last_decision(ladder)
    return services.decide(
        ladder_id=ladder.pk,
        kind=kind,
        based_on=more.pop("based_on", last.number if last else 0),
        at=at,
        by=by or lab.technician(),
        **more,
    )


def climbed(ladder: Ladder, *, passages: int = 4, days: float = 6) -> datetime:
    """Passaged until the rung is ready, and escalated; the moment of the decision.

    Four passages of six days: after a decision the flask that stands is at the old dose until its passage.
    """
    at = again(ladder).started_at
    for _ in range(passages):
        at = passaged(ladder, days=days)
    at += timedelta(hours=1)
    decided(ladder, "escalate", at=at)
    return at
