"""How identity is decided, in sentences; and what changed from one version of the policy to the next."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cultures.quality.models import IdentityPolicy
from cultures.science.str_match import POLICIES, Algorithm, Mode, Policy

SHOWN = 20  # versions on the page
ALGORITHMS = {
    Algorithm.TANABE: "Tanabe",
    Algorithm.MASTERS_QUERY: "Masters, versus query",
    Algorithm.MASTERS_REFERENCE: "Masters, versus reference",
}
FORMULAS = {
    Algorithm.TANABE: "200 × shared alleles / alleles of both",
    Algorithm.MASTERS_QUERY: "100 × shared alleles / alleles of the sample",
    Algorithm.MASTERS_REFERENCE: "100 × shared alleles / alleles of the reference",
}
MODES = {
    Mode.NON_EMPTY: "Markers with data on both sides",
    Mode.QUERY: "All markers of the sample",
    Mode.REFERENCE: "All markers of the reference",
}
MARKER_SETS = {"all": "All known markers", "13": "The 13 core markers of 2022", "8": "The 8 core markers of 2011"}


def percent(score: float | None) -> str:
    """One decimal: with so few alleles no rounded score crosses a band."""
    return "no score" if score is None else f"{score:.1f} %"


def in_brief(policy: Policy) -> str:
    """Tanabe 90/60, amelogenin scored"""
    changed = {
        MODES[policy.mode].lower(): policy.mode != Mode.NON_EMPTY,
        f"{policy.marker_set} core markers": policy.marker_set != "all",
        "amelogenin scored": policy.with_amelogenin,
    }
    return ", ".join([policy.name, *(words for words, is_so in changed.items() if is_so)])


def bands(policy: Policy) -> str:
    """related from 90 %, unrelated below 60 %"""
    return f"related from {policy.related_from} %, unrelated below {policy.unrelated_below} %"


def sentences(policy: Policy) -> list[tuple[str, str]]:
    """What the policy says, each with what it is about."""
    sex = "is scored as one of them" if policy.with_amelogenin else "is kept for the sex and not scored"
    return [
        ("Score", f"{ALGORITHMS[policy.algorithm]}: {FORMULAS[policy.algorithm]}."),
        ("Related", f"From {policy.related_from} %: the sample passes."),
        (
            "Ambiguous",
            f"From {policy.unrelated_below} % to below {policy.related_from} %: the culture is held until a retest.",
        ),
        (
            "Unrelated",
            f"Below {policy.unrelated_below} %: the culture and all that descends from it go into quarantine.",
        ),
        ("Insufficient", f"Fewer than {policy.min_markers} markers in common tell nothing; the sample is flagged."),
        ("Alarm", "Closer to a line of another donor than to its own parent or reference: held, whatever the score."),
        ("Markers", f"{MODES[policy.mode]}, of these: {MARKER_SETS[policy.marker_set].lower()}. Amelogenin {sex}."),
        ("Rounding", "The score is compared with the bands as it is, and never rounded across one."),
    ]


def versions() -> list[tuple[IdentityPolicy, list[str]]]:
    """The newest first, each with what it changed. One query."""
    told = list(IdentityPolicy.objects.select_related("by").order_by("-version")[: SHOWN + 1])
    if len(told) <= SHOWN:
        told.append(IdentityPolicy(version=0))
    return [(later, list(changes(before, later))) for later, before in pairwise(told)]


def changes(before: IdentityPolicy, after: IdentityPolicy) -> Iterator[str]:
    for (what, old), (_, new) in zip(_said(before), _said(after), strict=True):
        if old != new:
            yield f"{what}: {old} → {new}"


def _said(decided: IdentityPolicy) -> Iterable[tuple[str, str]]:
    yield "Rule", POLICIES[decided.code].name
    yield "Markers that count", MODES[Mode(decided.mode)].lower()
    yield "Set of markers", MARKER_SETS[decided.marker_set].lower()
    yield "Amelogenin", "scored" if decided.with_amelogenin else "not scored"
