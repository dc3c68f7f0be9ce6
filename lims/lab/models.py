"""What the lab has decided about itself. Each change is a new version; the newest rules."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class LabSettings(models.Model):
    """One version of the lab's settings. Rows are never edited: what was in force on a day can be looked up.

    Passage and viability limits hold per phase: untreated cultures, and cultures under drug, where lower
    viability is expected (defaults: Geraghty 2014, BJC 111:1021, and field practice).
    """

    lab_name = models.CharField(max_length=80, default="Our lab")
    time_zone = models.CharField(max_length=40, default="UTC")
    thaw_increment = models.PositiveSmallIntegerField(default=1, help_text="added to the passage number at each thaw")
    passage_limit = models.PositiveSmallIntegerField(
        default=30, help_text="passages since thaw; a line may set its own"
    )
    treated_passage_limit = models.PositiveSmallIntegerField(default=80, help_text="passages since thaw, under drug")
    viability_warning_pct = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("85.0"))
    treated_viability_warning_pct = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("70.0"))
    banking_viability_pct = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("90.0"))
    treated_banking_viability_pct = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("80.0"))
    plating_viability_pct = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("85.0"))
    feed_interval = models.DurationField(default=timedelta(days=3), help_text="when the line sets none")
    digest_hour = models.PositiveSmallIntegerField(default=7, help_text="hour of the daily digest, in the lab's zone")
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="thaw_adds_none_or_one", condition=Q(thaw_increment__in=[0, 1])),
            models.CheckConstraint(name="digest_hour_is_an_hour", condition=Q(digest_hour__lt=24)),
            models.CheckConstraint(
                name="viability_limits_are_percentages",
                condition=Q(
                    viability_warning_pct__range=(0, 100),
                    treated_viability_warning_pct__range=(0, 100),
                    banking_viability_pct__range=(0, 100),
                    treated_banking_viability_pct__range=(0, 100),
                    plating_viability_pct__range=(0, 100),
                ),
            ),
            models.CheckConstraint(
                name="passage_limits_are_positive",
                condition=Q(passage_limit__gt=0, treated_passage_limit__gte=F("passage_limit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lab_name}, settings of {self.at:%d %b %Y}"

    @classmethod
    def current(cls) -> "LabSettings":
        """The newest version; the defaults before anyone has decided. Remembered for ten seconds per process."""
        if (found := cache.get(CACHE_KEY)) is None:
            found = cls.objects.order_by("-pk").first() or cls(time_zone=settings.LAB_TIME_ZONE)
            cache.set(CACHE_KEY, found, REMEMBERED_S)
        return found


CACHE_KEY, REMEMBERED_S = "lab-settings", 10
