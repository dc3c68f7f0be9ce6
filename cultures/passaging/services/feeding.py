"""Medium changes. What is in a flask now is told by the newest feed that stands."""

from datetime import datetime

from cultures.passaging.commands import Medium
from cultures.passaging.models import Culture, Event, Feed
from cultures.passaging.registry import Given, tell
from cultures.passaging.services.checking import lock_present
from cultures.passaging.services.departures import departures_of
from cultures.passaging.services.medium import Cupboard, write_contents
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting


def feed_culture(
    *,
    culture_id: int,
    medium: Medium,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
    note: str = "",
) -> Feed:
    """Fresh medium, with or without drugs. An unopened bottle is opened by being used.

    A treated culture that gets no drug is on a holiday, or the drug was left out: medium.without_drug says which.
    """
    with acting(by, "feed_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at)
        cupboard = Cupboard([medium], marked)
        checked = cupboard.check(medium, culture.arm)
        given = Given(cultures=[culture], arm=culture.arm, medium=medium, doses=checked.doses, at=at)
        (departures,) = departures_of([given])
        feed = Feed.objects.create(
            culture=culture, recipe=checked.recipe, volume_ml=checked.volume_ml, **departures, **marked.on(note)
        )
        write_contents([(feed, checked)])
        cupboard.open_bottles()
        if culture.medium_id != checked.recipe.pk:
            take_newest_medium(culture)
        tell([culture.pk])
        return feed


def take_newest_medium(culture: Culture) -> None:
    """The culture's recipe is that of its newest feed; one that is entered late may be older than another."""
    newest = Feed.objects.standing().filter(culture=culture).order_by("-at", "-pk").values_list("recipe_id", flat=True)
    if (recipe_id := newest.first()) and recipe_id != culture.medium_id:
        Culture.objects.filter(pk=culture.pk).update(medium_id=recipe_id)
        culture.medium_id = recipe_id
