"""What is due can be moved, with a reason: for the sweep, Today and the mail alike. The next entry is free of it."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from lims.audit.models import Entry
from lims.errors import DomainError
from lims.notifications import outbox
from lims.notifications.models import Message
from lims.reminders.errors import MovedIntoThePast, MovedTooFar, MovedWithoutReason, SlotGone
from lims.reminders.models import Reminder, Rescheduling
from lims.reminders.services import reschedule
from lims.reminders.sweep import note_due_items
from lims.reminders.today import round_of, week_of
from lims.rules import RefusedByTheDatabase
from tests.lab import DAY, FRIDAY, HOUR, another_technician, fed, growing, line, nothing_written, split, technician

FALLS_DUE = FRIDAY + 6 * DAY  # the passage; nobody feeds for a month


@pytest.fixture(autouse=True)
def _a_line_with_intervals(db):
    line("SKBR3", passage_interval=6 * DAY, feed_interval=30 * DAY)


def moved(flask: Culture, to: datetime, **changes: Any) -> Rescheduling | None:
    said = {"kind": "passage_due", "due_at": FALLS_DUE, "reason": "the hood is serviced", "at": FRIDAY + DAY}
    return reschedule(subject=flask.code, moved_to=to, **{"by": technician(), **said, **changes})


def noted() -> list[tuple[str, datetime]]:
    return list(Reminder.objects.filter(settled_at=None).order_by("due_at").values_list("subject", "due_at"))


def on_todays_round(now: datetime) -> list[str]:
    return [job.subject for _, jobs in round_of(technician(), now, whole_bench=False).places for job in jobs]


# --- it is due at the new time, everywhere ----------------------------------------------------------------------------


def test_what_was_moved_to_a_later_day_is_due_then_and_not_before():
    flask = growing()
    moved(flask, FALLS_DUE + 3 * DAY)
    for days in (0, 2):
        note_due_items(FALLS_DUE + days * DAY)
        assert noted() == []
        assert on_todays_round(FALLS_DUE + days * DAY) == []
    note_due_items(FALLS_DUE + 3 * DAY)
    assert noted() == [(flask.code, FALLS_DUE + 3 * DAY)]
    assert on_todays_round(FALLS_DUE + 3 * DAY) == [flask.code]


def test_what_was_moved_to_an_earlier_day_is_due_before_the_records_say_so():
    flask, left_alone = growing(), growing()
    moved(flask, FALLS_DUE - 3 * DAY)
    note_due_items(FALLS_DUE - 3 * DAY)
    assert noted() == [(flask.code, FALLS_DUE - 3 * DAY)]
    assert on_todays_round(FALLS_DUE - 3 * DAY) == [flask.code]
    note_due_items(FALLS_DUE)
    assert noted() == [(flask.code, FALLS_DUE - 3 * DAY), (left_alone.code, FALLS_DUE)]


def test_what_was_moved_is_overdue_from_its_new_day_on():
    flask = growing()
    moved(flask, FALLS_DUE + 3 * DAY)
    ((_, (job,)),) = round_of(technician(), FALLS_DUE + 5 * DAY, whole_bench=False).places
    assert [(due.due_at, due.overdue_days) for due in job.dues] == [(FALLS_DUE + 3 * DAY, 2)]


def test_the_week_ahead_counts_it_on_its_new_day():
    flask = growing()
    growing()
    moved(flask, FALLS_DUE + 2 * DAY)
    ahead = week_of(technician(), FALLS_DUE - DAY, whole_bench=False)
    assert ahead == [(FALLS_DUE.date(), [("passage", 1)]), ((FALLS_DUE + 2 * DAY).date(), [("passage", 1)])]


def test_a_reminder_of_the_time_before_is_settled_and_the_mail_speaks_of_the_new_one():
    anna = technician()
    anna.email = "anna@lab.example"
    anna.save()
    flask = growing()
    note_due_items(FALLS_DUE)
    moved(flask, FALLS_DUE + DAY, at=FALLS_DUE)
    note_due_items(FALLS_DUE + HOUR)
    assert noted() == []
    assert outbox.write_digests(FALLS_DUE + HOUR) == 0
    note_due_items(FALLS_DUE + DAY)
    outbox.write_digests(FALLS_DUE + DAY)
    assert Message.objects.get().subject == "0 overdue, 1 due today"


def test_only_that_kind_of_work_on_that_flask_is_moved():
    line("BT474", passage_interval=6 * DAY, feed_interval=6 * DAY)
    flask = growing("BT474")
    moved(flask, FALLS_DUE + 3 * DAY)
    note_due_items(FALLS_DUE)
    assert list(Reminder.objects.values_list("kind", flat=True)) == ["feed_due"]


def test_the_next_entry_makes_a_due_time_that_is_free_of_the_move():
    line("BT474", passage_interval=60 * DAY, feed_interval=3 * DAY)
    flask = growing("BT474")
    moved(flask, FRIDAY + 5 * DAY, kind="feed_due", due_at=FRIDAY + 3 * DAY)
    fed(flask, at=FRIDAY + 4 * DAY)
    note_due_items(FRIDAY + 6 * DAY)
    assert noted() == []
    note_due_items(FRIDAY + 7 * DAY)
    assert noted() == [(flask.code, FRIDAY + 7 * DAY)]


def test_a_sweep_costs_the_same_whatever_was_moved():
    flasks = [growing() for _ in range(4)]
    with CaptureQueriesContext(connection) as before:
        note_due_items(FALLS_DUE)
    for flask in flasks[:3]:
        moved(flask, FALLS_DUE + DAY, at=FALLS_DUE)
    with CaptureQueriesContext(connection) as after:
        note_due_items(FALLS_DUE + HOUR)
    assert len(after) == len(before)
    assert noted() == [(flasks[3].code, FALLS_DUE)]


# --- again, and back --------------------------------------------------------------------------------------------------


def test_moving_it_again_replaces_the_move_before_and_keeps_it_on_record():
    flask = growing()
    first = moved(flask, FALLS_DUE + DAY)
    second = moved(flask, FALLS_DUE + 2 * DAY, reason="the medium comes later", at=FRIDAY + 2 * DAY)
    assert Rescheduling.objects.get(withdrawn_at=None) == second
    first.refresh_from_db()
    assert (first.withdrawn_at, first.reason) == (FRIDAY + 2 * DAY, "the hood is serviced")
    note_due_items(FALLS_DUE + DAY)
    assert noted() == []


def test_moving_it_back_takes_the_move_away_and_needs_no_reason():
    flask = growing()
    moved(flask, FALLS_DUE + 4 * DAY)
    to_the_minute = FALLS_DUE + timedelta(seconds=40)
    assert moved(flask, to_the_minute, reason="", at=FALLS_DUE + 2 * DAY) is None
    assert not Rescheduling.objects.filter(withdrawn_at=None).exists()
    assert on_todays_round(FALLS_DUE + 2 * DAY) == [flask.code]


def test_a_move_stands_in_the_ledger_with_who_and_why():
    moved(growing(), FALLS_DUE + DAY)
    entry = Entry.objects.get(table="lims_rescheduling")
    assert (entry.verb, entry.reason) == ("reschedule", "the hood is serviced")
    assert entry.actor_label.endswith("(AM)")


# --- what is refused --------------------------------------------------------------------------------------------------


def test_it_can_be_moved_by_sixty_days_and_no_further():
    flask = growing()
    early = {"due_at": FALLS_DUE, "at": FALLS_DUE - 60 * DAY}
    assert moved(flask, FALLS_DUE + 60 * DAY)
    assert moved(flask, FALLS_DUE - 60 * DAY, **early)
    with pytest.raises(MovedTooFar, match=r"Choose a time from 28 Feb 2026 to 04 May 2026\."), nothing_written():
        moved(flask, FALLS_DUE + 60 * DAY + HOUR)
    with pytest.raises(MovedTooFar), nothing_written():
        moved(flask, FALLS_DUE - 60 * DAY - HOUR, **early)


def test_it_can_be_moved_to_earlier_today_but_not_to_yesterday():
    flask, now = growing(), FRIDAY + 2 * DAY
    assert moved(flask, now - 3 * HOUR, at=now)
    with pytest.raises(MovedIntoThePast, match="28 Feb 2026 09:00 is over"), nothing_written():
        moved(flask, now - DAY, at=now)


def test_it_is_not_moved_without_a_reason():
    flask = growing()
    with pytest.raises(MovedWithoutReason, match="Write why") as refusal, nothing_written():
        moved(flask, FALLS_DUE + DAY, reason="  ")
    assert refusal.value.field == "reason"


def test_what_was_done_meanwhile_cannot_be_moved():
    flask = growing()
    split(flask, at=FALLS_DUE - DAY)
    with pytest.raises(SlotGone, match=f"No passage of {flask.code} is due on 05 Mar 2026 09:00 any more"):
        moved(flask, FALLS_DUE + DAY)
    assert not Rescheduling.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"kind": "no_such_kind"}, {"kind": "feed_due"}, {"due_at": FALLS_DUE + timedelta(microseconds=1)}]
)
def test_only_what_is_due_at_that_very_time_can_be_moved(wrong):
    flask = growing()
    with pytest.raises(SlotGone), nothing_written():
        moved(flask, FALLS_DUE + DAY, **wrong)


def test_what_is_long_overdue_is_to_be_done_not_moved():
    with pytest.raises(MovedTooFar, match="too long ago to be moved"):
        moved(growing(), FALLS_DUE + 71 * DAY, at=FALLS_DUE + 70 * DAY)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_move_one_thing_at_once_one_new_time_stands():
    flask, people = growing(), [technician(), another_technician()]
    start, refused = Barrier(8), []

    def move(number: int) -> None:
        try:
            start.wait()
            moved(flask, FALLS_DUE + number * DAY, by=people[number % 2])
        except DomainError as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=move, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Rescheduling.objects.filter(withdrawn_at=None).count() == 1
    assert Rescheduling.objects.count() == 8 - len(refused)
    assert all(isinstance(refusal, RefusedByTheDatabase) for refusal in refused)
    assert all("Someone else has just moved this" in str(refusal) for refusal in refused)
