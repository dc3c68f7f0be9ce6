"""Clocks that are put forward and back, and zones that change theirs: one digest for each day of the lab."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lims.lab.services import change_lab_settings
from lims.notifications import outbox
from lims.notifications.models import Message
from lims.reminders.sweep import end_of_today, note_due_items
from tests.lab import DAY, FRIDAY, growing, line, manager, technician

pytestmark = pytest.mark.django_db
SWITCHES = [
    ("Europe/Dublin", date(2026, 3, 29)),  # 01:00 -> 02:00
    ("Europe/Dublin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Africa/Cairo", date(2026, 4, 24)),  # at midnight: the day begins at one o'clock
    ("Asia/Kathmandu", date(2026, 5, 1)),  # +05:45, no switch
]


@pytest.fixture(autouse=True)
def _somebody_with_mail() -> None:
    line("SKBR3", passage_interval=6 * DAY)
    anna = technician()
    anna.email = "anna@lab.example"
    anna.save()
    growing("SKBR3", at=FRIDAY)


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
@pytest.mark.parametrize(("zone", "day"), SWITCHES)
def test_a_day_of_23_or_25_hours_has_one_digest(zone: str, day: date, hour: int):
    change_lab_settings(by=manager(), time_zone=zone, digest_hour=hour)
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    note_due_items(begins)
    moment = begins - timedelta(hours=12)
    while moment < begins + timedelta(hours=48):
        outbox.write_digests(moment)
        moment += timedelta(minutes=30)
    written = Counter(Message.objects.values_list("slot", flat=True))
    assert set(written.values()) == {1}
    assert {day, day + timedelta(days=1)} <= set(written)


@pytest.mark.parametrize(("zone", "day"), SWITCHES)
def test_the_day_ends_at_the_labs_midnight_however_long_it_was(zone: str, day: date):
    change_lab_settings(by=manager(), time_zone=zone)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    end = end_of_today(noon.astimezone(ZoneInfo("UTC"))).astimezone(ZoneInfo(zone))
    assert (end.date(), end.hour) == (day + timedelta(days=1), 0)


def test_a_server_clock_that_jumps_three_days_ahead_and_back_repeats_nothing():
    noon = FRIDAY.replace(hour=12) + 9 * DAY
    for moment in (noon, noon + 3 * DAY, noon, noon + 1 * DAY, noon + 3 * DAY):
        note_due_items(moment)
        outbox.write_digests(moment)
    assert set(Counter(Message.objects.values_list("slot", flat=True)).values()) == {1}
