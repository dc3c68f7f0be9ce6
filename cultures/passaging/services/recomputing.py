"""Passage numbers and doublings are derived: when something upstream is corrected, all that descends is folded anew."""

from collections.abc import Sequence

from django.db import connection

from cultures.passaging.generations import Generation, first, next_after
from cultures.passaging.harvest_destinations import DAUGHTER
from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Allocation, Culture, HarvestSource, Receipt

DERIVED = ("passage_number", "passages_since_thaw", "cpdl", "cpdl_net", "seeded_cells")
CORRECTIONS = 0x5B11E  # the key of the lock that lets one correction run at a time


def one_correction_at_a_time() -> None:
    """Until the transaction ends. Corrections are rare, and two of one family would fold each other's half-truths."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CORRECTIONS])


def lock_with_descendants(culture_ids: Sequence[int]) -> list[int]:
    """Lock these and all their descendants, also those that were seeded while we waited for the locks."""
    locked: set[int] = set()
    while new := set(family := with_descendants(culture_ids)) - locked:
        list(Culture.objects.select_for_update(no_key=True).filter(pk__in=new).order_by("pk").values_list("pk"))
        locked |= new
    return family


def recompute_descendants(culture_ids: Sequence[int]) -> list[Culture]:
    """Fold these and all their descendants anew, parents before daughters; returns those that changed.

    Five queries and one bulk update, however large the family.
    """
    ids = with_descendants(culture_ids)
    shares = {
        share.daughter_id: share
        for share in Allocation.objects.filter(daughter__in=ids, kind=DAUGHTER, withdrawn_at=None).select_related(
            "harvest"
        )
    }
    parents_of: dict[int, list[int]] = {}
    sources = HarvestSource.objects.filter(
        harvest__in={share.harvest_id for share in shares.values()}, withdrawn_at=None
    )
    for harvest_id, culture_id in sources.order_by("pk").values_list("harvest_id", "culture_id"):
        parents_of.setdefault(harvest_id, []).append(culture_id)
    receipts = {receipt.culture_id: receipt for receipt in Receipt.objects.standing().filter(culture__in=ids)}
    upstream = {pk for parents in parents_of.values() for pk in parents}
    cultures = Culture.objects.in_bulk([*ids, *upstream])
    changed = []
    for pk in ids:  # ids rise from parent to daughter
        culture = cultures[pk]
        before = _derived(culture)
        if share := shares.get(pk):
            _fold(culture, share, [cultures[parent] for parent in parents_of[share.harvest_id]])
        elif receipt := receipts.get(pk):
            take_receipt(culture, receipt)
        if _derived(culture) != before:
            changed.append(culture)
    Culture.objects.bulk_update(changed, DERIVED, batch_size=500)
    return changed


def _derived(culture: Culture) -> tuple[object, ...]:
    return tuple(getattr(culture, name) for name in DERIVED)


def _fold(culture: Culture, share: Allocation, parents: Sequence[Culture]) -> None:
    culture.seeded_cells = share.cells
    take_generation(
        culture,
        next_after(
            [generation_of(parent) for parent in parents],
            harvested=share.harvest.viable_cells,
            seeded=[parent.seeded_cells for parent in parents],
        ),
    )


def take_receipt(culture: Culture, receipt: Receipt) -> None:
    """Cells that came in: how many, and how old by their label."""
    culture.seeded_cells = receipt.seeded_cells
    take_generation(
        culture,
        first(
            label_passage_number=receipt.label_passage_number,
            thaw_increment=receipt.thaw_increment,
            label_pdl=receipt.label_pdl,
        ),
    )


def generation_of(culture: Culture) -> Generation:
    return Generation(culture.passage_number, culture.passages_since_thaw, culture.cpdl, culture.cpdl_net)


def take_generation(culture: Culture, generation: Generation) -> None:
    culture.passage_number = generation.passage_number
    culture.passages_since_thaw = generation.passages_since_thaw
    culture.cpdl, culture.cpdl_net = generation.cpdl, generation.cpdl_net
