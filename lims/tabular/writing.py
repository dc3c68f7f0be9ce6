"""Lists as CSV: streamed row by row, and safe to open in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from lims.clock import lab_zone, today

ROWS_AT_ONCE = 1000
# A cell beginning with one of these is a formula to a spreadsheet; the full-width forms are read like the narrow ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\0", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """One column: its head, with the unit in it ("Volume (mL)"), and where its value is: "line.name" or a function."""

    head: str
    source: str | Callable[[Any], Any]

    def value(self, row: Any) -> Any:
        if callable(self.source):
            return self.source(row)
        return reduce(lambda thing, name: None if thing is None else getattr(thing, name), self.source.split("."), row)


def safe_text(text: str) -> str:
    """Text that a spreadsheet shows instead of computing it: a ' stands before what looks like a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA_SIGNS) else text


def cell(value: Any, zone: ZoneInfo) -> str:
    """A value in CSV: numbers plain, times ISO 8601 with the lab's offset, durations in hours, text formula-safe."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal() | float() | int():
            return (format(value, "f") if isinstance(value, Decimal) else repr(value)) if isfinite(value) else ""
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds() / 3600:g}"
    return safe_text(str(value))


class _Line:
    """What csv.writer writes to: keeps nothing, hands the line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Any], columns: Iterable[Column], zone: ZoneInfo) -> Iterator[str]:
    columns, write = tuple(columns), csv.writer(_Line()).writerow
    yield write([safe_text(column.head) for column in columns])
    for row in rows:
        yield write([cell(column.value(row), zone) for column in columns])


def csv_response(rows: QuerySet | Iterable[Any], columns: Iterable[Column], name: str) -> StreamingHttpResponse:
    """A download `name`-2026-11-23.csv. Memory stays the same however many rows there are."""
    if isinstance(rows, QuerySet):
        rows = rows.iterator(chunk_size=ROWS_AT_ONCE)
    lines = (line.encode() for line in csv_lines(rows, columns, lab_zone()))
    filename = f"{name}-{today():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        _in_chunks(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"},
    )


def _in_chunks(lines: Iterator[bytes], size: int = 16_384) -> Iterator[bytes]:
    """Lines joined to chunks worth a write to the network."""
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) >= size:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)
