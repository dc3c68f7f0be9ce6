"""How well the lab kept its own rules: by month, the share of growing cultures whose test was in date.

Looked at when each month ended, for all that grew then, also what has ended since: a number of one day, which one
can count again. Measured by the rules of today, so that months can be compared. In date: the newest result was a pass,
and its sample no older than the interval of the culture's line. A late result counts from its sample.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncMonth

from cultures.quality.families import MYCOPLASMA, STR, methods_of
from cultures.quality.models import PolicyRule, QCPolicy, QCTest
from lims.clock import lab_zone, today

MONTHS = 12
FAMILIES = (MYCOPLASMA, STR)
V = QCTest.Verdict
ORDER = (V.PASS, V.FAIL, V.INCONCLUSIVE, V.INVALID, V.PENDING)
# Of each culture that grew at a moment: its own newest result by then, else the newest that its cells inherited.
IN_DATE = """
WITH moment AS (SELECT * FROM unnest(%(numbers)s::int[], %(moments)s::timestamptz[]) moment (number, at)),
rule AS MATERIALIZED (
    SELECT line_id, every FROM cultures_policyrule
    WHERE policy_id = %(policy)s AND method = %(family)s AND phase = 'growing'
), grew AS (
    SELECT moment.number, moment.at, culture.id, own.every AS own_every
    FROM moment JOIN cultures_culture culture ON culture.seeded_at <= moment.at
        AND (culture.ended_at IS NULL OR culture.ended_at > moment.at) AND culture.fate <> 'entered_in_error'
    LEFT JOIN rule own ON own.line_id = culture.line_id
), found AS (
    SELECT grew.number, grew.at, coalesce(grew.own_every, (SELECT every FROM rule WHERE line_id IS NULL)) AS every,
        coalesce(own.at, inherited.at) AS tested_at, coalesce(own.verdict, inherited.verdict) AS verdict
    FROM grew
    LEFT JOIN LATERAL (
        SELECT test.at, test.verdict FROM cultures_qctest test
        WHERE test.culture_id = grew.id AND test.withdrawn_at IS NULL AND test.method = ANY(%(methods)s)
            AND test.verdict IN ('pass', 'fail', 'inconclusive') AND test.at <= grew.at
        ORDER BY test.at DESC, test.id DESC LIMIT 1
    ) own ON true
    LEFT JOIN cultures_qcstanding standing ON standing.culture_id = grew.id AND standing.method = %(family)s
    LEFT JOIN cultures_qctest last ON last.id = standing.inherited_last_id AND last.verdict <> 'pending'
    LEFT JOIN cultures_qctest inherited ON inherited.id = coalesce(last.id, standing.inherited_clean_id)
)
SELECT number, count(*), count(*) FILTER (WHERE verdict = 'pass' AND tested_at >= at - every)
FROM found WHERE every IS NOT NULL GROUP BY number"""


@dataclass(frozen=True)
class Month:
    """A month of the lab: its first day, and the moment it is looked at: its end, or now."""

    start: datetime
    at: datetime
    is_current: bool


@dataclass(frozen=True)
class Share:
    """How many of the cultures that grew then were in date; `of` 0: none grew, or no rule asks for it."""

    of: int = 0
    in_date: int = 0

    @property
    def pct(self) -> float | None:
        return 100 * self.in_date / self.of if self.of else None


@dataclass(frozen=True)
class ComplianceRow:
    month: Month
    shares: Mapping[str, Share]
    tests: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.tests.values())


@dataclass(frozen=True)
class Compliance:
    rows: Sequence[ComplianceRow]
    policy: QCPolicy | None
    intervals: Mapping[str, int]

    @property
    def now(self) -> ComplianceRow:
        return self.rows[-1]

    @property
    def has_any(self) -> bool:
        return any(row.total or any(share.of for share in row.shares.values()) for row in self.rows)


def compliance(now: datetime) -> Compliance:
    """Five queries, however many cultures grew."""
    months, policy = months_until(now), QCPolicy.current()
    shares = {family: _shares(months, policy, family) if policy else {} for family in FAMILIES}
    tests = _tests(months)
    rules = policy.rules.filter(phase=PolicyRule.Phase.GROWING, line=None, method__in=FAMILIES) if policy else []
    rows = [
        ComplianceRow(
            month, {family: shares[family].get(number, Share()) for family in FAMILIES}, tests.get(month.start, {})
        )
        for number, month in enumerate(months)
    ]
    return Compliance(rows, policy, {rule.method: rule.every.days for rule in rules if rule.every})


def months_until(now: datetime) -> list[Month]:
    """The last twelve, this one last. Months are those of the lab's wall calendar."""
    zone = lab_zone()
    starts = [_first_of_month(today(now), back) for back in range(MONTHS - 1, -2, -1)]
    moments = [datetime.combine(start, time.min, zone) for start in starts]
    return [Month(start, min(end, now), end > now) for start, end in itertools.pairwise(moments)]


def _first_of_month(day: date, back: int) -> date:
    years, months = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(years, months + 1, 1)


def _shares(months: Sequence[Month], policy: QCPolicy, family: str) -> dict[int, Share]:
    asked: dict[str, Any] = {
        "numbers": list(range(len(months))),
        "moments": [month.at.isoformat() for month in months],
        "policy": policy.pk,
        "family": family,
        "methods": methods_of(family),
    }
    with connection.cursor() as cursor:
        cursor.execute(IN_DATE, asked)
        return {number: Share(of, in_date) for number, of, in_date in cursor.fetchall()}


def _tests(months: Sequence[Month]) -> dict[datetime, dict[str, int]]:
    """By month of the sample: how many results of each verdict. Samples, not rows: what was corrected counts once."""
    known = QCTest.objects.standing().filter(at__gte=months[0].start, at__lt=months[-1].at)
    counted = known.order_by().annotate(month=TruncMonth("at", tzinfo=lab_zone())).values_list("month", "verdict")
    found: dict[datetime, dict[str, int]] = {}
    for month, verdict, number in counted.annotate(Count("pk")):
        found.setdefault(month, {})[verdict] = number
    return found
