"""People who sign in. Instruments are actors of their own (lims.instruments)."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.crypto import salted_hmac

from lims.accounts.querysets import UserManager


class Role(models.TextChoices):
    TECHNICIAN = "technician", "technician"
    MANAGER = "manager", "lab manager"
    PI = "pi", "PI"
    VIEWER = "viewer", "viewer"


class User(AbstractUser):
    """A named person. Never deleted: deactivated, so that every record keeps its author."""

    role = models.CharField(max_length=16, choices=Role, default=Role.TECHNICIAN)
    initials = models.CharField(max_length=4, help_text="as on a flask label: AM")
    must_change_password = models.BooleanField(default=False)
    wants_digest = models.BooleanField("daily digest by e-mail", default=True)
    sign_in_epoch = models.PositiveIntegerField(
        "sign-in epoch", default=0, help_text="raised to end every session of this person"
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_has_a_known_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="username_is_lower_case", condition=Q(username=Lower(F("username")))),
            models.UniqueConstraint(
                Upper("initials"), condition=Q(is_active=True), name="initials_name_one_active_person"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """A tablet's keyboard begins with a capital; the account is the same."""
        return super().normalize_username(username).lower()

    def get_session_auth_hash(self) -> str:
        """Signs every session; so a new password or a raised epoch ends those that were open."""
        secret = f"{self.password}:{self.sign_in_epoch}"
        return salted_hmac("lims.accounts.User.get_session_auth_hash", secret, algorithm="sha256").hexdigest()


class SignInAttempts(models.Model):
    """Wrong passwords of one account from one address; a counter, not a lab record, so not in the ledger."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    failures = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "address"], name="one_counter_per_account_and_address")
        ]
