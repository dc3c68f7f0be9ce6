"""What the verbs on ladders share."""

from collections.abc import Callable, Iterable

from django.db.models import Max

from cultures.dosing.errors.ladders import LadderEnded
from cultures.dosing.models import Decision, Ladder, ResistanceModel
from cultures.dosing.services.plans import lock_model
from cultures.passaging.errors import NotThere
from cultures.passaging.models import Culture
from cultures.passaging.services.checking import lock_cultures


def open_ladder(ladder_id: int) -> Ladder:
    """A ladder nothing has ended, its model locked: decisions are made one after another."""
    found = Ladder.objects.filter(pk=ladder_id).values_list("model", flat=True).first()
    if found is None:
        raise NotThere("ladder", "ladder")
    model = lock_model(found)
    ladder = Ladder.objects.select_related("rung__plan").get(pk=ladder_id)
    ladder.model = model
    if not ladder.is_open:
        raise LadderEnded(ladder)
    return ladder


def hold_still(found: Callable[[], Iterable[Culture]]) -> None:
    """Lock the cultures a decision rests on, so that none of them is passaged or fails a test while it is made.

    found   who they are now; asked again after each wait, for whoever was waited for may have passaged one
    """
    locked: set[int] = set()
    while wanted := {culture.pk for culture in found()} - locked:
        lock_cultures(sorted(wanted))
        locked |= wanted


def next_number(model: ResistanceModel) -> int:
    """Within a locked model: decisions are numbered without gaps."""
    highest = Decision.objects.filter(model=model).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
