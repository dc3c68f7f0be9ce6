"""Every STR profile that stands in the house, ready to be searched, and the policy it is searched by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, Q, Sum

from cultures.quality.donors import Donors, known_donors
from cultures.quality.models import IdentityPolicy, STRProfile
from cultures.science.str_match import POLICIES, Mode, Policy
from cultures.science.str_profiles import Profile
from cultures.science.str_search import Index


def policy_in_force() -> tuple[Policy, int]:
    """The policy, and the version of the laboratory's decision."""
    decided = IdentityPolicy.current()
    return as_policy(decided), decided.version


def as_policy(decided: IdentityPolicy) -> Policy:
    changes: dict[str, Any] = {"mode": Mode(decided.mode), "marker_set": decided.marker_set}
    return replace(POLICIES[decided.code], with_amelogenin=decided.with_amelogenin, **changes)


@dataclass(frozen=True)
class _Ready:
    """The profiles that stood at one state of the house, and their index."""

    state: tuple[Any, ...]
    profiles: Mapping[int, STRProfile]
    index: Index[int]


_ready = _Ready((), {}, Index({}))


def house() -> tuple[Index[int], Mapping[int, STRProfile], Donors]:
    """Every profile that stands, ready to be searched, and who shares a donor. Three queries, once it is ready.

    The profiles may have been read a while ago: of their lines only the keys are sure.
    """
    ready = _made_ready()
    return ready.index, ready.profiles, known_donors(ready.profiles.values())


def _made_ready() -> _Ready:
    """As it was, when no profile came or went; else with what changed: ten thousand take seconds, one more does not.

    Two that come at once may commit in either order, so that the newest key alone does not tell: the number of those
    that stand and the sum of their keys do.
    """
    global _ready
    standing, stands = STRProfile.objects.filter(withdrawn_at=None), Q(withdrawn_at=None)
    told = STRProfile.objects.aggregate(
        number=Count("pk", filter=stands),
        keys=Sum("pk", filter=stands),
        newest=Max("at", filter=stands),
        last=Max("pk"),
        withdrawn=Max("withdrawn_at"),
    )
    before, state = _ready, tuple(told.values())
    if before.state != state:
        now = dict(standing.values_list("pk", "at"))
        kept = {pk: found for pk, found in before.profiles.items() if now.get(pk) == found.at}
        came = standing.select_related("line", "test__culture").in_bulk(now.keys() - kept.keys())
        profiles = kept | {pk: came[pk] for pk in sorted(came)}
        added = {pk: Profile.from_json(profiles[pk].alleles) for pk in sorted(came)}
        index = before.index.changed(added, before.profiles.keys() - kept.keys())
        _ready = before = _Ready(state, profiles, index)
    return before
