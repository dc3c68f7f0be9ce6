"""How a model may resist: the lab's vocabulary, and what is held of each model with its evidence."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cultures.dosing.models.resistance import ResistanceModel


class Mechanism(models.Model):
    """A word of the vocabulary: p95HER2, of the group "HER2 itself"."""

    group = models.CharField(max_length=60)
    name = models.CharField(max_length=80, unique=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["group", "name"]

    def __str__(self) -> str:
        return self.name


class Hypothesis(models.Model):
    """That a model resists by a mechanism. What is held of it now is its newest standing statement."""

    model = models.ForeignKey(ResistanceModel, models.PROTECT, related_name="hypotheses")
    mechanism = models.ForeignKey(Mechanism, models.PROTECT, related_name="hypotheses")
    proposed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "mechanism"], name="hypothesis_is_proposed_once")]

    def __str__(self) -> str:
        return f"{self.mechanism} in {self.model}"


class HypothesisStatement(models.Model):
    """What somebody held of a hypothesis on a day, and why. A change of mind is a new row."""

    class Status(models.TextChoices):
        SUSPECTED = "suspected", "suspected"
        SUPPORTED = "supported", "supported"
        REFUTED = "refuted", "refuted"

    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="statements")
    status = models.CharField(max_length=12, choices=Status)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["hypothesis", "-at"], name="statement_of_a_hypothesis")]


class HypothesisEvidence(models.Model):
    """What speaks for or against a hypothesis."""

    class Kind(models.TextChoices):
        ASSAY = "assay", "assay"
        RPPA = "rppa", "RPPA"
        VARIANT = "variant", "variant"
        REFERENCE = "reference", "reference"

    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=12, choices=Kind)
    speaks_for = models.BooleanField(default=True)
    text = models.CharField(max_length=300)
    doi = models.CharField("DOI", max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="doi_has_the_form_of_one", condition=Q(doi="") | Q(doi__regex=r"^10\.[0-9]{4,9}/[^ ]+$")
            ),
            models.CheckConstraint(name="a_reference_has_its_doi", condition=~Q(kind="reference") | ~Q(doi="")),
            models.CheckConstraint(
                name="withdrawn_evidence_says_why", condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason="")
            ),
        ]
