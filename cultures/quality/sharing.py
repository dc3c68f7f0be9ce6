"""Tiers 4 and 5 of a trace: what was in one hood round, bottle, shelf, or pair of hands with a suspect culture.

A bottle is suspect from its first contact with a suspect culture on: what it fed before that, it could not taint. A
round counts whole, whoever came first in it. Handled is who was fed, harvested, observed, counted or moved; a sample
taken is not a round, or every flask of a test run would be suspect for having been tested. The database counts what
a culture shared and names the first few; who stood beside whom is found in memory.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from cultures.quality.kinship import Suspect, array
from cultures.quality.reach import MOST_REASONS, Tier, Why
from lims.clock import lab_zone

SUSPECT = """
WITH suspect AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS _ (id, since, until)
)"""
SOURCES = "JOIN cultures_harvestsource source ON source.harvest_id = event.id AND source.withdrawn_at IS NULL"
# Where it is written who was handled, and who got which bottle: tables, and the culture in them.
HANDLED = [(f"cultures_{name} event", "event.culture_id") for name in ("feed", "observation", "count", "move")]
HANDLED.append((f"cultures_harvest event {SOURCES}", "source.culture_id"))
USED = [
    ("cultures_feedlot used JOIN cultures_feed event ON event.id = used.feed_id", "event.culture_id"),
    (
        f"cultures_harvestlot used JOIN cultures_harvest event ON event.id = used.harvest_id {SOURCES}",
        "source.culture_id",
    ),
]
# A person and a day of the lab as one number: two columns tempt the database to look up all that a person ever did.
HANDS_OF_A_DAY = "event.by_id * 100000 + ((event.at AT TIME ZONE %(zone)s)::date - date '1900-01-01')"


def _of_suspects(tables: Sequence[tuple[str, str]], columns: str) -> str:
    """The same of each table while a culture was suspect: an index search per culture, not the lab's whole past."""
    return " UNION ALL ".join(
        f"SELECT found.* FROM suspect CROSS JOIN LATERAL (SELECT {culture} AS culture_id, event.at, {columns} "
        f"FROM {among} WHERE {culture} = suspect.id AND event.at BETWEEN suspect.since AND suspect.until "
        "AND event.withdrawn_at IS NULL OFFSET 0) found"
        for among, culture in tables
    )


def _contact(why: Why, tables: Sequence[tuple[str, str]], touched: str, on: str) -> str:
    """Who else had to do with what suspect cultures touched: per thing from when to when."""
    events = " UNION ALL ".join(
        f"SELECT {culture} AS culture_id, event.at, {touched}.thing, {touched}.via, {touched}.at AS via_at "
        f"FROM {among} JOIN {touched} ON {on} WHERE event.withdrawn_at IS NULL"
        for among, culture in tables
    )
    return f"""
    SELECT culture_id AS id, '{why}' AS why, thing, via, via_at, min(at) AS first_at, max(at) AS last_at
    FROM ({events}) other WHERE NOT EXISTS (SELECT FROM suspect WHERE suspect.id = other.culture_id)
    GROUP BY culture_id, thing, via, via_at"""


LISTED = "array_agg(json_build_array(thing, via, via_at, first_at, last_at) ORDER BY first_at, thing)"
FIRST_FEW = f"array_to_json(({LISTED})[1:{MOST_REASONS}])::text"
SHARED = f"""{SUSPECT}, handled AS MATERIALIZED (
    {_of_suspects(HANDLED, f"event.session_id, event.by_id, {HANDS_OF_A_DAY} AS hands")}
), used AS MATERIALIZED (
    {_of_suspects(USED, "used.lot_id")}
), round AS MATERIALIZED (
    SELECT DISTINCT ON (session_id) session_id AS thing, at, culture_id AS via
    FROM handled WHERE session_id IS NOT NULL ORDER BY session_id, at, culture_id
), hands AS MATERIALIZED (
    SELECT DISTINCT ON (hands) by_id AS thing, hands, at, culture_id AS via
    FROM handled WHERE by_id IS NOT NULL ORDER BY hands, at, culture_id
), bottle AS MATERIALIZED (
    SELECT DISTINCT ON (lot_id) lot_id AS thing, at, culture_id AS via FROM used ORDER BY lot_id, at, culture_id
), contact AS (
    {_contact(Why.ROUND, HANDLED, "round", "event.session_id = round.thing")} UNION ALL
    {_contact(Why.DAY, HANDLED, "hands", f"{HANDS_OF_A_DAY} = hands.hands AND event.at >= %(from)s")} UNION ALL
    {_contact(Why.BOTTLE, USED, "bottle", "used.lot_id = bottle.thing AND event.at BETWEEN bottle.at AND %(now)s")}
) SELECT id, why, count(*), min(first_at), max(last_at), {FIRST_FEW} FROM contact GROUP BY id, why"""


