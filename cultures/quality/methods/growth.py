"""Tests that wait for something to grow: what was seen, and after how many days."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cultures.quality.errors.samples import BadReadings
from cultures.quality.methods.base import Judgement, Readings, Sample, ways_to_read
from cultures.quality.models import QCTest
from lims.web.fields import WholeNumberField

V = QCTest.Verdict
SEEN, NONE, INCUBATING, UNREADABLE = "seen", "none", "incubating", "unreadable"


class Growth(Readings):
    growth = ways_to_read(
        (NONE, "no growth"),
        (SEEN, "growth"),
        (INCUBATING, "still incubating"),
        (UNREADABLE, "cannot be read"),
        label="What was seen",
    )
    days = WholeNumberField(label="Days of incubation", unit="d", least=0, most=365)


def judge_after(days_needed: int, what: str) -> Callable[[Mapping[str, Any], Sample], Judgement]:
    """Growth is a fail whenever it is seen; that there is none is known only after `days_needed`."""

    def judge(readings: Mapping[str, Any], sample: Sample) -> Judgement:
        days = int(readings["days"])
        _refuse_impossible(days, sample)
        after = f"after {days} {'day' if days == 1 else 'days'}"
        match readings["growth"]:
            case "seen":
                return Judgement(V.FAIL, f"{what} grew, seen {after}.")
            case "unreadable":
                return Judgement(V.INVALID, f"It could not be read {after}. Take another sample.")
            case "none" if days >= days_needed:
                return Judgement(V.PASS, f"No {what} grew in {days} days.")
        return Judgement(V.PENDING, f"Nothing grew {after}; it incubates for {days_needed} days.")

    return judge


def _refuse_impossible(days: int, sample: Sample) -> None:
    if sample.resulted_at and timedelta(days=days) > sample.resulted_at - sample.at + timedelta(days=1):
        gone = (sample.resulted_at - sample.at).days
        raise BadReadings(
            f"{days} days of incubation are more than the {gone} since the sample was taken. Correct one of them.",
            "days",
        )
