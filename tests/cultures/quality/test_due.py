"""When a culture is due for a test: by the phase it is in, by what its last sample said, or because somebody asked."""

from datetime import datetime, timedelta
from random import Random

import pytest

from cultures.dosing.readiness import readiness_of
from cultures.passaging.models import Culture
from cultures.quality import reminders
from cultures.quality.families import MYCOPLASMA, STR, families
from cultures.quality.models import PlannedTest, Provenance, QCDue, QCPolicy, QCStanding
from cultures.quality.services import call_off_test, plan_test, quarantine_cultures
from cultures.quality.services.policies import Phase, Rule
from cultures.quality.standing import standings_of
from cultures.science.readiness import Finding, Mark
from lims.reminders.models import Reminder
from lims.reminders.registry import COLUMNS, SOURCES
from lims.reminders.sweep import note_due_items, note_source
from tests import lab, ladders
from tests.cultures.quality import qc
from tests.cultures.quality.test_folding import a_lab_of_all_sorts
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = pytest.mark.django_db
GROWING = Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=30 * DAY, retest_after=DAY, after_fail=14 * DAY)
RECEIVED = Rule(family=MYCOPLASMA, phase=Phase.RECEIVED, due_by=DAY)
THAWED = Rule(family=MYCOPLASMA, phase=Phase.THAWED, first_after=7 * DAY, due_by=14 * DAY)


def due(culture: Culture, family: str = MYCOPLASMA) -> tuple[datetime | None, str]:
    row = QCDue.objects.get(culture=culture, method=family)
    return row.due_at, row.why


# --- by phase --------------------------------------------------------------------------------------------------------


def test_a_growing_culture_is_due_an_interval_after_its_last_sample():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.negative(culture, FRIDAY + DAY)
    assert due(culture) == (FRIDAY + 31 * DAY, "growing")
    qc.negative(culture, FRIDAY + 3 * DAY)
    assert due(culture) == (FRIDAY + 33 * DAY, "growing")


def test_the_interval_counts_from_the_sample_and_not_from_its_result():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.negative(culture, FRIDAY + DAY, resulted_at=FRIDAY + 6 * DAY)
    assert due(culture) == (FRIDAY + 31 * DAY, "growing")


def test_a_daughter_is_due_when_its_parent_would_have_been():
    qc.policy(GROWING)
    parent = lab.growing()
    qc.negative(parent, FRIDAY + DAY)
    (daughter,) = lab.split(parent)
    assert due(daughter) == (FRIDAY + 31 * DAY, "growing")


def test_a_culture_that_was_never_sampled_is_due_at_once():
    qc.policy(GROWING)
    assert due(lab.growing()) == (FRIDAY, "never")


def test_cells_that_came_in_are_due_within_the_days_of_arrival():
    qc.policy(GROWING, RECEIVED)
    culture = lab.growing()
    assert due(culture) == (FRIDAY + DAY, "received")
    qc.negative(culture, FRIDAY)
    assert due(culture) == (FRIDAY + 30 * DAY, "growing")


def test_without_a_rule_for_growing_cells_an_arrival_is_tested_once():
    qc.policy(RECEIVED)
    culture = lab.growing()
    assert due(culture) == (FRIDAY + DAY, "received")
    qc.negative(culture, FRIDAY + HOUR)
    assert due(culture) == (None, "")


def test_a_thaw_is_tested_within_its_window_and_an_early_sample_does_not_count_for_it():
    qc.policy(GROWING, THAWED)
    culture = lab.thawed()
    assert due(culture) == (FRIDAY + 14 * DAY, "thawed")
    qc.negative(culture, FRIDAY + 3 * DAY)
    assert due(culture) == (FRIDAY + 14 * DAY, "thawed")
    qc.negative(culture, FRIDAY + 7 * DAY)
    assert due(culture) == (FRIDAY + 37 * DAY, "growing")


def test_the_window_after_a_thaw_goes_on_in_the_daughters():
    qc.policy(GROWING, THAWED)
    (daughter,) = lab.split(lab.thawed(), at=FRIDAY + 4 * DAY)
    assert due(daughter) == (FRIDAY + 14 * DAY, "thawed")


def test_before_banking_and_at_confirmation_nothing_falls_due_by_itself():
    qc.policy(
        Rule(family=MYCOPLASMA, phase=Phase.BANKING, every=30 * DAY),
        Rule(family=MYCOPLASMA, phase=Phase.CONFIRMATION, every=90 * DAY),
    )
    lab.growing()
    assert not QCDue.objects.exists()


