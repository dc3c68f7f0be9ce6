"""A corrected harvest: its cells are shared out anew, and its time is that of parents' end and daughters' seeding."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min

from cultures.passaging.errors import (
    BeforeItsSeeding,
    EntryBefore,
    NotCorrectable,
    NotEnoughCells,
    NothingChanged,
)
from cultures.passaging.harvest_destinations import DISCARDED
from cultures.passaging.models import (
    Allocation,
    Count,
    Culture,
    Descent,
    Discard,
    DrugInMedium,
    Feed,
    FeedLot,
    Harvest,
    HarvestLot,
    HarvestSource,
    Move,
    Observation,
)
from cultures.passaging.registry import first_told
from cultures.passaging.services.checking import refuse_before_last_entry, volume_in_ml, whole_number
from cultures.passaging.services.counts import refuse_unusable_count
from cultures.passaging.services.superseding import Withdrawal, draft_of, supersede
from cultures.science.growth import suspension_ml, whole_cells


def correct_harvest(harvest: Harvest, changes: Mapping[str, Any], withdrawal: Withdrawal) -> Harvest:
    """Supersede a harvest with its sources and allocations. Raises NotEnoughCells when its daughters took more."""
    parents = list(Culture.objects.filter(harvest_sources__harvest=harvest, harvest_sources__withdrawn_at=None))
    at = changes.get("at", harvest.at)
    volume = volume_in_ml(changes.get("volume_ml", harvest.volume_ml))
    used = _count(harvest, changes.get("used_count_id", harvest.used_count_id), parents)
    viable = whole_cells(used.live_per_ml * volume)
    draft = draft_of(
        harvest,
        withdrawal,
        at=at,
        volume_ml=volume,
        used_count_id=used.pk,
        viable_cells=viable,
        note=changes.get("note", harvest.note),
    )
    before = list(harvest.allocations.filter(withdrawn_at=None).order_by("pk"))
    shares = _shared_anew(before, draft, used, changes.get("daughter_cells", {}))
    same = all(getattr(draft, name) == getattr(harvest, name) for name in ("at", "volume_ml", "used_count_id", "note"))
    if same and [share.cells for share in shares] == [share.cells for share in before]:
        raise NothingChanged()
    if at != harvest.at:
        _refuse_time(harvest, parents, at)
    corrected = supersede(harvest, draft, withdrawal)
    _hand_over(harvest, corrected, parents, shares, withdrawal)
    if at != harvest.at:
        Culture.objects.filter(pk__in=[parent.pk for parent in parents]).update(ended_at=at)
        reseed_at([daughter for daughter in corrected.daughters if daughter.seeded_at == harvest.at], at, withdrawal)
    return corrected


def _count(harvest: Harvest, count_id: int, parents: Sequence[Culture]) -> Count:
    used = Count.objects.select_related("culture").filter(pk=count_id).first()
    return refuse_unusable_count(used, parents, besides=harvest)


def _shared_anew(
    before: Sequence[Allocation], draft: Harvest, used: Count, daughter_cells: Mapping[int, int]
) -> list[Allocation]:
    """The allocations of the corrected harvest: daughters as corrected, destinations as they were, the rest follows."""
    if foreign := set(daughter_cells) - {share.daughter_id for share in before}:
        raise NotCorrectable(f"{len(foreign)} of these cultures are no daughters of this harvest.", field="daughters")
    shares, rest = [], None
    for share in before:
        cells, volume_ml = share.cells, share.volume_ml
        if share.daughter_id is not None:
            cells = whole_number(daughter_cells.get(share.daughter_id, cells), "Cells", field="daughters", least=1)
            volume_ml = suspension_ml(cells, used.live_per_ml)
        anew = Allocation(
            kind=share.kind, cells=cells, volume_ml=volume_ml, daughter_id=share.daughter_id, note=share.note
        )
        shares.append(anew)
        rest = anew if share.kind == DISCARDED else rest
    taken = [share for share in shares if share is not rest]
    wanted = sum(share.cells for share in taken)
    if wanted > draft.viable_cells:
        raise NotEnoughCells(wanted=wanted, available=draft.viable_cells)
    if rest:
        rest.cells = draft.viable_cells - wanted
        rest.volume_ml = max(draft.volume_ml - sum(share.volume_ml for share in taken), 0 * draft.volume_ml)
    return shares


def _hand_over(
    harvest: Harvest,
    corrected: Harvest,
    parents: Sequence[Culture],
    shares: Sequence[Allocation],
    withdrawal: Withdrawal,
) -> None:
    """The rows of the old harvest are withdrawn with it; the corrected one has its own. Descents follow."""
    HarvestSource.objects.filter(harvest=harvest, withdrawn_at=None).update(withdrawn_at=withdrawal.at)
    Allocation.objects.filter(harvest=harvest, withdrawn_at=None).update(withdrawn_at=withdrawal.at)
    HarvestSource.objects.bulk_create(HarvestSource(harvest=corrected, culture=parent) for parent in parents)
    for share in shares:
        share.harvest = corrected
    Allocation.objects.bulk_create(shares)
    lots = harvest.lots.values_list("lot_id", flat=True)
    HarvestLot.objects.bulk_create([HarvestLot(harvest=corrected, lot_id=pk) for pk in lots])
    Descent.objects.filter(harvest=harvest).update(harvest=corrected)


def _refuse_time(harvest: Harvest, parents: Sequence[Culture], at: datetime) -> None:
    for parent in parents:
        if at < parent.seeded_at:
            raise BeforeItsSeeding(parent, at)
    refuse_before_last_entry(parents, at)
    later = harvest.daughters.exclude(seeded_at=harvest.at).filter(seeded_at__lt=at).first()
    if later:
        raise BeforeItsSeeding(later, at)


def reseed_at(cultures: Sequence[Culture], at: datetime, withdrawal: Withdrawal) -> None:
    """Cultures were seeded at another time than was written; the medium they were given then moves with it."""
    since = [
        Feed.objects.filter(at_seeding=False),
        *(model.objects.all() for model in (Observation, Move, Count, Discard)),
    ]
    for events in since:
        first = events.filter(culture__in=cultures, withdrawn_at=None).aggregate(at=Min("at"))["at"]
        if first and first < at:
            raise EntryBefore(at, first)
    if told := first_told(cultures, at):
        culture = next(one for one in cultures if one.pk == told.culture_id)
        raise EntryBefore(at, told.at, f"A {told.noun}", culture)
    for culture in cultures:
        if culture.ended_at and culture.ended_at < at:
            raise EntryBefore(at, culture.ended_at)
    for feed in Feed.objects.standing().filter(culture__in=cultures, at_seeding=True).prefetch_related("lots", "drugs"):
        _move_seeding(feed, at, withdrawal)
    Culture.objects.filter(pk__in=[culture.pk for culture in cultures]).update(seeded_at=at)


def _move_seeding(feed: Feed, at: datetime, withdrawal: Withdrawal) -> None:
    lots, drugs = list(feed.lots.all()), list(feed.drugs.all())
    moved = supersede(feed, draft_of(feed, withdrawal, at=at), withdrawal)
    FeedLot.objects.bulk_create([FeedLot(feed=moved, lot_id=one.lot_id) for one in lots])
    for drug in drugs:
        drug.pk, drug.feed = None, moved
    DrugInMedium.objects.bulk_create(drugs)
