"""What follows from the tests for each culture. Derived: folded anew with every event, and not in the ledger."""

from django.db import models

from cultures.passaging.models import Culture
from cultures.quality.models.tests import QCTest


class Provenance(models.Model):
    """When and how the cells of a culture last came in: received, or thawed. Of a pool's flasks the latest counts."""

    culture = models.OneToOneField(Culture, models.CASCADE, primary_key=True, related_name="provenance")
    seeded_at = models.DateTimeField(help_text="of the culture when this was folded: another tells that it is stale")
    entered_at = models.DateTimeField()
    entered_as = models.CharField(max_length=8, choices=Culture.Origin)


class QCStanding(models.Model):
    """By culture and method: the tests that speak for it, its own and those its cells inherited at seeding.

    clean   the newest sample that passed; of a pool's flasks the oldest of theirs, and none where one has none
    last    the newest sample of any verdict but invalid, by the same rule
    A parent's sample speaks for a daughter that was seeded after it, never for one seeded before.
    """

    culture = models.ForeignKey(Culture, models.CASCADE, related_name="qc_standings")
    method = models.CharField(max_length=24)
    clean = models.ForeignKey(  # type: ignore[assignment]  # Model.clean is for forms, and no form shows these
        QCTest, models.CASCADE, null=True, related_name="+"
    )
    last = models.ForeignKey(QCTest, models.CASCADE, null=True, related_name="+")
    inherited_clean = models.ForeignKey(QCTest, models.CASCADE, null=True, related_name="+")
    inherited_last = models.ForeignKey(QCTest, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["culture", "method"], name="one_standing_per_method")]


class QCDue(models.Model):
    """A view of the database: when each growing culture is due for each method of the policy in force.

    One statement over all growing cultures; asked for some, the database looks at those alone.
    """

    id = models.CharField(max_length=48, primary_key=True)
    culture = models.ForeignKey(Culture, models.DO_NOTHING, related_name="qc_dues")
    method = models.CharField(max_length=24)
    clean = models.ForeignKey(  # type: ignore[assignment]  # as above
        QCTest, models.DO_NOTHING, null=True, related_name="+"
    )
    last = models.ForeignKey(QCTest, models.DO_NOTHING, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, help_text="never, retest, failed, planned, or the phase whose rule it is")

    class Meta:
        managed = False
        db_table = "cultures_qcdue"