def _stays(moved: str, stands: str, columns: str) -> str:
    """From one move to the next, and from the last one (or from seeding) to the end.

    moved, stands   whose: joined to `move` and its culture, and to `culture`
    """
    before = "earlier.culture_id = culture.id AND earlier.withdrawn_at IS NULL"
    return f"""
    SELECT culture.id AS culture_id, move.from_place_id AS place_id, coalesce(before.at, culture.seeded_at) AS came,
        move.at AS went, {columns}
    FROM cultures_move move JOIN cultures_culture culture ON culture.id = move.culture_id JOIN {moved}
    CROSS JOIN LATERAL (SELECT max(at) AS at FROM cultures_move earlier
        WHERE {before} AND (earlier.at, earlier.id) < (move.at, move.id)) before
    WHERE move.withdrawn_at IS NULL AND culture.fate <> 'entered_in_error'
    UNION ALL
    SELECT culture.id, culture.place_id, coalesce(before.at, culture.seeded_at), coalesce(culture.ended_at, %(now)s),
        {columns}
    FROM {stands} CROSS JOIN LATERAL (SELECT max(at) AS at FROM cultures_move earlier WHERE {before}) before
    WHERE culture.fate <> 'entered_in_error'"""


OF_SUSPECTS = _stays(
    "suspect ON suspect.id = culture.id",
    "suspect CROSS JOIN LATERAL (SELECT * FROM cultures_culture WHERE id = suspect.id OFFSET 0) culture",
    "suspect.since, suspect.until",
)
MEANWHILE = "culture.seeded_at < place.went AND coalesce(culture.ended_at, %(now)s) > place.came"
OF_OTHERS = _stays(
    f"place ON place.place_id = move.from_place_id AND {MEANWHILE}",
    f"cultures_culture culture JOIN place ON place.place_id = culture.place_id AND {MEANWHILE}",
    "place.came AS least, place.went AS most",
)
SHELVES = f"""{SUSPECT}, stood AS MATERIALIZED (
    SELECT culture_id, place_id, greatest(came, since) AS came, least(went, until) AS went
    FROM ({OF_SUSPECTS}) stay WHERE greatest(came, since) < least(went, until)
), place AS MATERIALIZED (SELECT place_id, min(came) AS came, max(went) AS went FROM stood GROUP BY place_id)
SELECT true, stood.* FROM stood
UNION ALL
SELECT false, culture_id, place_id, came, went FROM ({OF_OTHERS}) other
WHERE came < most AND went > least AND came < went
    AND NOT EXISTS (SELECT FROM suspect WHERE suspect.id = other.culture_id)"""


class Shared(NamedTuple):
    """One thing a culture shared: with whom, when that one touched it, and when this one first and last did."""

    thing: int
    via: int
    via_at: datetime
    first: datetime
    last: datetime


class Contact(NamedTuple):
    """What a culture shared with suspect ones, of one sort: how many things, from when to when.

    few   the first few of them; as the database wrote them, until somebody asks
    """

    id: int
    why: Why
    things: int
    first: datetime
    last: datetime
    few: str | Sequence[Shared]

    @property
    def named(self) -> Sequence[Shared]:
        if not isinstance(self.few, str):
            return self.few
        return [
            Shared(thing, via, *(datetime.fromisoformat(at) for at in moments))
            for thing, via, *moments in json.loads(self.few)
        ]


