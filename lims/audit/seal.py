"""The seal: an HMAC chain over the ledger, so that what a database administrator changes is found.

Each link covers the entries since the one before: digest = HMAC-SHA256(key, digest before + entries in canonical form).
The key is not in the database. Cutting off the newest links is found only against an anchor, a digest kept elsewhere.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from lims.audit.models import Entry, Seal
from lims.audit.tables import WatchedTable, watched_tables

MOST_ENTRIES = 10_000  # one link covers no more, so that a broken place is narrow
CHUNK = 5_000

CANONICAL = """
SELECT id, jsonb_build_array(id, at, "table", record, change, old, new, actor, actor_label, verb, reason, request_id,
                             transaction)::text
FROM lims_entry WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
"""


@dataclass(frozen=True)
class Broken:
    """The first place where the ledger is not what was sealed."""

    kind: str  # edited, missing, inserted, cut
    first_entry: int
    last_entry: int
    sentence: str


@dataclass(frozen=True)
class Verdict:
    seals: int
    entries: int
    unsealed: int
    anchor: str
    broken: Broken | None = None
    strayed: tuple[str, ...] = ()  # live records that are not as the ledger left them

    @property
    def is_sound(self) -> bool:
        return self.broken is None and not self.strayed


def seal_now() -> Seal | None:
    """Seal what is committed and not yet sealed; the newest link. Safe to run twice at once."""
    horizon = _horizon()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seal_ledger'))")
        last = Seal.objects.order_by("pk").last()
        while horizon is not None and horizon > (last.last_entry if last else 0):
            last = _add_link(last, horizon)
        return last


def _add_link(last: Seal | None, horizon: int) -> Seal:
    begin = last.last_entry if last else 0
    digest, count, end = _hmac(last.digest if last else ""), 0, horizon
    for entry, text in _canonical(begin, horizon):
        digest.update(text)
        count += 1
        if count == MOST_ENTRIES:
            end = entry
            break
    return Seal.objects.create(first_entry=begin + 1, last_entry=end, entries=count, digest=digest.hexdigest())


def _horizon() -> int | None:
    """The newest entry below which nothing can appear any more; None while a long write keeps us from knowing.

    Numbers are drawn before their transaction commits. SHARE waits for those who draw, and lets nobody wait for long.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'; LOCK TABLE lims_entry IN SHARE MODE")
            cursor.execute("SET LOCAL lock_timeout = '15s'")
            return Entry.objects.aggregate(newest=Max("pk"))["newest"]
    except OperationalError:
        return None


def verify(anchor: str = "") -> Verdict:
    """Walk the whole chain, then compare the live records with their newest images.

    anchor    digest of a link that was kept elsewhere; the chain must still contain it
    """
    entries, seals, newest = _canonical(0, 2**63 - 1), 0, None
    held: tuple[int, bytes] | None = next(entries, None)
    counted, before, begin, found_anchor = 0, "", 0, not anchor
    for seal in Seal.objects.order_by("pk").iterator():
        digest, count = _hmac(before), 0
        while held and held[0] <= seal.last_entry:
            digest.update(held[1])
            count, held = count + 1, next(entries, None)
        if broken := _broken(seal, begin, count, digest.hexdigest()):
            return Verdict(seals, counted, 0, before, broken)
        seals, counted, before, begin, newest = seals + 1, counted + count, seal.digest, seal.last_entry, seal
        found_anchor = found_anchor or hmac.compare_digest(anchor, seal.digest)
    unsealed = sum(1 for _ in entries) + (held is not None)
    cut = None if found_anchor else Broken("cut", begin + 1, begin + 1, CUT.format(begin))
    return Verdict(seals, counted, unsealed, newest.digest if newest else "", cut, tuple(strayed_records()))


CUT = (
    "The link with the digest kept elsewhere is gone: the ledger was cut after entry {}, or an older copy was put back."
)


def _broken(seal: Seal, begin: int, count: int, digest: str) -> Broken | None:
    place = (seal.first_entry, seal.last_entry)
    where = f"Entries {seal.first_entry} to {seal.last_entry}, sealed {seal.at:%d %b %Y %H:%M} UTC"
    if seal.first_entry != begin + 1:
        return Broken("missing", begin + 1, seal.first_entry - 1, f"A link of the chain is gone before this: {where}.")
    if count < seal.entries:
        return Broken("missing", *place, f"{where}: {seal.entries - count} of {seal.entries} entries are missing.")
    if count > seal.entries:
        return Broken("inserted", *place, f"{where}: {count - seal.entries} entries were put in afterwards.")
    if not hmac.compare_digest(digest, seal.digest):
        return Broken(
            "edited", *place, f"{where}: an entry or its seal was edited, or this is not the key of the seal."
        )
    return None


def _canonical(begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The entries after `begin` up to `end`, each as one line of JSON whose spelling does not change."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CANONICAL, [begin, end, CHUNK])
            rows = cursor.fetchall()
        yield from ((entry, text.encode() + b"\n") for entry, text in rows)
        if len(rows) < CHUNK:
            return
        begin = rows[-1][0]


def _hmac(before: str) -> hmac.HMAC:
    return hmac.new(settings.LEDGER_KEY.encode(), before.encode(), sha256)


# --- the live records against their newest images ---------------------------------------------------------------------
STRAYED = """
SELECT coalesce(live.key, ledger.record),
       CASE WHEN live.key IS NULL THEN 'is gone' WHEN ledger.record IS NULL THEN 'was never recorded' ELSE 'differs' END
FROM (SELECT {key}::text AS key, ledger_image(to_jsonb(t), %(secrets)s, %(binaries)s) AS image FROM {table} t) live
FULL JOIN (
  SELECT DISTINCT ON (record) record, change, new FROM lims_entry WHERE "table" = %(name)s ORDER BY record, id DESC
) ledger ON ledger.record = live.key AND ledger.change <> 'D'
WHERE (live.key IS NULL AND ledger.change <> 'D') OR ledger.record IS NULL OR EXISTS (
  SELECT FROM jsonb_each(ledger.new) field WHERE live.image ? field.key AND live.image -> field.key <> field.value
)
ORDER BY 1 LIMIT 100
"""


def strayed_records() -> Iterator[str]:
    """Records changed while the triggers were off: their newest image in the ledger is not how they are now.

    Columns that came or went with a migration are left out of the comparison.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC'")
        for table in watched_tables():
            yield from _strayed(cursor, table)


def _strayed(cursor: CursorWrapper, table: WatchedTable) -> list[str]:
    quote = connection.ops.quote_name
    arguments = {"name": table.name, "secrets": ",".join(table.secrets), "binaries": ",".join(table.binaries)}
    cursor.execute(STRAYED.format(key=quote(table.key), table=quote(table.name)), arguments)
    return [f"{table.name} {key} {how}" for key, how in cursor.fetchall()]
