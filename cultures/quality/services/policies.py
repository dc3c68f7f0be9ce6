"""The lab's rules of testing and of identity, decided anew as a next version. What was due before stays readable."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from cultures.lines.models import CellLine
from cultures.passaging.errors import NotThere
from cultures.quality.errors.policies import PolicyChangedMeanwhile, PolicyUnchanged, RuleIncomplete
from cultures.quality.families import MYCOPLASMA, STR, UnknownMethod, families
from cultures.quality.models import IdentityPolicy, PolicyRule, QCPolicy
from cultures.quality.models.policies import LONGEST
from cultures.science.str_match import POLICIES
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.tabular.text import BadText, clean_text

Phase = PolicyRule.Phase
INTERVALS = (Phase.GROWING, Phase.BANKING, Phase.CONFIRMATION)
DAY = timedelta(days=1)
MOST_RULES = 100


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as it is said (PolicyRule says what each time means). `family` of methods; line_id None: all lines."""

    family: str
    phase: str
    line_id: int | None = None
    every: timedelta | None = None
    retest_after: timedelta = DAY
    after_fail: timedelta = 14 * DAY
    first_after: timedelta = timedelta(0)
    due_by: timedelta = timedelta(0)


# Intervals are practice, not law (mycoplasma monthly, on arrival, 1 to 2 weeks after a thaw; STR yearly).
STANDARD = (
    Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY),
    Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY),
    Rule(family=MYCOPLASMA, phase=Phase.THAWED, first_after=7 * DAY, due_by=14 * DAY),
    Rule(family=MYCOPLASMA, phase=Phase.BANKING, every=30 * DAY),
    Rule(family=STR, phase=Phase.GROWING, every=365 * DAY, retest_after=14 * DAY),
    Rule(family=STR, phase=Phase.RECEIVED, due_by=30 * DAY),
    Rule(family=STR, phase=Phase.BANKING, every=365 * DAY),
    Rule(family=STR, phase=Phase.CONFIRMATION, every=90 * DAY),
)


def adopt_standard_policy(*, by: User | str) -> QCPolicy:
    """Version 1 of a new lab: the usual rules."""
    with acting(by, "change_qc_policy", reason="the usual rules of a new laboratory"):
        policy = QCPolicy.objects.create(
            version=1, reason="the usual rules of a new laboratory", by=by if isinstance(by, User) else None
        )
        _write(policy, STANDARD)
        return policy


def change_qc_policy(
    *, rules: Sequence[Rule], receives_into_quarantine: bool, reason: str, based_on: int, by: User
) -> QCPolicy:
    """A next version: all its rules.

    based_on   the version that was looked at; 0 when there was none
    """
    reason = _said(reason)
    with acting(by, "change_qc_policy", reason=reason):
        newest = QCPolicy.objects.select_for_update(of=("self",)).order_by("-version").first()
        if (newest.version if newest else 0) != based_on:
            raise PolicyChangedMeanwhile(newest or QCPolicy(version=0))
        _check_all(rules)
        if newest and newest.receives_into_quarantine == receives_into_quarantine and _same(newest, rules):
            raise PolicyUnchanged
        with refused_if_taken(lambda: _overtaken(based_on)):  # two people at once
            policy = QCPolicy.objects.create(
                version=based_on + 1, receives_into_quarantine=receives_into_quarantine, reason=reason, at=now(), by=by
            )
        _write(policy, rules)
        return policy


def _overtaken(based_on: int) -> PolicyChangedMeanwhile | None:
    newest = QCPolicy.current()
    return PolicyChangedMeanwhile(newest) if newest and newest.version != based_on else None


def _check_all(rules: Sequence[Rule]) -> None:
    """Raises RuleIncomplete at the rule at fault, UnknownMethod or NotThere. Two queries."""
    if len(rules) > MOST_RULES:
        raise RuleIncomplete(f"The lab has {MOST_RULES} rules at most. Take some out.", "rules")
    known = families()
    seen: set[tuple[str, str, int | None]] = set()
    for place, rule in enumerate(rules):
        field = f"rules.{place}"
        if rule.family not in known:
            raise UnknownMethod(rule.family)
        _check(rule, field)
        if (said := (rule.family, rule.phase, rule.line_id)) in seen:
            raise RuleIncomplete("A method has one rule in each phase of a line. Keep one of them.", field)
        seen.add(said)
    _refuse_unknown_lines(rules)


