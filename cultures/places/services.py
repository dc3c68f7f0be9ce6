"""The verbs of places: register, rename, mark as a quarantine place, retire."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, connection

from cultures.places.errors import (
    KeepsNothingApart,
    PlaceDoesNotFit,
    PlaceInUse,
    PlaceNameTaken,
    PlaceNameTooLong,
    PlaceRetired,
)
from cultures.places.models import Place
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.codes import new_codes
from lims.tabular.text import BadText, clean_text

Kind = Place.Kind
STANDS_IN: dict[Kind, tuple[Kind, ...]] = {
    Kind.SITE: (),
    Kind.ROOM: (Kind.SITE,),
    Kind.HOOD: (Kind.ROOM, Kind.SITE),
    Kind.INCUBATOR: (Kind.ROOM, Kind.SITE),
    Kind.SHELF: (Kind.INCUBATOR,),
}


# Inside a site or room a place goes by its own name ("Incubator 1, shelf A"), unless another place in use directly
# inside a site or room bears the same name: then both say where they are ("Room 2, Incubator 1, shelf A").
WRITE_FULL_NAMES = """
WITH RECURSIVE tree (id, kind, full_name) AS (
    SELECT id, kind, name::text FROM {places} WHERE parent_id IS NULL
    UNION ALL
    SELECT child.id, child.kind,
           CASE WHEN tree.kind IN ('site', 'room') AND NOT EXISTS (
                    SELECT FROM {places} twin JOIN {places} around ON around.id = twin.parent_id
                    WHERE around.kind IN ('site', 'room') AND twin.retired_at IS NULL
                      AND lower(twin.name) = lower(child.name) AND twin.id <> child.id)
                THEN child.name ELSE tree.full_name || ', ' || child.name END
    FROM {places} child JOIN tree ON tree.id = child.parent_id
)
UPDATE {places} place SET full_name = tree.full_name
FROM tree WHERE tree.id = place.id AND place.full_name <> tree.full_name
"""


def register_place(*, name: str, kind: str, parent_id: int | None = None, by: User) -> Place:
    """Add a place to the tree. Raises PlaceDoesNotFit, PlaceRetired or PlaceNameTaken."""
    name, kind = _clean_name(name), Kind(kind)
    with acting(by, "register_place"), _one_at_a_time():
        parent = Place.objects.select_for_update().get(pk=parent_id) if parent_id else None
        if parent and parent.retired_at:
            raise PlaceRetired(parent)
        if (parent.kind if parent else None) not in (STANDS_IN[kind] or (None,)):
            raise PlaceDoesNotFit(kind, parent, STANDS_IN[kind])
        with _named(name, parent_id):
            place = Place.objects.create(code=new_codes("P")[0], name=name, kind=kind, parent=parent, full_name=name)
            _write_full_names()
        place.refresh_from_db()
        return place


def rename_place(*, place_id: int, name: str, by: User) -> Place:
    """Give a place another name; all below it are named anew with it. The ledger keeps the old ones."""
    name = _clean_name(name)
    with acting(by, "rename_place"), _one_at_a_time():
        place = Place.objects.select_for_update().get(pk=place_id)
        with _named(name, place.parent_id, besides=place.pk):
            Place.objects.filter(pk=place.pk).update(name=name)
            _write_full_names()
        place.refresh_from_db()
        return place


def retire_place(*, place_id: int, by: User) -> Place:
    """Take a place out of use. Raises PlaceInUse while cultures grow there or places in use stand in it."""
    with acting(by, "retire_place"), _one_at_a_time():
        place = Place.objects.select_for_update().get(pk=place_id)
        if place.retired_at:
            return place
        children = list(place.children.filter(retired_at=None).order_by("name"))
        growing = place.cultures.filter(ended_at=None).count()
        if children or growing:
            raise PlaceInUse(place, children, growing)
        place.retired_at = now()
        place.save(update_fields=["retired_at"])
        _write_full_names()
        return place


def mark_quarantine_place(*, place_id: int, is_quarantine: bool, by: User) -> Place:
    """Cells that are kept apart stand here, and what stands in it; or they do so no more."""
    with acting(by, "mark_quarantine_place"):
        place = Place.objects.select_for_update().get(pk=place_id)
        if place.retired_at:
            raise PlaceRetired(place)
        if is_quarantine and place.kind not in (Kind.ROOM, *Place.KEEPS_CULTURES):
            raise KeepsNothingApart(place)
        place.is_quarantine = is_quarantine
        place.save(update_fields=["is_quarantine"])
        return place


def _clean_name(name: str) -> str:
    if not (name := clean_text(name, "The name", max_length=60)):
        raise BadText("Write a name for the place.", field="name")
    return name


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The tree changes seldom, and names depend on each other: whoever comes second waits, until the first commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tree of places'))")
    yield


@contextmanager
def _named(name: str, parent_id: int | None, besides: int | None = None) -> Iterator[None]:
    """Turns a clash of names, or a full name too long, into a refusal."""
    taken = Place.objects.filter(parent_id=parent_id, name__iexact=name, retired_at=None).exclude(pk=besides or 0)

    def refusal() -> PlaceNameTaken | None:
        holder = taken.select_related("parent").first()
        return PlaceNameTaken(holder) if holder else None

    if refused := refusal():
        raise refused
    try:
        with refused_if_taken(refusal):
            yield
    except DataError as too_long:
        raise PlaceNameTooLong(name) from too_long


def _write_full_names() -> None:
    """Give every place its full name, in one statement. One beyond the column's length is a DataError."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE_FULL_NAMES.format(places=Place._meta.db_table))