# --- by what the last sample said ------------------------------------------------------------------------------------


def test_an_inconclusive_sample_is_tested_again_after_a_day():
    qc.policy(GROWING, RECEIVED)
    culture = lab.growing()
    qc.borderline(culture, FRIDAY + 3 * DAY)
    assert due(culture) == (FRIDAY + 4 * DAY, "retest")


def test_one_that_failed_is_tested_again_after_two_weeks():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.positive(culture, FRIDAY + 3 * DAY)
    assert due(culture) == (FRIDAY + 17 * DAY, "failed")


def test_a_sample_that_waits_for_its_result_counts_as_sampled():
    qc.policy(GROWING)
    culture = lab.growing()
    waiting = qc.sampled(culture, at=FRIDAY + 2 * DAY)
    assert due(culture) == (FRIDAY + 32 * DAY, "growing")
    qc.result(waiting, a=1000, b=1000)
    assert due(culture) == (FRIDAY + 3 * DAY, "retest")


def test_an_invalid_sample_counts_as_nothing():
    qc.policy(GROWING, RECEIVED)
    culture = lab.growing()
    qc.invalid(culture, FRIDAY + 2 * DAY)
    assert due(culture) == (FRIDAY + DAY, "received")
    qc.negative(culture, FRIDAY + 2 * DAY + HOUR)
    qc.invalid(culture, FRIDAY + 3 * DAY)
    assert due(culture) == (FRIDAY + 32 * DAY + HOUR, "growing")


def test_a_sample_that_is_taken_back_no_longer_counts():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.voided(qc.negative(culture, FRIDAY + DAY))
    assert due(culture) == (FRIDAY, "never")


def test_another_method_of_the_family_counts_and_another_family_does_not():
    qc.policy(GROWING, Rule(family="sterility", phase=Phase.GROWING, every=60 * DAY))
    culture = lab.growing()
    qc.tested(
        culture, method=qc.CULTURE, at=FRIDAY, readings={"growth": "none", "days": 28}, resulted_at=FRIDAY + 28 * DAY
    )
    assert due(culture) == (FRIDAY + 30 * DAY, "growing")
    assert due(culture, "sterility") == (FRIDAY, "never")


# --- planned, of a line, ended ---------------------------------------------------------------------------------------


def planned(culture: Culture, at: datetime, family: str = MYCOPLASMA) -> PlannedTest:
    (row,) = plan_test(culture_ids=[culture.pk], family=family, due_at=at, why="after a trace", by=lab.technician())
    return row


def test_a_planned_test_comes_first_when_it_is_earlier():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.negative(culture, FRIDAY + DAY)
    plan = planned(culture, FRIDAY + 8 * DAY)
    assert due(culture) == (FRIDAY + 8 * DAY, "planned")
    call_off_test(plan_id=plan.pk, reason="not needed", by=lab.technician())
    assert due(culture) == (FRIDAY + 31 * DAY, "growing")
    planned(culture, FRIDAY + 60 * DAY)
    assert due(culture) == (FRIDAY + 31 * DAY, "growing")


def test_a_planned_test_is_due_although_no_rule_asks_for_its_method():
    qc.policy(GROWING)
    culture, other = lab.growing(), lab.growing()
    planned(culture, FRIDAY + 8 * DAY, "sterility")
    assert due(culture, "sterility") == (FRIDAY + 8 * DAY, "planned")
    assert not QCDue.objects.filter(culture=other, method="sterility").exists()
    assert due(culture) == (FRIDAY, "never")


def test_a_planned_test_is_due_in_a_lab_without_a_policy():
    culture = lab.growing()
    planned(culture, FRIDAY + 8 * DAY)
    assert due(culture) == (FRIDAY + 8 * DAY, "planned")


def test_the_rule_of_a_line_goes_before_the_one_of_all_lines():
    culture, other = lab.growing("SKBR3"), lab.growing("BT474")
    qc.policy(GROWING, Rule(family=MYCOPLASMA, phase=Phase.GROWING, line_id=culture.line_id, every=14 * DAY))
    for one in (culture, other):
        qc.negative(one, FRIDAY + DAY)
    assert due(culture) == (FRIDAY + 15 * DAY, "growing")
    assert due(other) == (FRIDAY + 31 * DAY, "growing")


