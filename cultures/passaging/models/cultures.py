"""Vessels of living cells, who worked where, and descent."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cultures.compounds.models import MediumRecipe
from cultures.lines.models import CellLine
from cultures.passaging.querysets import CultureQuerySet
from cultures.places.models import Place

MOST_CELLS = 10**13  # more than any vessel holds: the upper side of each two-sided check


class VesselType(models.Model):
    """A kind of vessel in the catalogue. Areas are growth areas of the whole vessel (of one well, for plates)."""

    name = models.CharField(max_length=20, unique=True)
    growth_area_cm2 = models.DecimalField(max_digits=8, decimal_places=2)
    working_volume_ml = models.DecimalField(max_digits=8, decimal_places=2)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["growth_area_cm2"]
        constraints = [
            models.CheckConstraint(
                name="vessel_has_area_and_volume",
                condition=Q(growth_area_cm2__gt=0, growth_area_cm2__lt=100_000)
                & Q(working_volume_ml__gt=0, working_volume_ml__lt=100_000),
            )
        ]

    def __str__(self) -> str:
        return self.name


class BenchSession(models.Model):
    """A person at a hood, from start to end. It owns what is entered in it, so that one knows who worked where."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bench_sessions")
    hood = models.ForeignKey(Place, models.PROTECT, related_name="bench_sessions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_open_session_per_person"),
            models.CheckConstraint(
                name="session_ends_after_its_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]
        indexes = [models.Index(fields=["hood", "-started_at"], name="session_by_hood")]

    def __str__(self) -> str:
        return f"{self.person} at {self.hood}"


class Culture(models.Model):
    """One vessel of living cells, from seeding until its fate. Where it came from is told by Descent.

    passage_number, passages_since_thaw, cpdl and cpdl_net are derived from its descent and are recomputed, in the
    same transaction, when a correction upstream changes them.
    """

    class Origin(models.TextChoices):
        RECEIVED = "received", "received"
        THAWED = "thawed", "thawed"
        SPLIT = "split", "passaged"
        POOL = "pool", "pooled"

    class Arm(models.TextChoices):
        NONE = "", "none"
        TREATED = "treated", "treated"
        VEHICLE = "vehicle", "vehicle control"

    class Fate(models.TextChoices):
        PASSAGED = "passaged", "passaged"
        FROZEN = "frozen", "frozen"
        USED_UP = "used_up", "used up"
        DISCARDED = "discarded", "discarded"
        LOST = "lost", "lost"
        ENTERED_IN_ERROR = "entered_in_error", "entered in error"

    code = models.CharField(max_length=12, unique=True)
    line = models.ForeignKey(CellLine, models.PROTECT, related_name="cultures")
    origin = models.CharField(max_length=8, choices=Origin)
    passage_number = models.PositiveSmallIntegerField()
    passages_since_thaw = models.PositiveSmallIntegerField(help_text="since thaw, or since receipt")
    cpdl = models.FloatField("cPDL", null=True, help_text="at seeding; sum of max(PD, 0); empty when never known")
    cpdl_net = models.FloatField("net PDL", null=True, help_text="at seeding; sum of PD with its losses")
    vessel = models.ForeignKey(VesselType, models.PROTECT, related_name="cultures")
    medium = models.ForeignKey(MediumRecipe, models.PROTECT, related_name="cultures")
    place = models.ForeignKey(Place, models.PROTECT, related_name="cultures")
    arm = models.CharField(max_length=8, choices=Arm, blank=True)
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="keeps")
    seeded_at = models.DateTimeField()
    seeded_cells = models.PositiveBigIntegerField(null=True, help_text="viable cells; empty when received uncounted")
    ended_at = models.DateTimeField(null=True, blank=True)
    fate = models.CharField(max_length=16, choices=Fate, blank=True)

    objects = CultureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="culture_has_a_fate_once_ended",
                condition=Q(ended_at=None, fate="") | (Q(ended_at__isnull=False) & ~Q(fate="")),
            ),
            models.CheckConstraint(
                name="culture_ends_after_seeding", condition=Q(ended_at=None) | Q(ended_at__gte=F("seeded_at"))
            ),
            models.CheckConstraint(
                name="seeded_cells_are_plausible",
                condition=Q(seeded_cells=None) | Q(seeded_cells__gt=0, seeded_cells__lt=MOST_CELLS),
            ),
            models.CheckConstraint(
                name="doublings_are_finite",
                condition=(Q(cpdl=None) | Q(cpdl__gte=0, cpdl__lt=100_000))
                & (Q(cpdl_net=None) | Q(cpdl_net__gt=-100_000, cpdl_net__lt=100_000)),
            ),
        ]
        indexes = [
            models.Index(fields=["-seeded_at", "-id"], name="culture_newest"),
            models.Index(fields=["-seeded_at", "-id"], condition=Q(ended_at=None), name="culture_growing_newest"),
            models.Index(fields=["line", "-seeded_at"], name="culture_of_a_line"),
            models.Index(fields=["keeper", "seeded_at"], condition=Q(ended_at=None), name="culture_of_a_keeper"),
            models.Index(fields=["place"], condition=Q(ended_at=None), name="culture_at_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.line} p{self.passage_number}, {self.vessel})"

    def get_absolute_url(self) -> str:
        return f"/cultures/{self.code}/"

    @property
    def is_growing(self) -> bool:
        return self.ended_at is None

    @property
    def parents(self) -> models.QuerySet["Culture"]:
        """The cultures it was seeded from: one, or those of a pool; none when it came in."""
        return Culture.objects.filter(descents_down__daughter=self).order_by("pk")

    def days_in_vessel(self, now: datetime) -> int:
        return ((self.ended_at or now) - self.seeded_at).days


class Descent(models.Model):
    """The lineage's only edges. A parent is always entered before its daughter, so its id is lower: no cycle can be."""

    parent = models.ForeignKey(Culture, models.PROTECT, related_name="descents_down")
    daughter = models.ForeignKey(Culture, models.PROTECT, related_name="descents_up")
    harvest = models.ForeignKey("cultures.Harvest", models.PROTECT, related_name="descents")
    kind = models.CharField(max_length=8, choices=[("split", "split"), ("pool", "pool"), ("thaw", "thaw")])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "daughter"], name="descent_is_stated_once"),
            models.CheckConstraint(name="descent_runs_forward", condition=Q(parent__lt=F("daughter"))),
        ]
