"""Tiers 4 and 5 of a trace: what was in one hood round, bottle, shelf, or pair of hands with a suspect culture.

A bottle is suspect from its first contact with a suspect culture on: what it fed before that, it could not taint. A
round counts whole, whoever came first in it. Handled is who was fed, harvested, observed, counted or moved; a sample
taken is not a round, or every flask of a test run would be suspect for having been tested. What a culture shared is
counted for all of them; which things those were, and with whom, is asked for those that somebody reads about.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from cultures.quality.kinship import Suspect, array
from cultures.quality.reach import MOST_REASONS, Tier, Why
from lims.clock import lab_zone

TIERS = {Why.ROUND: Tier.POSSIBLE, Why.BOTTLE: Tier.POSSIBLE, Why.SHELF: Tier.REMOTE, Why.DAY: Tier.REMOTE}
# Nearly all are suspect since they were seeded: only the others' moments are sent.
SUSPECT = """
WITH suspect AS MATERIALIZED (
    SELECT culture.id, place_id, seeded_at, ended_at, fate, coalesce(since, seeded_at) AS since,
        least(ended_at, %(now)s) AS until
    FROM unnest(%(ids)s::bigint[]) AS _ (id)
    CROSS JOIN LATERAL (SELECT * FROM cultures_culture WHERE id = _.id OFFSET 0) culture
    LEFT JOIN unnest(%(later)s::bigint[], %(since)s::timestamptz[]) AS later (id, since) ON later.id = culture.id
)"""
SOURCES = "JOIN cultures_harvestsource source ON source.harvest_id = event.id AND source.withdrawn_at IS NULL"
# Where it is written who was handled, and who got which bottle: tables, and the culture in them.
HANDLED = {name: (f"cultures_{name} event", "event.culture_id") for name in ("feed", "observation", "count", "move")}
HANDLED["harvest"] = (f"cultures_harvest event {SOURCES}", "source.culture_id")
USED = {
    name: (f"{HANDLED[name][0]} JOIN cultures_{name}lot used ON used.{name}_id = event.id", HANDLED[name][1])
    for name in ("feed", "harvest")
}
# A person and a day of the lab as one number: two columns tempt the database to look up all that a person ever did.
HANDS_OF_A_DAY = "event.by_id * 100000 + ((event.at AT TIME ZONE %(zone)s)::date - date '1900-01-01')"


# What was done to suspects: an index search per culture, not the lab's whole past.
DONE = " UNION ALL ".join(
    f"SELECT done.* FROM suspect CROSS JOIN LATERAL (SELECT '{name}' AS kind, event.id, {culture} AS culture_id, "
    f"event.at, event.session_id, event.by_id, {HANDS_OF_A_DAY} AS hands FROM {tables} WHERE {culture} = suspect.id "
    "AND event.at BETWEEN suspect.since AND suspect.until AND event.withdrawn_at IS NULL OFFSET 0) done"
    for name, (tables, culture) in HANDLED.items()
)
POURED = " UNION ALL ".join(
    f"SELECT lot_id, at, culture_id FROM handled JOIN cultures_{name}lot used ON used.{name}_id = handled.id "
    f"WHERE kind = '{name}'"
    for name in USED
)


def _stays(moved: str, stands: str, columns: str) -> str:
    """From one move to the next, and from the last one (or from seeding) to the end.

    moved, stands   whose: `culture`, joined to `move`, and by itself
    """
    before = "earlier.culture_id = culture.id AND earlier.withdrawn_at IS NULL"
    return f"""
    SELECT culture.id AS culture_id, move.from_place_id AS place_id, coalesce(before.at, culture.seeded_at) AS came,
        move.at AS went, {columns}
    FROM cultures_move move JOIN {moved}
    CROSS JOIN LATERAL (SELECT max(at) AS at FROM cultures_move earlier
        WHERE {before} AND (earlier.at, earlier.id) < (move.at, move.id)) before
    WHERE move.withdrawn_at IS NULL AND culture.fate <> 'entered_in_error'
    UNION ALL
    SELECT culture.id, culture.place_id, coalesce(before.at, culture.seeded_at), coalesce(culture.ended_at, %(now)s),
        {columns}
    FROM {stands} CROSS JOIN LATERAL (SELECT max(at) AS at FROM cultures_move earlier WHERE {before}) before
    WHERE culture.fate <> 'entered_in_error'"""


OF_SUSPECTS = _stays(
    "suspect culture ON culture.id = move.culture_id", "suspect culture", "culture.since, culture.until"
)
MEANWHILE = "culture.seeded_at < place.went AND coalesce(culture.ended_at, %(now)s) > place.came"
OF_OTHERS = _stays(
    "cultures_culture culture ON culture.id = move.culture_id "
    f"JOIN place ON place.place_id = move.from_place_id AND {MEANWHILE}",
    "place CROSS JOIN LATERAL (SELECT * FROM cultures_culture culture "
    f"WHERE culture.place_id = place.place_id AND {MEANWHILE} OFFSET 0) culture",
    "place.stood",
)
TOUCHED = f"""{SUSPECT}, handled AS MATERIALIZED (
    {DONE}
), used AS MATERIALIZED (
    {POURED}
), round AS MATERIALIZED (
    SELECT DISTINCT ON (session_id) session_id AS key, session_id AS thing, at, culture_id AS via
    FROM handled WHERE session_id IS NOT NULL ORDER BY session_id, at, culture_id
), hands AS MATERIALIZED (
    SELECT DISTINCT ON (hands) hands AS key, by_id AS thing, at, culture_id AS via
    FROM handled WHERE by_id IS NOT NULL ORDER BY hands, at, culture_id
), bottle AS MATERIALIZED (
    SELECT DISTINCT ON (lot_id) lot_id AS key, lot_id AS thing, at, culture_id AS via
    FROM used ORDER BY lot_id, at, culture_id
), stay AS MATERIALIZED (
    SELECT culture_id, place_id, greatest(came, since) AS came, least(went, until) AS went
    FROM ({OF_SUSPECTS}) stay WHERE greatest(came, since) < least(went, until)
), place AS MATERIALIZED (
    SELECT place_id, min(came) AS came, max(went) AS went, range_agg(tstzrange(came, went)) AS stood
    FROM stay GROUP BY place_id
)"""


def _met(why: Why, where: Mapping[str, tuple[str, str]], touched: str, on: str, whom: str) -> str:
    """Others who had to do with what suspect cultures touched: per thing from when to when."""
    events = " UNION ALL ".join(
        f"SELECT {culture} AS culture_id, event.at, {touched}.key, {touched}.thing, {touched}.via, "
        f"{touched}.at AS via_at FROM {tables} JOIN {touched} ON {on} WHERE event.withdrawn_at IS NULL "
        f"AND {whom.format(culture)}"
        for tables, culture in where.values()
    )
    return f"""
    SELECT culture_id AS id, {TIERS[why]:d} AS tier, '{why}' AS why, min(thing) AS thing, min(via) AS via,
        min(via_at) AS via_at, min(at) AS first_at, max(at) AS last_at
    FROM ({events}) other GROUP BY culture_id, key"""


def _contacts(whom: str) -> str:
    """What others shared with suspect ones, a row for each thing. `via` of a shelf is found where it is needed.

    whom   a condition on the culture, written {}
    """
    beside = "stood * tstzmultirange(tstzrange(came, greatest(came, went)))"
    return f"""{TOUCHED}, contact AS (
    {_met(Why.ROUND, HANDLED, "round", "event.session_id = round.key", whom)} UNION ALL
    {_met(Why.DAY, HANDLED, "hands", f"{HANDS_OF_A_DAY} = hands.key AND event.at >= %(from)s", whom)} UNION ALL
    {_met(Why.BOTTLE, USED, "bottle", "used.lot_id = bottle.key AND event.at BETWEEN bottle.at AND %(now)s", whom)}
    UNION ALL
    SELECT culture_id, {TIERS[Why.SHELF]:d}, '{Why.SHELF}', place_id, NULL, min(lower(beside)), min(lower(beside)),
        max(upper(beside))
    FROM (SELECT culture_id, place_id, {beside} AS beside FROM ({OF_OTHERS}) other
        WHERE {whom.format("culture_id")}) other
    WHERE NOT isempty(beside) GROUP BY culture_id, place_id
)"""


COUNTED = f"""{_contacts("NOT EXISTS (SELECT FROM suspect WHERE suspect.id = {})")}
SELECT id, tier, count(*), min(first_at), max(last_at) FROM contact GROUP BY id, tier"""
# With whom it stood on a shelf: of all that had come before it last stood beside any, the one that left last. For each
# place the moments when suspects came, in order, and beside each the latest moment at which one of them left.
NAMED = f"""{_contacts("{} = ANY(%(asked)s::bigint[])")}, shelf AS MATERIALIZED (
    SELECT place_id, array_agg(came ORDER BY came) AS came, array_agg(latest ORDER BY came) AS latest
    FROM (SELECT place_id, came, max(went) OVER (PARTITION BY place_id ORDER BY came) AS latest FROM stay) stood
    GROUP BY place_id
), longest AS MATERIALIZED (SELECT place_id, went, min(culture_id) AS culture_id FROM stay GROUP BY place_id, went)
SELECT id, tier, why, thing, coalesce(via, longest.culture_id), via_at, first_at, last_at
FROM (SELECT *, row_number() OVER (PARTITION BY id, tier ORDER BY first_at, why, thing) AS place FROM contact) one
LEFT JOIN shelf ON why = '{Why.SHELF}' AND shelf.place_id = thing
LEFT JOIN longest ON longest.place_id = shelf.place_id
    AND longest.went = latest[width_bucket(last_at - interval '1 microsecond', came)]
