"""A time on the lab's clock, and codes as a scanner types them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from cultures.passaging.forms import fields
from cultures.passaging.forms.fields import CodesField, LabTimeField
from lims.codes import code_for


@pytest.fixture
def in_berlin(monkeypatch):
    monkeypatch.setattr(fields, "lab_zone", lambda: ZoneInfo("Europe/Berlin"))


def test_a_time_is_read_in_the_zone_of_the_lab(in_berlin):
    assert LabTimeField().clean("2026-11-23T14:06") == datetime(2026, 11, 23, 13, 6, tzinfo=UTC)


def test_an_hour_that_came_twice_is_refused(in_berlin):
    with pytest.raises(ValidationError, match="came twice"):
        LabTimeField().clean("2026-10-25T02:30")
    assert LabTimeField().clean("2026-10-25T03:00") == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_an_hour_that_was_skipped_is_refused(in_berlin):
    with pytest.raises(ValidationError, match="did not exist"):
        LabTimeField().clean("2026-03-29T02:30")


def test_a_time_with_its_offset_is_one_moment_even_then(in_berlin):
    assert LabTimeField().clean("2026-10-25T02:30+01:00") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-23"]
)
def test_what_is_no_time_is_refused(in_berlin, text):
    with pytest.raises(ValidationError):
        LabTimeField().clean(text)


def test_codes_come_between_blanks_commas_and_lines():
    one, two = code_for("C", 1), code_for("C", 2)
    assert CodesField().clean(f" {one.lower()}\r\n{two}, {one}") == [one, two]


def test_a_misread_code_is_refused():
    with pytest.raises(ValidationError, match="a sign was misread"):
        CodesField().clean("C-00001")
