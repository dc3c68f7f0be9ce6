"""Instruments, their tokens, and what they deliver."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Instrument(models.Model):
    """A counter or reader that posts its results. An actor of its own: what it posts bears its name."""

    class Kind(models.TextChoices):
        COUNTER = "counter", "cell counter"
        READER = "reader", "plate reader"

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    maker = models.CharField(max_length=60, blank=True)
    serial_number = models.CharField(max_length=60, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    is_authenticated = True  # as an actor it is met only by its key
    scopes: frozenset[str] = frozenset()  # verbs of the key it signed in with

    class Meta:
        constraints = [models.CheckConstraint(name="instrument_kind_is_known", condition=~Q(kind=""))]

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A key by which an instrument signs in. Only its HMAC-SHA256 is kept; the key itself is shown once."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="tokens")
    prefix = models.CharField(max_length=12, unique=True, help_text="the readable start, to tell tokens apart")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text="verbs this token may do")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_expires_after_creation", condition=Q(expires_at__gt=models.F("created_at"))
            )
        ]


class Delivery(models.Model):
    """One thing sent to us under a key, by an instrument or by a form; a repeat is answered with the stored answer.

    A delivery that fits no culture waits in the inbox until a person assigns or dismisses it; it is never lost.
    """

    class State(models.TextChoices):
        SETTLED = "settled", "settled"
        WAITING = "waiting", "waits for a person"
        DISMISSED = "dismissed", "dismissed"

    actor = models.CharField(max_length=80, help_text="user:3 or instrument:2")
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="deliveries")
    route = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the body as sent")
    body = models.TextField(blank=True, help_text="what an instrument sent, letter for letter; empty for a form")
    received_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status that was answered")
    answer = models.TextField(blank=True, help_text="what was answered, letter for letter")
    state = models.CharField(max_length=10, choices=State, default=State.SETTLED)
    waits_because = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "route", "key"], name="one_delivery_per_key"),
            models.CheckConstraint(
                name="waiting_delivery_says_why",
                condition=~Q(state="waiting") | (~Q(waits_because="") & Q(settled_at=None)),
            ),
            models.CheckConstraint(
                name="dismissed_delivery_says_why_and_who",
                condition=~Q(state="dismissed") | (~Q(settled_reason="") & Q(settled_by__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at"], condition=Q(state="waiting"), name="delivery_waiting"),
        ]
