"""A contamination trace as pages show it: before anything is done, and as it was kept. Each in as many queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from cultures.passaging.models import Culture
from cultures.quality.models import ContaminationTrace, PlannedTest, Quarantine, QuarantineMember, TraceMember
from cultures.quality.reach import Member, Reach, Tier

SHOWN = 200
OPEN_UP_TO = 20  # longer tiers are folded until one asks for them
NAMES = {
    Tier.POSITIVE: "Tested positive",
    Tier.DESCENT: "Descends from it",
    Tier.LIKELY: "Likely",
    Tier.POSSIBLE: "Possible",
    Tier.REMOTE: "Remote",
}
MEANING = {
    Tier.POSITIVE: "the culture itself",
    Tier.DESCENT: "all that was seeded from it",
    Tier.LIKELY: "the same cells since the last clean sample",
    Tier.POSSIBLE: "shared a hood round or a bottle with them",
    Tier.REMOTE: "shared a shelf, or a person and a day",
}


# --- before anything is done -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TierView:
    """One tier of a reach: who is in it, and what can be done with it.

    to_hold   those that nothing keeps apart for this yet, ended ones too: their vials and rests follow them
    to_test   those that grow, and that no clean sample has cleared since
    """

    tier: Tier
    members: Sequence[Member]
    held: Collection[int]

    @property
    def name(self) -> str:
        return NAMES[self.tier]

    @property
    def meaning(self) -> str:
        return MEANING[self.tier]

    @property
    def shown(self) -> Sequence[Member]:
        return self.members[:SHOWN]

    @property
    def is_open(self) -> bool:
        return len(self.members) <= OPEN_UP_TO

    @property
    def growing(self) -> int:
        return sum(one.is_growing for one in self.members)

    @property
    def cleared(self) -> int:
        return sum(one.is_cleared for one in self.members)

    @property
    def held_count(self) -> int:
        return sum(one.id in self.held for one in self.members)

    @property
    def to_hold(self) -> list[int]:
        return [one.id for one in self.members if one.id not in self.held and not one.is_cleared]

    @property
    def to_test(self) -> list[int]:
        return [one.id for one in self.members if one.is_growing and not one.is_cleared]


def tiers_of(reach: Reach) -> list[TierView]:
    """Those that have somebody in them. Six queries."""
    held = held_for(reach)
    reach.read(one.id for members in reach.by_tier.values() for one in members[:SHOWN])
    return [TierView(tier, members, held) for tier, members in reach.by_tier.items() if members]


def held_for(reach: Reach) -> set[int]:
    """All whom a quarantine keeps apart for tests of this family already."""
    rows = QuarantineMember.objects.filter(
        until=None, quarantine__kind=Quarantine.Kind.QUARANTINE, quarantine__method=reach.family
    )
    return set(rows.values_list("culture_id", flat=True))


# --- as it was kept --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeptRow:
    """A culture of a kept trace: what was known and done then, and how it is with it now."""

    member: TraceMember
    plan: PlannedTest | None
    is_held: bool

    @property
    def culture(self) -> Culture:
        return self.member.culture

    @property
    def sample(self) -> str:
        """The code of the sample that settled its planned test."""
        return self.plan.settled_how if self.plan and self.plan.settled_how.startswith("Q-") else ""


@dataclass(frozen=True)
class KeptTier:
    tier: Tier
    rows: Sequence[KeptRow]
    count: int

    @property
    def name(self) -> str:
        return NAMES[self.tier]

    @property
    def meaning(self) -> str:
        return MEANING[self.tier]


@dataclass(frozen=True)
class KeptTally:
    """What was done, and how far it got: tests planned, and those whose sample was taken."""

    reached: int
    growing: int
    quarantined: int
    planned: int
    sampled: int


def kept_tiers(trace: ContaminationTrace, counts: Mapping[int, int]) -> list[KeptTier]:
    """The first rows of each tier. Three queries."""
    place = Window(RowNumber(), partition_by="tier", order_by="culture_id")
    members = trace.members.annotate(place=place).filter(place__lte=SHOWN).select_related("culture__line")
    rows = kept_rows(trace, members.order_by("tier", "culture"))
    return [
        KeptTier(tier, [row for row in rows if row.member.tier == tier], counts[tier])
        for tier in Tier
        if tier in counts
    ]


def kept_rows(trace: ContaminationTrace, members: Iterable[TraceMember]) -> list[KeptRow]:
    members = list(members)
    ids = [member.culture_id for member in members]
    plans = {plan.culture_id: plan for plan in trace.planned_tests.filter(culture__in=ids).order_by("pk")}
    held = set(QuarantineMember.objects.filter(culture__in=ids, until=None).values_list("culture_id", flat=True))
    return [KeptRow(member, plans.get(member.culture_id), member.culture_id in held) for member in members]


def tally_of(members: QuerySet[TraceMember], trace: ContaminationTrace) -> KeptTally:
    rows = list(members.values_list("culture__ended_at", "is_quarantined", "is_tested"))
    settled = trace.planned_tests.filter(settled_how__startswith="Q-")
    return KeptTally(
        reached=len(rows),
        growing=sum(ended is None for ended, _, _ in rows),
        quarantined=sum(apart for _, apart, _ in rows),
        planned=sum(tested for _, _, tested in rows),
        sampled=settled.count(),
    )


def others_of(trace: ContaminationTrace) -> list[dict[str, Any]]:
    """Vials and assays, as the domains above told them then."""
    return [dict(other) for other in trace.others]
