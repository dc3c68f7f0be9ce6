"""Cells that are kept apart: why, which, since when, and what let them out again."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cultures.passaging.models import Culture, Event
from cultures.quality.models.tests import QCTest


class Quarantine(models.Model):
    """One cause to keep cultures apart. `quarantine` ends by evidence and a person, `hold` by the retest alone.

    What releases it is written down when it begins, so that a later change of the rules does not loosen it.
    """

    class Cause(models.TextChoices):
        ARRIVAL = "arrival", "came from outside"
        TEST = "test", "test"
        TRACE = "trace", "contamination trace"
        PERSON = "person", "put in by a person"

    class Kind(models.TextChoices):
        QUARANTINE = "quarantine", "quarantine"
        HOLD = "hold", "hold"

    cause = models.CharField(max_length=12, choices=Cause)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.QUARANTINE)
    method = models.CharField(
        max_length=24, blank=True, help_text="whose passes release it; empty: of any mycoplasma test"
    )
    test = models.ForeignKey(QCTest, models.PROTECT, null=True, blank=True, related_name="quarantines")
    trace = models.ForeignKey("cultures.ContaminationTrace", models.PROTECT, null=True, related_name="quarantines")
    reason = models.CharField(max_length=300)
    started_at = models.DateTimeField(help_text="the sample, or when the cells came in")
    passes_needed = models.PositiveSmallIntegerField(help_text="0: nothing releases it but disposal or treatment")
    apart = models.DurationField(
        default=timedelta(0), help_text="least time between two of the samples that release it"
    )
    needs_lead = models.BooleanField(default=True, help_text="a lab manager or PI releases it")
    at = models.DateTimeField(default=timezone.now, help_text="when it was put in force")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["test", "kind"], name="one_quarantine_per_test"),
            models.CheckConstraint(
                name="quarantine_of_a_test_names_it",
                condition=(Q(cause="test", test__isnull=False)) | (~Q(cause="test")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:quarantine", args=[self.pk])


class QuarantineMember(models.Model):
    """A culture that a quarantine holds, until it is released. Daughters join with their parent's `since`."""

    quarantine = models.ForeignKey(Quarantine, models.PROTECT, related_name="members")
    culture = models.ForeignKey(Culture, models.PROTECT, related_name="quarantine_memberships")
    since = models.DateTimeField(help_text="samples taken after it count for the release")
    why = models.CharField(max_length=200, help_text="tested positive; descends from C-7K4QX; same bottle of FBS")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    release_reason = models.CharField(max_length=300, blank=True)
    released_on = models.JSONField(default=list, blank=True, help_text="codes of the samples it rests on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quarantine", "culture"], name="in_a_quarantine_once"),
            models.CheckConstraint(
                name="release_has_a_reason",
                condition=Q(until=None, release_reason="") | (Q(until__isnull=False) & ~Q(release_reason="")),
            ),
            models.CheckConstraint(
                name="release_comes_after_the_start", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]
        indexes = [models.Index(fields=["culture"], condition=Q(until=None), name="culture_in_quarantine")]


class Treatment(Event):
    """Antibiotics against a contamination, on cells in quarantine; those that came through it are marked for ever."""

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="treatments")
    quarantine = models.ForeignKey(Quarantine, models.PROTECT, related_name="treatments")
    agent = models.CharField(max_length=80, help_text="with its dose: Plasmocin 25 µg/mL")
    days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints]


class CureMark(models.Model):
    """For ever: these cells, or cells they descend from, were contaminated, treated and released."""

    culture = models.OneToOneField(Culture, models.PROTECT, related_name="cure_mark")
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="marks")
    since = models.DateTimeField()
