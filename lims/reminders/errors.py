"""Refusals about moving what is due to another time."""

from datetime import datetime

from lims.clock import lab_time
from lims.errors import DomainError
from lims.reminders.due import MOST_MOVED


class SlotGone(DomainError):
    """It was done meanwhile, or an entry or an interval was changed: nothing falls due at that time any more."""

    code = "slot_gone"

    def __init__(self, words: str, subject: str, slot: datetime) -> None:
        super().__init__(
            f"No {words} of {subject} is due on {_moment(slot)} any more: it was done or changed meanwhile. "
            "Look at what is due now.",
            ways=(("What is due today", "/"),),
        )


class MovedTooFar(DomainError):
    """Whoever moves a thing further means something else: another interval, or the end of it."""

    code = "moved_too_far"

    def __init__(self, slot: datetime, at: datetime) -> None:
        last = slot + MOST_MOVED
        if last < at:
            sentence = (
                f"This was due on {_moment(slot)}, too long ago to be moved. Do it now, or end what it is due on."
            )
        else:
            first = max(slot - MOST_MOVED, at)
            sentence = (
                f"What is due on {_moment(slot)} can be moved by at most {MOST_MOVED.days} days. "
                f"Choose a time from {_day(first)} to {_day(last)}."
            )
        super().__init__(sentence, field="moved_to")


class MovedIntoThePast(DomainError):
    code = "moved_into_the_past"

    def __init__(self, moved_to: datetime) -> None:
        super().__init__(
            f"{_moment(moved_to)} is over. Choose a time from today on; what is done already is entered as done.",
            field="moved_to",
        )


class MovedWithoutReason(DomainError):
    code = "moved_without_reason"

    def __init__(self) -> None:
        super().__init__("Moving what is due needs a reason. Write why.", field="reason")


def _day(at: datetime) -> str:
    return f"{lab_time(at):%d %b %Y}"


def _moment(at: datetime) -> str:
    return f"{lab_time(at):%d %b %Y %H:%M}"
