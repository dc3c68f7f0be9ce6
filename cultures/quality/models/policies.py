"""What the lab tests when: one version of the rules at a time, and which STR match counts as identity."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cultures.lines.models import CellLine

LONGEST = timedelta(days=3650)


class QCPolicy(models.Model):
    """One version of the lab's rules of testing. The newest is in force; older ones stay readable."""

    version = models.PositiveSmallIntegerField(unique=True)
    receives_into_quarantine = models.BooleanField(default=True, help_text="cells from outside start in quarantine")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"QC policy v{self.version}"

    @classmethod
    def current(cls) -> "QCPolicy | None":
        return cls.objects.order_by("-version").first()


class PolicyRule(models.Model):
    """When a method is due, for the whole lab or for one line, in one phase of a culture's life.

    growing      `every` after the last sample; `retest_after` an inconclusive one, `after_fail` one that failed
    received     a sample taken at least `first_after` after the cells came in, by `due_by` after that
    thawed       the same, counted from the thaw
    banking      a pass whose sample is no older than `every` when cells are frozen
    confirmation the same when a model is confirmed
    """

    class Phase(models.TextChoices):
        GROWING = "growing", "growing"
        RECEIVED = "received", "after arrival"
        THAWED = "thawed", "after a thaw"
        BANKING = "banking", "before banking"
        CONFIRMATION = "confirmation", "at confirmation of a model"

    policy = models.ForeignKey(QCPolicy, models.PROTECT, related_name="rules")
    method = models.CharField(max_length=24)
    line = models.ForeignKey(CellLine, models.PROTECT, null=True, blank=True, related_name="+")
    phase = models.CharField(max_length=12, choices=Phase)
    every = models.DurationField(null=True, blank=True)
    retest_after = models.DurationField(default=timedelta(days=1))
    after_fail = models.DurationField(default=timedelta(days=14))
    first_after = models.DurationField(default=timedelta(0))
    due_by = models.DurationField(default=timedelta(0))

    class Meta:
        ordering = ["method", "phase", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "method", "line", "phase"], nulls_distinct=False, name="one_rule_per_method_and_phase"
            ),
            models.CheckConstraint(
                name="rule_has_the_times_of_its_phase",
                condition=Q(phase__in=["received", "thawed"], every=None)
                | Q(
                    phase__in=["growing", "banking", "confirmation"],
                    every__isnull=False,  # a comparison with null would pass as unknown
                    every__gt=timedelta(0),
                    every__lte=LONGEST,
                ),
            ),
            models.CheckConstraint(
                name="rule_times_are_in_order",
                condition=Q(
                    first_after__gte=timedelta(0),
                    due_by__gte=F("first_after"),
                    due_by__lte=LONGEST,
                    retest_after__gte=timedelta(0),
                    retest_after__lte=LONGEST,
                    after_fail__gte=timedelta(0),
                    after_fail__lte=LONGEST,
                ),
            ),
        ]


class IdentityPolicy(models.Model):
    """Which score and which bands decide identity: a code of science.str_match.POLICIES, and how it is used."""

    version = models.PositiveSmallIntegerField(unique=True)
    code = models.CharField(max_length=24, default="default")
    mode = models.CharField(max_length=12, default="non-empty")
    marker_set = models.CharField(max_length=12, default="all", help_text="all, 13 or 8")
    with_amelogenin = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"identity policy v{self.version}"

    @classmethod
    def current(cls) -> "IdentityPolicy":
        """The newest; the defaults of version 0 until somebody decides."""
        return cls.objects.order_by("-version").first() or cls(version=0)
