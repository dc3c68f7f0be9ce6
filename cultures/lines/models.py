"""The registry of cell lines."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from cultures.compounds.models import MediumRecipe


class CellLine(models.Model):
    """A named population of cells: parental, or a subline derived from another registered line.

    Its names (LineName) are unique over all lines by their key, so SKBR3, SK-BR-3 and SK-Br-3 are one line
    and BT474 A3 is not BT474.
    """

    class GrowthMode(models.TextChoices):
        ADHERENT = "adherent", "adherent"
        SUSPENSION = "suspension", "suspension"
        MIXED = "mixed", "mixed"

    name = models.CharField(max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sublines", help_text="empty for a parental line"
    )
    rrid = models.CharField("RRID", max_length=20, blank=True, help_text="Cellosaurus accession: CVCL_0033")
    species = models.CharField(max_length=40, default="Homo sapiens")
    tissue = models.CharField(max_length=60, blank=True)
    disease = models.CharField(max_length=80, blank=True)
    subtype = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=80, blank=True, help_text="who it came from")
    catalogue_number = models.CharField(max_length=40, blank=True)
    lot_number = models.CharField(max_length=40, blank=True)
    biosafety_level = models.PositiveSmallIntegerField(default=1)
    growth_mode = models.CharField(max_length=12, choices=GrowthMode, default=GrowthMode.ADHERENT)
    default_medium = models.ForeignKey(MediumRecipe, models.PROTECT, null=True, blank=True, related_name="lines")
    split_ratio_min = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    split_ratio_max = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    seeding_density_min_per_cm2 = models.PositiveIntegerField(null=True, blank=True)
    seeding_density_max_per_cm2 = models.PositiveIntegerField(null=True, blank=True)
    reference_doubling_time = models.DurationField(null=True, blank=True)
    passage_interval = models.DurationField(null=True, blank=True, help_text="longest time in one flask")
    feed_interval = models.DurationField(null=True, blank=True, help_text="longest time between medium changes")
    passage_limit = models.PositiveSmallIntegerField(null=True, blank=True, help_text="passages since thaw")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="line_is_not_its_own_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(name="biosafety_level_is_1_to_4", condition=Q(biosafety_level__range=(1, 4))),
            models.CheckConstraint(
                name="rrid_is_a_cellosaurus_accession", condition=Q(rrid="") | Q(rrid__regex=r"^CVCL_[0-9A-Z]{4}$")
            ),
            models.UniqueConstraint(
                fields=["rrid"],
                condition=~Q(rrid=""),
                name="rrid_names_one_line",
            ),
            models.CheckConstraint(
                name="split_range_is_ordered",
                condition=Q(split_ratio_min=None, split_ratio_max=None)
                | Q(
                    split_ratio_min__isnull=False,  # a comparison with null would pass as unknown
                    split_ratio_max__isnull=False,
                    split_ratio_min__gte=1,
                    split_ratio_max__gte=F("split_ratio_min"),
                    split_ratio_max__lte=1000,
                ),
            ),
            models.CheckConstraint(
                name="seeding_density_range_is_ordered",
                condition=Q(seeding_density_min_per_cm2=None, seeding_density_max_per_cm2=None)
                | Q(
                    seeding_density_min_per_cm2__isnull=False,
                    seeding_density_max_per_cm2__isnull=False,
                    seeding_density_min_per_cm2__gt=0,
                    seeding_density_max_per_cm2__gte=F("seeding_density_min_per_cm2"),
                ),
            ),
        ]
        indexes = [models.Index(fields=["name", "id"], name="line_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cultures:line", args=[self.pk])


class LineName(models.Model):
    """A name or synonym of a line. `key` is the name in capitals without blanks, dashes and dots."""

    line = models.ForeignKey(CellLine, models.PROTECT, related_name="names")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=60, unique=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="kept, so that an old label is still found")

    class Meta:
        constraints = [
            models.CheckConstraint(name="name_key_is_bare", condition=Q(key__regex=r"^[0-9A-Z]+$")),
        ]

    def __str__(self) -> str:
        return self.name


class MolecularFeature(models.Model):
    """What is known of a gene in a line: HER2 amplified, PIK3CA H1047R, PIK3CA wild type."""

    line = models.ForeignKey(CellLine, models.PROTECT, related_name="features")
    gene = models.CharField(max_length=20)
    state = models.CharField(max_length=60, help_text="amplified, positive, wild type, or the mutation: H1047R")
    reference = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "gene", "state"], condition=Q(withdrawn_at=None), name="feature_is_stated_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gene} {self.state}"
