"""STR profiles kept in the house: of samples, of references, and of lines elsewhere to compare with."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cultures.lines.models import CellLine
from cultures.quality.models.tests import QCTest


class STRProfile(models.Model):
    """Alleles per marker, with their sources. Of a sample (its test), the reference of a line, or of the library."""

    class Kind(models.TextChoices):
        SAMPLE = "sample", "sample"
        REFERENCE = "reference", "reference"
        LIBRARY = "library", "library"

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    line = models.ForeignKey(CellLine, models.PROTECT, null=True, blank=True, related_name="str_profiles")
    test = models.ForeignKey(QCTest, models.PROTECT, null=True, blank=True, related_name="str_profiles")
    accession = models.CharField(max_length=20, blank=True, help_text="Cellosaurus: CVCL_0033")
    relatives = models.JSONField(default=list, blank=True, help_text="accessions that share its donor")
    species = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Cellosaurus: problematic cell line")
    alleles = models.JSONField(help_text="cultures.science.str_profiles.Profile.to_json()")
    source = models.CharField(max_length=120, blank=True, help_text="who typed it, or the file it came in")
    is_demonstration = models.BooleanField(default=False, help_text="made up for the demonstration lab")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "-at"]
        constraints = [
            models.CheckConstraint(
                name="profile_is_of_a_sample_a_line_or_the_library",
                condition=Q(kind="sample", test__isnull=False, line__isnull=False)
                | Q(kind="reference", test=None, line__isnull=False)
                | Q(kind="library", test=None, line=None),
            ),
            models.CheckConstraint(
                name="profile_withdrawal_has_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(kind="reference", withdrawn_at=None), name="one_reference_profile_per_line"
            ),
            models.UniqueConstraint(fields=["test"], condition=Q(withdrawn_at=None), name="one_profile_per_sample"),
        ]
        indexes = [
            models.Index(fields=["line", "-at"], condition=Q(withdrawn_at=None), name="profile_of_a_line"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cultures:str_profile", args=[self.pk])


class SharedDonor(models.Model):
    """Two lines that came from one person: never unrelated, never an alarm. Sublines share their parent's unasked."""

    line = models.ForeignKey(CellLine, models.PROTECT, related_name="shares_donor_with")
    other_line = models.ForeignKey(CellLine, models.PROTECT, null=True, blank=True, related_name="+")
    other_accession = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_donor_is_shared_with_one_other",
                condition=(Q(other_line__isnull=False, other_accession="") & ~Q(other_line=F("line")))
                | (Q(other_line=None) & ~Q(other_accession="")),
            ),
            models.UniqueConstraint(
                fields=["line", "other_line", "other_accession"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="a_shared_donor_is_stated_once",
            ),
        ]
