"""Time in the lab. Stored in UTC, said in the lab's zone; the zone is a lab setting."""

from datetime import date, datetime, timedelta
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
