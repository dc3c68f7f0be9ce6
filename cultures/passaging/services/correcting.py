"""Corrections: a row that supersedes another, with its reason, and everything that depends on it folded anew."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cultures.passaging.commands import CellCount, Drug, Medium
from cultures.passaging.errors import (
    AlreadyThere,
    NotCorrectable,
    NothingChanged,
    NothingObserved,
    ReasonMissing,
)
from cultures.passaging.models import Count, Culture, Discard, Event, Feed, Harvest, Move, Observation, Receipt
from cultures.passaging.registry import Given, tell
from cultures.passaging.services.arrivals import tidy_receipt
from cultures.passaging.services.checking import (
    COUNTED_SOON_AFTER,
    one_of,
    places,
    refuse_before_last_entry,
    refuse_outside_its_life,
)
from cultures.passaging.services.consequences import Change, differences, snapshot
from cultures.passaging.services.counts import tidy_count
from cultures.passaging.services.departures import departures_of
from cultures.passaging.services.feeding import take_newest_medium
from cultures.passaging.services.harvest_correction import correct_harvest, reseed_at
from cultures.passaging.services.medium import Cupboard, write_contents
from cultures.passaging.services.moving import fate_of, first_place_id, place_by_moves, standing_moves
from cultures.passaging.services.observations import tidy_observation
from cultures.passaging.services.recomputing import (
    lock_with_descendants,
    one_correction_at_a_time,
    recompute_descendants,
)
from cultures.passaging.services.recording import Stamp, clean_note, stamp
from cultures.passaging.services.superseding import Withdrawal, draft_of, supersede
from cultures.passaging.services.undoing import cultures_of, find_event
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import clean_text

Changes = Mapping[str, Any]


def correct_entry(*, kind: str, event_id: int, changes: Changes, reason: str, at: datetime, by: User) -> Event:
    """Let a corrected row stand in the place of an entry, and recompute its descendants in the same transaction.

    changes   by kind, each key optional; what is not named stays:
              receipt      label_passage_number label_pdl viability_pct seeded_cells came_from at note
              count        live_per_ml dead_per_ml (of the undiluted suspension) dilution method at note;
                           a dilution alone rescales what was read
              harvest      volume_ml used_count_id daughter_cells={culture_id: cells} at note
              feed         recipe_id volume_ml lot_ids drugs without_drug at note
              observation  confluence_pct morphology at note
              move         to_place_id at note
              discard      why at note
    """
    with acting(by, "correct_entry", clean_text(reason, "The reason", max_length=300)):
        stamp(at, by, Event.Source.BENCH)
        return _correct(kind, event_id, changes, reason, by)[0]


def preview_correction(*, kind: str, event_id: int, changes: Changes) -> list[Change]:
    """What a correction would change downstream: it is done, looked at, and rolled back."""
    with transaction.atomic():
        with acting("system:preview", "preview_correction"):
            _, consequences = _correct(kind, event_id, changes, "preview", None)
        transaction.set_rollback(True)
    return consequences


def _correct(kind: str, event_id: int, changes: Changes, reason: str, by: User | None) -> tuple[Event, list[Change]]:
    if not (reason := clean_text(reason, "The reason", max_length=300)):
        raise ReasonMissing()
    one_correction_at_a_time()
    event = find_event(kind, event_id)
    culture_ids = cultures_of(event)
    family = lock_with_descendants(culture_ids)
    event.refresh_from_db()
    if not event.stands:
        raise NotCorrectable("This entry was corrected or undone already. Correct the one that stands.")
    correct, correctable = CORRECTORS[type(event)]
    if unknown := set(changes) - correctable:
        raise NotCorrectable(f"{', '.join(sorted(unknown))} cannot be corrected here.")
    before = snapshot(family)
    corrected = correct(event, dict(changes), Withdrawal(now(), by, reason))
    recompute_descendants(culture_ids)
    tell(family)
    return corrected, differences(before, snapshot(family))


def _at(event: Event, changes: dict[str, Any]) -> datetime:
    """The time as corrected; raises InTheFuture."""
    at = changes.get("at", event.at)
    return stamp(at, event.by, event.source).at if at != event.at else at


def _replaced(event: Any, draft: Any, withdrawal: Withdrawal) -> Any:
    """Supersede, when anything is different at all."""
    told = {"id", "supersedes_id", "reason", "recorded_at", "delivery_id"}
    names = [field.attname for field in event._meta.concrete_fields if field.attname not in told]
    if all(getattr(event, name) == getattr(draft, name) for name in names):
        raise NothingChanged()
    return supersede(event, draft, withdrawal)


def _note(event: Event, changes: dict[str, Any]) -> str:
    return clean_note(changes["note"]) if "note" in changes else event.note


# --- each kind -------------------------------------------------------------------------------------------------------


def _correct_receipt(receipt: Receipt, changes: dict[str, Any], withdrawal: Withdrawal) -> Receipt:
    at = _at(receipt, changes)
    draft = draft_of(receipt, withdrawal, **changes | {"at": at, "note": _note(receipt, changes)})
    tidy_receipt(draft)
    corrected = _replaced(receipt, draft, withdrawal)
    if at != receipt.at:
        reseed_at([receipt.culture], at, withdrawal)
    return corrected


def _correct_count(count: Count, changes: dict[str, Any], withdrawal: Withdrawal) -> Count:
    """A harvest that rests on this count is superseded with it: its cells, and what was left over, follow."""
    at = _at(count, changes)
    refuse_outside_its_life(count.culture, at, grace=COUNTED_SOON_AFTER)
    dilution = Decimal(changes.get("dilution", count.dilution))
    rescale = dilution / count.dilution if count.dilution else Decimal(1)
    live, dead = count.live_per_ml, count.dead_per_ml
    said = CellCount(
        live_per_ml=changes.get("live_per_ml", live * rescale),
        dead_per_ml=changes.get("dead_per_ml", dead * rescale if dead is not None else None),
        dilution=dilution,
        method=changes.get("method", count.method),
        reported_viability_pct=count.reported_viability_pct,
    )
    draft = draft_of(count, withdrawal, at=at, note=_note(count, changes), delivery_id=None, **tidy_count(said))
    used_for = list(Harvest.objects.standing().filter(used_count=count))
    corrected = _replaced(count, draft, withdrawal)
    for harvest in used_for:
        correct_harvest(harvest, {"used_count_id": corrected.pk}, withdrawal)
    return corrected


def _correct_harvest(harvest: Harvest, changes: dict[str, Any], withdrawal: Withdrawal) -> Harvest:
    return correct_harvest(
        harvest, changes | {"at": _at(harvest, changes), "note": _note(harvest, changes)}, withdrawal
    )


def _correct_feed(feed: Feed, changes: dict[str, Any], withdrawal: Withdrawal) -> Feed:
    at = _at(feed, changes)
    if feed.at_seeding and at != feed.at:
        raise NotCorrectable("The time of a seeding is that of its harvest or receipt. Correct that entry.", field="at")
    refuse_outside_its_life(feed.culture, at)
    before = medium_of(feed)
    of_the_medium = ("recipe_id", "volume_ml", "lot_ids", "drugs", "without_drug")
    medium = replace(before, **{name: changes[name] for name in of_the_medium if name in changes})
    if "without_drug" not in changes and any(drug.dose for drug in medium.drugs):
        medium = replace(medium, without_drug="")
    cupboard = Cupboard([medium], Stamp(at, withdrawal.at, feed.by, None, feed.session_id, feed.source))
    checked = cupboard.check(medium, feed.culture.arm)
    said = replace(medium, override=medium.override or withdrawal.reason)  # the reason of the correction is one
    given = Given(cultures=[feed.culture], arm=feed.culture.arm, medium=said, doses=checked.doses, at=at)
    (departures,) = departures_of([given])
    draft = draft_of(
        feed,
        withdrawal,
        at=at,
        note=_note(feed, changes),
        recipe_id=checked.recipe.pk,
        volume_ml=checked.volume_ml,
        without_drug=departures["without_drug"],
    )
    if (tuple(medium.lot_ids), tuple(medium.drugs)) == (tuple(before.lot_ids), tuple(before.drugs)):
        corrected = _replaced(feed, draft, withdrawal)
    else:
        corrected = supersede(feed, draft, withdrawal)
    write_contents([(corrected, checked)])
    cupboard.open_bottles()
    take_newest_medium(feed.culture)
    return corrected


def medium_of(feed: Feed) -> Medium:
    """What a feed put into the flask, as the command it once was."""
    return Medium(
        recipe_id=feed.recipe_id,
        volume_ml=feed.volume_ml,
        lot_ids=tuple(feed.lots.order_by("pk").values_list("lot_id", flat=True)),
        drugs=tuple(
            Drug(
                compound_id=drug.compound_id,
                dose=drug.dose,
                unit=drug.dose_unit,
                stock_id=drug.stock_id,
                vehicle_pct=drug.vehicle_pct,
            )
            for drug in feed.drugs.order_by("pk")
        ),
        without_drug=feed.without_drug,
        override=feed.override,
    )


def _correct_observation(observation: Observation, changes: dict[str, Any], withdrawal: Withdrawal) -> Observation:
    at = _at(observation, changes)
    refuse_outside_its_life(observation.culture, at)
    draft = draft_of(observation, withdrawal, **changes | {"at": at, "note": _note(observation, changes)})
    tidy_observation(draft)
    if draft.confluence_pct is None and not draft.morphology and not draft.photo_id and not draft.note:
        raise NothingObserved()
    return _replaced(observation, draft, withdrawal)


def _correct_move(move: Move, changes: dict[str, Any], withdrawal: Withdrawal) -> Move:
    at, to_place_id = _at(move, changes), changes.get("to_place_id", move.to_place_id)
    refuse_outside_its_life(move.culture, at)
    to_place = places({to_place_id}, (), at)[to_place_id]
    moves = standing_moves(move.culture)
    before = [one for one in moves if one.pk != move.pk and (one.at, one.pk) < (at, move.pk)]
    began_at = first_place_id(move.culture, moves)
    stood_at_id = before[-1].to_place_id if before else began_at
    if to_place_id == stood_at_id:
        raise AlreadyThere(move.culture, to_place)
    draft = draft_of(
        move, withdrawal, at=at, note=_note(move, changes), from_place_id=stood_at_id, to_place_id=to_place_id
    )
    corrected = _replaced(move, draft, withdrawal)
    place_by_moves(move.culture, began_at)
    return corrected


def _correct_discard(discard: Discard, changes: dict[str, Any], withdrawal: Withdrawal) -> Discard:
    at, why = _at(discard, changes), changes.get("why", discard.why)
    one_of(why, Discard.Why, "reason", field="why")
    culture = discard.culture
    if at < culture.seeded_at:
        refuse_outside_its_life(culture, at)
    refuse_before_last_entry([culture], at)
    draft = draft_of(discard, withdrawal, at=at, why=why, note=_note(discard, changes))
    corrected = _replaced(discard, draft, withdrawal)
    Culture.objects.filter(pk=culture.pk).update(ended_at=at, fate=fate_of(why))
    return corrected


Corrector = Callable[[Any, dict[str, Any], Withdrawal], Event]
CORRECTORS: dict[type[Event], tuple[Corrector, frozenset[str]]] = {
    Receipt: (
        _correct_receipt,
        frozenset(["label_passage_number", "label_pdl", "viability_pct", "seeded_cells", "came_from", "at", "note"]),
    ),
    Count: (_correct_count, frozenset(["live_per_ml", "dead_per_ml", "dilution", "method", "at", "note"])),
    Harvest: (_correct_harvest, frozenset(["volume_ml", "used_count_id", "daughter_cells", "at", "note"])),
    Feed: (_correct_feed, frozenset(["recipe_id", "volume_ml", "lot_ids", "drugs", "without_drug", "at", "note"])),
    Observation: (_correct_observation, frozenset(["confluence_pct", "morphology", "at", "note"])),
    Move: (_correct_move, frozenset(["to_place_id", "at", "note"])),
    Discard: (_correct_discard, frozenset(["why", "at", "note"])),
}
