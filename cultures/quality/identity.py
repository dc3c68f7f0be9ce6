"""Whose cells a profile is: against the references, the parent, and every profile in the house."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture
from cultures.quality import donors as donor
from cultures.quality.donors import Donors
from cultures.quality.house import house, policy_in_force
from cultures.quality.identity_words import in_brief, percent
from cultures.quality.methods.base import Effect, Judgement
from cultures.quality.models import QCTest, STRProfile
from cultures.science.str_match import Match, Policy, Verdict, match
from cultures.science.str_profiles import Profile
from cultures.science.str_search import Hit

V = QCTest.Verdict
NEAREST = 5  # hits that a result keeps
AGAINST = {"reference": "the reference of {}", "sample": "the sample of {}", "library": "{}"}


def name_of(profile: STRProfile) -> str:
    return AGAINST[profile.kind].format(profile.name)


@dataclass(frozen=True)
class Whose:
    """Whose cells a profile should be, as far as it is said; nothing is for a search among all.

    donor   its place among the donors, where there is no line: of a profile of the library
    but     keys of profiles it is not compared with: itself
    """

    line_id: int | None = None
    culture_id: int | None = None
    donor: Hashable = None
    but: Collection[int] = ()


@dataclass(frozen=True)
class Neighbour:
    """A profile of the house, how alike it is, and whether it is known to be of the same person."""

    profile: STRProfile
    hit: Hit[int]
    is_same_donor: bool

    @property
    def verdict(self) -> Verdict:
        """Cells known to be of one person are never called unrelated: they drifted, or one of them is mislabelled."""
        is_told_apart = self.is_same_donor and self.hit.verdict == Verdict.UNRELATED
        return Verdict.AMBIGUOUS if is_told_apart else self.hit.verdict

    @property
    def name(self) -> str:
        return name_of(self.profile)


@dataclass(frozen=True)
class Own:
    """What the cells should be like: a profile of their own kind, and how alike they are."""

    profile: STRProfile
    match: Match

    @property
    def name(self) -> str:
        return name_of(self.profile)


@dataclass(frozen=True)
class Identity:
    """What a profile says of cells.

    owns         references of its line and of one it derives from, its parent's sample: the first of them decides
    neighbours   best first, without `owns`
    searched     how many profiles stand in the house
    """

    policy: Policy
    policy_version: int
    owns: Sequence[Own]
    neighbours: Sequence[Neighbour]
    donors: Donors
    searched: int

    @property
    def own(self) -> Own | None:
        return next(iter(self.owns), None)

    @property
    def strangers(self) -> Iterator[Neighbour]:
        """Of another donor, as far as anybody knows, with enough markers to tell."""
        return (
            one
            for one in self.neighbours
            if not one.is_same_donor and one.hit.verdict != Verdict.INSUFFICIENT and speaks_for_its_line(one.profile)
        )

    @property
    def alarm(self) -> Neighbour | None:
        """Closer to cells of another donor than to its own parent or reference."""
        closest = next(self.strangers, None)
        if closest is None or closest.hit.score is None:
            return None
        scores = [own.match.score or 0 for own in self.owns if own.match.verdict != Verdict.INSUFFICIENT]
        if not scores:
            return closest if closest.hit.verdict == Verdict.RELATED else None
        return closest if closest.hit.score > max(scores) else None


def speaks_for_its_line(profile: STRProfile) -> bool:
    """A sample that is closer to others than to its own line says what was in a flask, not what the line is like."""
    test = profile.test
    return test is None or (test.verdict != V.FAIL and not test.findings.get("alarm"))


def identify(profile: Profile, whose: Whose, policy: Policy | None = None) -> Identity:
    """Compare a profile with its own kind and with the house. Five queries at most, none of them by profile.

    policy   another than the one in force
    """
    in_force, version = policy_in_force()
    policy = policy or in_force
    index, profiles, donors = house()
    owns = [
        Own(found, match(profile, Profile.from_json(found.alleles), policy))
        for found in _own_kind(whose, profiles, donors)
    ]
    skipped = {*whose.but, *(own.profile.pk for own in owns)}
    of = donor.line(whose.line_id) if whose.line_id else whose.donor
    neighbours = [
        Neighbour(found := profiles[hit.key], hit, of is not None and donors.are_one(of, donor.profile(found)))
        for hit in index.search(profile, policy)
        if hit.key not in skipped and hit.score
    ]
    return Identity(policy, version, owns, neighbours, donors, len(profiles))


def _own_kind(whose: Whose, profiles: Mapping[int, STRProfile], donors: Donors) -> Iterator[STRProfile]:
    """The reference of its line, that of the nearest line it derives from, and the sample of its nearest ancestor."""
    others = [found for pk, found in profiles.items() if pk not in whose.but]
    references = {found.line_id: found for found in others if found.kind == STRProfile.Kind.REFERENCE}
    first = next((one for one in donors.lines_up(whose.line_id) if one in references), None)
    if first is not None:
        yield references[first]
        yield from [references[one] for one in donors.lines_up(donors.parents.get(first)) if one in references][:1]
    if whose.culture_id:
        sampled = {
            found.test.culture_id: found
            for found in sorted(others, key=lambda one: one.pk)  # the newest of a culture is kept
            if found.test and speaks_for_its_line(found)
        }
        yield from [sampled[pk] for pk in main_line(whose.culture_id)[1:] if pk in sampled][:1]


# --- the verdict of a test --------------------------------------------------------------------------------------------
VERDICTS = {Verdict.RELATED: V.PASS, Verdict.AMBIGUOUS: V.INCONCLUSIVE, Verdict.UNRELATED: V.FAIL}


def judge(profile: Profile, culture: Culture, *, code: str = "") -> Judgement:
    """related passes, ambiguous is inconclusive, unrelated fails; closer to a stranger is an alarm and a hold.

    code   of the sample: what stood for it before is not a neighbour
    """
    before = STRProfile.objects.filter(withdrawn_at=None, test__code=code) if code else STRProfile.objects.none()
    but = list(before.values_list("pk", flat=True))
    found = identify(profile, Whose(culture.line_id, culture.pk, but=but))
    findings = told(found)
    own, warned = found.own, MIXTURE if profile.may_be_mixture else ""
    if own is None or own.match.verdict == Verdict.INSUFFICIENT:
        why = _too_little(found, culture) + _alarm(found) + warned
        return Judgement(V.INCONCLUSIVE, why, findings, Effect.HOLD if found.alarm else Effect.FLAG)
    verdict = VERDICTS[own.match.verdict]
    if found.alarm and verdict == V.PASS:
        verdict = V.INCONCLUSIVE
    return Judgement(verdict, _says(own, found.policy) + _alarm(found) + warned, findings)


def told(found: Identity) -> dict[str, Any]:
    """Plain values, as a test keeps them: what was compared with what, by which policy, as it was then."""
    first = _own_told(found.own) if found.own else dict(NOTHING_OWN)
    return {
        "policy": found.policy.code,
        "policy_version": found.policy_version,
        "algorithm": found.policy.algorithm.value,
        "mode": found.policy.mode.value,
        "marker_set": found.policy.marker_set,
        "with_amelogenin": found.policy.with_amelogenin,
        **first,
        "besides": [_own_told(own) for own in found.owns[1:]],
        "alarm": found.alarm.name if found.alarm else "",
        "nearest": [
            {
                "profile": one.profile.pk,
                "name": one.name,
                "score": one.hit.score,
                "worst": one.hit.worst,
                "markers": one.hit.compared,
                "verdict": one.verdict.value,
                "same_donor": one.is_same_donor,
            }
            for one in found.neighbours[:NEAREST]
        ],
    }


NOTHING_OWN: Mapping[str, Any] = {
    "against": "",
    "score": None,
    "worst": None,
    "markers": 0,
    "identity": "",
    "lost": {},
    "gained": {},
}


def _own_told(own: Own) -> dict[str, Any]:
    return {
        "against": own.name,
        "profile": own.profile.pk,
        "score": own.match.score,
        "worst": own.match.worst,
        "markers": own.match.compared,
        "identity": own.match.verdict.value,
        "lost": dict(own.match.lost),
        "gained": dict(own.match.gained),
    }


MIXTURE = " It may be a mixture: three alleles or more at several markers."


def _says(own: Own, policy: Policy) -> str:
    said = f"{percent(own.match.score)} to {own.name}: {own.match.verdict} ({in_brief(policy)})."
    if own.match.worst_verdict != own.match.verdict:
        said += f" {own.match.worst_verdict.capitalize()} with {percent(own.match.worst)} if other sources are right."
    return said


def _too_little(found: Identity, culture: Culture) -> str:
    if found.own is None:
        return f"There is no profile of {culture.line} to compare with. Enter or import its reference."
    return (
        f"Only {found.own.match.compared} markers in common with {found.own.name}: too few to tell, "
        f"{found.policy.min_markers} are needed."
    )


def _alarm(found: Identity) -> str:
    if found.alarm is None:
        return ""
    return f" Closer to {found.alarm.name}, of another donor: {percent(found.alarm.hit.score)}."