def _check(rule: Rule, field: str) -> None:
    if rule.phase not in Phase.values:
        raise RuleIncomplete(f"{rule.phase!r} is no phase. Choose one of: {', '.join(Phase.labels)}.", field)
    if rule.phase in INTERVALS and not (rule.every and timedelta(0) < rule.every <= LONGEST):
        raise RuleIncomplete("Say every how many days it is tested, from 1 to 3650.", field)
    if rule.phase not in INTERVALS and rule.every is not None:
        raise RuleIncomplete("Arrivals and thaws are tested once, within days. Leave the interval empty.", field)
    times = (rule.retest_after, rule.after_fail, rule.first_after, rule.due_by)
    if not all(timedelta(0) <= time <= LONGEST for time in times) or rule.due_by < rule.first_after:
        raise RuleIncomplete("Times are from 0 to 3650 days, and the latest is not before the earliest.", field)


def _refuse_unknown_lines(rules: Sequence[Rule]) -> None:
    asked = {rule.line_id for rule in rules if rule.line_id is not None}
    if asked and CellLine.objects.filter(pk__in=asked).count() < len(asked):
        raise NotThere("line", "rules")


def rules_of(policy: QCPolicy) -> list[Rule]:
    """The rules of a version, as they were said."""
    return [
        Rule(
            family=row.method,
            phase=row.phase,
            line_id=row.line_id,
            every=row.every,
            retest_after=row.retest_after,
            after_fail=row.after_fail,
            first_after=row.first_after,
            due_by=row.due_by,
        )
        for row in policy.rules.all()
    ]


def _same(policy: QCPolicy, rules: Sequence[Rule]) -> bool:
    return set(rules_of(policy)) == set(rules)


def _write(policy: QCPolicy, rules: Sequence[Rule]) -> None:
    PolicyRule.objects.bulk_create(
        PolicyRule(policy=policy, method=said.pop("family"), **said) for said in map(asdict, rules)
    )


def change_identity_policy(
    *, code: str, mode: str, marker_set: str, with_amelogenin: bool, reason: str, based_on: int, by: User
) -> IdentityPolicy:
    """Which score and bands decide identity from now on. Results keep the version they were judged by."""
    reason = _said(reason)
    with acting(by, "change_identity_policy", reason=reason):
        newest = IdentityPolicy.objects.select_for_update(of=("self",)).order_by("-version").first()
        before = newest or IdentityPolicy.current()
        if before.version != based_on:
            raise PolicyChangedMeanwhile(before)
        for field, value, known in (
            ("code", code, list(POLICIES)),
            ("mode", mode, MODES),
            ("marker_set", marker_set, SETS),
        ):
            if value not in known:
                raise RuleIncomplete(f"{value!r} is not known. Choose one of: {', '.join(known)}.", field)
        decided = {"code": code, "mode": mode, "marker_set": marker_set, "with_amelogenin": with_amelogenin}
        if all(getattr(before, name) == value for name, value in decided.items()):
            raise PolicyUnchanged
        with refused_if_taken(lambda: _identity_overtaken(based_on)):
            return IdentityPolicy.objects.create(version=before.version + 1, reason=reason, at=now(), by=by, **decided)


def _identity_overtaken(based_on: int) -> PolicyChangedMeanwhile | None:
    newest = IdentityPolicy.current()
    return PolicyChangedMeanwhile(newest) if newest.version != based_on else None


MODES = ["non-empty", "query", "reference"]
SETS = ["all", "13", "8"]


def _said(reason: str) -> str:
    cleaned = clean_text(reason, "The reason", max_length=300)
    if not cleaned:
        raise BadText("Write why the rules change.", field="reason")
    return cleaned
