"""The rules of testing and of identity are decided anew as a version; nobody overwrites what another has decided."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from cultures.passaging.errors import NotThere
from cultures.quality.errors.policies import MethodInPolicy, PolicyChangedMeanwhile, PolicyUnchanged, RuleIncomplete
from cultures.quality.families import MYCOPLASMA, STR
from cultures.quality.methods import UnknownMethod
from cultures.quality.models import IdentityPolicy, PolicyRule, QCPolicy, Quarantine
from cultures.quality.policy_words import NO_BREAK_SPACE, all_titles, changes, in_words, versions
from cultures.quality.services import adopt_standard_policy, change_identity_policy, change_qc_policy, retire_method
from cultures.quality.services.policies import MOST_RULES, STANDARD, Phase, Rule, rules_of
from lims.audit.models import Entry
from lims.errors import DomainError
from lims.tabular.text import BadText
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, nothing_written

pytestmark = pytest.mark.django_db
MONTHLY = Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY)
WEEKLY = replace(MONTHLY, every=7 * DAY)
ARRIVAL = Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY)


def changed(*rules: Rule, based_on: int = 0, reason: str = "as decided in May", apart: bool = True) -> QCPolicy:
    return change_qc_policy(
        rules=rules, receives_into_quarantine=apart, reason=reason, based_on=based_on, by=lab.manager()
    )


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_new_lab_starts_with_the_usual_rules():
    policy = adopt_standard_policy(by="system:first_words")
    assert (policy.version, policy.by, policy.receives_into_quarantine) == (1, None, True)
    assert set(rules_of(policy)) == set(STANDARD)
    told = {rule.phase: rule for rule in policy.rules.filter(method=MYCOPLASMA)}
    assert (told["growing"].every, told["growing"].retest_after) == (30 * DAY, DAY)
    assert (told["thawed"].first_after, told["thawed"].due_by) == (7 * DAY, 14 * DAY)
    assert policy.rules.get(method=STR, phase="growing").every == 365 * DAY


def test_a_change_is_a_version_with_who_and_why_and_the_one_before_stays():
    before = changed(MONTHLY)
    after = changed(WEEKLY, ARRIVAL, based_on=1, reason="an outbreak upstairs")
    assert (after.version, after.by, after.reason) == (2, lab.manager(), "an outbreak upstairs")
    assert QCPolicy.current() == after
    assert rules_of(before) == [MONTHLY]
    assert set(rules_of(after)) == {WEEKLY, ARRIVAL}
    entry = Entry.objects.filter(verb="change_qc_policy").latest("pk")
    assert (entry.actor, entry.reason) == (f"user:{lab.manager().pk}", "an outbreak upstairs")


def test_rules_may_be_taken_out_altogether():
    changed(MONTHLY)
    assert rules_of(changed(based_on=1)) == []


def test_who_looked_at_an_older_version_is_told_who_changed_it():
    changed(MONTHLY)
    changed(WEEKLY, based_on=1)
    for seen in (0, 1, 3):
        with nothing_written(), pytest.raises(PolicyChangedMeanwhile, match=r"\(LM\) has changed.*QC policy v2"):
            changed(MONTHLY, ARRIVAL, based_on=seen)


def test_two_people_who_decide_at_once_get_one_version_and_one_refusal(monkeypatch):
    """The second has read the rules just before the first saved them: the database says that there is a version 1."""
    changed(MONTHLY)
    real = QCPolicy.objects.select_for_update
    monkeypatch.setattr(QCPolicy.objects, "select_for_update", lambda **how: real(**how).filter(version=0))
    with nothing_written(), pytest.raises(PolicyChangedMeanwhile, match="QC policy v1"):
        changed(WEEKLY)


@pytest.mark.parametrize("rules", [(MONTHLY, ARRIVAL), (ARRIVAL, MONTHLY)])
def test_the_same_rules_in_any_order_are_no_change(rules):
    changed(MONTHLY, ARRIVAL)
    with nothing_written(), pytest.raises(PolicyUnchanged):
        changed(*rules, based_on=1)
    assert changed(*rules, based_on=1, apart=False).version == 2


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (replace(MONTHLY, every=None), "every how many days"),
        (replace(MONTHLY, every=timedelta(0)), "every how many days"),
        (replace(MONTHLY, every=-DAY), "every how many days"),
        (replace(MONTHLY, every=3651 * DAY), "every how many days"),
        (replace(MONTHLY, phase="asleep"), "'asleep' is no phase"),
        (replace(MONTHLY, retest_after=-DAY), "from 0 to 3650 days"),
        (replace(MONTHLY, after_fail=4000 * DAY), "from 0 to 3650 days"),
        (replace(ARRIVAL, every=DAY), "Leave the interval empty"),
        (replace(ARRIVAL, first_after=2 * DAY), "the latest is not before the earliest"),
        (MONTHLY, "one rule in each phase"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(rule, sentence):
    with nothing_written(), pytest.raises(RuleIncomplete, match=sentence) as refused:
        changed(MONTHLY, rule)
    assert refused.value.field == "rules.1"


def test_what_a_rule_names_must_be_there():
    with nothing_written(), pytest.raises(UnknownMethod, match="'mycoplasma_pcr' is no method"):
        changed(replace(MONTHLY, family="mycoplasma_pcr"))  # rules speak of families
    with nothing_written(), pytest.raises(NotThere):
        changed(replace(MONTHLY, line_id=999_999))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_change_says_why(reason):
    with nothing_written(), pytest.raises(BadText):
        changed(MONTHLY, reason=reason)


def test_there_are_so_many_rules_at_most():
    lines = [lab.line(f"LINE-{number}") for number in range(MOST_RULES)]
    rules = [MONTHLY, *(replace(WEEKLY, line_id=line.pk) for line in lines)]
    with nothing_written(), pytest.raises(RuleIncomplete, match="100 rules at most"):
        changed(*rules)
    assert changed(*rules[:-1]).rules.count() == MOST_RULES


def test_many_rules_cost_no_more_queries(django_assert_max_num_queries: DjangoAssertNumQueries):
    lines = [lab.line(f"LINE-{number}") for number in range(30)]
    rules = [MONTHLY, *(replace(WEEKLY, line_id=line.pk) for line in lines)]
    by = lab.manager()
    with django_assert_max_num_queries(20):
        change_qc_policy(rules=rules, receives_into_quarantine=True, reason="lines", based_on=0, by=by)


def test_the_database_keeps_the_times_of_a_phase():
    policy = changed(MONTHLY)
    for said in ({"phase": "received", "every": DAY}, {"phase": "growing"}, {"phase": "thawed", "first_after": DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyRule.objects.create(policy=policy, method=STR, **said)


def test_a_method_that_the_rules_ask_for_is_not_retired():
    method = qc.lab_method("Endotoxin")
    changed(Rule(family=method.code, phase=Phase.GROWING, every=30 * DAY))
    with nothing_written(), pytest.raises(MethodInPolicy, match="a rule asks for it"):
        retire_method(code=method.code, by=lab.manager())
    changed(MONTHLY, based_on=1)
    assert retire_method(code=method.code, by=lab.manager()).retired_at
    with nothing_written(), pytest.raises(UnknownMethod):
        changed(Rule(family=method.code, phase=Phase.GROWING, every=30 * DAY), based_on=2)


# --- arrivals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy_says", "is_taken_over", "apart"),
    [(None, False, True), (True, False, True), (False, False, False), (True, True, False)],
)
def test_cells_from_outside_start_in_quarantine_unless_the_lab_says_otherwise(policy_says, is_taken_over, apart):
    if policy_says is not None:
        changed(MONTHLY, apart=policy_says)
    culture = lab.growing(is_taken_over=is_taken_over)
    found = Quarantine.objects.filter(members__culture=culture)
    assert [one.cause for one in found] == (["arrival"] if apart else [])


def test_a_later_change_of_the_rules_lets_nobody_out():
    culture = lab.growing(is_taken_over=False)
    changed(MONTHLY, apart=False)
    assert culture.quarantine_memberships.get().until is None


def plain(words: str) -> str:
    return words.replace(NO_BREAK_SPACE, " ")


# --- in words --------------------------------------------------------------------------------------------------------


def test_rules_are_told_in_sentences_with_the_lines_that_differ():
    line = lab.line("SKBR3")
    policy = changed(
        *STANDARD,
        replace(WEEKLY, line_id=line.pk, retest_after=timedelta(hours=36)),
        Rule(family="sterility", phase=Phase.THAWED, line_id=line.pk, due_by=timedelta(0)),
    )
    told = {family.title: family.rules for family in in_words(policy.rules.select_related("line"), all_titles())}
    assert [plain(rule.sentence) for rule in told["mycoplasma"]] == [
        "Growing cultures are tested every 30 d, again 1 d after an inconclusive sample and 14 d after one that "
        "failed.",
        "Cells that came from outside are tested at the latest 1 d after they came in.",
        "Thawed cells are tested from 7 d on, at the latest 14 d after the thaw.",
        "Before cells are banked, their last sample passed and is no older than 30 d.",
    ]
    assert [(line, plain(times)) for line, times in told["mycoplasma"][0].lines] == [
        ("SKBR3", "every 7 d, again 36 h after an inconclusive sample and 14 d after one that failed")
    ]
    assert told["STR identity"][-1].sentence.startswith("When a model is confirmed, their last sample")
    assert told["sterility"][0].sentence == "Thawed cells: no rule for all lines."
    assert told["sterility"][0].lines == [("SKBR3", "at once after the thaw")]


def test_what_a_version_changed_is_told_rule_by_rule():
    line = lab.line("SKBR3")
    changed(MONTHLY, ARRIVAL)
    changed(WEEKLY, replace(WEEKLY, line_id=line.pk, every=3 * DAY), based_on=1, apart=False)
    later, before = versions()
    assert [plain(change) for change in changes(before, later, all_titles())] == [
        "Cells from outside do not start in quarantine.",
        "mycoplasma, growing: every 30 d, again 1 d after an inconclusive sample and 14 d after one that failed → "
        "every 7 d, again 1 d after an inconclusive sample and 14 d after one that failed",
        "mycoplasma, growing, SKBR3 only: new, every 3 d, again 1 d after an inconclusive sample and 14 d after one "
        "that failed",
        "mycoplasma, after arrival: no rule any more; it was at the latest 1 d after they came in",
    ]


# --- identity --------------------------------------------------------------------------------------------------------


def identity(based_on: int = 0, **said: object) -> IdentityPolicy:
    usual = {"code": "default", "mode": "non-empty", "marker_set": "all", "with_amelogenin": False}
    return change_identity_policy(**usual | said, reason="the journal asks", based_on=based_on, by=lab.manager())  # type: ignore[arg-type]


def test_identity_is_decided_by_versions_too():
    assert IdentityPolicy.current().version == 0
    with nothing_written(), pytest.raises(PolicyUnchanged):
        identity()
    assert identity(with_amelogenin=True).version == 1
    assert identity(1, marker_set="13").version == 2
    with nothing_written(), pytest.raises(PolicyChangedMeanwhile, match="identity policy v2"):
        identity(1, marker_set="8")


def test_two_people_who_decide_on_identity_at_once_get_one_version(monkeypatch):
    identity(with_amelogenin=True)
    monkeypatch.setattr(IdentityPolicy.objects, "select_for_update", lambda **how: IdentityPolicy.objects.none())
    current = IdentityPolicy.current
    answers = iter([IdentityPolicy(version=0)])
    monkeypatch.setattr(IdentityPolicy, "current", lambda: next(answers, None) or current())
    with nothing_written(), pytest.raises(PolicyChangedMeanwhile, match="identity policy v1"):
        identity(marker_set="13")


@pytest.mark.parametrize("said", [{"code": "made up"}, {"mode": "both"}, {"marker_set": "9"}])
def test_identity_is_decided_by_what_is_known(said):
    with nothing_written(), pytest.raises(DomainError, match=r"is not known\. Choose one of"):
        identity(**said)
