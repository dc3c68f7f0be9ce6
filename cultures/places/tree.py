"""The names of places with their parents, written by one statement for the whole tree."""

from django.db import connection

from cultures.places.models import Place

# Inside a site or room a place goes by its own name ("Incubator 1, shelf A"), unless another place in use directly
# inside a site or room bears the same name: then both say where they are ("Room 2, Incubator 1, shelf A").
RENAME = """
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


def write_full_names() -> int:
    """Give every place its full name; returns how many changed. A name beyond the column's length is a DataError."""
    with connection.cursor() as cursor:
        cursor.execute(RENAME.format(places=Place._meta.db_table))
        return cursor.rowcount
