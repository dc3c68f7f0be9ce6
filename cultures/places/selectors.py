"""The tree of places as pages show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cultures.places.models import Place

BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT %s::bigint UNION ALL SELECT place.id FROM {places} place JOIN below ON place.parent_id = below.id)
SELECT id FROM below
"""


def is_quarantine_at(path: str = "") -> Q:
    """Of a place, or of what it stands in: a shelf of a quarantine incubator, an incubator of a quarantine room.

    path   to the place from what is asked for: "culture__place__"
    """
    around = ("", "parent__", "parent__parent__")
    return Q(*((f"{path}{outer}is_quarantine", True) for outer in around), _connector=Q.OR)


@dataclass(frozen=True)
class Branch:
    """A place in the tree: how deep it stands, and how many cultures grow in it or below it."""

    place: Place
    depth: int
    growing: int


def with_growing(places: QuerySet[Place]) -> QuerySet[Place]:
    """Annotates `growing`: how many cultures stand at the place itself."""
    # The bench knows places, not places the bench: its cultures are reached by the link they declare.
    cultures = Place._meta.get_field("cultures").related_model._default_manager
    there = cultures.filter(place=OuterRef("pk"), ended_at=None).order_by().values("place")
    return places.annotate(growing=Coalesce(Subquery(there.annotate(n=Count("pk")).values("n")), 0))


def tree(*, with_retired: bool = False) -> list[Branch]:
    """All places, each under the one it stands in. One query."""
    places = Place.objects.all() if with_retired else Place.objects.filter(retired_at=None)
    children: dict[int | None, list[Place]] = {}
    for place in with_growing(places).order_by("name", "pk"):
        children.setdefault(place.parent_id, []).append(place)
    return list(_branches(children, None, 0))


def _branches(children: dict[int | None, list[Place]], parent_id: int | None, depth: int) -> Iterator[Branch]:
    for place in children.get(parent_id, ()):
        below = list(_branches(children, place.pk, depth + 1))
        growing = place.growing + sum(branch.growing for branch in below if branch.depth == depth + 1)  # type: ignore[attr-defined]  # annotated by with_growing
        yield Branch(place, depth, growing)
        yield from below


def ids_below(place: Place) -> list[int]:
    """The keys of a place and of all that stands in it."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW.format(places=Place._meta.db_table), [place.pk])
        return [key for (key,) in cursor.fetchall()]


def ancestors(place: Place) -> list[Place]:
    """From the site inwards, for the breadcrumb. At most five deep."""
    found = []
    around = place.parent
    while around is not None:
        found.append(around)
        around = around.parent
    return found[::-1]
