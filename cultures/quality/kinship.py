"""Tiers 1 to 3 of a trace: the tested culture, what descends from it, and its kin since their last clean samples.

Back along every way up to the last clean sample on it. A sample of a parent speaks only for daughters seeded after
it, so a flask that was clean when one daughter left it may be suspect for the next. A later clean sample of a
relative takes nobody out: what was made of the cells in between stays suspect.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from cultures.quality.models import QCTest
from cultures.quality.reach import CleanSample, PathEnd, Tier

# Each culture on the way up, once for every daughter it is reached from at another time, with the last clean sample
# before that daughter was seeded. A clean sample ends the way.
UP = """
WITH RECURSIVE up (id, clean_id) AS (
    SELECT culture.id, (
        SELECT id FROM cultures_qctest WHERE culture_id = culture.id AND withdrawn_at IS NULL AND verdict = 'pass'
            AND method = ANY(%(methods)s) AND at < %(at)s ORDER BY at DESC, id DESC LIMIT 1)
    FROM cultures_culture culture WHERE culture.id = %(culture)s
  UNION
    SELECT descent.parent_id, (
        SELECT id FROM cultures_qctest WHERE culture_id = descent.parent_id AND withdrawn_at IS NULL
            AND verdict = 'pass' AND method = ANY(%(methods)s) AND at <= daughter.seeded_at
        ORDER BY at DESC, id DESC LIMIT 1)
    FROM up JOIN cultures_culture daughter ON daughter.id = up.id
    JOIN cultures_descent descent ON descent.daughter_id = up.id
    WHERE up.clean_id IS NULL
)
SELECT up.id, culture.code, culture.seeded_at, clean.code, clean.at
FROM up JOIN cultures_culture culture ON culture.id = up.id LEFT JOIN cultures_qctest clean ON clean.id = up.clean_id
ORDER BY up.id, clean.at NULLS FIRST"""
# Once for each parent among them; those entered in error are not followed. OFFSET 0 makes each step an index search:
# the database cannot know how many daughters a generation has, and would else read all cultures once per generation.
BRANCH = """
WITH RECURSIVE related (id, parent_id) AS (
    SELECT unnest(%s::bigint[]), NULL::bigint
  UNION
    SELECT daughter.id, related.id FROM related CROSS JOIN LATERAL (
        SELECT culture.id FROM cultures_descent descent
        JOIN cultures_culture culture ON culture.id = descent.daughter_id
        WHERE descent.parent_id = related.id AND culture.fate <> 'entered_in_error' OFFSET 0
    ) daughter
)
SELECT related.parent_id, culture.id, culture.code, line.name, culture.passage_number, culture.seeded_at,
    culture.ended_at, culture.fate
FROM related
CROSS JOIN LATERAL (
    SELECT * FROM cultures_culture WHERE id = related.id AND fate <> 'entered_in_error' OFFSET 0
) culture
JOIN cultures_cellline line ON line.id = culture.line_id
ORDER BY culture.id, related.parent_id NULLS LAST"""


class Kin(NamedTuple):
    """A culture of a branch, and those of its parents that are in the branch too."""

    parents: list[int]
    id: int
    code: str
    line: str
    passage_number: int
    seeded_at: datetime
    ended_at: datetime | None
    fate: str


class Suspect(NamedTuple):
    """A culture of tiers 1 to 3: suspect from `since` until its end, or until now.

    origins   the tested culture, or the ancestors, from which it descends; empty for those themselves
    """

    kin: Kin
    tier: Tier
    since: datetime
    origins: tuple[int, ...]


@dataclass(frozen=True)
class Ancestor:
    """On a way up: suspect since its last clean sample before the first daughter that matters, or since seeding."""

    code: str
    since: datetime
    clean: CleanSample | None


@dataclass(frozen=True)
class Kinship:
    ancestors: Mapping[int, Ancestor]  # the tested culture among them
    suspects: Mapping[int, Suspect]
    ends: list[PathEnd]


def array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it fastest: one literal, not ten thousand."""
    return "{" + ",".join(str(value) for value in values) + "}"


def branch(culture_ids: Iterable[int]) -> list[Kin]:
    """These and all their descendants, parents before daughters. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BRANCH, [array(culture_ids)])
        rows = cursor.fetchall()
    found: list[Kin] = []
    for parent, *known in rows:
        if not found or found[-1].id != known[0]:
            found.append(Kin([parent] if parent else [], *known))
        elif parent:
            found[-1].parents.append(parent)
    return found


def kinship_of(test: QCTest, methods: Sequence[str]) -> Kinship:
    """Two queries, whatever the family's size."""
    with connection.cursor() as cursor:
        cursor.execute(UP, {"culture": test.culture_id, "at": test.at, "methods": list(methods)})
        rows = cursor.fetchall()
    ancestors: dict[int, Ancestor] = {}
    for pk, code, seeded_at, clean_code, clean_at in rows:  # of one culture the earliest comes first
        ancestors.setdefault(
            pk, Ancestor(code, clean_at or seeded_at, CleanSample(clean_code, clean_at) if clean_at else None)
        )
    kin = branch(ancestors)
    came_in = {one.id for one in kin if not one.parents}
    ends = [
        PathEnd(code, CleanSample(clean_code, clean_at) if clean_at else None, seeded_at)
        for pk, code, seeded_at, clean_code, clean_at in rows
        if clean_at or pk in came_in
    ]
    return Kinship(ancestors, _suspects(test.culture_id, ancestors, kin), ends)


def _suspects(tested: int, ancestors: Mapping[int, Ancestor], kin: Iterable[Kin]) -> dict[int, Suspect]:
    found: dict[int, Suspect] = {}
    for one in kin:  # parents come before daughters
        tier, since = Tier.LIKELY, one.seeded_at
        tainted = [
            parent
            for pk in one.parents
            if (parent := found.get(pk)) and (parent.tier < Tier.LIKELY or one.seeded_at >= parent.since)
        ]
        if one.id in ancestors:
            tier = Tier.POSITIVE if one.id == tested else Tier.LIKELY
            since = one.seeded_at if tainted else ancestors[one.id].since
            origins: list[int] = []
        elif tainted:
            tier = Tier.DESCENT if any(parent.tier < Tier.LIKELY for parent in tainted) else Tier.LIKELY
            # said of the nearest ancestor on each side: daughters pass on the first of theirs
            origins = [parent.origins[0] if parent.origins else parent.kin.id for parent in tainted]
            if tier == Tier.DESCENT:
                origins = [tested]
        else:
            continue
        found[one.id] = Suspect(one, tier, since, tuple(dict.fromkeys(origins)))
    return found
