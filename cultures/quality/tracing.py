"""The contamination trace: from one positive sample to every culture it may have reached, with the reason for each.

Tiers 1 to 3 are the same cells (kinship.py), 4 and 5 what was shared with them (sharing.py). What was seeded from a
culture of tier 4 or 5 after the contact is in its tier too. A clean sample taken after the last contact is told of a
culture of tiers 4 and 5, and leaves it listed: a person decides. More sharing never makes the reach smaller.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from cultures.passaging.models import Culture
from cultures.quality.errors.tracing import NothingToTrace
from cultures.quality.families import methods_of
from cultures.quality.kinship import Kinship, Suspect, array, branch, kinship_of
from cultures.quality.methods import family_of
from cultures.quality.models import QCTest
from cultures.quality.reach import TRACE_SOURCES, CleanSample, Member, Reach, Tier, Window
from cultures.quality.sharing import TIERS, Contact, Exposure, Exposures, contacts_of
from cultures.quality.telling import Teller

SUSPICIOUS = (QCTest.Verdict.FAIL, QCTest.Verdict.INCONCLUSIVE)


def reach_of(test: QCTest, now: datetime) -> Reach:
    """Who may be contaminated when this sample was. A late result counts from its sample.

    Nine queries at most, and four more once somebody reads the reasons. Raises NothingToTrace unless the result stands
    and is positive or suspicious.
    """
    if test.withdrawn_at or test.verdict not in SUSPICIOUS or test.culture.fate == Culture.Fate.ENTERED_IN_ERROR:
        raise NothingToTrace(test)
    family = family_of(test.method)
    kinship = kinship_of(test, methods_of(family), now)
    exposures = _exposures(kinship.suspects, contacts_of(kinship.suspects, now))
    clean = [end.clean.at for end in kinship.ends if end.clean]
    window = Window(min(clean) if clean and len(clean) == len(kinship.ends) else None, now)
    tell = Teller(test, family, kinship, exposures)
    members = [*_suspect_members(kinship, tell), *_exposed_members(exposures, family, tell)]
    members.sort(key=attrgetter("tier", "id"))
    reach = Reach(test, family, window, kinship.ends, members)
    others = [one for source in TRACE_SOURCES.values() for one in source.found(reach.suspected, window)]
    return replace(reach, others=sorted(others, key=lambda one: (one.tier, one.kind, one.code)))


def _exposures(suspects: Mapping[int, Suspect], contacts: Iterable[Contact]) -> Exposures:
    """With who was seeded from cells that had been in contact before."""
    own: dict[Tier, dict[int, list[Contact]]] = {tier: defaultdict(list) for tier in (Tier.POSSIBLE, Tier.REMOTE)}
    for contact in contacts:
        own[TIERS[contact.why]][contact.id].append(contact)
    kin = [one for one in branch({pk for of_tier in own.values() for pk in of_tier}) if one.id not in suspects]
    exposures: dict[Tier, dict[int, Exposure]] = {tier: {} for tier in own}
    for tier, contacts_by_id in own.items():
        found = exposures[tier]
        for pk, seeded_at, _, parents in kin:  # parents come before daughters
            mine = contacts_by_id.get(pk, ())
            above = [up for up in parents if up in found and found[up].first <= seeded_at]
            if above:
                found[pk] = _inherited(seeded_at, mine, {up: found[up] for up in above})
            elif mine:
                found[pk] = Exposure(min(one.first for one in mine), max(one.last for one in mine), mine, ())
    return exposures


def _inherited(seeded_at: datetime, mine: Sequence[Contact], above: Mapping[int, Exposure]) -> Exposure:
    firsts = [seeded_at, *(one.first for one in mine)]
    lasts = [*(min(one.last, seeded_at) for one in above.values()), *(one.last for one in mine)]
    origins = dict.fromkeys(up if one.own else one.origins[0] for up, one in above.items())
    return Exposure(min(firsts), max(lasts), mine, list(origins))


# --- who they are ----------------------------------------------------------------------------------------------------

CALLED = """
SELECT culture.id, culture.code, line.name, culture.passage_number, culture.seeded_at, culture.ended_at, culture.fate
FROM unnest(%s::bigint[]) AS asked (id) JOIN cultures_culture culture USING (id)
JOIN cultures_cellline line ON line.id = culture.line_id"""
CLEAN = """
SELECT standing.culture_id, clean.code, clean.at
FROM unnest(%s::bigint[]) AS asked (id) JOIN cultures_qcstanding standing ON standing.culture_id = asked.id
JOIN cultures_qctest clean ON clean.id = standing.clean_id WHERE standing.method = %s"""


def _rows(sql: str, culture_ids: Iterable[int], *more: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [array(culture_ids), *more])
        return cursor.fetchall()


def _suspect_members(kinship: Kinship, tell: Teller) -> Iterator[Member]:
    for pk, code, *known in _rows(CALLED, kinship.suspects):
        one, tell.codes[pk] = kinship.suspects[pk], code
        yield _member(pk, code, *known, one.tier, one.since, max(len(one.origins), 1), tell)


def _exposed_members(exposures: Exposures, family: str, tell: Teller) -> Iterator[Member]:
    ids = {pk for of_tier in exposures.values() for pk in of_tier}
    clean = {pk: CleanSample(*rest) for pk, *rest in _rows(CLEAN, ids, family)}
    for pk, code, *known in _rows(CALLED, ids):
        tell.codes[pk] = code
        found = [(tier, of_tier[pk]) for tier, of_tier in exposures.items() if pk in of_tier]  # the strongest first
        since, last = min(exposure.first for _, exposure in found), max(exposure.last for _, exposure in found)
        count = sum(sum(one.things for one in exposure.own) + len(exposure.origins) for _, exposure in found)
        is_cleared = pk in clean and clean[pk].at > last
        yield _member(pk, code, *known, found[0][0], since, count, tell, last, clean[pk] if is_cleared else None)


def _member(*known: Any) -> Member:
    """As the database and the trace know it; in the order of Member's fields."""
    return Member(*known)
