"""Both arms of a ladder at once and alike: the treated flask in its drug, its control in as much of the vehicle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from cultures.dosing.errors.ladders import LadderEnded, NotInThisLadder, WrongArm
from cultures.dosing.errors.pairs import ALIKE, OfOneArm, RatioInAPair
from cultures.dosing.models import DosingState, Ladder
from cultures.passaging.commands import CellCount, Medium, Plan
from cultures.passaging.errors import NotThere
from cultures.passaging.models import Culture, Event, Feed, Harvest
from cultures.passaging.services import feed_culture, passage_culture
from cultures.passaging.services.checking import lock_cultures
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.errors import DomainError
from lims.rules import refused_in_words


@dataclass(frozen=True, kw_only=True)
class ArmHarvest:
    """One arm at its passage: its flask, a count of it or the id of one on record, and the mL harvested."""

    culture_id: int
    count: CellCount | int
    volume_ml: Decimal


@dataclass(frozen=True, kw_only=True)
class ArmFeed:
    """One arm at its medium change: its flask, and the mL it gets."""

    culture_id: int
    volume_ml: Decimal


def passage_pair(
    *,
    ladder_id: int,
    treated: ArmHarvest,
    control: ArmHarvest,
    plan: Plan,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> tuple[Harvest, Harvest]:
    """Harvest both arms and seed the same daughters from each; the treated harvest first.

    plan   as the treated arm gets it, in cells or by density; the control gets it `for_control`

    Raises RatioInAPair, what an arm refuses with its arm named (OfOneArm), or another refusal: then neither is changed.
    """
    with acting(by, "passage_pair"):
        stamp(at, by, source)
        if any(seeding.split_ratio is not None for seeding in plan.daughters):
            raise RatioInAPair()
        cultures = _lock_pair(ladder_id, treated.culture_id, control.culture_id)
        harvests = []
        for culture, arm, planned in zip(cultures, (treated, control), (plan, for_control(plan)), strict=True):
            with _naming(culture):
                harvest = passage_culture(
                    culture_id=culture.pk,
                    count=arm.count,
                    volume_ml=arm.volume_ml,
                    plan=_staying_in_its_arm(planned),
                    at=at,
                    by=by,
                    source=source,
                    note=note,
                )
            harvests.append(harvest)
        return harvests[0], harvests[1]


def feed_pair(
    *,
    ladder_id: int,
    treated: ArmFeed,
    control: ArmFeed,
    medium: Medium,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> tuple[Feed, Feed]:
    """Fresh medium for both arms; the treated one first. Each arm says its own volume.

    medium   as the treated arm gets it; the control gets it `in_vehicle`
    """
    with acting(by, "feed_pair"):
        stamp(at, by, source)
        cultures = _lock_pair(ladder_id, treated.culture_id, control.culture_id)
        feeds = []
        for culture, arm, given in zip(cultures, (treated, control), (medium, in_vehicle(medium)), strict=True):
            with _naming(culture):
                its_own = replace(given, volume_ml=arm.volume_ml)
                feed = feed_culture(culture_id=culture.pk, medium=its_own, at=at, by=by, source=source, note=note)
            feeds.append(feed)
        return feeds[0], feeds[1]


def in_vehicle(medium: Medium) -> Medium:
    """What the matched control gets: as much of each vehicle, and no drug."""
    drugs = tuple(replace(drug, dose=Decimal(0), stock_id=None) for drug in medium.drugs)
    return replace(medium, drugs=drugs, without_drug="", override="")


def for_control(plan: Plan) -> Plan:
    """The same daughters in vehicle, of the control's own line."""
    daughters = [replace(one, medium=in_vehicle(one.medium), line_id=None) for one in plan.daughters]
    return replace(plan, daughters=daughters)


def _staying_in_its_arm(plan: Plan) -> Plan:
    return replace(plan, daughters=[replace(seeding, arm=None) for seeding in plan.daughters])


def _lock_pair(ladder_id: int, treated_id: int, control_id: int) -> list[Culture]:
    """The treated flask and the control of an open ladder, locked; a branch may stand beside its ladder's control."""
    ladder = Ladder.objects.select_related("model").filter(pk=ladder_id).first()
    if ladder is None:
        raise NotThere("ladder", "ladder")
    if not ladder.is_open:
        raise LadderEnded(ladder)
    treated, control = lock_cultures([treated_id, control_id])
    belongs_to = dict(DosingState.objects.filter(culture__in=[treated, control]).values_list("culture", "ladder"))
    if belongs_to.get(treated.pk) != ladder.pk:
        raise NotInThisLadder(treated, ladder)
    if belongs_to.get(control.pk) not in (ladder.pk, ladder.branched_from_id or ladder.pk):
        raise NotInThisLadder(control, ladder)
    if treated.arm != Culture.Arm.TREATED:
        raise WrongArm(treated, "the treated flask of a pair")
    if control.arm != Culture.Arm.VEHICLE:
        raise WrongArm(control, "the control of a pair")
    return [treated, control]


@contextmanager
def _naming(culture: Culture) -> Iterator[None]:
    """What is refused for one arm, by its verb or by the database, says which; what both share is wrong for both."""
    try:
        with refused_in_words():
            yield
    except DomainError as refusal:
        if refusal.field in ALIKE:
            raise
        raise OfOneArm(culture, refusal) from refusal
