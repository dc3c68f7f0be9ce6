"""The lab's words for sets of lots. The day is an argument, so tests need no clock."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q

EXPIRING_WITHIN = timedelta(days=14)


class LotQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Not used up or thrown away: opened or not, expired or not."""
        return self.filter(finished_on=None)

    def in_use(self, on: date) -> Self:
        """Open on that day, unfinished and unexpired; the newest opened first."""
        return self.usable(on).filter(opened_on__lte=on).order_by("-opened_on", "-pk")

    def usable(self, on: date) -> Self:
        """Here on that day, opened or not: received, unfinished, unexpired, and not thawed too often."""
        here = self.filter(received_on__lte=on, expires_on__gte=on)
        thawed_in_bounds = Q(max_freeze_thaws=None) | Q(freeze_thaws__lte=F("max_freeze_thaws"))
        return here.filter(Q(finished_on=None) | Q(finished_on__gt=on), thawed_in_bounds)

    def expiring(self, on: date) -> Self:
        """Still good on that day, but not two weeks later."""
        return self.standing().filter(expires_on__gte=on, expires_on__lte=on + EXPIRING_WITHIN)

    def expired(self, on: date) -> Self:
        """Past its day and still standing about."""
        return self.standing().filter(expires_on__lt=on)


class RecipeQuerySet(models.QuerySet):
    def newest(self) -> Self:
        """The last version of each recipe that is in use."""
        later = self.model._default_manager.filter(name=OuterRef("name"), version__gt=OuterRef("version"))
        return self.filter(~models.Exists(later), retired_at=None)

    def versions_of(self, name: str) -> Self:
        return self.filter(name=name).order_by(F("version").desc())
