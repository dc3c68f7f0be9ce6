"""How alike two STR profiles are, and what that says about their identity.

    Tanabe                 200 · shared / (query alleles + reference alleles)      Tanabe 1999
    Masters, vs query      100 · shared / query alleles                            Masters 2001
    Masters, vs reference  100 · shared / reference alleles

`shared` sums over markers the alleles both have, as sets. Which markers count is the mode, as in CLASTR (Robin 2020,
doi:10.1002/ijc.32639): those with data on both sides, all of the query, or all of the reference; the other side counts
only where the first has data. A score is a percentage, named with its algorithm and mode, for each gives another one.

Two samples of one donor match: a score never tells a subline from its parent, nor that cells are resistant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

from cultures.science.str_profiles import AMELOGENIN, CORE_8, CORE_13, KNOWN, Alleles, Profile, in_order

MARKER_SETS: Mapping[str, frozenset[str]] = {
    "all": KNOWN - {AMELOGENIN},
    "13": frozenset(CORE_13),
    "8": frozenset(CORE_8),
}


class Algorithm(StrEnum):
    TANABE = "tanabe"
    MASTERS_QUERY = "masters-query"
    MASTERS_REFERENCE = "masters-reference"


class Mode(StrEnum):
    NON_EMPTY = "non-empty"
    QUERY = "query"
    REFERENCE = "reference"


class Verdict(StrEnum):
    RELATED = "related"
    AMBIGUOUS = "ambiguous"
    UNRELATED = "unrelated"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True)
class Policy:
    """How identity is decided. A score of `related_from` is related, one below `unrelated_below` is not.

    related_from, unrelated_below   per cent, whole, so that a score is never rounded across a limit
    marker_set                      "all", "13" or "8": a key of MARKER_SETS
    min_markers                     with data on both sides, amelogenin not counted; fewer are insufficient
    """

    code: str
    name: str
    source: str
    algorithm: Algorithm
    related_from: int
    unrelated_below: int
    mode: Mode = Mode.NON_EMPTY
    with_amelogenin: bool = False
    marker_set: str = "all"
    min_markers: int = 8

    @property
    def scored(self) -> frozenset[str]:
        return MARKER_SETS[self.marker_set] | ({AMELOGENIN} if self.with_amelogenin else set())


# The sources print whole numbers and leave gaps (55 to 56, 79 to 80); here each band reaches up to the next one.
DEFAULT = Policy("default", "Tanabe 90/60", "The laboratory's own", Algorithm.TANABE, 90, 60)
ASN_2011 = Policy(
    "asn-2011", "ASN-0002-2011, Masters 80/56", "ANSI/ATCC ASN-0002-2011", Algorithm.MASTERS_QUERY, 80, 56
)
POLICIES: Mapping[str, Policy] = {
    policy.code: policy
    for policy in (
        DEFAULT,
        ASN_2011,
        Policy("clastr-tanabe", "CLASTR, Tanabe 90/80", "CLASTR help, section 4.3", Algorithm.TANABE, 90, 80),
        Policy("clastr-masters", "CLASTR, Masters 80/60", "CLASTR help, section 4.3", Algorithm.MASTERS_QUERY, 80, 60),
        Policy("atcc", "ATCC, Tanabe 90/80", "ATCC STR database, matching algorithm", Algorithm.TANABE, 90, 80),
        Policy(
            "capes-davis-2013",
            "Capes-Davis 2013, Masters 80/50",
            "Capes-Davis 2013, Int J Cancer 132(11)",
            Algorithm.MASTERS_QUERY,
            80,
            50,
        ),
    )
}


class Counts(NamedTuple):
    """What a score is made of. `compared` markers have data on both sides, amelogenin aside; `markers` are counted."""

    shared: int
    query_alleles: int
    reference_alleles: int
    markers: int
    compared: int


def score_of(counts: Counts, algorithm: Algorithm) -> float | None:
    """Per cent, or None where no marker has data on both sides.

    A quotient of whole numbers, rounded once to a float, stays on its side of any whole limit: 80.0 is exactly 80.

    >>> score_of(Counts(14, 16, 19, 9, 8), Algorithm.TANABE)
    80.0
    """
    shared, query, reference = counts[:3]
    if not query or not reference:
        return None
    if algorithm is Algorithm.TANABE:
        return 200 * shared / (query + reference)
    return 100 * shared / (query if algorithm is Algorithm.MASTERS_QUERY else reference)


def verdict_of(score: float | None, compared: int, policy: Policy) -> Verdict:
    """Decided on the unrounded score."""
    if score is None or compared < policy.min_markers:
        return Verdict.INSUFFICIENT
    if score >= policy.related_from:
        return Verdict.RELATED
    return Verdict.UNRELATED if score < policy.unrelated_below else Verdict.AMBIGUOUS


def count(query: Alleles, reference: Alleles, policy: Policy) -> Counts:
    """One version against another."""
    sides = sides_of(query, reference, policy)
    return Counts(
        shared=sum(len(query[marker] & reference[marker]) for marker in sides.both),
        query_alleles=sum(len(query[marker]) for marker in sides.query),
        reference_alleles=sum(len(reference[marker]) for marker in sides.reference),
        markers=sides.counted,
        compared=sides.compared,
    )


class Sides(NamedTuple):
    """Which markers count on each side."""

    query: frozenset[str]
    reference: frozenset[str]
    both: frozenset[str]

    @property
    def counted(self) -> int:
        return max(len(self.query), len(self.reference))

    @property
    def compared(self) -> int:
        return len(self.both - {AMELOGENIN})


def sides_of(query: Iterable[str], reference: Iterable[str], policy: Policy) -> Sides:
    """Of the markers that have data."""
    queried, known = policy.scored.intersection(query), policy.scored.intersection(reference)
    both = queried & known
    is_query, is_reference = policy.mode is Mode.QUERY, policy.mode is Mode.REFERENCE
    return Sides(queried if is_query else both, known if is_reference else both, both)


@dataclass(frozen=True)
class Comparison:
    """The best of all pairs of versions: its counts, score and verdict; `worst` is the lowest score of any pair.

    score, worst    per cent, unrounded; None where no marker has data on both sides
    verdict         of the best score; `worst_verdict` differs where the sources in conflict decide
    """

    shared: int
    query_alleles: int
    reference_alleles: int
    markers: int
    compared: int
    score: float | None
    worst: float | None
    verdict: Verdict
    worst_verdict: Verdict


@dataclass(frozen=True)
class Match(Comparison):
    """Two profiles compared, with how, and with what differs.

    lost, gained        by marker with data on both sides: alleles of the reference only, of the query only. Amelogenin
                        is told here even where it is not scored: a lost Y is common and no mismatch
    unknown             markers of either that are not scored, for nobody knows them
    """

    algorithm: Algorithm
    mode: Mode
    with_amelogenin: bool
    lost: Mapping[str, list[str]] = field(default_factory=dict)
    gained: Mapping[str, list[str]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def rank(score: float | None, markers: int) -> tuple[float, int]:
    """By which matches are sorted: the higher the better. Without data on both sides comes last."""
    return (-1.0 if score is None else score), markers


class Scored(NamedTuple):
    """One version of a query against one of a reference."""

    counts: Counts
    score: float | None
    versions: tuple[Alleles, Alleles] = ({}, {})


def best_and_worst(pairs: Sequence[Scored]) -> tuple[Scored, Scored]:
    """The first of those that rank highest, and lowest among those with data on both sides."""
    if len(pairs) == 1:
        return pairs[0], pairs[0]
    with_data = [pair for pair in pairs if pair.score is not None] or pairs
    ranks = [rank(pair.score, pair.counts.markers) for pair in with_data]
    return with_data[ranks.index(max(ranks))], with_data[ranks.index(min(ranks))]


def outcome(best: Scored, worst: Scored, policy: Policy) -> dict[str, Any]:
    """The fields of a Comparison."""
    return {
        **best.counts._asdict(),
        "score": best.score,
        "worst": worst.score,
        "verdict": verdict_of(best.score, best.counts.compared, policy),
        "worst_verdict": verdict_of(worst.score, worst.counts.compared, policy),
    }


def match(query: Profile, reference: Profile, policy: Policy = DEFAULT) -> Match:
    """Score a query against a reference, over all versions of both.

    >>> grown = Profile.of({"TH01": "6,9.3", "TPOX": "8", "vWA": "14,16", "Amelogenin": "X"})
    >>> banked = Profile.of({"TH01": "6,9.3", "TPOX": "8", "vWA": "14,16,18", "Amelogenin": "X,Y"})
    >>> found = match(grown, banked)
    >>> found.shared, found.query_alleles, found.reference_alleles, found.markers, found.verdict.value
    (5, 5, 6, 3, 'insufficient')
    >>> round(found.score, 2), found.lost
    (90.91, {'vWA': ['18'], 'Amelogenin': ['Y']})
    """
    pairs = []
    for versions in product(query.versions, reference.versions):
        counts = count(*versions, policy)
        pairs.append(Scored(counts, score_of(counts, policy.algorithm), versions))
    best, worst = best_and_worst(pairs)
    one, other = best.versions
    told = [marker for marker in one if marker in other and marker in policy.scored | {AMELOGENIN}]
    return Match(
        **outcome(best, worst, policy),
        algorithm=policy.algorithm,
        mode=policy.mode,
        with_amelogenin=policy.with_amelogenin,
        lost={marker: in_order(alleles) for marker in told if (alleles := other[marker] - one[marker])},
        gained={marker: in_order(alleles) for marker in told if (alleles := one[marker] - other[marker])},
        unknown=tuple(sorted({*query.unknown, *reference.unknown})),
    )
