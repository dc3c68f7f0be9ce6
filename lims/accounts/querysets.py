"""The lab's words for sets of people."""

from typing import Self

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models


class UserQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def leads(self) -> Self:
        """Those who keep the lab's registers: managers and PIs."""
        return self.active().filter(role__in=["manager", "pi"])

    def by_name(self) -> Self:
        return self.order_by("-is_active", "last_name", "first_name", "pk")


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    pass
