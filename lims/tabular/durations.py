"""Durations as the bench says them: 6 d, 52 h, 1 d 12 h, 90 min."""

import re
from datetime import timedelta

from lims.errors import DomainError
from lims.tabular.numbers import parse_decimal

PART = re.compile(r"\s*([^a-z\s][^a-z]*?)\s*(weeks?|w|days?|d|hours?|h|minutes?|min|m)(?![a-z])", re.IGNORECASE)
LENGTH = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
LONGEST = timedelta(days=3650)


class NotADuration(DomainError):
    """A length of time without a unit, or not a length of time."""

    code = "not_a_duration"


def parse_duration(text: str) -> timedelta:
    """A positive length of time with its units.

    >>> parse_duration("1 d 12 h")
    datetime.timedelta(days=1, seconds=43200)
    """
    written, total, place = text.strip(), timedelta(), 0
    if len(written) > 40:
        raise NotADuration("That is too long for a length of time. Write a number with its unit, such as 6 d or 52 h.")
    while part := PART.match(written, place):
        total += LENGTH[part[2][0].lower()] * min(float(parse_decimal(part[1])), 1e7)
        place = part.end()
    if place == 0 or written[place:].strip():
        raise NotADuration("Write a number with its unit, such as 6 d or 52 h.")
    if not timedelta(minutes=1) <= total <= LONGEST:
        raise NotADuration(f"{written} is not between a minute and ten years.")
    return total


def duration_in_words(span: timedelta | None) -> str:
    """6 d, 52 h, 4 d 12 h: what parse_duration reads back. Below four days hours are not made into days."""
    if span is None:
        return ""
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 1440)
    if days < 4 and rest:
        days, rest = 0, minutes
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
