"""People who sign in. Instruments are actors of their own (lims.instruments)."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


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

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_has_a_known_role", condition=Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class SignInAttempts(models.Model):
    """Wrong passwords of one account from one address; a counter, not a lab record, so not in the ledger."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    failures = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="one_counter_per_account_and_address")]
