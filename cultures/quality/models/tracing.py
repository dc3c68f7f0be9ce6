"""How far a contamination reached: who was traced from one positive test, and what was done about it."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from cultures.passaging.models import Culture
from cultures.quality.models.tests import QCTest


class ContaminationTrace(models.Model):
    """What was known when the lab acted on a positive test; the preview before it writes nothing."""

    test = models.ForeignKey(QCTest, models.PROTECT, related_name="traces")
    window_from = models.DateTimeField(null=True, help_text="the last clean sample; empty: never one")
    window_to = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    others = models.JSONField(default=list, blank=True, help_text="vials and assays, as the domains above told them")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"Trace {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:trace", args=[self.pk])


class TraceMember(models.Model):
    """A culture the trace reached, how near, why, and what was done with it."""

    class Tier(models.IntegerChoices):
        POSITIVE = 1, "tested positive"
        DESCENT = 2, "descends from it"
        LIKELY = 3, "likely: the same cells since the last clean sample"
        POSSIBLE = 4, "possible: shared hood round or bottle"
        REMOTE = 5, "remote: shared shelf, or operator and day"

    trace = models.ForeignKey(ContaminationTrace, models.PROTECT, related_name="members")
    culture = models.ForeignKey(Culture, models.PROTECT, related_name="traced_by")
    tier = models.PositiveSmallIntegerField(choices=Tier)
    reasons = models.JSONField(default=list, help_text="sentences, the strongest first")
    is_quarantined = models.BooleanField(default=False)
    is_tested = models.BooleanField(default=False, help_text="a test was planned")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trace", "culture"], name="traced_once")]
