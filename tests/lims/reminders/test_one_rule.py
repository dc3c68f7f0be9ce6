"""Due today, and overdue from the lab's next day on: on Today, in the list, on the page and in the digest alike."""

from datetime import UTC, datetime, timedelta

import pytest

from cultures.passaging.tables import Due
from lims.clock import days_overdue, start_of_today
from lims.lab.services import change_lab_settings
from lims.reminders.sweep import end_of_today
from lims.reminders.today import round_of
from tests.lab import DAY, FRIDAY, again, growing, line, manager, technician

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "words", "overdue"),
    [(-3, "feed due\u00a0today", 0), (3, "feed due\u00a0today", 0), (-13, "feed overdue 1\u00a0d", 1)],
    ids=["fell due this morning", "falls due tonight", "fell due late yesterday"],
)
def test_the_calendar_of_the_lab_decides(hours, words, overdue):
    due = Due("feed", NOON + timedelta(hours=hours), NOON)
    assert (due.words, due.is_overdue, days_overdue(due.at, NOON)) == (words, bool(overdue), overdue)


def test_the_labs_day_begins_at_its_own_midnight():
    change_lab_settings(by=manager(), time_zone="America/New_York")
    assert start_of_today(NOON) == datetime(2026, 3, 6, 5, 0, tzinfo=UTC)
    assert end_of_today(NOON) - start_of_today(NOON) == DAY


def test_today_and_the_list_say_the_same():
    line("SKBR3", passage_interval=7 * DAY, feed_interval=60 * DAY)
    flask = again(growing("SKBR3"))
    falls_due = FRIDAY + 7 * DAY  # at nine
    for now, overdue in ((falls_due + timedelta(hours=3), 0), (falls_due + timedelta(hours=16), 1)):
        ((_, (job,)),) = round_of(technician(), now, whole_bench=False).places
        assert (job.subject, job.is_overdue) == (flask.code, bool(overdue))
        assert Due("passage", falls_due, now).is_overdue == job.is_overdue
