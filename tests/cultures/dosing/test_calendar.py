"""What falls due stands on its day of the lab's calendar; what is expected after it is told apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.dosing.calendar import Calendar, Day, Span, calendar_of, projected
from lims.lab.services import change_lab_settings
from lims.reminders.services import reschedule
from tests.cultures.dosing.calendars import checks_due, model_with
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    another_technician,
    discarded,
    growing,
    line,
    manager,
    technician,
)

pytestmark = pytest.mark.django_db
THE_WEEK = Span(date(2026, 3, 4), is_week=True)  # Monday 2 to Sunday 8 March
MARCH = Span(date(2026, 3, 4), is_week=False)
MONDAY = FRIDAY + 3 * DAY


@pytest.fixture(autouse=True)
def _lines_with_intervals():
    line("SKBR3", passage_interval=6 * DAY, feed_interval=60 * DAY)
    line("BT474", passage_interval=60 * DAY, feed_interval=5 * DAY)


def day_of(calendar: Calendar, on: date) -> Day:
    return next(day for day in calendar.days if day.on == on)


def standing(calendar: Calendar) -> dict[date, list[str]]:
    """What is due, by day."""
    return {day.on: [f"{item.words} {item.row.subject}" for item in day.items] for day in calendar.days if day.items}


# --- the days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "first", "last", "before", "after"),
    [
        (date(2026, 11, 23), date(2026, 10, 26), date(2026, 12, 6), date(2026, 10, 1), date(2026, 12, 1)),
        (date(2026, 2, 28), date(2026, 1, 26), date(2026, 3, 1), date(2026, 1, 1), date(2026, 3, 1)),
        (date(2026, 12, 31), date(2026, 11, 30), date(2027, 1, 3), date(2026, 11, 1), date(2027, 1, 1)),
    ],
)
def test_a_month_is_shown_in_whole_weeks(on, first, last, before, after):
    span = Span(on, is_week=False)
    assert (span.first, span.last, span.before, span.after) == (first, last, before, after)
    assert span.days[0].weekday() == 0
    assert len(span.days) % 7 == 0


def test_a_week_begins_on_monday():
    week = Span(date(2026, 3, 8), is_week=True)
    assert (week.first, week.last, week.before, week.after) == (
        date(2026, 3, 2), date(2026, 3, 8), date(2026, 2, 23), date(2026, 3, 9),
    )  # fmt: skip


# --- what is due ------------------------------------------------------------------------------------------------------


def test_what_is_due_stands_on_its_day():
    passaged, fed = growing("SKBR3"), growing("BT474")
    found = standing(calendar_of(THE_WEEK, MONDAY))
    assert found == {date(2026, 3, 5): [f"passage {passaged.code}"], date(2026, 3, 4): [f"feed {fed.code}"]}


def test_the_day_is_that_of_the_labs_zone():
    flask = growing(
        "SKBR3", at=FRIDAY + 3 * HOUR
    )  # due on 5 March at noon in London, at one in the morning in Auckland
    change_lab_settings(by=manager(), time_zone="Pacific/Auckland")
    assert standing(calendar_of(THE_WEEK, MONDAY)) == {date(2026, 3, 6): [f"passage {flask.code}"]}


def test_what_is_overdue_stands_on_today_and_on_top():
    flask = growing("SKBR3")
    calendar = calendar_of(MARCH, FRIDAY + 8 * DAY)
    assert standing(calendar) == {date(2026, 3, 7): [f"passage {flask.code}"]}
    assert [(item.row.subject, item.overdue_days) for item in calendar.overdue] == [(flask.code, 2)]


def test_a_week_shows_what_is_overdue_on_top_alone():
    growing("SKBR3")
    calendar = calendar_of(THE_WEEK, FRIDAY + 8 * DAY)
    assert (len(calendar.overdue), standing(calendar)) == (1, {})


def test_what_is_overdue_is_told_whatever_month_is_looked_at():
    growing("SKBR3")
    for month in (date(2026, 1, 1), date(2026, 8, 1)):
        calendar = calendar_of(Span(month, is_week=False), FRIDAY + 8 * DAY)
        assert (len(calendar.overdue), calendar.holds_today) == (1, False)
        assert standing(calendar) == {}


def test_what_was_moved_stands_on_its_new_day_and_says_from_when_and_why():
    flask = growing("SKBR3")
    slot = FRIDAY + 6 * DAY
    said: dict[str, Any] = {
        "kind": "passage_due",
        "subject": flask.code,
        "due_at": slot,
        "at": MONDAY,
        "by": technician(),
    }
    reschedule(moved_to=slot + 2 * DAY, reason="the hood is serviced", **said)
    calendar = calendar_of(THE_WEEK, MONDAY)
    assert standing(calendar) == {date(2026, 3, 7): [f"passage {flask.code}"]}
    (item,) = day_of(calendar, date(2026, 3, 7)).items
    assert (item.row.slot, item.row.moved_because, item.row.moved_by) == (slot, "the hood is serviced", "AM")


def test_mine_are_those_one_is_told_of():
    mine = growing("SKBR3")
    growing("SKBR3", keeper="JT")
    assert standing(calendar_of(THE_WEEK, MONDAY, person_id=technician().pk)) == {
        date(2026, 3, 5): [f"passage {mine.code}"]
    }


def test_a_model_has_what_is_due_on_its_flasks_and_on_its_ladders(monkeypatch):
    treated, ended, other = growing("SKBR3"), growing("SKBR3"), growing("SKBR3")
    model, another = model_with(treated, ended), model_with(other, name="BT474-L")
    discarded(ended, at=FRIDAY + DAY)
    checks_due(monkeypatch, f"{model.code} A", MONDAY + 4 * DAY)
    assert standing(calendar_of(THE_WEEK, MONDAY, model=model)) == {
        date(2026, 3, 5): [f"passage {treated.code}"],
        date(2026, 3, 6): [f"escalation check {model.code} A"],
    }
    assert standing(calendar_of(THE_WEEK, MONDAY, model=another)) == {date(2026, 3, 5): [f"passage {other.code}"]}


def test_what_is_due_for_several_people_stands_once(monkeypatch):
    technician(), another_technician()
    checks_due(monkeypatch, "M-00000 A", MONDAY)
    (item,) = day_of(calendar_of(THE_WEEK, MONDAY), date(2026, 3, 2)).items
    assert item.code == "M-00000"


def test_a_day_of_the_month_shows_some_and_says_how_many_more():
    for _ in range(7):
        growing("SKBR3")
    day = day_of(calendar_of(MARCH, MONDAY), date(2026, 3, 5))
    assert (len(day.shown), day.left_off) == (5, 2)
    assert day_of(calendar_of(THE_WEEK, MONDAY), date(2026, 3, 5)).left_off == 0


def test_a_calendar_costs_the_same_for_two_flasks_and_for_twenty():
    model = model_with(growing("SKBR3"), growing("BT474"))
    with CaptureQueriesContext(connection) as few:
        calendar_of(MARCH, MONDAY, model=model)
    for _ in range(9):
        growing("SKBR3"), growing("BT474")
    with CaptureQueriesContext(connection) as many:
        assert len(calendar_of(MARCH, MONDAY).overdue_shown) == 0
    assert len(many) == len(few) - 1  # the flasks of the model


# --- what is expected -------------------------------------------------------------------------------------------------


def test_repeats_come_at_the_lines_interval_after_what_is_due():
    flask = growing("SKBR3")
    calendar = calendar_of(MARCH, MONDAY)
    expected = {day.on.day: day.expected_codes for day in calendar.days if day.expected and not day.is_beside}
    assert expected == {day: [("passage", [flask.code])] for day in (11, 17, 23, 29)}


def test_repeats_of_what_is_overdue_are_counted_from_now():
    growing("SKBR3")
    now = FRIDAY + 8 * DAY
    assert next(day.on for day in calendar_of(MARCH, now).days if day.expected) == (now + 6 * DAY).date()


def test_a_line_without_a_feed_interval_is_fed_at_the_labs():
    line("HCC1954")
    flask = growing("HCC1954")
    calendar = calendar_of(THE_WEEK, MONDAY)  # the lab feeds every three days
    assert standing(calendar) == {date(2026, 3, 2): [f"feed {flask.code}"]}
    assert [day.on.day for day in calendar.days if day.expected] == [5, 8]


def test_no_feed_is_expected_beyond_the_passages_that_are():
    line("MDA-MB-453", passage_interval=2 * DAY, feed_interval=3 * DAY)
    flask = growing("MDA-MB-453")  # passaged before it is ever fed; after six repeats nothing is known
    expected = {day.on.day: day.expected_codes for day in calendar_of(MARCH, FRIDAY).days if day.expected}
    assert expected == {day: [("passage", [flask.code])] for day in (3, 5, 7, 9, 11, 13)}


@pytest.mark.parametrize(
    ("every", "days_ahead", "expected"),
    [(3, 10, [3, 6, 9]), (3, 9, [3, 6]), (3, 60, [3, 6, 9, 12, 15, 18]), (30, 10, [])],
    ids=["until then", "before that moment", "at most six times", "none so soon"],
)
def test_a_projection_is_bounded(every, days_ahead, expected):
    found = projected(FRIDAY, every * DAY, FRIDAY + days_ahead * DAY)
    assert [(at - FRIDAY).days for at in found] == expected


@pytest.mark.parametrize(
    ("feed", "passages", "expected"),
    [(0, [7, 14], [3, 6, 10, 13, 17]), (0, [3, 6, 9], [12, 15, 18]), (8, [7], [10, 13, 16]), (0, [0], [3, 6, 9])],
    ids=["counted anew from each passage", "none where a passage is", "from a passage that comes first", "same time"],
)
def test_a_passage_brings_fresh_medium(feed, passages, expected):
    found = projected(FRIDAY + feed * DAY, 3 * DAY, FRIDAY + 19 * DAY, [FRIDAY + day * DAY for day in passages])
    assert [(at - FRIDAY).days for at in found][: len(expected)] == expected


def test_a_calendar_holds_over_the_change_of_the_clocks():
    change_lab_settings(by=manager(), time_zone="Europe/Dublin")  # the clocks go forward on 29 March, at one
    late_on_saturday = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    line("SKBR3-R", passage_interval=timedelta(days=1), feed_interval=60 * DAY)
    growing("SKBR3-R", at=late_on_saturday - DAY)
    calendar = calendar_of(Span(date(2026, 3, 28), is_week=False), late_on_saturday - HOUR)
    assert [day.on for day in calendar.days if day.items] == [date(2026, 3, 28)]
    assert calendar.span.ends_at.astimezone(UTC) == datetime(2026, 4, 5, 23, 0, tzinfo=UTC)
    assert [day.on.day for day in calendar.days if day.expected] == [30, 31, 1, 2, 3, 4]
