"""How cultures stand: which samples speak for them, when they are due, and what keeps them apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cultures.passaging.errors import day
from cultures.passaging.models import Culture
from cultures.places.models import Place
from cultures.places.selectors import is_quarantine_at
from cultures.quality.families import methods_of
from cultures.quality.methods import family_of
from cultures.quality.models import QCDue, QCTest, QuarantineMember
from cultures.science.clean import Sample

# Up from each culture to where its cells were pooled or came in: a sample of one pooled flask does not speak for all.
# Nothing that was taken before a culture was seeded counts further up than that moment allows, so the way ends there.
ALONE_UP = """
WITH RECURSIVE up (start, since, id, until) AS (
    SELECT asked.id, asked.since, asked.id, 'infinity'::timestamptz
    FROM unnest(%s::bigint[], %s::timestamptz[]) asked (id, since)
  UNION ALL
    SELECT up.start, up.since, descent.parent_id, culture.seeded_at
    FROM up JOIN cultures_culture culture ON culture.id = up.id AND culture.seeded_at > up.since
    JOIN cultures_descent descent ON descent.daughter_id = up.id AND descent.kind <> 'pool'
)
SELECT up.start, test.id, test.code, test.at, test.verdict, test.method
FROM up JOIN cultures_qctest test ON test.culture_id = up.id AND test.withdrawn_at IS NULL
    AND test.at <= up.until AND test.at > up.since AND test.verdict <> 'invalid' AND test.method = ANY(%s)
ORDER BY test.at, test.id"""
Samples = list[tuple[str, Sample]]


@dataclass(frozen=True)
class Standing:
    """How a culture stands in one family of methods. None: it was never tested, or no rule asks for it."""

    clean: QCTest | None
    last: QCTest | None
    due_at: datetime | None
    why: str

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now

    @property
    def clean_in_words(self) -> str:
        """clean as of p12 (03 Feb 2026)"""
        if self.clean is None:
            return "never tested clean"
        return f"clean as of p{self.clean.culture.passage_number} ({day(self.clean.at)})"

    @property
    def due_in_words(self) -> str:
        return f"next test due {day(self.due_at)}" if self.due_at else ""


def standings_of(culture_ids: Sequence[int]) -> dict[int, dict[str, Standing]]:
    """By growing culture and family of methods. One query."""
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    rows = QCDue.objects.filter(culture__in=list(culture_ids))
    for row in rows.select_related("clean__culture", "last__culture").order_by("method"):
        found[row.culture_id][row.method] = Standing(row.clean, row.last, row.due_at, row.why)
    return found


def held(culture_ids: Iterable[int]) -> dict[int, list[QuarantineMember]]:
    """By culture: what keeps it apart now, quarantines before holds. One query."""
    rows = QuarantineMember.objects.filter(culture__in=list(culture_ids), until=None).select_related("quarantine")
    found: dict[int, list[QuarantineMember]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.quarantine.kind == "hold", row.since, row.pk)):
        found[row.culture_id].append(row)
    return dict(found)


def samples_since(culture_ids: Sequence[int], family: str, since: datetime) -> dict[int, Samples]:
    """By culture: the samples of its own and of those it descends from alone, taken after a moment. One query."""
    found = samples_of(dict.fromkeys(culture_ids, since), [family])
    return {pk: found.get((pk, family), []) for pk in culture_ids}


def samples_of(since: Mapping[int, datetime], families: Iterable[str]) -> dict[tuple[int, str], Samples]:
    """The same by culture and family, each culture with its own moment. One query."""
    found: dict[tuple[int, str], Samples] = defaultdict(list)
    methods = [method for family in families for method in methods_of(family)]
    with connection.cursor() as cursor:
        cursor.execute(ALONE_UP, [list(since), [at.isoformat() for at in since.values()], methods])
        for start, pk, code, at, verdict, method in cursor.fetchall():
            found[start, family_of(method)].append((code, Sample(pk, at, verdict)))
    return found


IS_QUARANTINE = is_quarantine_at()


def clean_places(places: Sequence[Place]) -> list[Place]:
    """Those of these places that are not in a quarantine incubator."""
    apart = set(Place.objects.filter(IS_QUARANTINE, pk__in=[place.pk for place in places]).values_list("pk", flat=True))
    return [place for place in places if place.pk not in apart]


def there_are_quarantine_places() -> bool:
    return Place.objects.filter(IS_QUARANTINE, kind__in=Place.KEEPS_CULTURES, retired_at=None).exists()


def growing_held() -> "set[int]":
    """The growing cultures that are kept apart."""
    members = QuarantineMember.objects.filter(until=None, culture__ended_at=None)
    return set(members.values_list("culture_id", flat=True))


def codes_of(cultures: Iterable[Culture]) -> str:
    return ", ".join(culture.code for culture in cultures)
