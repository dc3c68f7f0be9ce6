"""The outbox: what is to be sent to whom, once."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One digest to one person by one channel.

    Claimed by a conditional UPDATE whose claim lapses, then sent, then marked. A process that dies between sending
    and marking sends again under the same Message-ID.
    Not in the ledger: it is derived from reminders.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=16)
    slot = models.DateField(help_text="the lab's day this digest is for")
    message_id = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=160)
    body = models.TextField()
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "slot"], name="one_digest_per_person_channel_and_day")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(sent_at=None, given_up_at=None), name="message_to_send"
            )
        ]
