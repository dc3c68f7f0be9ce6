"""Why each culture is in the reach of a contamination: what, where and when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cultures.compounds.models import Lot
from cultures.passaging.models import BenchSession
from cultures.places.models import Place
from cultures.quality.families import title_of
from cultures.quality.kinship import Kin, Kinship
from cultures.quality.models import QCTest
from cultures.quality.reach import MOST_REASONS, Member, Reason, Tier, Why
from cultures.quality.sharing import Shared, first_few
from lims.accounts.models import User


class Exposure(NamedTuple):
    """What makes a culture one of tier 4, or of tier 5: how many things it shared itself, and whom it descends from."""

    kin: Kin
    first: datetime
    last: datetime
    things: int
    origins: Sequence[int]


Exposures = Mapping[Tier, Mapping[int, Exposure]]


@dataclass
class Teller:
    """Tells the strongest reasons of each member of a reach. The first that is asked about and was not read, reads all.

    few     what the cultures read so far shared, by id and tier
    called  what shared things are called
    """

    test: QCTest
    family: str
    kinship: Kinship
    exposures: Exposures
    now: datetime
    has_read: set[int] = field(default_factory=set)
    few: dict[tuple[int, Tier], Sequence[Shared]] = field(default_factory=dict)
    called: dict[tuple[Why, int], str] = field(default_factory=dict)

    def read(self, culture_ids: Iterable[int]) -> None:
        """What these shared, and those they descend from: a page of the reach, not the whole. Five queries."""
        asked = set(culture_ids)
        for of_tier in self.exposures.values():
            origins = [of_tier[pk].origins[:MOST_REASONS] for pk in asked if pk in of_tier]
            asked = asked.union(*origins)
        self.has_read |= asked
        found = first_few(asked, self.kinship.suspects, self.now)
        self.few |= found
        self.called |= names_of(one for few in found.values() for one in few)

    def __call__(self, member: Member) -> Sequence[Reason]:
        found = self._kinship(member) if member.tier <= Tier.LIKELY else self._sharing(member)
        return found[:MOST_REASONS]

    def _kinship(self, member: Member) -> list[Reason]:
        tested, ancestors = self.test.culture.code, self.kinship.ancestors
        if member.tier == Tier.POSITIVE:
            verdict = "positive" if self.test.verdict == QCTest.Verdict.FAIL else "suspicious"
            what = f"{title_of(self.family)} {verdict}: {self.test.code}"
            return [Reason(Why.TESTED, member.tier, tested, what, self.test.at, self.test.at)]
        if member.tier == Tier.DESCENT:
            return [Reason(Why.DESCENDS, member.tier, tested)]
        if origins := self.kinship.suspects[member.id].origins:
            above = [ancestors[pk] for pk in origins]
            return [Reason(Why.COUSIN, member.tier, one.code, clean=one.clean) for one in above]
        return [Reason(Why.ANCESTOR, member.tier, tested, clean=ancestors[member.id].clean)]

    def _sharing(self, member: Member) -> list[Reason]:
        """What it shared itself, in order of time, then the cultures it descends from; tier 4 before tier 5."""
        if member.id not in self.has_read:
            self.read(set().union(*self.exposures.values()))
        reasons: list[Reason] = []
        for tier, of_tier in self.exposures.items():
            if exposure := of_tier.get(member.id):
                reasons += [self._shared(tier, one) for one in self.few.get((member.id, tier), ())]
                for origin in exposure.origins[:MOST_REASONS]:
                    because = self._shared(tier, self.few[origin, tier][0])
                    reasons.append(Reason(Why.SEEDED, tier, of_tier[origin].kin.code, because=because))
        return reasons

    def _shared(self, tier: Tier, shared: Shared) -> Reason:
        why, via = shared.why, self.kinship.suspects[shared.via].kin.code
        return Reason(why, tier, via, self.called[why, shared.thing], shared.first, shared.last, shared.via_at)


def names_of(found: Iterable[Shared]) -> dict[tuple[Why, int], str]:
    """What these bottles, rounds, shelves and people are called. Four queries."""
    things: dict[Why, set[int]] = defaultdict(set)
    for shared in found:
        things[shared.why].add(shared.thing)
    rounds = BenchSession.objects.select_related("hood", "person").in_bulk(list(things[Why.ROUND]))
    bottles = Lot.objects.in_bulk(list(things[Why.BOTTLE]))
    shelves, people = Place.objects.in_bulk(list(things[Why.SHELF])), User.objects.in_bulk(list(things[Why.DAY]))
    called = {(Why.ROUND, pk): f"{one.hood}, {one.person}" for pk, one in rounds.items()}
    called |= {(Why.BOTTLE, pk): f"{one.product} lot {one.number} ({one.code})" for pk, one in bottles.items()}
    called |= {(Why.SHELF, pk): str(one) for pk, one in shelves.items()}
    return called | {(Why.DAY, pk): str(one) for pk, one in people.items()}
