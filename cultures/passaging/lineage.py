"""Ancestors, descendants and families: read from the descents by recursive queries, each in one round trip.

A daughter that was entered in error is no descendant, and nothing is reached through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from cultures.passaging.graph import Family, Member

FURTHEST = 100_000  # generations; more than any line was ever passaged
MOST_MEMBERS = 10_000

# An index condition on one side of the descents each; UNION, not UNION ALL, so that joined branches are walked once.
UP = """
WITH RECURSIVE related (id, depth) AS (
    SELECT unnest(%s::bigint[]), 0
  UNION
    SELECT descent.parent_id, related.depth + 1
    FROM related JOIN cultures_descent descent ON descent.daughter_id = related.id
)"""
DOWN = """
WITH RECURSIVE related (id, depth) AS (
    SELECT unnest(%s::bigint[]), 0
  UNION
    SELECT descent.daughter_id, related.depth + 1
    FROM related JOIN cultures_descent descent ON descent.parent_id = related.id
    JOIN cultures_culture daughter ON daughter.id = descent.daughter_id AND daughter.fate <> 'entered_in_error'
)"""
RELATIVES = """
SELECT culture.id, culture.code, max(related.depth), line.name, culture.passage_number, culture.seeded_at,
       culture.ended_at, culture.fate, culture.arm
FROM related JOIN cultures_culture culture USING (id) JOIN cultures_cellline line ON line.id = culture.line_id
WHERE related.depth > 0
GROUP BY culture.id, line.id ORDER BY max(related.depth), culture.id"""
# Only who is related, not how far: each culture is visited once, however many ways lead to it through pools.
ALL_UP = """
WITH RECURSIVE related (id) AS (
    SELECT unnest(%s::bigint[])
  UNION
    SELECT descent.parent_id FROM related JOIN cultures_descent descent ON descent.daughter_id = related.id
)
SELECT id FROM related ORDER BY id"""
ALL_DOWN = """
WITH RECURSIVE related (id) AS (
    SELECT unnest(%s::bigint[])
  UNION
    SELECT descent.daughter_id FROM related JOIN cultures_descent descent ON descent.parent_id = related.id
    JOIN cultures_culture daughter ON daughter.id = descent.daughter_id AND daughter.fate <> 'entered_in_error'
)
SELECT id FROM related ORDER BY id"""
# The way up that a page of one culture follows: of pooled parents the one of the highest passage.
MAIN_LINE = """
WITH RECURSIVE line (id, depth) AS (
    SELECT %s::bigint, 0
  UNION ALL
    SELECT parent.id, line.depth + 1
    FROM line CROSS JOIN LATERAL (
        SELECT culture.id FROM cultures_descent descent JOIN cultures_culture culture ON culture.id = descent.parent_id
        WHERE descent.daughter_id = line.id ORDER BY culture.passage_number DESC, culture.id DESC LIMIT 1
    ) parent
    WHERE line.depth < %s
)
SELECT id FROM line ORDER BY depth"""
MEMBERS = """
SELECT culture.id, culture.code, line.name, culture.passage_number, culture.seeded_at, culture.ended_at, culture.fate,
       culture.arm
FROM cultures_culture culture JOIN cultures_cellline line ON line.id = culture.line_id
WHERE culture.id = ANY(%s)"""
DESCENTS = "SELECT parent_id, daughter_id FROM cultures_descent WHERE daughter_id = ANY(%s) AND parent_id = ANY(%s)"
DOSES = """
SELECT feed.culture_id, compound.name, drug.dose, drug.dose_unit
FROM (SELECT DISTINCT ON (culture_id) id, culture_id FROM cultures_feed
      WHERE culture_id = ANY(%s) AND withdrawn_at IS NULL ORDER BY culture_id, at DESC, id DESC) feed
JOIN cultures_druginmedium drug ON drug.feed_id = feed.id AND drug.dose > 0
JOIN cultures_compound compound ON compound.id = drug.compound_id
ORDER BY compound.name"""


@dataclass(frozen=True)
class Relative:
    """An ancestor or descendant; `depth` is the longest way to it, in passages."""

    id: int
    code: str
    depth: int
    line: str
    passage_number: int
    seeded_at: datetime
    ended_at: datetime | None
    fate: str
    arm: str


def ancestors(culture_id: int) -> list[Relative]:
    """All it descends from, nearest first; without itself."""
    return [Relative(*row) for row in _rows(UP + RELATIVES, [[culture_id]])]


def descendants(culture_id: int) -> list[Relative]:
    """All that was made of it, nearest first; without itself."""
    return [Relative(*row) for row in _rows(DOWN + RELATIVES, [[culture_id]])]


def with_descendants(culture_ids: Sequence[int]) -> list[int]:
    """The ids of these cultures and all their descendants, in ascending order: parents before daughters."""
    return [pk for (pk,) in _rows(ALL_DOWN, [list(culture_ids)])]


def with_ancestors(culture_ids: Sequence[int]) -> list[int]:
    """The ids of these cultures and all they descend from, in ascending order."""
    return [pk for (pk,) in _rows(ALL_UP, [list(culture_ids)])]


def main_line(culture_id: int, *, most: int = FURTHEST) -> list[int]:
    """From the culture straight up to where it came in: ids, the culture itself first."""
    return [pk for (pk,) in _rows(MAIN_LINE, [culture_id, most])]


def family(culture_id: int, limit: int = MOST_MEMBERS) -> Family:
    """Its ancestors and all that descends from them, as the lineage page draws them; the nearest when too many."""
    up = [pk for (pk,) in _rows(ALL_UP, [[culture_id]])]
    kept = set(up[-limit:]) | {culture_id}
    others = [pk for pk in with_descendants(up) if pk not in kept]
    others.sort(key=lambda pk: abs(pk - culture_id))
    ids = sorted(kept | set(others[: max(limit - len(kept), 0)]))
    doses: dict[int, list[str]] = {}
    for pk, compound, dose, unit in _rows(DOSES, [ids]):
        doses.setdefault(pk, []).append(dose_in_words(compound, dose, unit))
    members = [
        Member(pk, code, line, passage, start, end, fate, " + ".join(doses.get(pk, ())), arm)
        for pk, code, line, passage, start, end, fate, arm in _rows(MEMBERS, [ids])
    ]
    return Family(members, [(parent, daughter) for parent, daughter in _rows(DESCENTS, [ids, ids])], culture_id)


def dose_in_words(compound: str, dose: Decimal, unit: str) -> str:
    """As on a label: lapatinib 100 nM."""
    return f"{compound} {dose.normalize():f} {unit}"


def _rows(sql: str, parameters: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
