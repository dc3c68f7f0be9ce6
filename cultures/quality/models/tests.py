"""Samples and their results, the runs they were read in, and the kits they were read with."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cultures.compounds.models import Lot
from cultures.passaging.models import Culture, Event
from lims.instruments.models import Delivery, Instrument

HIGHEST_RATIO = 1_000


class KitRecord(models.Model):
    """One version of the lab's record of a kit: its own cut-offs. Results keep the version they were judged by.

    The ratio is reading B over reading A. Below negative_below it is negative, above positive_above positive, and
    both cut-offs themselves are borderline (Lonza MycoAlert insert: 0.9 and 1.2).
    """

    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    negative_below = models.DecimalField(max_digits=6, decimal_places=3)
    positive_above = models.DecimalField(max_digits=6, decimal_places=3)
    positive_control_above = models.DecimalField(
        max_digits=6, decimal_places=3, help_text="a run whose positive control is not above it is invalid"
    )
    negative_control_below = models.DecimalField(
        max_digits=6, decimal_places=3, help_text="a run whose negative control is not below it is invalid"
    )
    least_reading_a = models.PositiveIntegerField(default=0, help_text="RLU; less is no evidence: too few cells")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="kit_version_is_unique"),
            models.CheckConstraint(
                name="kit_cut_offs_are_in_order",
                condition=Q(
                    negative_below__gt=0,
                    positive_above__gte=F("negative_below"),
                    positive_above__lt=HIGHEST_RATIO,
                    positive_control_above__gt=0,
                    positive_control_above__lt=HIGHEST_RATIO,
                    negative_control_below__gt=0,
                    negative_control_below__lt=HIGHEST_RATIO,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class LabMethod(models.Model):
    """A method that the lab defined without code: pass or fail, or a number with limits."""

    class Kind(models.TextChoices):
        PASS_FAIL = "pass_fail", "pass or fail"
        NUMERIC = "numeric", "a number with limits"

    class OnFail(models.TextChoices):
        QUARANTINE = "quarantine", "quarantine with descendants"
        HOLD = "hold", "hold until the next test"
        FLAG = "flag", "flag only"

    code = models.SlugField(max_length=24, unique=True)
    title = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.CharField(max_length=16, blank=True)
    passes_from = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    passes_to = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    on_fail = models.CharField(max_length=12, choices=OnFail, default=OnFail.FLAG)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="a_number_has_a_limit_and_a_verdict_has_none",
                condition=Q(kind="pass_fail", unit="", passes_from=None, passes_to=None)
                | (Q(kind="numeric") & (Q(passes_from__isnull=False) | Q(passes_to__isnull=False))),
            ),
            models.CheckConstraint(
                name="limits_of_a_method_are_in_order",
                condition=(Q(passes_from=None) | Q(passes_from__gt=-(10**11), passes_from__lt=10**11))
                & (Q(passes_to=None) | Q(passes_to__gt=-(10**11), passes_to__lt=10**11))
                & (Q(passes_from=None) | Q(passes_to=None) | Q(passes_to__gte=F("passes_from"))),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RawFile(models.Model):
    """A file of results as it came, byte for byte, kept under the hash of its bytes."""

    file = models.FileField(upload_to="qc/")
    name = models.CharField(max_length=120, help_text="as it was called")
    sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class QCRun(models.Model):
    """Samples of several cultures that are tested together, with the controls that speak for all of them."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        VALID = "valid", "valid"
        INVALID = "invalid", "invalid"
        ABANDONED = "abandoned", "abandoned"

    method = models.CharField(max_length=24)
    kit = models.ForeignKey(KitRecord, models.PROTECT, null=True, blank=True, related_name="runs")
    kit_lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    controls = models.JSONField(default=dict, blank=True, help_text="readings of the controls")
    sentence = models.CharField(max_length=300, blank=True, help_text="why it is valid or not")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    raw = models.ForeignKey(RawFile, models.PROTECT, null=True, blank=True, related_name="runs")
    note = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="run_is_read_once_it_is_judged",
                condition=Q(state__in=["open", "abandoned"], read_at=None)
                | Q(state__in=["valid", "invalid"], read_at__isnull=False),
            ),
            models.CheckConstraint(
                name="run_is_read_after_its_start", condition=Q(read_at=None) | Q(read_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:qc_run", args=[self.pk])


class QCTest(Event):
    """A sample of a culture and what a method says of it. `at` is when the sample was taken: the clock that counts.

    The code names the sample and stays when a row supersedes another: a result that comes in supersedes "pending", a
    correction supersedes a result. So one row of a code stands, and the rows of a code are its history.
    """

    class Verdict(models.TextChoices):
        PASS = "pass", "pass"
        FAIL = "fail", "fail"
        INCONCLUSIVE = "inconclusive", "inconclusive"
        INVALID = "invalid", "invalid"
        PENDING = "pending", "pending"

    code = models.CharField(max_length=12)
    culture = models.ForeignKey(Culture, models.PROTECT, related_name="qc_tests")
    method = models.CharField(max_length=24)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(QCRun, models.PROTECT, null=True, blank=True, related_name="tests")
    kit_lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="+")
    kit = models.ForeignKey(KitRecord, models.PROTECT, null=True, blank=True, related_name="+")
    resulted_at = models.DateTimeField(null=True, blank=True)
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="+")
    raw = models.ForeignKey(RawFile, models.PROTECT, null=True, blank=True, related_name="tests")
    readings = models.JSONField(default=dict, blank=True, help_text="in the shape of the method's form")
    findings = models.JSONField(default=dict, blank=True, help_text="what was worked out of the readings")
    verdict = models.CharField(max_length=12, choices=Verdict)
    sentence = models.CharField(max_length=300, blank=True, help_text="the verdict in words, with its numbers")

    class Meta(Event.Meta):
        ordering = ["-at", "-pk"]
        constraints = [
            *Event.Meta.constraints,
            models.UniqueConstraint(fields=["code"], condition=Q(withdrawn_at=None), name="one_result_of_a_sample"),
            models.UniqueConstraint(
                fields=["culture", "method", "at"], condition=Q(withdrawn_at=None), name="one_sample_at_a_time"
            ),
            models.CheckConstraint(
                name="a_pending_test_has_no_result",
                condition=Q(verdict="pending", resulted_at=None)
                | (~Q(verdict="pending") & Q(resulted_at__isnull=False, resulted_at__gte=F("at"))),
            ),
        ]
        indexes = [
            models.Index(
                fields=["culture", "method", "-at"], condition=Q(withdrawn_at=None), name="qc_test_of_a_culture"
            ),
            models.Index(fields=["verdict", "-at"], condition=Q(withdrawn_at=None), name="qc_test_by_verdict"),
            models.Index(fields=["-at", "-id"], condition=Q(withdrawn_at=None), name="qc_test_newest"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("cultures:qc_test", args=[self.code])

    @property
    def is_pending(self) -> bool:
        return self.verdict == self.Verdict.PENDING

    @property
    def is_grave(self) -> bool:
        """Nothing to be glad of: it failed, or says nothing although it was read."""
        return self.verdict not in (self.Verdict.PASS, self.Verdict.PENDING)


class PlannedTest(models.Model):
    """A test that somebody or a contamination trace asked for, besides what the policy asks for."""

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="planned_tests")
    method = models.CharField(max_length=24)
    due_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    trace = models.ForeignKey("cultures.ContaminationTrace", models.PROTECT, null=True, related_name="planned_tests")
    planned_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_how = models.CharField(max_length=120, blank=True, help_text="the sample, or why it was called off")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["culture", "method"], condition=Q(settled_at=None), name="one_planned_test_at_a_time"
            ),
            models.CheckConstraint(
                name="settled_plan_says_how",
                condition=Q(settled_at=None, settled_how="") | (Q(settled_at__isnull=False) & ~Q(settled_how="")),
            ),
        ]
