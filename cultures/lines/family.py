"""The tree of sublines under a line."""

from dataclasses import dataclass

from django.db import connection

from cultures.lines.models import CellLine
from cultures.lines.selectors import with_growing

MOST_SHOWN = 200
UNDER = """
WITH RECURSIVE under (id, depth, path) AS (
    SELECT id, 0, ARRAY[lower(name), id::text] FROM {lines} WHERE parent_id = %s
    UNION ALL
    SELECT line.id, under.depth + 1, under.path || lower(line.name) || line.id::text
    FROM {lines} line JOIN under ON line.parent_id = under.id
)
SELECT id, depth FROM under ORDER BY path LIMIT %s
"""


@dataclass(frozen=True)
class Subline:
    """A line under another, how deep, and the name of its own parent."""

    line: CellLine
    depth: int
    parent_name: str


def sublines_of(line: CellLine) -> list[Subline]:
    """All lines derived from a line, each under its own parent, with `growing` (cultures). Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(UNDER.format(lines=CellLine._meta.db_table), [line.pk, MOST_SHOWN])
        depths: dict[int, int] = dict(cursor.fetchall())
    lines = with_growing(CellLine.objects.all()).in_bulk(list(depths))
    names = {key: found.name for key, found in lines.items()} | {line.pk: line.name}
    return [Subline(lines[key], depth, names.get(lines[key].parent_id, "")) for key, depth in depths.items()]
