"""Taking back what was just entered, while nothing rests on it. Later it is corrected, with a reason."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cultures.passaging.errors import NothingToUndo, NotThere, TooLateToUndo
from cultures.passaging.models import (
    Allocation,
    Count,
    Culture,
    Descent,
    Discard,
    Event,
    Feed,
    Harvest,
    HarvestSource,
    Move,
    Observation,
    Receipt,
)
from cultures.passaging.registry import tell
from cultures.passaging.services.feeding import take_newest_medium
from cultures.passaging.services.moving import first_place_id, place_by_moves, standing_moves
from cultures.passaging.services.recomputing import lock_with_descendants, one_correction_at_a_time
from cultures.passaging.services.recording import stamp
from cultures.passaging.services.superseding import Withdrawal, withdraw
from lims.accounts.models import User
from lims.audit.context import acting
from lims.errors import DomainError

UNDO_WINDOW = timedelta(minutes=15)
KINDS: dict[str, type[Event]] = {
    "receipt": Receipt,
    "count": Count,
    "observation": Observation,
    "feed": Feed,
    "harvest": Harvest,
    "move": Move,
    "discard": Discard,
}
OF_A_CULTURE = (Receipt, Count, Observation, Feed, Move, Discard)


def may_undo(event: Event, now: datetime) -> bool:
    """Whether a page may offer to undo it; the verb looks again, at what rests on it too. No queries."""
    return _not_undoable(event, now) is None


def _not_undoable(event: Any, now: datetime) -> DomainError | None:
    if not event.stands:
        return NothingToUndo("This entry was undone or corrected already.")
    if event.supersedes_id:
        return NothingToUndo("This entry is itself a correction.")
    if isinstance(event, Feed) and event.at_seeding:
        return NothingToUndo("This medium belongs to the seeding.")
    if event.source == Event.Source.DEMONSTRATION:
        return NothingToUndo("This entry came with the demonstration.")
    if now - event.recorded_at > UNDO_WINDOW:
        return TooLateToUndo(UNDO_WINDOW // timedelta(minutes=1))
    return None


def undo_entry(*, kind: str, event_id: int, at: datetime, by: User) -> None:
    """Take back one's own last entry on a culture, within 15 minutes, while nothing was logged on what it made."""
    with acting(by, "undo_entry"):
        marked = stamp(at, by, Event.Source.BENCH)
        one_correction_at_a_time()
        event = find_event(kind, event_id)
        culture_ids = cultures_of(event)
        family = lock_with_descendants(culture_ids)
        event.refresh_from_db()
        if refusal := _not_undoable(event, marked.recorded_at):
            raise refusal
        if event.by_id != by.pk:
            raise NothingToUndo("Somebody else made this entry.")
        if _entered_later(culture_ids, event.recorded_at, by):
            raise NothingToUndo("You have entered something on this culture since.")
        UNDOERS[type(event)](event, Withdrawal(marked.recorded_at, by, "undone"))
        tell(family)


def find_event(kind: str, event_id: int) -> Event:
    if kind not in KINDS:
        raise NotThere("kind of entry", "kind")
    if (event := KINDS[kind]._default_manager.filter(pk=event_id).first()) is None:
        raise NotThere("entry", "entry")
    return event


def cultures_of(event: Event) -> list[int]:
    """The cultures an event happened to."""
    if isinstance(event, Harvest):
        return list(dict.fromkeys(event.sources.order_by("pk").values_list("culture_id", flat=True)))
    return [event.culture_id]  # type: ignore[attr-defined]  # all kinds but a harvest have one culture


def _entered_later(culture_ids: Sequence[int], since: datetime, by: User | None = None) -> bool:
    """Whether anything that stands was entered on these cultures after `since` (by this person)."""
    mine = {"by": by} if by else {}
    later = [
        model.objects.standing().filter(culture__in=culture_ids, recorded_at__gt=since, **mine).order_by().values("pk")
        for model in OF_A_CULTURE
    ]
    harvests = Harvest.objects.standing().filter(sources__culture__in=culture_ids, recorded_at__gt=since, **mine)
    return later[0].union(*later[1:], harvests.order_by().values("pk"), all=True).exists()


# --- each kind -------------------------------------------------------------------------------------------------------


def _undo_harvest(harvest: Harvest, withdrawal: Withdrawal) -> None:
    daughters = list(harvest.daughters)
    refuse_if_lived_on(daughters, harvest.recorded_at)
    parents = Culture.objects.filter(harvest_sources__harvest=harvest, harvest_sources__withdrawn_at=None)
    parents = Culture.objects.filter(pk__in=list(parents.values_list("pk", flat=True)))
    _never_were(daughters, withdrawal)
    HarvestSource.objects.filter(harvest=harvest, withdrawn_at=None).update(withdrawn_at=withdrawal.at)
    Allocation.objects.filter(harvest=harvest, withdrawn_at=None).update(withdrawn_at=withdrawal.at)
    parents.update(ended_at=None, fate="")
    withdraw(harvest, withdrawal)
    count = harvest.used_count
    if (count.recorded_at, count.by_id) == (harvest.recorded_at, harvest.by_id):  # written with the harvest
        withdraw(count, withdrawal)


def refuse_if_lived_on(daughters: Sequence[Culture], since: datetime) -> None:
    ids = [daughter.pk for daughter in daughters]
    ended = next((daughter for daughter in daughters if not daughter.is_growing), None)
    if ended or _entered_later(ids, since) or Descent.objects.filter(parent__in=ids).exists():
        raise NothingToUndo("Something was logged on what it made.")


def _never_were(cultures: Sequence[Culture], withdrawal: Withdrawal) -> None:
    """Cultures entered in error: ended when they began, so that nobody ever counts them among the growing."""
    for culture in cultures:
        culture.ended_at, culture.fate = culture.seeded_at, Culture.Fate.ENTERED_IN_ERROR
    Culture.objects.bulk_update(cultures, ["ended_at", "fate"])
    Feed.objects.standing().filter(culture__in=cultures, at_seeding=True).update(**withdrawal.fields)


def _undo_receipt(receipt: Receipt, withdrawal: Withdrawal) -> None:
    refuse_if_lived_on([receipt.culture], receipt.recorded_at)
    _never_were([receipt.culture], withdrawal)
    withdraw(receipt, withdrawal)


def _undo_count(count: Count, withdrawal: Withdrawal) -> None:
    if count.harvests.filter(withdrawn_at=None).exists():
        raise NothingToUndo("A harvest rests on this count.")
    withdraw(count, withdrawal)


def _undo_observation(observation: Observation, withdrawal: Withdrawal) -> None:
    withdraw(observation, withdrawal)


def _undo_feed(feed: Feed, withdrawal: Withdrawal) -> None:
    withdraw(feed, withdrawal)
    take_newest_medium(feed.culture)


def _undo_move(move: Move, withdrawal: Withdrawal) -> None:
    began_at = first_place_id(move.culture, standing_moves(move.culture))
    withdraw(move, withdrawal)
    place_by_moves(move.culture, began_at)


def _undo_discard(discard: Discard, withdrawal: Withdrawal) -> None:
    withdraw(discard, withdrawal)
    Culture.objects.filter(pk=discard.culture_id).update(ended_at=None, fate="")


UNDOERS: dict[type[Event], Callable[..., None]] = {
    Harvest: _undo_harvest,
    Receipt: _undo_receipt,
    Count: _undo_count,
    Observation: _undo_observation,
    Feed: _undo_feed,
    Move: _undo_move,
    Discard: _undo_discard,
}
