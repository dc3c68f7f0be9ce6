"""Where a culture stands, and the end of one that is not harvested."""

from datetime import datetime
from itertools import pairwise

from cultures.passaging.errors import AlreadyThere, CultureNotGrowing
from cultures.passaging.models import Culture, Discard, Event, Move
from cultures.passaging.services.checking import (
    lock_growing,
    lock_present,
    one_of,
    places,
    refuse_before_last_entry,
)
from cultures.passaging.services.recording import recorded, stamp
from lims.accounts.models import User

FATES = {Discard.Why.LOST: Culture.Fate.LOST, Discard.Why.USED_UP: Culture.Fate.USED_UP}


def move_culture(
    *, culture_id: int, place_id: int, at: datetime, by: User, source: str = Event.Source.BENCH, note: str = ""
) -> Move:
    with recorded(by, "move_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at)
        if not culture.is_growing:
            raise CultureNotGrowing(culture)
        to_place = places({place_id}, (), at)[place_id]
        later = list(Move.objects.standing().filter(culture=culture, at__gt=at).order_by("at", "pk")[:1])
        culture.place = later[0].from_place if later else culture.place
        if to_place == culture.place:
            raise AlreadyThere(culture)
        move = Move.objects.create(culture=culture, from_place=culture.place, to_place=to_place, **marked.on(note))
        place_by_moves(culture, culture.place_id)
        return move


def place_by_moves(culture: Culture, stood_at_id: int) -> None:
    """Put a culture where its moves in order of time have brought it; `stood_at_id` where it is if there are none."""
    moves = list(Move.objects.standing().filter(culture=culture).order_by("at", "pk"))
    for before, move in pairwise(moves):
        move.from_place_id, stated = before.to_place_id, move.from_place_id
        if stated != move.from_place_id and move.from_place_id != move.to_place_id:
            Move.objects.filter(pk=move.pk).update(from_place_id=move.from_place_id)
    place_id = moves[-1].to_place_id if moves else stood_at_id
    Culture.objects.filter(pk=culture.pk).update(place_id=place_id)
    culture.place_id = place_id


def discard_culture(
    *, culture_id: int, why: str, note: str = "", at: datetime, by: User, source: str = Event.Source.BENCH
) -> Discard:
    """The end of a flask that was not harvested, with its reason."""
    with recorded(by, "discard_culture"):
        marked = stamp(at, by, source)
        (culture,) = lock_growing([culture_id], at)
        one_of(why, Discard.Why, "reason", field="why")
        refuse_before_last_entry([culture], at)
        discard = Discard.objects.create(culture=culture, why=why, **marked.on(note))
        Culture.objects.filter(pk=culture.pk).update(ended_at=at, fate=fate_of(why))
        return discard


def fate_of(why: str) -> str:
    return FATES.get(Discard.Why(why), Culture.Fate.DISCARDED).value