def test_a_rule_of_one_line_alone_asks_nothing_of_others():
    culture, other = lab.growing("SKBR3"), lab.growing("BT474")
    qc.policy(Rule(family=STR, phase=Phase.GROWING, line_id=culture.line_id, every=365 * DAY))
    assert due(culture, STR) == (FRIDAY, "never")
    assert due(other, STR) == (None, "")


def test_the_newest_version_of_the_rules_decides_and_older_ones_do_not():
    qc.policy(GROWING)
    culture = lab.growing()
    qc.negative(culture, FRIDAY + DAY)
    qc.policy(Rule(family=MYCOPLASMA, phase=Phase.GROWING, every=7 * DAY))
    assert due(culture) == (FRIDAY + 8 * DAY, "growing")


def test_an_ended_culture_has_nothing_due():
    qc.policy(GROWING)
    culture = lab.growing()
    planned(culture, FRIDAY + 8 * DAY)
    lab.discarded(culture)
    assert not QCDue.objects.exists()


def test_how_many_cultures_there_are_costs_no_more_queries(django_assert_num_queries):
    qc.policy()
    cultures = [lab.growing() for _ in range(6)]
    for culture in cultures[:4]:
        qc.negative(culture, FRIDAY + DAY)
    with django_assert_num_queries(1):
        found = standings_of([culture.pk for culture in cultures])
    assert {len(by_family) for by_family in found.values()} == {2}
    assert found[cultures[0].pk][MYCOPLASMA].clean_in_words == "clean as of p8 (28 Feb 2026)"


# --- by hand ---------------------------------------------------------------------------------------------------------


def rule_for(culture: Culture, family: str, phase: str):
    rules = QCPolicy.current().rules.filter(method=family, phase=phase)
    return rules.filter(line=culture.line_id).first() or rules.filter(line=None).first()


def due_by_hand(culture: Culture, family: str) -> datetime | None:
    """Written from the glossary, a culture at a time, without the view."""
    standing = QCStanding.objects.filter(culture=culture, method=family).select_related("last").first()
    last = standing.last if standing else None
    came_in = Provenance.objects.get(pk=culture.pk)
    growing, entry = rule_for(culture, family, Phase.GROWING), rule_for(culture, family, came_in.entered_as)
    found = [plan.due_at for plan in PlannedTest.objects.filter(culture=culture, method=family, settled_at=None)]
    if last is None:
        if growing or entry:
            found.append(came_in.entered_at + (entry.due_by if entry else timedelta(0)))
        return min(found, default=None)
    if entry and last.at < came_in.entered_at + entry.first_after:
        found.append(came_in.entered_at + entry.due_by)
    if growing:
        gaps = {"inconclusive": growing.retest_after, "fail": growing.after_fail}
        found.append(last.at + gaps.get(last.verdict, growing.every))
    return min(found, default=None)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [3, 4])
def test_the_view_is_what_one_works_out_culture_by_culture(seed: int):
    a_lab_of_all_sorts(50, seed)
    chance = Random(seed)
    lines = list(Culture.objects.values_list("line_id", flat=True).distinct())
    thawed = [lab.thawed(at=FRIDAY + chance.randrange(5) * DAY) for _ in range(3)]
    qc.negative(thawed[0], thawed[0].seeded_at + 2 * DAY)
    qc.policy(
        GROWING,
        RECEIVED,
        THAWED,
        Rule(family=MYCOPLASMA, phase=Phase.GROWING, line_id=lines[0], every=10 * DAY, after_fail=3 * DAY),
        Rule(family=STR, phase=Phase.RECEIVED, due_by=30 * DAY),
    )
    growing = list(Culture.objects.growing())
    for culture in chance.sample(growing, 5):
        planned(culture, FRIDAY + chance.randrange(60) * DAY, chance.choice((MYCOPLASMA, STR, "sterility")))
    viewed = {(row.culture_id, row.method): row.due_at for row in QCDue.objects.all()}
    for culture in growing:
        for family in families():
            assert viewed.get((culture.pk, family)) == due_by_hand(culture, family), (culture, family)
    assert {culture_id for culture_id, _ in viewed} == {culture.pk for culture in growing}


# --- reminders -------------------------------------------------------------------------------------------------------


def told(source, at: datetime) -> list[tuple[str, datetime]]:
    return [(row["subject"], row["due_at"]) for row in source(at).order_by("due_at").values(*COLUMNS)]


