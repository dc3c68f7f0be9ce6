"""Every STR profile that stands in the house, ready to be searched, and the policy it is searched by."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
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


def standing_profiles() -> Mapping[int, STRProfile]:
    return STRProfile.objects.filter(withdrawn_at=None).select_related("line", "test__culture").in_bulk()


def house() -> tuple[Index[int], Mapping[int, STRProfile], Donors]:
    """Every profile that stands, ready to be searched, and who shares a donor. Three queries, once it is ready.

    The profiles may have been read a while ago: of their lines only the keys are sure.
    """
    standing = Q(withdrawn_at=None)
    state = STRProfile.objects.aggregate(
        number=Count("pk", filter=standing),
        keys=Sum("pk", filter=standing),
        last=Max("pk"),
        withdrawn=Max("withdrawn_at"),
    )
    index, profiles = _index(*state.values())
    return index, profiles, known_donors(profiles.values())


@lru_cache(maxsize=1)
def _index(*_state: Any) -> tuple[Index[int], Mapping[int, STRProfile]]:
    """Made anew when a profile came or went. Two that come at once may commit in either order, so that the newest key
    alone does not tell: the number and the sum of the keys do.
    """
    profiles = standing_profiles()
    return Index({pk: Profile.from_json(found.alleles) for pk, found in profiles.items()}), profiles
