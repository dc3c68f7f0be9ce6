"""The ledger: one row for every changed record of the lab, written by database triggers (triggers.py)."""

from django.db import models


class Entry(models.Model):
    """One changed record: who, when (UTC), under which verb, why, and its image before and after.

    Written only by the triggers. UPDATE, DELETE and TRUNCATE are refused by the database.
    actor is "user:3", "instrument:2", "system:sweep"; a write outside any verb bears "sql:<database user>".
    """

    class Change(models.TextChoices):
        INSERT = "I", "created"
        UPDATE = "U", "changed"
        DELETE = "D", "deleted"

    at = models.DateTimeField()
    table = models.CharField(max_length=63)
    record = models.CharField(max_length=64, help_text="primary key of the record")
    change = models.CharField(max_length=1, choices=Change)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    actor = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    transaction = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["table", "record", "-id"], name="entry_of_a_record"),
            models.Index(fields=["actor", "-id"], name="entry_of_an_actor"),
            models.Index(fields=["request_id"], name="entry_of_a_request"),
        ]


class Seal(models.Model):
    """A link of the chain: HMAC-SHA256(key, digest of the link before + its entries in canonical form)."""

    at = models.DateTimeField(auto_now_add=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