class Exposure(NamedTuple):
    """What makes a culture one of tier 4, or of tier 5: its own contacts, and cultures it descends from."""

    first: datetime
    last: datetime
    own: Sequence[Contact]
    origins: Sequence[int]


Exposures = Mapping[Tier, Mapping[int, Exposure]]
WHYS = {why.value: why for why in Why}
TIERS = {Why.ROUND: Tier.POSSIBLE, Why.BOTTLE: Tier.POSSIBLE, Why.SHELF: Tier.REMOTE, Why.DAY: Tier.REMOTE}


def contacts_of(suspects: Mapping[int, Suspect], now: datetime) -> list[Contact]:
    """Of all cultures that are not suspect themselves. Two statements."""
    asked: dict[str, Any] = {
        "ids": array(suspects),
        "since": array(one.since.isoformat() for one in suspects.values()),
        "until": array(one.until.isoformat() for one in suspects.values()),
        "now": now,
        "from": min(one.since for one in suspects.values()) - timedelta(days=2),  # a day of the lab is shorter
        "zone": str(lab_zone()),
    }
    with connection.cursor() as cursor:
        cursor.execute(SHARED, asked)
        found = [Contact(pk, WHYS[why], *rest) for pk, why, *rest in cursor.fetchall()]
        cursor.execute(SHELVES, asked)
        found += _on_shelves(cursor.fetchall())
    return found


# --- who stood beside whom -------------------------------------------------------------------------------------------

Row = tuple[bool, int, int, datetime, datetime]


def _on_shelves(rows: Iterable[Row]) -> Iterator[Contact]:
    stood: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    others: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for is_suspect, culture_id, place_id, came, went in rows:
        if is_suspect:
            stood[place_id].append((came, went, culture_id))
        else:
            others[place_id].append((culture_id, came, went))
    beside: dict[int, dict[int, Shared]] = defaultdict(dict)
    for place_id, stays in others.items():
        shelf = Shelf(stood[place_id])
        for culture_id, came, went in stays:
            if shared := shelf.beside(place_id, came, went):
                known = beside[culture_id].get(place_id)
                beside[culture_id][place_id] = _both(known, shared) if known else shared
    for culture_id, by_place in beside.items():
        found = sorted(by_place.values(), key=lambda one: (one.first, one.thing))
        first, last = found[0].first, max(one.last for one in found)
        yield Contact(culture_id, Why.SHELF, len(found), first, last, found[:MOST_REASONS])


def _both(one: Shared, other: Shared) -> Shared:
    """A culture that came back to the shelf."""
    earlier, later = sorted((one, other), key=lambda shared: shared.first)
    return Shared(one.thing, later.via, later.via_at, earlier.first, max(one.last, other.last))


class Shelf:
    """The suspect cultures of one place, in the order in which they came: who stood there with another is two searches.

    For each, the one that left last of all that had come by then is remembered.
    """

    def __init__(self, stood: Iterable[tuple[datetime, datetime, int]]) -> None:
        stays = sorted(stood)
        self.came = [came for came, _, _ in stays]
        self.last_to_go: list[tuple[datetime, int]] = []
        for _, went, culture_id in stays:
            before = self.last_to_go[-1:] or [(went, culture_id)]
            self.last_to_go.append(max(before[0], (went, culture_id)))

    def beside(self, place_id: int, came: datetime, went: datetime) -> Shared | None:
        """With the suspect that stayed longest, from the first to the last moment with any; None when with none."""
        had_come = bisect_left(self.came, went)
        if not had_come or self.last_to_go[had_come - 1][0] <= came:
            return None
        left_at, via = self.last_to_go[had_come - 1]
        there_already = bisect_right(self.came, came)
        was_there = there_already and self.last_to_go[there_already - 1][0] > came
        first = came if was_there else self.came[there_already]
        return Shared(place_id, via, first, first, min(went, left_at))
