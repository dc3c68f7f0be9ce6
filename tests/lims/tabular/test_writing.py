"""CSV that streams, and opens in a spreadsheet as text and numbers, never as a formula."""

import csv
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from lims.tabular.writing import FORMULA_SIGNS, Column, cell, csv_lines, csv_response

VIENNA = ZoneInfo("Europe/Vienna")
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "=cmd|' /C calc'!A0",
    "-5",
]


def read_back(lines: list[str]) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(lines), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_read_back_as_a_formula(text: str):
    rows = read_back(list(csv_lines([SimpleNamespace(name=text)], [Column("Name", "name")], VIENNA)))
    assert rows[1] == [f"'{text}"]
    assert not rows[1][0].startswith(FORMULA_SIGNS)


def test_the_heads_are_as_safe_as_the_cells():
    assert read_back(list(csv_lines([], [Column("=x", "x")], VIENNA))) == [["'=x"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-5, "-5"),
        (Decimal("-0.250"), "-0.250"),
        (Decimal("1.5E+6"), "1500000"),
        (-1.5, "-1.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (Decimal("NaN"), ""),
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (date(2026, 3, 4), "2026-03-04"),
        (datetime(2026, 7, 4, 12, 0, 1, 999, tzinfo=UTC), "2026-07-04T14:00:01+02:00"),
        (datetime(2026, 1, 4, 12, 0, tzinfo=UTC), "2026-01-04T13:00:00+01:00"),
        (timedelta(days=2, hours=4), "52"),
        ('say "hi", µg', 'say "hi", µg'),
    ],
)
def test_numbers_stay_numbers_and_times_carry_their_offset(value: object, shown: str):
    assert cell(value, VIENNA) == shown


def test_a_missing_link_on_the_way_to_a_value_is_an_empty_cell():
    assert Column("Parent", "parent.name").value(SimpleNamespace(parent=None)) is None


@pytest.mark.django_db
def test_the_download_is_named_by_its_day_and_stays_private():
    response = csv_response([SimpleNamespace(name="µ")], [Column("Name", "name")], "lots")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="lots-20')
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response) == "Name\r\nµ\r\n".encode()


@pytest.mark.django_db
def test_memory_stays_flat_however_many_rows_there_are():
    rows = (SimpleNamespace(name="x" * 100) for _ in range(100_000))
    tracemalloc.start()
    size = sum(len(chunk) for chunk in csv_response(rows, [Column("Name", "name")], "rows"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 10_000_000
    assert peak < 1_000_000
