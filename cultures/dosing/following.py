"""The dosing states of a ladder's cultures: folded from feeds, harvests and descents in the transaction of each event.

A culture belongs to the ladder it starts, else to that of its main parent; of pooled parents the main one is that of
the highest passage. Nothing here is the truth: `recompute` makes every row anew, and `differences` compares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import Prefetch, Q

from cultures.dosing.models import DosingState, Ladder, LadderStart
from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Culture, Descent, DrugInMedium, Feed
from cultures.science.exposure import NOTHING, State, fold
from cultures.science.stays import Medium, Stay

NUMBERS = tuple(asdict(NOTHING))
HELD_AS_HOLIDAY = {Feed.Without.PULSE.value: "holiday"}  # the days off of a pulsed plan are meant


def refold(culture_ids: Sequence[int]) -> list[Ladder]:
    """Fold these cultures and all that descends from them anew; the ladders of which a stored state changed.

    Eight queries at most. A state also says whether its culture has ended, so where none changed no status did.
    """
    if not _touches_a_ladder(culture_ids):
        return []
    ids = with_descendants(culture_ids)
    parent_of = main_parents(ids)
    known = DosingState.objects.in_bulk([*ids, *(pk for pk in parent_of.values() if pk not in set(ids))])
    starts = dict(LadderStart.objects.filter(culture__in=ids).values_list("culture", "ladder"))
    ladders = Ladder.objects.select_related("model__compound", "rung").in_bulk(
        {*starts.values(), *(state.ladder_id for state in known.values())}
    )
    cultures = Culture.objects.in_bulk(ids)
    media = media_of(ids, {ladder.model.compound_id for ladder in ladders.values()})
    found: dict[int, DosingState] = {pk: state for pk, state in known.items() if pk not in cultures}
    folded = []
    for pk in ids:  # ids rise from parent to daughter
        culture, parent = cultures[pk], found.get(parent_of.get(pk, 0))
        ladder_id = starts.get(pk) or (parent.ladder_id if parent else None)
        if ladder_id is None or culture.fate == Culture.Fate.ENTERED_IN_ERROR:
            continue
        compound = ladders[ladder_id].model.compound
        goes_on = parent is not None and ladders[parent.ladder_id].model.compound_id == compound.pk
        before = state_of(parent) if parent and goes_on else NOTHING
        stay = stay_of(culture, media.get((pk, compound.pk), []))
        found[pk] = row_of(pk, ladder_id, fold([stay], compound.redose_interval, before))
        folded.append(found[pk])
    changed = [row for row in folded if row.pk not in known or not _is_same(known[row.pk], row)]
    gone = {pk for pk in known if pk in cultures} - {row.pk for row in folded}
    _write(changed, gone)
    were = [known[pk] for pk in {row.pk for row in changed} | gone if pk in known]
    return [ladders[pk] for pk in {row.ladder_id for row in (*changed, *were)}]


def _is_same(one: DosingState, other: DosingState) -> bool:
    return one.ladder_id == other.ladder_id and state_of(one) == state_of(other)


def _touches_a_ladder(culture_ids: Sequence[int]) -> bool:
    """Whether one of these cultures, or of their parents, belongs to a ladder or begins one. One query."""
    ids = list(culture_ids)
    parents = Descent.objects.filter(daughter__in=ids).values("parent")
    states = DosingState.objects.filter(Q(culture__in=ids) | Q(culture__in=parents)).values("pk")
    return states.union(LadderStart.objects.filter(culture__in=ids).values("culture"), all=True).exists()


def main_parents(ids: Iterable[int]) -> dict[int, int]:
    """By daughter: the parent its line of ancestors goes on with, as lineage.main_line has it."""
    descents = Descent.objects.filter(daughter__in=list(ids)).order_by("parent__passage_number", "parent_id")
    return dict(descents.values_list("daughter_id", "parent_id"))  # the last one wins


def stay_of(culture: Culture, media: Sequence[Medium]) -> Stay:
    return Stay(culture.seeded_at, culture.ended_at, media, passaged=culture.fate == Culture.Fate.PASSAGED)


def media_of(ids: Sequence[int], compound_ids: Iterable[int]) -> dict[tuple[int, int], list[Medium]]:
    """By culture and compound, in order of time: every medium, with its dose of that compound or 0. Two queries."""
    compounds = set(compound_ids)
    drugs = DrugInMedium.objects.filter(compound__in=compounds).select_related("stock")
    feeds = Feed.objects.standing().filter(culture__in=ids).prefetch_related(Prefetch("drugs", drugs))
    media: dict[tuple[int, int], list[Medium]] = {}
    for feed in feeds.order_by("at", "pk"):
        doses = {drug.compound_id: drug for drug in feed.drugs.all() if drug.dose}
        without = HELD_AS_HOLIDAY.get(feed.without_drug, feed.without_drug)
        for compound_id in compounds:
            drug = doses.get(compound_id)
            given = (
                Medium(feed.at, drug.dose_canonical, stock=drug.stock.number if drug.stock else "")
                if drug
                else Medium(feed.at, NOTHING.dose, without)
            )
            media.setdefault((feed.culture_id, compound_id), []).append(given)
    return media


def state_of(row: DosingState) -> State:
    return State(**{name: getattr(row, name) for name in NUMBERS})


def row_of(culture_id: int, ladder_id: int, state: State) -> DosingState:
    return DosingState(culture_id=culture_id, ladder_id=ladder_id, **{name: getattr(state, name) for name in NUMBERS})


def _write(changed: Sequence[DosingState], gone: Iterable[int]) -> None:
    DosingState.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["culture"],
        update_fields=["ladder", *NUMBERS],
        batch_size=500,
    )
    if gone := list(gone):
        DosingState.objects.filter(pk__in=gone).delete()


# --- the whole anew --------------------------------------------------------------------------------------------------


def recompute() -> int:
    """Make every row anew from the events; how many there are."""
    stale = DosingState.objects.all()
    starts = list(LadderStart.objects.values_list("culture", flat=True))
    refold(starts)
    stale.exclude(pk__in=with_descendants(starts)).delete()
    return DosingState.objects.count()


def differences() -> list[str]:
    """Where a stored row is not what the events say, in words; nothing is left changed."""
    with transaction.atomic():
        stored = {state.pk: (state.ladder_id, state_of(state)) for state in DosingState.objects.all()}
        recompute()
        anew = {state.pk: (state.ladder_id, state_of(state)) for state in DosingState.objects.all()}
        transaction.set_rollback(True)
    return [f"culture {pk}: stored {stored.get(pk)}, by its events {anew.get(pk)}" for pk in sorted(stored | anew)
            if stored.get(pk) != anew.get(pk)]  # fmt: skip
