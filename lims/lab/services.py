"""The one verb on the lab's settings: decide anew. What was in force before stays readable."""

from typing import Any
from zoneinfo import available_timezones

from django.core.cache import cache
from django.db import models

from lims import clock
from lims.accounts.models import User
from lims.audit.context import acting
from lims.lab.errors import LimitsOutOfOrder, SettingsChangedMeanwhile, UnknownTimeZone
from lims.lab.models import CACHE_KEY, LabSettings

DECIDED = tuple(
    field.name for field in LabSettings._meta.fields if field.editable and field.name not in {"id", "reason"}
)


def change_lab_settings(
    *, by: User | str, reason: str = "", based_on: int | None = None, **decided: Any
) -> LabSettings:
    """A new version of the settings: the newest one with `decided` changed.

    based_on    key of the version the person saw; None when she saw the defaults or does not care
    Raises UnknownTimeZone, LimitsOutOfOrder, SettingsChangedMeanwhile.
    """
    if unknown := set(decided) - set(DECIDED):
        raise TypeError(f"Not settings of the lab: {', '.join(sorted(unknown))}")
    with acting(by, "change_lab_settings", reason):
        newest = LabSettings.objects.select_for_update().order_by("-pk").first()
        if based_on is not None and (newest is None or newest.pk != based_on or _newer_than(newest)):
            raise SettingsChangedMeanwhile
        before = newest or LabSettings.current()
        version = LabSettings(
            **{name: getattr(before, name) for name in DECIDED} | decided,
            at=clock.now(),
            by=by if isinstance(by, models.Model) else None,
            reason=reason,
        )
        if version.time_zone not in available_timezones():
            raise UnknownTimeZone(version.time_zone)
        if version.treated_passage_limit < version.passage_limit:
            raise LimitsOutOfOrder
        version.save()
    cache.delete(CACHE_KEY)
    return version


def _newer_than(locked: LabSettings) -> bool:
    """Whether a version was added while we waited for the lock on the one before."""
    return LabSettings.objects.filter(pk__gt=locked.pk).exists()
