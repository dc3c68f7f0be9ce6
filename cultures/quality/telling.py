"""Why each culture is in the reach of a contamination: what, where and when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cultures.compounds.models import Lot
from cultures.passaging.models import BenchSession
from cultures.places.models import Place
from cultures.quality.families import title_of
from cultures.quality.kinship import Kinship
from cultures.quality.models import QCTest
from cultures.quality.reach import MOST_REASONS, Member, Reason, Tier, Why
from cultures.quality.sharing import TIERS, Contact, Exposure, Exposures, Shared
from lims.accounts.models import User


@dataclass(frozen=True)
class Teller:
    """Tells the strongest reasons of each member of a reach. What the shared things are called is fetched when asked.

    codes   of all members, by id
    """

    test: QCTest
    family: str
    kinship: Kinship
    exposures: Exposures
    codes: dict[int, str] = field(default_factory=dict)

    def __call__(self, member: Member) -> Sequence[Reason]:
        found = self._kinship(member) if member.tier <= Tier.LIKELY else self._sharing(member)
        return found[:MOST_REASONS]

    def _kinship(self, member: Member) -> list[Reason]:
        tested, ancestors = self.codes[self.test.culture_id], self.kinship.ancestors
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
        reasons: list[Reason] = []
        for tier, of_tier in self.exposures.items():
            if exposure := of_tier.get(member.id):
                reasons += [self._shared(*one) for one in _first_few(exposure)]
                for origin in exposure.origins[:MOST_REASONS]:
                    because = self._shared(*_first_few(of_tier[origin])[0])
                    reasons.append(Reason(Why.SEEDED, tier, self.codes[origin], because=because))
        return reasons

    def _shared(self, why: Why, shared: Shared) -> Reason:
        what, via = self._names[why][shared.thing], self.codes[shared.via]
        return Reason(why, TIERS[why], via, what, shared.first, shared.last, via_at=shared.via_at)

    @cached_property
    def _names(self) -> dict[Why, dict[int, str]]:
        """What bottles, rounds, shelves and people are called. Four queries."""
        return names_of(
            contact for of_tier in self.exposures.values() for exposure in of_tier.values() for contact in exposure.own
        )


def _first_few(exposure: Exposure) -> list[tuple[Why, Shared]]:
    found = [(contact.why, shared) for contact in exposure.own for shared in contact.named]
    return sorted(found, key=lambda one: (one[1].first, one[0]))[:MOST_REASONS]


def names_of(contacts: Iterable[Contact]) -> dict[Why, dict[int, str]]:
    things: dict[Why, set[int]] = defaultdict(set)
    for contact in contacts:
        things[contact.why].update(shared.thing for shared in contact.named)
    sessions = BenchSession.objects.select_related("hood", "person").in_bulk(list(things[Why.ROUND]))
    lots = Lot.objects.in_bulk(list(things[Why.BOTTLE]))
    return {
        Why.ROUND: {pk: f"{session.hood}, {session.person}" for pk, session in sessions.items()},
        Why.BOTTLE: {pk: f"{lot.product} lot {lot.number} ({lot.code})" for pk, lot in lots.items()},
        Why.SHELF: {pk: str(place) for pk, place in Place.objects.in_bulk(list(things[Why.SHELF])).items()},
        Why.DAY: {pk: str(person) for pk, person in User.objects.in_bulk(list(things[Why.DAY])).items()},
    }
