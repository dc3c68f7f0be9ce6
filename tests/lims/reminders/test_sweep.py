"""What falls due is noted once for each person, and settled by the work itself."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from lims.lab.services import change_lab_settings
from lims.reminders.models import Reminder
from lims.reminders.registry import SOURCES, Source
from lims.reminders.sweep import last_sweep, note_due_items
from tests.lab import DAY, FRIDAY, fed, growing, line, manager, person, split

SIX_DAYS_LATER = FRIDAY + 6 * DAY


@pytest.fixture(autouse=True)
def _lines_with_intervals(db):
    line("SKBR3", passage_interval=6 * DAY, feed_interval=10 * DAY)
    line("BT474", passage_interval=20 * DAY, feed_interval=3 * DAY)


def noted() -> list[tuple[str, str]]:
    return list(Reminder.objects.filter(settled_at=None).order_by("subject", "kind").values_list("kind", "subject"))


def test_a_culture_is_due_for_passage_on_the_day_its_interval_ends():
    flask = growing("SKBR3")
    note_due_items(SIX_DAYS_LATER - DAY)
    assert noted() == []
    note_due_items(SIX_DAYS_LATER - timedelta(hours=8))  # the same day, at one in the morning
    assert noted() == [("passage_due", flask.code)]


def test_a_medium_change_is_due_an_interval_after_the_last_one():
    flask = growing("BT474")
    fed(flask, at=FRIDAY + 2 * DAY)
    note_due_items(FRIDAY + 4 * DAY)
    assert noted() == []
    note_due_items(FRIDAY + 5 * DAY)
    assert noted() == [("feed_due", flask.code)]


def test_sweeping_again_and_again_notes_nothing_twice():
    growing("SKBR3")
    for minute in range(5):
        note_due_items(SIX_DAYS_LATER + timedelta(minutes=minute))
    assert Reminder.objects.count() == 1


def test_the_work_settles_its_reminder():
    flask = growing("BT474")
    note_due_items(FRIDAY + 4 * DAY)
    fed(flask, at=FRIDAY + 4 * DAY)
    note_due_items(FRIDAY + 4 * DAY + timedelta(minutes=1))
    assert noted() == []
    assert Reminder.objects.get().settled_at is not None


def test_a_passaged_culture_is_reminded_of_no_more_and_its_daughter_in_its_turn():
    flask = growing("SKBR3")
    note_due_items(SIX_DAYS_LATER)
    (daughter,) = split(flask, at=SIX_DAYS_LATER)
    note_due_items(SIX_DAYS_LATER + timedelta(minutes=1))
    assert noted() == []
    note_due_items(SIX_DAYS_LATER + 6 * DAY)
    assert noted() == [("passage_due", daughter.code)]


def test_the_keeper_is_told_and_when_gone_the_lab_manager():
    kept, orphaned = growing("SKBR3", keeper="AM"), growing("SKBR3", keeper="JT")
    manager()
    leaver = person("JT")
    leaver.is_active = False
    leaver.save()
    note_due_items(SIX_DAYS_LATER)
    told = dict(Reminder.objects.values_list("subject", "person__initials"))
    assert told == {kept.code: "AM", orphaned.code: "LM"}


def test_the_day_ends_at_midnight_of_the_labs_zone():
    flask = growing("SKBR3")  # due on 5 March, 09:00 UTC
    change_lab_settings(by=manager(), time_zone="Pacific/Auckland")  # there it is 22:00 of that day
    note_due_items(FRIDAY + 5 * DAY + timedelta(hours=1))  # 4 March 10:00 UTC, 23:00 of the 4th in Auckland
    assert noted() == []
    note_due_items(FRIDAY + 5 * DAY + timedelta(hours=3))  # 5 March, 01:00 in Auckland
    assert noted() == [("passage_due", flask.code)]


def test_one_broken_source_does_not_silence_the_others(monkeypatch, caplog):
    flask = growing("SKBR3")
    due = SOURCES["passage_due"].due
    broken = Source(
        "broken", "?", lambda by: due(by).annotate(nothing=Value(1) / 0).filter(nothing=1), dict, "none.html"
    )
    monkeypatch.setitem(SOURCES, "broken", broken)
    note_due_items(SIX_DAYS_LATER)
    assert noted() == [("passage_due", flask.code)]
    assert "broken could not be swept" in caplog.text
    assert last_sweep() == SIX_DAYS_LATER


def test_a_sweep_costs_the_same_for_two_cultures_and_for_twenty():
    growing("SKBR3")
    growing("SKBR3")
    with CaptureQueriesContext(
        connection,
    ) as few:
        note_due_items(SIX_DAYS_LATER)
    for _ in range(18):
        growing("SKBR3")
    with CaptureQueriesContext(connection) as many:
        note_due_items(SIX_DAYS_LATER + timedelta(minutes=1))
    assert Reminder.objects.count() == 20
    assert len(many) == len(few)


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_note_each_thing_once():
    for _ in range(5):
        growing("SKBR3")
    start = Barrier(8)

    def sweep() -> None:
        try:
            start.wait()
            note_due_items(SIX_DAYS_LATER)
        finally:
            connection.close()

    threads = [Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Reminder.objects.count() == 5
