"""The lab's rules of testing as sentences, and what changed from one version to the next."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.db.models import Prefetch

from cultures.quality.families import families
from cultures.quality.models import LabMethod, PolicyRule, QCPolicy
from lims.tabular.durations import duration_in_words

Phase = PolicyRule.Phase
PHASES = list(Phase)
NO_BREAK_SPACE = "\u00a0"
SHOWN = 20  # versions on the page


@dataclass(frozen=True)
class RuleInWords:
    """A rule, and those of single lines that go before it."""

    phase: str
    sentence: str
    lines: list[tuple[str, str]]  # the line, and what holds for it instead


@dataclass(frozen=True)
class FamilyInWords:
    code: str
    title: str
    rules: list[RuleInWords]


def versions() -> list[QCPolicy]:
    """The newest versions with their rules and who made them, and one before to compare with. Two queries."""
    rules = Prefetch("rules", PolicyRule.objects.select_related("line"))
    return list(QCPolicy.objects.select_related("by").prefetch_related(rules).order_by("-version")[: SHOWN + 1])


def all_titles() -> dict[str, str]:
    """Of every family a version may name, those of methods that are retired too. Two queries."""
    return families() | dict(LabMethod.objects.values_list("code", "title"))


def in_words(rules: Iterable[PolicyRule], titles: Mapping[str, str]) -> list[FamilyInWords]:
    """By method: what is tested when, and the lines that differ."""
    found = []
    for family, of_family in groupby(sorted(rules, key=_order), key=lambda rule: rule.method):
        told = []
        for phase, of_phase in groupby(of_family, key=lambda rule: rule.phase):
            general, lines = None, []
            for rule in of_phase:
                if rule.line is None:
                    general = sentence(rule)
                else:
                    lines.append((str(rule.line), times(rule)))
            told.append(RuleInWords(Phase(phase).label, general or f"{SUBJECT[phase]}: no rule for all lines.", lines))
        found.append(FamilyInWords(family, titles.get(family, family), told))
    return found


def _order(rule: PolicyRule) -> tuple[str, int, bool, str]:
    return rule.method, PHASES.index(Phase(rule.phase)), rule.line_id is not None, str(rule.line or "")


SUBJECT: Mapping[str, str] = {
    Phase.GROWING: "Growing cultures",
    Phase.RECEIVED: "Cells that came from outside",
    Phase.THAWED: "Thawed cells",
    Phase.BANKING: "Before cells are banked",
    Phase.CONFIRMATION: "When a model is confirmed",
}


def sentence(rule: PolicyRule) -> str:
    """Growing cultures are tested every 30 d, again 1 d after an inconclusive sample and 14 d after one that failed."""
    match rule.phase:
        case Phase.BANKING | Phase.CONFIRMATION:
            return f"{SUBJECT[rule.phase]}, {times(rule)}."
        case _:
            return f"{SUBJECT[rule.phase]} are tested {times(rule)}."


def times(rule: PolicyRule) -> str:
    """every 30 d, again 1 d after an inconclusive sample and 14 d after one that failed"""
    match rule.phase:
        case Phase.GROWING:
            doubt, fail = _after(rule.retest_after), _after(rule.after_fail)
            every = span(rule.every)
            return f"every {every}, again {doubt} an inconclusive sample and {fail} one that failed"
        case Phase.RECEIVED:
            return _window(rule, "they came in")
        case Phase.THAWED:
            return _window(rule, "the thaw")
    return f"their last sample passed and is no older than {span(rule.every)}"


def _after(time: timedelta) -> str:
    return f"{span(time)} after" if time else "at once after"


def span(time: timedelta | None) -> str:
    """30 d, never parted at the end of a line."""
    return duration_in_words(time).replace(" ", NO_BREAK_SPACE)


def _window(rule: PolicyRule, since: str) -> str:
    if not rule.due_by:
        return f"at once when {since}" if since.startswith("they") else f"at once after {since}"
    latest = f"{span(rule.due_by)} after {since}"
    if not rule.first_after:
        return f"at the latest {latest}"
    return f"from {span(rule.first_after)} on, at the latest {latest}"


# --- versions --------------------------------------------------------------------------------------------------------


def changes(before: QCPolicy | None, after: QCPolicy, titles: Mapping[str, str]) -> list[str]:
    """What a version says otherwise than the one before: all its rules when there was none."""
    return list(_changes(before, after, titles))


def _changes(before: QCPolicy | None, after: QCPolicy, titles: Mapping[str, str]) -> Iterator[str]:
    if before and before.receives_into_quarantine != after.receives_into_quarantine:
        yes = after.receives_into_quarantine
        yield f"Cells from outside {'start' if yes else 'do not start'} in quarantine."
    old, new = _said(before, titles), _said(after, titles)
    for key in [*new, *(key for key in old if key not in new)]:
        if key not in old:
            yield f"{key}: new, {new[key]}"
        elif key not in new:
            yield f"{key}: no rule any more; it was {old[key]}"
        elif old[key] != new[key]:
            yield f"{key}: {old[key]} → {new[key]}"


def _said(policy: QCPolicy | None, titles: Mapping[str, str]) -> dict[str, str]:
    rules = sorted(policy.rules.all(), key=_order) if policy else []
    return {f"{titles.get(rule.method, rule.method)}, {_whose(rule)}": times(rule) for rule in rules}


def _whose(rule: PolicyRule) -> str:
    label = Phase(rule.phase).label
    return f"{label}, {rule.line} only" if rule.line else label
