"""Reminders are rows. Celery only says "sweep now"; a lost broker, a dead beat or a second worker changes nothing.

None of these tables but Rescheduling is in the ledger: they are derived from the lab's records, and swept anew.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Reminder(models.Model):
    """That one person was told of one thing falling due: unique per kind, subject, person and due slot."""

    kind = models.CharField(max_length=40, help_text="passage_due, feed_due ...")
    subject = models.CharField(max_length=40, help_text="code of the thing: C-7K4QX")
    subject_label = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders")
    due_at = models.DateTimeField(help_text="the due slot; a new event moves it and so makes a new reminder")
    place_label = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=200)
    action = models.CharField(max_length=40, help_text="the verb that settles it")
    noted_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, help_text="no longer due: done, moved or ended")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "person", "due_at"], name="one_reminder_per_due_slot")
        ]
        indexes = [models.Index(fields=["person", "due_at"], condition=Q(settled_at=None), name="reminder_open")]


class Rescheduling(models.Model):
    """That something due at one time is to be done at another, and why. It holds for that slot; an event makes a new.

    In the ledger, unlike the rest of this module: a person decided it.
    """

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=40, help_text="code of the thing: C-7K4QX")
    due_at = models.DateTimeField(help_text="the due slot as it follows from the records")
    moved_to = models.DateTimeField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "due_at"], condition=Q(withdrawn_at=None), name="one_new_time_per_due_slot"
            ),
            models.CheckConstraint(name="moving_needs_a_reason", condition=~Q(reason="")),
        ]


class Heartbeat(models.Model):
    """When a part of the machinery last ran: the sweep by the worker."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
