"""What falls due on ladders, on the day it does."""

from datetime import timedelta

import pytest
import time_machine

from cultures.dosing import reminders
from cultures.dosing.services.reversion import start_reversion_test
from lims.reminders.models import Reminder
from lims.reminders.registry import COLUMNS, SOURCES
from lims.reminders.sweep import note_due_items
from lims.reminders.today import round_of
from tests import lab, ladders
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = pytest.mark.django_db


def due(source, at, *, within=timedelta(0)):
    """(subject, due_at) of what is due `within` that moment."""
    with time_machine.travel(at, tick=False):
        return [(row["subject"], row["due_at"]) for row in source(at + within).order_by().values(*COLUMNS)]


def test_a_dose_is_due_when_the_last_one_is_used_up_and_then_it_is_a_gap():
    ladder = ladders.climbing(of="lapatinib", line="SKBR3")
    flask = ladders.lead(ladder)
    used_up = FRIDAY + 4 * DAY
    assert due(reminders.doses_due, FRIDAY + 3 * DAY) == []
    assert due(reminders.doses_due, FRIDAY + 3 * DAY, within=2 * DAY) == [(flask.code, used_up)]
    assert due(reminders.dose_gaps, FRIDAY + 3 * DAY, within=2 * DAY) == []
    assert due(reminders.doses_due, used_up + HOUR, within=DAY) == []
    assert due(reminders.dose_gaps, used_up + HOUR) == [(flask.code, used_up)]
    ladders.fed(flask, used_up + HOUR)
    assert due(reminders.dose_gaps, used_up + 2 * HOUR) == []


def test_a_drug_that_was_left_out_is_a_gap_at_once_and_a_holiday_is_none():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    ladders.fed(flask, FRIDAY + DAY, drugs=(), without_drug="gap")
    assert due(reminders.dose_gaps, FRIDAY + 2 * DAY) == [(flask.code, FRIDAY + DAY)]
    ladders.fed(flask, FRIDAY + 2 * DAY, drugs=(), without_drug="holiday")
    assert due(reminders.dose_gaps, FRIDAY + 3 * DAY) == []


def test_a_rung_is_checked_after_its_least_days_and_a_held_one_weekly():
    ladder = ladders.climbing()
    at = FRIDAY + 14 * DAY
    subject = f"{ladder.model.code} A"
    assert due(reminders.escalation_checks, at - HOUR) == []
    assert due(reminders.escalation_checks, at + HOUR) == [(subject, at)]
    ladders.passaged(ladder, days=6)
    held = FRIDAY + 10 * DAY
    ladders.decided(ladder, "hold", at=held, reason="they are slow")
    assert due(reminders.escalation_checks, at + DAY) == []
    assert due(reminders.escalation_checks, held + 8 * DAY) == [(subject, held + 7 * DAY)]


def test_at_its_target_a_ladder_is_not_checked():
    ladder = ladders.climbing(doses=(8,))
    assert ladder.rung.number == 1
    assert due(reminders.escalation_checks, FRIDAY + 60 * DAY) == []


def test_arms_that_drift_apart_and_a_lost_control_are_said():
    ladder = ladders.climbing()
    subject = f"{ladder.model.code} A"
    assert due(reminders.control_drifts, FRIDAY + DAY) == []
    at = ladders.passaged(ladder, only="treated")
    assert due(reminders.control_drifts, at + DAY) == [(subject, at)]
    lab.discarded(ladders.control(ladder), at=at + HOUR)
    assert due(reminders.control_drifts, at + DAY) == [(subject, at + HOUR)]


def test_a_stock_that_runs_out_is_said_two_weeks_before():
    expires = (FRIDAY + 20 * DAY).date()
    stock = lab.stock("trastuzumab", expires_on=expires)
    ladders.climbing()
    assert [subject for subject, _ in due(reminders.stocks_expiring, FRIDAY + 7 * DAY)] == [stock.code]
    assert due(reminders.stocks_expiring, FRIDAY + 5 * DAY) == []


def test_the_week_of_a_reversion_test_falls_due():
    ladder = ladders.climbing()
    at = FRIDAY + 6 * DAY
    free, _ = lab.split(
        ladders.lead(ladder),
        (
            lab.seeding("T75", arm="", cells=1_000_000),
            lab.seeding("T75", said=lab.medium(drugs=[lab.drug("trastuzumab", 1)])),
        ),
        at=at,
    )
    start_reversion_test(model_id=ladder.model_id, culture_id=free.pk, weeks=(4,), at=at, by=lab.technician())
    assert due(reminders.reversion_checks, at + 29 * DAY) == [(f"{ladder.model.code} week 4", at + 28 * DAY)]


def test_a_flask_with_a_feed_and_a_dose_due_is_one_job_and_a_ladder_is_its_keepers():
    ladder = ladders.climbing(of="lapatinib", line="SKBR3")
    flask = ladders.lead(ladder)
    at = FRIDAY + 20 * DAY
    with time_machine.travel(at, tick=False):
        assert note_due_items(at)
        found = round_of(lab.technician(), at, whole_bench=False)
    jobs = {job.subject: {one.words for one in job.dues} for _, jobs in found.places for job in jobs}
    assert jobs[flask.code] == {"feed", "gap in the dose"}
    assert set(Reminder.objects.values_list("kind", flat=True)) >= {"feed_due", "dose_gap"}


def test_every_source_is_one_query_however_many_ladders(django_assert_num_queries):
    for name in "AB":
        ladders.climbing(ladders.planned(f"model {name}"))
    kinds = ("dose_due", "dose_gap", "escalation_check", "lot_expiring", "reversion_check")
    for kind in kinds:
        with django_assert_num_queries(1):
            list(SOURCES[kind].due(FRIDAY + 60 * DAY).order_by().values(*COLUMNS))
