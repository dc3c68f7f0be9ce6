"""Harvests: cells are detached, counted once, and every one of them is accounted for."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from cultures.passaging.commands import CellCount, Plan, Portion, Seeding
from cultures.passaging.errors import (
    BeforeItsHarvest,
    DestinationUnknown,
    NotEnoughCells,
    NothingLeft,
    NotThere,
    PoolNeedsSeveral,
    PoolOfDifferentLines,
)
from cultures.passaging.harvest_destinations import DESTINATIONS, DISCARDED
from cultures.passaging.models import Allocation, Culture, Event, Harvest, HarvestLot, HarvestSource
from cultures.passaging.registry import Use, bar, tell
from cultures.passaging.services.checking import (
    lock_cultures,
    lock_growing,
    refuse_before_last_entry,
    volume_in_ml,
    whole_number,
)
from cultures.passaging.services.counts import count_to_use
from cultures.passaging.services.medium import Cupboard
from cultures.passaging.services.recording import Stamp, clean_note, stamp
from cultures.passaging.services.seeding import check_seedings, sow
from cultures.science.growth import suspension_ml, whole_cells
from lims.accounts.models import User
from lims.audit.context import acting


def passage_culture(
    *,
    culture_id: int,
    count: CellCount | int,
    volume_ml: Decimal,
    plan: Plan,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> Harvest:
    """Harvest a culture and seed its daughters, one passage on.

    Raises CultureNotGrowing, NotEnoughCells or another refusal; whichever it is, nothing has changed.
    """
    with acting(by, "passage_culture"):
        return _harvest([culture_id], count, volume_ml, plan, stamp(at, by, source), note)


def pool_cultures(
    *,
    culture_ids: Sequence[int],
    count: CellCount | int,
    volume_ml: Decimal,
    plan: Plan,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> Harvest:
    """Harvest several flasks of one line into one suspension. The daughters are as old as the oldest of them."""
    with acting(by, "pool_cultures"):
        if len(culture_ids) < 2:
            raise PoolNeedsSeveral()
        return _harvest(culture_ids, count, volume_ml, plan, stamp(at, by, source), note)


def harvest_culture(
    *,
    culture_ids: Sequence[int],
    count: CellCount | int,
    volume_ml: Decimal,
    plan: Plan,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> Harvest:
    """One culture is passaged, several are pooled."""
    if len(culture_ids) > 1:
        return pool_cultures(
            culture_ids=culture_ids, count=count, volume_ml=volume_ml, plan=plan, at=at, by=by, source=source, note=note
        )
    (culture_id,) = culture_ids
    return passage_culture(
        culture_id=culture_id, count=count, volume_ml=volume_ml, plan=plan, at=at, by=by, source=source, note=note
    )


def _harvest(
    culture_ids: Sequence[int], count: CellCount | int, volume_ml: Decimal, plan: Plan, marked: Stamp, note: str
) -> Harvest:
    parents = lock_growing(culture_ids, marked.at)
    if len({parent.line_id for parent in parents}) > 1:
        raise PoolOfDifferentLines(parents)
    refuse_before_last_entry(parents, marked.at)
    used = count_to_use(parents, count, marked)
    volume = volume_in_ml(volume_ml)
    harvested = whole_cells(used.live_per_ml * volume)
    media = [seeding.medium for seeding in plan.daughters]
    cupboard = Cupboard(media, marked, dissociation_lot_ids=plan.dissociation_lot_ids)
    sowings = check_seedings(plan.daughters, parents, harvested, cupboard, marked)
    portions = _check_portions(plan.portions)
    for kind in {portion.kind for portion in portions}:
        bar(parents, Use(kind, [], marked.at))
    wanted = sum(sowing.cells for sowing in sowings) + sum(portion.cells for portion in portions)
    if wanted > harvested:
        raise NotEnoughCells(wanted=wanted, available=harvested)

    harvest = Harvest.objects.create(
        used_count=used, volume_ml=volume, viable_cells=harvested, reference_ratio=ratio_label(plan), **marked.on(note)
    )
    HarvestSource.objects.bulk_create(HarvestSource(harvest=harvest, culture=parent) for parent in parents)
    HarvestLot.objects.bulk_create(
        [HarvestLot(harvest=harvest, lot=lot) for lot in cupboard.dissociation(plan.dissociation_lot_ids)]
    )
    shares = [Allocation(harvest=harvest, **vars(portion)) for portion in portions]
    if plan.discard_rest:
        poured_ml = [suspension_ml(sowing.cells, used.live_per_ml) for sowing in sowings]
        poured_ml += [portion.volume_ml for portion in portions]
        shares.append(_rest(harvest, wanted, sum(poured_ml, Decimal(0))))
    daughters = sow(harvest, parents, sowings, used.live_per_ml, marked, other_shares=shares)
    cupboard.open_bottles()
    fate = Culture.Fate.PASSAGED if sowings else Culture.Fate.USED_UP
    Culture.objects.filter(pk__in=culture_ids).update(ended_at=marked.at, fate=fate)
    tell([*culture_ids, *(daughter.pk for daughter in daughters)])
    return harvest


def _check_portions(portions: Sequence[Portion]) -> list[Portion]:
    checked = []
    for portion in portions:
        if portion.kind not in DESTINATIONS:
            raise DestinationUnknown(portion.kind, list(DESTINATIONS.values()))
        checked.append(
            Portion(
                kind=portion.kind,
                cells=whole_number(portion.cells, f"Cells for {DESTINATIONS[portion.kind]}", field="portions", least=1),
                volume_ml=volume_in_ml(portion.volume_ml, "portions", places=3),
                note=clean_note(portion.note)[:120],
            )
        )
    return checked


def ratio_label(plan: Plan) -> str:
    """The split as people say it, when it was said: 1:4. Counted cells decide; this is a label."""
    said = {seeding.split_ratio for seeding in plan.daughters}
    ratio = said.pop() if len(said) == 1 else None
    return f"1:{Decimal(ratio).normalize():f}"[:12] if ratio is not None else ""


def allocated_cells(harvest: Harvest) -> tuple[int, Decimal]:
    """Viable cells and mL that have gone somewhere already."""
    sums = harvest.allocations.filter(withdrawn_at=None).aggregate(cells=Sum("cells"), volume_ml=Sum("volume_ml"))
    return sums["cells"] or 0, sums["volume_ml"] or Decimal(0)


def _rest(harvest: Harvest, taken: int, poured_ml: Decimal) -> Allocation:
    """What goes to waste once so many cells in so many mL have gone elsewhere."""
    left_ml = max(harvest.volume_ml - poured_ml, Decimal("0.000"))
    return Allocation(harvest=harvest, kind=DISCARDED, cells=harvest.viable_cells - taken, volume_ml=left_ml)


def lock_harvest(harvest_id: int, at: datetime) -> tuple[Harvest, list[Culture]]:
    """A harvest that stands and still holds cells, with the cultures it came from; all locked, cultures first."""
    sources = HarvestSource.objects.filter(harvest_id=harvest_id, withdrawn_at=None).order_by("pk")
    if not (culture_ids := list(sources.values_list("culture_id", flat=True))):
        raise NotThere("harvest", "harvest")
    parents = lock_cultures(culture_ids)
    harvest = Harvest.objects.standing().select_for_update(no_key=True).filter(pk=harvest_id).first()
    if harvest is None:
        raise NotThere("harvest", "harvest")
    if at < harvest.at:
        raise BeforeItsHarvest(harvest)
    if harvest.allocations.filter(kind=DISCARDED, withdrawn_at=None).exists():
        raise NothingLeft()
    return harvest, parents


def seed_culture(
    *, harvest_id: int, seeding: Seeding, at: datetime, by: User, source: str = Event.Source.BENCH
) -> Culture:
    """One more daughter from what a harvest still holds."""
    with acting(by, "seed_culture"):
        marked = stamp(at, by, source)
        harvest, parents = lock_harvest(harvest_id, at)
        cupboard = Cupboard([seeding.medium], marked)
        sowings = check_seedings([seeding], parents, harvest.viable_cells, cupboard, marked)
        left = harvest.viable_cells - allocated_cells(harvest)[0]
        if sowings[0].cells > left:
            raise NotEnoughCells(wanted=sowings[0].cells, available=left)
        (daughter,) = sow(harvest, parents, sowings, harvest.used_count.live_per_ml, marked)
        cupboard.open_bottles()
        used_up = Culture.objects.filter(pk__in=[p.pk for p in parents], fate=Culture.Fate.USED_UP)
        used_up.update(fate=Culture.Fate.PASSAGED)
        tell([*(parent.pk for parent in parents), daughter.pk])
        return daughter


def discard_rest(*, harvest_id: int, at: datetime, by: User) -> Allocation:
    """What a harvest still holds goes to waste, and is written down."""
    with acting(by, "discard_rest"):
        stamp(at, by, Event.Source.BENCH)
        harvest, _ = lock_harvest(harvest_id, at)
        rest = _rest(harvest, *allocated_cells(harvest))
        rest.save(force_insert=True)
        return rest
