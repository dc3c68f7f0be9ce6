"""Durations with their units."""

from datetime import timedelta

import pytest

from lims.errors import DomainError
from lims.tabular.durations import duration_in_words, parse_duration


@pytest.mark.parametrize(
    ("written", "hours"),
    [("6 d", 144), ("52h", 52), ("1 d 12 h", 36), ("1.5 d", 36), ("90 min", 1.5), ("2 weeks", 336), ("6 Days", 144)],
)
def test_days_hours_and_minutes_are_read(written: str, hours: float):
    assert parse_duration(written) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "written", ["6", "d", "", "6 x", "1,5 d", "-3 h", "0 h", "1e30 d", "11 y", "5000 d", "6 d and a bit", "٣ d"]
)
def test_a_length_of_time_without_its_unit_or_meaning_is_refused(written: str):
    with pytest.raises(DomainError):
        parse_duration(written)


@pytest.mark.parametrize("hours", [1, 36, 47.5, 52, 72, 80, 144, 150, 336])
def test_what_is_shown_reads_back_as_the_same(hours: float):
    span = timedelta(hours=hours)
    assert parse_duration(duration_in_words(span)) == span
