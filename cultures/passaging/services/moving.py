"""Where a culture stands, and the end of one that is not harvested."""

from collections.abc import Sequence
from datetime import datetime

from cultures.passaging.errors import AlreadyThere, CultureNotGrowing
from cultures.passaging.models import Culture, Discard, Event, Move
from cultures.passaging.registry import Use, bar, tell
from cultures.passaging.services.checking import (
    lock_cultures,
    lock_growing,
    lock_present,
    one_of,
    places,
    refuse_before_last_entry,
)
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting

FATES = {Discard.Why.LOST: Culture.Fate.LOST, Discard.Why.USED_UP: Culture.Fate.USED_UP}


def move_culture(
    *, culture_id: int, place_id: int, at: datetime, by: User, source: str = Event.Source.BENCH, note: str = ""
) -> Move:
    """To another shelf. A move entered late takes its place among those known already."""
    with acting(by, "move_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at)
        if not culture.is_growing:
            raise CultureNotGrowing(culture)
        to_place = places({place_id}, (), at)[place_id]
        bar([culture], Use("move", [to_place], at))
        moves = standing_moves(culture)
        before = [move for move in moves if move.at <= at]
        stood_at = before[-1].to_place if before else moves[0].from_place if moves else culture.place
        if to_place == stood_at:
            raise AlreadyThere(culture, stood_at)
        move = Move.objects.create(culture=culture, from_place=stood_at, to_place=to_place, **marked.on(note))
        place_by_moves(culture, first_place_id(culture, moves))
        return move


def standing_moves(culture: Culture) -> list[Move]:
    """In order of time."""
    moves = Move.objects.standing().filter(culture=culture).select_related("from_place", "to_place")
    return list(moves.order_by("at", "pk"))


def first_place_id(culture: Culture, moves: Sequence[Move]) -> int:
    """Where it stood when it was seeded."""
    return moves[0].from_place_id if moves else culture.place_id


def place_by_moves(culture: Culture, first_place_id: int) -> None:
    """Put a culture where its moves, in order of time, have brought it; each begins where the one before it ended."""
    here = first_place_id
    for move in standing_moves(culture):
        if move.from_place_id != here != move.to_place_id:
            Move.objects.filter(pk=move.pk).update(from_place_id=here)
        here = move.to_place_id
    if here != culture.place_id:
        Culture.objects.filter(pk=culture.pk).update(place_id=here)
        culture.place_id = here


def discard_culture(
    *, culture_id: int, why: str, note: str = "", at: datetime, by: User, source: str = Event.Source.BENCH
) -> Discard:
    """The end of a flask that was not harvested, with its reason."""
    with acting(by, "discard_culture"):
        marked = stamp(at, by, source)
        (culture,) = lock_growing([culture_id], at)
        one_of(why, Discard.Why, "reason", field="why")
        refuse_before_last_entry([culture], at)
        discard = Discard.objects.create(culture=culture, why=why, **marked.on(note))
        Culture.objects.filter(pk=culture.pk).update(ended_at=at, fate=fate_of(why))
        tell([culture.pk])
        return discard


def assign_arm(culture_id: int, arm: str) -> Culture:
    """A flask joins the arm of an experiment that begins with it. Called by the verb that begins it."""
    (culture,) = lock_cultures([culture_id])
    if culture.arm != arm:
        Culture.objects.filter(pk=culture.pk).update(arm=arm)
        culture.arm = arm
    return culture


def fate_of(why: str) -> str:
    return FATES.get(Discard.Why(why), Culture.Fate.DISCARDED).value
