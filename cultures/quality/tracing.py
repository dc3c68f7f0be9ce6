"""The contamination trace: from one positive sample to every culture it may have reached, with the reason for each.

Tiers 1 to 3 are the same cells (kinship.py), 4 and 5 what was shared with them (sharing.py). What was seeded from a
culture of tier 4 or 5 after the contact is in its tier too. A clean sample taken after the last contact is told of a
culture of tiers 4 and 5, and leaves it listed: a person decides. More sharing never makes the reach smaller.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from django.db import connection

from cultures.passaging.models import Culture
from cultures.quality.errors.tracing import NothingToTrace
from cultures.quality.families import methods_of
from cultures.quality.kinship import Kin, Kinship, array, branch, kinship_of
from cultures.quality.methods import family_of
from cultures.quality.models import QCTest
from cultures.quality.reach import TRACE_SOURCES, CleanSample, Member, Reach, Tier, Window
from cultures.quality.sharing import Contact, contacts_of
from cultures.quality.telling import Exposure, Exposures, Teller

SUSPICIOUS = (QCTest.Verdict.FAIL, QCTest.Verdict.INCONCLUSIVE)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Tens of thousands of rows that all live on: looking through them for garbage would take a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_no_garbage()
def reach_of(test: QCTest, now: datetime) -> Reach:
    """Who may be contaminated when this sample was. A late result counts from its sample.

    Five queries, and five more once somebody reads the reasons. Raises NothingToTrace unless the result stands and is
    positive or suspicious.
    """
    if test.withdrawn_at or test.verdict not in SUSPICIOUS or test.culture.fate == Culture.Fate.ENTERED_IN_ERROR:
        raise NothingToTrace(test)
    family = family_of(test.method)
    kinship = kinship_of(test, methods_of(family))
    contacts = contacts_of(kinship.suspects, now)
    kin = [one for one in branch(set().union(*contacts.values())) if one.id not in kinship.suspects]
    exposures = {tier: _exposed(of_tier, kin) for tier, of_tier in contacts.items()}
    clean = [end.clean.at for end in kinship.ends if end.clean]
    window = Window(min(clean) if clean and len(clean) == len(kinship.ends) else None, now)
    teller = Teller(test, family, kinship, exposures, now)
    members = [*_suspect_members(kinship, teller), *_exposed_members(kin, exposures, family, teller)]
    members.sort(key=attrgetter("tier", "id"))
    reach = Reach(test, family, window, kinship.ends, members, teller.read)
    others = [one for source in TRACE_SOURCES.values() for one in source.found(reach.suspected, window)]
    return replace(reach, others=sorted(others, key=lambda one: (one.tier, one.kind, one.code)))


def _exposed(contacts: Mapping[int, Contact], kin: Iterable[Kin]) -> dict[int, Exposure]:
    """Who had a contact of this tier, and who was seeded from cells that had been in contact before."""
    found: dict[int, Exposure] = {}
    for one in kin:  # parents come before daughters
        mine = contacts.get(one.id)
        above = {up: found[up] for up in one.parents if up in found and found[up].first <= one.seeded_at}
        if above:
            found[one.id] = _inherited(one, mine, above)
        elif mine:
            found[one.id] = Exposure(one, mine.first, mine.last, mine.things, ())
    return found


def _inherited(kin: Kin, mine: Contact | None, above: Mapping[int, Exposure]) -> Exposure:
    own = [mine] if mine else []
    firsts = [kin.seeded_at, *(one.first for one in own)]
    lasts = [*(min(one.last, kin.seeded_at) for one in above.values()), *(one.last for one in own)]
    origins = dict.fromkeys(up if one.things else one.origins[0] for up, one in above.items())
    return Exposure(kin, min(firsts), max(lasts), sum(one.things for one in own), list(origins))


# --- who they are ----------------------------------------------------------------------------------------------------

CLEAN = """
SELECT standing.culture_id, clean.code, clean.at
FROM unnest(%s::bigint[]) AS asked (id) JOIN cultures_qcstanding standing ON standing.culture_id = asked.id
JOIN cultures_qctest clean ON clean.id = standing.clean_id WHERE standing.method = %s"""


def _suspect_members(kinship: Kinship, teller: Teller) -> Iterator[Member]:
    for one in kinship.suspects.values():
        yield Member(*one.kin[1:], one.tier, one.since, max(len(one.origins), 1), teller)


def _exposed_members(kin: Iterable[Kin], exposures: Exposures, family: str, teller: Teller) -> Iterator[Member]:
    with connection.cursor() as cursor:
        cursor.execute(CLEAN, [array(set().union(*exposures.values())), family])
        clean = {pk: CleanSample(*rest) for pk, *rest in cursor.fetchall()}
    near, far = exposures[Tier.POSSIBLE], exposures[Tier.REMOTE]
    for one in kin:
        found = [exposure for exposure in (near.get(one.id), far.get(one.id)) if exposure]
        if not found:
            continue
        tier = Tier.POSSIBLE if one.id in near else Tier.REMOTE
        since, last = min(exposure.first for exposure in found), max(exposure.last for exposure in found)
        count = sum(exposure.things + len(exposure.origins) for exposure in found)
        sample = clean.get(one.id)
        yield Member(*one[1:], tier, since, count, teller, last, sample if sample and sample.at > last else None)
