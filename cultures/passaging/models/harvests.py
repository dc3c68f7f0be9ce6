"""The passage event: cells detached, counted once, and allocated."""

from django.db import models
from django.db.models import Q

from cultures.compounds.models import Lot
from cultures.passaging.models.cultures import MOST_CELLS, Culture
from cultures.passaging.models.events import Count, Event


class Harvest(Event):
    """One suspension of detached cells. Several cultures harvested into one suspension are a pool.

    viable_cells = used count x volume. What is allocated never exceeds it: a trigger sums the allocations at commit.
    """

    used_count = models.ForeignKey(Count, models.PROTECT, related_name="harvests")
    volume_ml = models.DecimalField(max_digits=8, decimal_places=2)
    viable_cells = models.PositiveBigIntegerField()
    reference_ratio = models.CharField(max_length=12, blank=True, help_text="split ratio as a label: 1:4")

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.CheckConstraint(
                name="harvest_is_plausible",
                condition=Q(volume_ml__gt=0, volume_ml__lt=100_000, viable_cells__lt=MOST_CELLS),
            ),
            models.UniqueConstraint(
                fields=["used_count"], condition=Q(withdrawn_at=None), name="count_is_used_for_one_harvest"
            ),
        ]

    @property
    def daughters(self) -> models.QuerySet[Culture]:
        """The cultures seeded from it, in the order of the plan."""
        return Culture.objects.filter(allocations__harvest=self, allocations__withdrawn_at=None).order_by("pk")


class HarvestSource(models.Model):
    """A culture that went into a harvest. A culture is harvested once: two passages of one flask cannot both stand."""

    harvest = models.ForeignKey(Harvest, models.PROTECT, related_name="sources")
    culture = models.ForeignKey(Culture, models.PROTECT, related_name="harvest_sources")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["culture"], condition=Q(withdrawn_at=None), name="culture_is_harvested_once"
            ),
        ]


class HarvestLot(models.Model):
    """A lot used at the harvest itself: the dissociation agent."""

    harvest = models.ForeignKey(Harvest, models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["harvest", "lot"], name="harvest_names_a_lot_once")]


class Allocation(models.Model):
    """Where viable cells of a harvest went: into a daughter, to a registered destination, or discarded.

    `kind` is "daughter", "discarded", or a key of DESTINATIONS (harvest_destinations.py), which later domains fill.
    """

    harvest = models.ForeignKey(Harvest, models.PROTECT, related_name="allocations")
    kind = models.CharField(max_length=16)
    cells = models.PositiveBigIntegerField()
    volume_ml = models.DecimalField(max_digits=8, decimal_places=3)
    daughter = models.ForeignKey(Culture, models.PROTECT, null=True, related_name="allocations")
    note = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="daughter_allocation_names_its_daughter",
                condition=Q(kind="daughter", daughter__isnull=False) | (~Q(kind="daughter") & Q(daughter=None)),
            ),
            models.CheckConstraint(
                name="allocation_is_plausible",
                condition=Q(cells__lt=MOST_CELLS, volume_ml__gte=0, volume_ml__lt=100_000),
            ),
            models.UniqueConstraint(
                fields=["harvest"], condition=Q(kind="discarded", withdrawn_at=None), name="rest_is_discarded_once"
            ),
            models.UniqueConstraint(
                fields=["daughter"], condition=Q(withdrawn_at=None), name="daughter_is_seeded_from_one_harvest"
            ),
        ]
