"""Which flask cells were in at a moment: a sample belongs to the culture that was alive when it was taken."""

from datetime import datetime

from django.db.models import Q

from cultures.passaging.errors import CultureNotGrowing
from cultures.passaging.lineage import with_ancestors, with_descendants
from cultures.passaging.models import Culture
from cultures.quality.errors.samples import NotAliveThen


def alive_then(culture: Culture, at: datetime) -> list[Culture]:
    """The cultures it descends from, or that descend from it, that were in their vessels at that moment."""
    related = with_ancestors([culture.pk]) if at < culture.seeded_at else with_descendants([culture.pk])
    found = Culture.objects.filter(Q(ended_at=None) | Q(ended_at__gte=at), pk__in=related, seeded_at__lte=at)
    sound = found.exclude(pk=culture.pk).exclude(fate=Culture.Fate.ENTERED_IN_ERROR)
    return list(sound.select_related("line", "vessel").order_by("pk"))


def refuse_not_alive(culture: Culture, at: datetime) -> None:
    """Raises NotAliveThen, naming the culture that was. A sample at the very moment of its end is one of its life."""
    if culture.fate == Culture.Fate.ENTERED_IN_ERROR:
        raise CultureNotGrowing(culture)
    if at < culture.seeded_at or (culture.ended_at and at > culture.ended_at):
        raise NotAliveThen(culture, at, alive_then(culture, at))