def test_what_is_due_is_told_to_the_keeper_with_the_way_to_its_page():
    qc.policy(GROWING, Rule(family=STR, phase=Phase.GROWING, every=365 * DAY))
    culture = lab.growing()
    qc.negative(culture, FRIDAY + DAY)
    row = reminders.due_of(MYCOPLASMA)(FRIDAY + 32 * DAY).values(*COLUMNS).get()
    assert (row["kind"], row["subject"], row["url"]) == (
        "mycoplasma_due",
        culture.code,
        f"/cultures/{culture.code}/qc/",
    )
    assert row["person_id"] == culture.keeper_id
    assert told(reminders.due_of(MYCOPLASMA), FRIDAY + 31 * DAY) == []
    assert told(reminders.due_of(STR), FRIDAY + HOUR) == [(culture.code, FRIDAY)]


def test_a_quarantined_culture_keeps_its_reminders_and_an_ended_one_loses_them():
    qc.policy(GROWING)
    culture = lab.growing()
    quarantine_cultures(culture_ids=[culture.pk], reason="cloudy", at=FRIDAY + DAY, by=lab.technician())
    at = FRIDAY + 40 * DAY
    note_source(SOURCES["mycoplasma_due"], at, at)
    assert Reminder.objects.get(kind="mycoplasma_due", settled_at=None).subject == culture.code
    lab.discarded(culture)
    note_source(SOURCES["mycoplasma_due"], at, at)
    assert not Reminder.objects.filter(kind="mycoplasma_due", settled_at=None).exists()


def test_a_sample_settles_the_reminder():
    qc.policy(GROWING)
    culture = lab.growing()
    at = FRIDAY + 2 * DAY
    note_source(SOURCES["mycoplasma_due"], at, at)
    qc.sampled(culture, at=FRIDAY + DAY)
    note_source(SOURCES["mycoplasma_due"], at, at)
    assert not Reminder.objects.filter(settled_at=None).exists()


def test_two_tests_of_other_methods_that_fall_due_together_are_one_reminder():
    one, other = qc.lab_method("Endotoxin"), qc.lab_method("Karyotype")
    qc.policy(*(Rule(family=method.code, phase=Phase.RECEIVED, due_by=DAY) for method in (one, other)))
    culture = lab.growing()
    at = FRIDAY + 2 * DAY
    assert told(reminders.other_tests_due, at) == [(culture.code, FRIDAY + DAY)]
    assert note_due_items(at)
    assert Reminder.objects.get(kind="qc_due").subject == culture.code


# --- the gate of the ladders -----------------------------------------------------------------------------------------


def gate(ladder, at: datetime) -> Finding:
    findings = readiness_of([ladders.again(ladder)], at)[ladder.pk].findings
    return next(finding for finding in findings if finding.code == "mycoplasma")


def test_without_a_rule_the_gate_is_not_assessed_and_blocks_nothing():
    found = gate(ladders.climbing(), FRIDAY + DAY)
    assert (found.mark, found.blocks) == (Mark.NOT_ASSESSED, False)


def test_the_gate_is_passed_while_the_last_clean_sample_is_in_date():
    qc.policy(GROWING)
    ladder = ladders.climbing()
    qc.negative(ladders.lead(ladder), FRIDAY + DAY)
    found = gate(ladder, FRIDAY + 20 * DAY)
    assert found.mark is Mark.PASS
    assert found.sentence.startswith("Clean as of p")
    assert "next test due 30 Mar 2026" in found.sentence


def test_a_ladder_whose_test_is_overdue_or_was_never_taken_is_held():
    qc.policy(GROWING)
    ladder = ladders.climbing()
    never = gate(ladder, FRIDAY + DAY)
    assert (never.mark, never.blocks) == (Mark.HOLD, True)
    assert "never tested clean" in never.sentence
    qc.negative(ladders.lead(ladder), FRIDAY + DAY)
    overdue = gate(ladder, FRIDAY + 32 * DAY)
    assert overdue.mark is Mark.HOLD
    assert "overdue since 30 Mar 2026" in overdue.sentence


def test_a_ladder_of_cells_that_are_kept_apart_is_held():
    qc.policy(GROWING)
    ladder = ladders.climbing()
    qc.positive(ladders.lead(ladder), FRIDAY + DAY)
    found = gate(ladder, FRIDAY + 2 * DAY)
    assert (found.mark, found.value) == (Mark.HOLD, "kept apart")
    assert "quarantine since" in found.sentence