WHERE place <= {MOST_REASONS} ORDER BY id, tier, place"""


class Contact(NamedTuple):
    """What a culture shared with suspect ones: how many things, from when to when."""

    things: int
    first: datetime
    last: datetime


class Shared(NamedTuple):
    """One thing a culture shared: with whom, when that one touched it, and when this one first and last did."""

    why: Why
    thing: int
    via: int
    via_at: datetime
    first: datetime
    last: datetime


Contacts = Mapping[Tier, Mapping[int, Contact]]
FirstFew = Mapping[tuple[int, Tier], Sequence[Shared]]


def contacts_of(suspects: Mapping[int, Suspect], now: datetime) -> Contacts:
    """Of all cultures that are not suspect themselves, by tier and id; the nearer tier first. One statement."""
    found: dict[Tier, dict[int, Contact]] = {Tier.POSSIBLE: {}, Tier.REMOTE: {}}
    for pk, tier, *contact in _rows(COUNTED, suspects, now):
        found[tier][pk] = Contact(*contact)
    return found


def first_few(asked: Iterable[int], suspects: Mapping[int, Suspect], now: datetime) -> FirstFew:
    """Of these cultures the first things they shared, by id and tier, in the order of time. One statement."""
    found: dict[tuple[int, Tier], list[Shared]] = defaultdict(list)
    for pk, tier, why, *shared in _rows(NAMED, suspects, now, asked=array(asked)):
        found[pk, tier].append(Shared(Why(why), *shared))
    return found


def _rows(sql: str, suspects: Mapping[int, Suspect], now: datetime, **more: Any) -> list[tuple[Any, ...]]:
    later = {pk: one.since.isoformat() for pk, one in suspects.items() if one.since != one.kin.seeded_at}
    known: dict[str, Any] = {
        "ids": array(suspects),
        "later": array(later),
        "since": array(later.values()),
        "now": now,
        "from": min(one.since for one in suspects.values()) - timedelta(days=2),  # a day of the lab is shorter
        "zone": str(lab_zone()),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**known, **more})
        return cursor.fetchall()
