"""Time in the lab. Stored in UTC, said in the lab's zone; the zone is a lab setting."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

CLOCK_SKEW = timedelta(minutes=5)  # how far ahead of the server a bench clock may run


def now() -> datetime:
    return timezone.now()


def lab_zone() -> ZoneInfo:
    from lims.lab.models import LabSettings  # the settings live in the database

    return ZoneInfo(LabSettings.current().time_zone)


def today(at: datetime | None = None) -> date:
    return (at or now()).astimezone(lab_zone()).date()


def lab_time(at: datetime) -> datetime:
    return at.astimezone(lab_zone())


def days_overdue(due_at: datetime, now: datetime) -> int:
    """Whole days of the lab's calendar. What fell due earlier today is due today, not overdue: 0."""
    return max((today(now) - today(due_at)).days, 0)


def start_of_today(now: datetime) -> datetime:
    """The last midnight in the lab's zone: what fell due before it is overdue."""
    return datetime.combine(today(now), time.min, lab_zone())
