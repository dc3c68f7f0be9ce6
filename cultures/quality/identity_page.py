"""What the page of a profile and the search say: own kind, the house, and what changed along the lineage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cultures.passaging.lineage import main_line
from cultures.quality import donors as donor
from cultures.quality.identity import Identity, Neighbour, Whose, identify
from cultures.quality.identity_words import ALGORITHMS, in_brief
from cultures.quality.models import STRProfile
from cultures.quality.profiles import Flag, MarkerRow, Sampled, along, flags_of, grid_of, samples_of
from cultures.quality.str_files import NamedProfile
from cultures.science.str_match import Algorithm, Match, Policy, match
from cultures.science.str_profiles import Profile

SHOWN = 20  # of the house, for one profile
SHOWN_EACH = 3  # when several are asked for at once
MOST_ASKED = 20
Kind = STRProfile.Kind


@dataclass(frozen=True)
class Shown:
    """A neighbour as a row: with what differs between the two."""

    neighbour: Neighbour
    profile: STRProfile
    match: Match

    @property
    def has_worst(self) -> bool:
        return self.match.worst is not None and self.match.worst != self.match.score


@dataclass(frozen=True)
class Found:
    """Who a profile is: `asked` by its name in the file, empty for one that was typed."""

    asked: str
    read: Profile
    identity: Identity
    rows: Sequence[Shown]
    flags: Sequence[Flag]


def found_of(asked: Sequence[NamedProfile], line_id: int | None, policy: Policy) -> list[Found]:
    """For each of the first twenty its closest of the house."""
    most = SHOWN if len(asked) == 1 else SHOWN_EACH
    identities = [identify(one.profile, Whose(line_id), policy) for one in asked[:MOST_ASKED]]
    near = {one.profile.pk for found in identities for one in found.neighbours[:most]}
    fresh = _fresh(near)
    return [
        Found(one.name, one.profile, found, rows_of(one.profile, found, fresh, most), flags_of(one.profile))
        for one, found in zip(asked, identities, strict=False)
    ]


def _fresh(pks: set[int]) -> dict[int, STRProfile]:
    """As they are now: the house remembers names for a while."""
    return STRProfile.objects.select_related("line", "test__culture").in_bulk(pks)


def rows_of(read: Profile, found: Identity, fresh: dict[int, STRProfile], most: int = SHOWN) -> list[Shown]:
    return [
        Shown(one, profile, match(read, Profile.from_json(profile.alleles), found.policy))
        for one in found.neighbours[:most]
        if (profile := fresh.get(one.profile.pk))
    ]


@dataclass(frozen=True)
class Told:
    """All that the page of one profile says.

    reference   what samples of the lineage are compared with; None where there is nothing
    """

    read: Profile
    identity: Identity
    brief: str
    algorithm: str
    others: Sequence[tuple[str, float | None]]  # what other algorithms give
    grid: Sequence[MarkerRow]
    rows: Sequence[Shown]
    flags: Sequence[Flag]
    reference: STRProfile | None
    lineage: Sequence[Sampled]


def page_of(one: STRProfile) -> Told:
    """A fixed number of queries, whatever the house holds."""
    read = Profile.from_json(one.alleles)
    culture_id = one.test.culture_id if one.test else None
    found = identify(read, Whose(one.line_id, culture_id, donor.profile(one), but=[one.pk]))
    own = found.own
    other = Profile.from_json(own.profile.alleles) if own else None
    reference = one if one.kind == Kind.REFERENCE else own.profile if own else None
    return Told(
        read=read,
        identity=found,
        brief=in_brief(found.policy),
        algorithm=ALGORITHMS[found.policy.algorithm],
        others=_by_others(read, other, found.policy) if other else [],
        grid=grid_of(read, other, own.match if own else None),
        rows=rows_of(read, found, _fresh({one.profile.pk for one in found.neighbours[:SHOWN]})),
        flags=flags_of(read),
        reference=reference,
        lineage=_lineage(one, reference, found) if reference else [],
    )


def _by_others(read: Profile, other: Profile, policy: Policy) -> list[tuple[str, float | None]]:
    others = [replace(policy, algorithm=by) for by in Algorithm if by != policy.algorithm]
    return [(ALGORITHMS[one.algorithm], match(read, other, one).score) for one in others]


def _lineage(one: STRProfile, reference: STRProfile, found: Identity) -> list[Sampled]:
    """Of a sample: those of the cultures it came from. Of a reference: all of its line and of what derives from it."""
    if one.test:
        ids = main_line(one.test.culture_id)
        named = STRProfile.objects.filter(kind=Kind.SAMPLE, withdrawn_at=None, test__culture__in=ids)
        samples = [*named.select_related("line", "test__culture__line").exclude(pk=reference.pk)]
    elif one.line_id is None:
        samples = []
    else:
        derived = [pk for pk in found.donors.parents if one.line_id in found.donors.lines_up(pk)]
        samples = samples_of(derived)
    return along(samples, Profile.from_json(reference.alleles), found.policy) if samples else []
