"""The methods in sentences: what each looks for, what a verdict does to the cells, and what lets them out again."""

from dataclasses import dataclass
from decimal import Decimal

from cultures.quality.families import HOLD_RELEASE, TITLES
from cultures.quality.methods import METHODS
from cultures.quality.methods.base import Effect, Method, Release
from cultures.quality.methods.lab_methods import method_from
from cultures.quality.models import LabMethod
from cultures.quality.policy_words import span
from lims.accounts.access import who_may

DOES = {
    Effect.QUARANTINE: "puts the culture and all its descendants into quarantine",
    Effect.HOLD: "holds the culture until the retest",
    Effect.FLAG: "is shown, and stops nothing",
}
SIGNS = {Effect.QUARANTINE: ("red", "lock"), Effect.HOLD: ("amber", "pause"), Effect.FLAG: ("", "info")}
NUMBERS = {1: "One pass", 2: "Two passes", 3: "Three passes"}


@dataclass(frozen=True)
class MethodInWords:
    method: Method
    row: LabMethod | None  # of a method the lab defined
    reads: str
    fails: str
    doubts: str
    releases: str

    @property
    def sign(self) -> tuple[str, str]:
        return SIGNS[self.method.on_fail]


def built_in() -> list[MethodInWords]:
    return [_told(method, None) for method in METHODS.values()]


def of_the_lab() -> list[MethodInWords]:
    """Those in use first. One query."""
    rows = sorted(LabMethod.objects.select_related("by"), key=lambda row: row.retired_at is not None)
    return [_told(method_from(row), row) for row in rows]


def _told(method: Method, row: LabMethod | None) -> MethodInWords:
    return MethodInWords(
        method=method,
        row=row,
        reads=_limits(row) if row else _reads(method),
        fails=f"A fail {DOES[method.on_fail]}.",
        doubts="" if row and row.kind == LabMethod.Kind.NUMERIC else _doubts(method),
        releases=_releases(method),
    )


def _doubts(method: Method) -> str:
    return f"An inconclusive result {DOES[method.on_inconclusive]}."


def _reads(method: Method) -> str:
    parts = []
    if method.family != method.code:
        parts.append(f"A pass is one of {TITLES.get(method.family, method.family)}, as by its other methods.")
    if method.needs_kit:
        parts.append("It is judged by the cut-offs of the kit's record.")
    if method.in_runs:
        parts.append(
            "Samples are read in runs" + (", whose controls speak for all of them." if method.controls else ".")
        )
    if method.pending_up_to:
        parts.append(f"A result may take up to {span(method.pending_up_to)}; it applies to its sample.")
    return " ".join(parts)


def _limits(row: LabMethod) -> str:
    if row.kind == LabMethod.Kind.PASS_FAIL:
        return "Pass, fail or inconclusive, as judged at the bench."
    ends = ((word, end) for word, end in (("from", row.passes_from), ("up to", row.passes_to)) if end is not None)
    return f"A number that passes {' '.join(f'{word} {_plain(end)}' for word, end in ends)} {row.unit}".strip() + "."


def _releases(method: Method) -> str:
    match method.on_fail:
        case Effect.QUARANTINE:
            return released_by(method.release)
        case Effect.HOLD:
            return released_by(HOLD_RELEASE)
    return ""


def released_by(release: Release) -> str:
    """Two passes in a row, at least 14 d apart, and a lab manager or PI let them out."""
    if not release.passes:
        return "Only disposal, or treatment and then clean samples, let them out."
    passes = NUMBERS.get(release.passes, f"{release.passes} passes") + (" in a row" if release.passes > 1 else "")
    apart = f", at least {span(release.apart)} apart," if release.apart else ""
    if release.needs_lead:
        return f"{passes}{apart} and a {who_may('release_cultures')} let them out."
    return f"{passes}{apart} let{'s' if release.passes == 1 else ''} them out."


def _plain(number: Decimal) -> str:
    return f"{Decimal(number).normalize():f}"
