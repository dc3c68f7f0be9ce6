"""How far cells that are kept apart are from their release: which samples count for them, and what is missing.

The page shows it and the verb decides by it, so neither promises what the other refuses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from cultures.passaging.errors import day
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import Quarantine, QuarantineMember, Treatment
from cultures.quality.standing import samples_of
from cultures.science.clean import FAIL, INCONCLUSIVE, PENDING, Sample, passes_in_a_row

# The treatments of each member and of the cultures it descends from, in its quarantine. Nobody older than the
# quarantine was treated in it, so the way up ends there.
TREATED = """
WITH RECURSIVE up (member, quarantine, since, id) AS (
    SELECT member.id, member.quarantine_id, member.since, member.culture_id
    FROM cultures_quarantinemember member WHERE member.id = ANY(%s)
  UNION
    SELECT up.member, up.quarantine, up.since, descent.parent_id
    FROM up JOIN cultures_culture culture ON culture.id = up.id AND culture.seeded_at > up.since
    JOIN cultures_descent descent ON descent.daughter_id = up.id
)
SELECT DISTINCT ON (up.member) up.member, treatment.id
FROM up JOIN cultures_treatment treatment ON treatment.culture_id = up.id AND treatment.quarantine_id = up.quarantine
    AND treatment.withdrawn_at IS NULL
ORDER BY up.member, treatment.at DESC, treatment.id DESC"""


@dataclass(frozen=True)
class Progress:
    """A member on its way out: the clean samples in a row that count, and from when the next one would.

    found       the last `needed` of them
    pending     codes of samples whose result is not there yet
    setback     the code of the last sample that was not clean, when one came after it was put apart
    treatment   the last one, of it or of cells it descends from
    """

    member: QuarantineMember
    needed: int
    found: Sequence[tuple[str, Sample]]
    next_from: datetime | None
    pending: Sequence[str]
    setback: str
    treatment: Treatment | None

    @property
    def must_be_treated(self) -> bool:
        """Nothing lets it out as it is."""
        return not self.member.quarantine.passes_needed and self.treatment is None

    @property
    def is_ready(self) -> bool:
        return not self.must_be_treated and len(self.found) >= self.needed

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.found]

    def can_be_sampled(self, now: datetime) -> bool:
        return self.next_from is None or self.next_from <= now

    def __str__(self) -> str:
        """1 of 2 clean samples: Q-7K4QX, 03 Feb 2026; next from 17 Feb 2026"""
        if self.must_be_treated:
            return "no release but disposal, or treated and then tested clean"
        samples = "clean sample" if self.needed == 1 else "clean samples"
        said = f"{len(self.found)} of {self.needed} {samples}"
        if self.found:
            said += f": {', '.join(f'{code}, {day(sample.at)}' for code, sample in self.found)}"
        if self.next_from and not self.is_ready:
            said += f"; next from {day(self.next_from)}"
        return said


def progress_of(members: Iterable[QuarantineMember], until: datetime | None = None) -> dict[int, Progress]:
    """By member, which comes with its quarantine. Samples taken later than `until` do not count. Three queries."""
    members = list(members)
    if not members:
        return {}
    treatments = _treatments([member.pk for member in members])
    first: dict[int, datetime] = {}
    for member in members:
        first[member.culture_id] = min(member.since, first.get(member.culture_id, member.since))
    families = {member.quarantine.method or MYCOPLASMA for member in members}
    samples = samples_of(first, families)
    return {
        member.pk: _progress(
            member,
            samples.get((member.culture_id, member.quarantine.method or MYCOPLASMA), []),
            treatments.get(member.pk),
            until,
        )
        for member in members
    }


def _progress(
    member: QuarantineMember,
    samples: Sequence[tuple[str, Sample]],
    treatment: Treatment | None,
    until: datetime | None,
) -> Progress:
    quarantine, since = member.quarantine, member.since
    needed = quarantine.passes_needed or 1
    if treatment:  # what was sampled before its end tells of the drug
        since = max(since, treatment.at + timedelta(days=treatment.days or 0))
    counted = [(code, one) for code, one in samples if one.at > since and (until is None or one.at <= until)]
    codes = {one.key: code for code, one in counted}
    row = passes_in_a_row([one for _, one in counted], quarantine.apart)
    setbacks = [code for code, one in counted if one.verdict in (FAIL, INCONCLUSIVE)]
    return Progress(
        member=member,
        needed=needed,
        found=[(codes[one.key], one) for one in row[-needed:]],
        next_from=row[-1].at + quarantine.apart if row and quarantine.apart else None,
        pending=[code for code, one in counted if one.verdict == PENDING],
        setback=setbacks[-1] if setbacks and not row else "",
        treatment=treatment,
    )


def _treatments(member_ids: Sequence[int]) -> Mapping[int, Treatment]:
    with connection.cursor() as cursor:
        cursor.execute(TREATED, [list(member_ids)])
        found = dict(cursor.fetchall())
    treatments = Treatment.objects.select_related("culture", "by").in_bulk(list(found.values()))
    return {member: treatments[pk] for member, pk in found.items()}


def what_releases(quarantine: Quarantine) -> str:
    """2 clean samples at least 14 days apart, and a lab manager or PI"""
    if quarantine.kind == Quarantine.Kind.HOLD:
        return "a clean retest"
    who = ", and a lab manager or PI" if quarantine.needs_lead else ""
    if not quarantine.passes_needed:
        return f"disposal; or treatment, a clean sample after it{who}"
    apart = f" at least {in_days(quarantine.apart)} apart" if quarantine.apart else ""
    samples = "1 clean sample" if quarantine.passes_needed == 1 else f"{quarantine.passes_needed} clean samples{apart}"
    return f"{samples}{who}"


def in_days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{span.days} days"
