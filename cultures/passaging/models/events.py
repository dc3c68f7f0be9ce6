"""What happens to a culture. Every event is a row that is never edited.

A correction is a new row that `supersedes` the old one and gives a reason; an undo withdraws a row. A row that was
superseded or undone bears `withdrawn_at`; the others stand.
"""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.passaging.models.cultures import MOST_CELLS, BenchSession, Culture
from cultures.places.models import Place
from lims.instruments.models import Delivery, Instrument

UNDO_WINDOW = timedelta(minutes=15)


class EventQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Without what was superseded or undone."""
        return self.filter(withdrawn_at=None)


class Event(models.Model):
    """Who did what when. `at` is when it happened, as stated; `recorded_at` is when the server learned of it."""

    class Source(models.TextChoices):
        BENCH = "bench", "at the bench"
        API = "api", "by the API"
        INSTRUMENT = "instrument", "by an instrument"
        DEMONSTRATION = "demonstration", "demonstration"

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(BenchSession, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=16, choices=Source, default=Source.BENCH)
    note = models.TextField(blank=True, max_length=1000)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")
    reason = models.CharField(max_length=300, blank=True, help_text="why this row supersedes another")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_correction_has_a_reason", condition=Q(supersedes=None) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="%(class)s_withdrawal_has_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
            models.CheckConstraint(
                name="%(class)s_is_not_in_the_future",
                condition=Q(at__lte=models.F("recorded_at") + timedelta(minutes=5)),
            ),
        ]

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None

    @property
    def may_be_undone(self) -> bool:
        """Whether there is still time to undo; whether something was logged on it since, undo_entry decides."""
        return self.stands and timezone.now() - self.recorded_at < UNDO_WINDOW

    @property
    def is_late(self) -> bool:
        """Entered more than a day after it happened. A demonstration's story is not late; a correction says so."""
        if self.source == self.Source.DEMONSTRATION or self.reason:
            return False
        return self.recorded_at - self.at > timedelta(days=1)


class Receipt(Event):
    """Cells came in: from outside, or from a vial. The label's passage number, and what thawing added, are kept."""

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="receipts")
    came_from = models.CharField(max_length=120, help_text="sender, or the vial's label")
    label_passage_number = models.PositiveSmallIntegerField(help_text="as written on flask or vial")
    thaw_increment = models.PositiveSmallIntegerField(
        default=0, help_text="the lab's setting on that day; 0 unless thawed"
    )
    label_pdl = models.FloatField(null=True, help_text="population doublings at freezing or sending, when known")
    viability_pct = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    seeded_cells = models.PositiveBigIntegerField(null=True, help_text="viable cells; empty when received uncounted")
    is_taken_over = models.BooleanField(
        default=False, help_text="grew in this laboratory before it was entered here: it does not come from outside"
    )

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.UniqueConstraint(
                fields=["culture"], condition=Q(withdrawn_at=None), name="culture_is_received_once"
            ),
            models.CheckConstraint(name="receipt_thaw_adds_none_or_one", condition=Q(thaw_increment__in=[0, 1])),
            models.CheckConstraint(
                name="receipt_pdl_is_finite", condition=Q(label_pdl=None) | Q(label_pdl__gte=0, label_pdl__lt=100_000)
            ),
            models.CheckConstraint(
                name="receipt_viability_is_a_percentage",
                condition=Q(viability_pct=None) | Q(viability_pct__range=(0, 100)),
            ),
        ]


class Count(Event):
    """Live and dead cells per mL of the undiluted suspension, of one sample of a culture.

    The dilution has been applied already (by the instrument, or by us from what a person read), never twice.
    """

    class Method(models.TextChoices):
        HAEMOCYTOMETER = "haemocytometer", "haemocytometer, trypan blue"
        AUTOMATED = "automated", "automated counter"

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="counts")
    live_per_ml = models.DecimalField(max_digits=14, decimal_places=1)
    dead_per_ml = models.DecimalField(max_digits=14, decimal_places=1, null=True)
    dilution = models.DecimalField(
        max_digits=8, decimal_places=3, default=1, help_text="factor applied to what was read"
    )
    method = models.CharField(max_length=16, choices=Method)
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="+")
    delivery = models.OneToOneField(Delivery, models.PROTECT, null=True, related_name="count")
    reported_viability_pct = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, help_text="as the instrument reported it; ours is recomputed"
    )

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.CheckConstraint(
                name="count_is_plausible",
                condition=Q(live_per_ml__gte=0, live_per_ml__lt=MOST_CELLS)
                & (Q(dead_per_ml=None) | Q(dead_per_ml__gte=0, dead_per_ml__lt=MOST_CELLS))
                & Q(dilution__gt=0, dilution__lte=10_000),
            ),
            models.CheckConstraint(
                name="reported_viability_is_a_percentage",
                condition=Q(reported_viability_pct=None) | Q(reported_viability_pct__range=(0, 100)),
            ),
        ]
        indexes = [models.Index(fields=["culture", "-at"], name="count_of_a_culture")]

    @property
    def viability_pct(self) -> float | None:
        """Live over all cells, in percent; None without a dead count or without cells."""
        if self.dead_per_ml is None or not (total := self.live_per_ml + self.dead_per_ml):
            return None
        return float(100 * self.live_per_ml / total)


class Photo(models.Model):
    """A picture under the microscope, kept without its location data, named by the hash of its bytes."""

    file = models.FileField(upload_to="photos/")
    sha256 = models.CharField(max_length=64, unique=True)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)


class Observation(Event):
    """A look through the microscope."""

    class Morphology(models.TextChoices):
        TYPICAL = "typical", "typical"
        FLATTENED = "flattened", "flattened or enlarged"
        ROUNDED = "rounded", "rounded, detaching"
        VACUOLES = "vacuoles", "vacuoles, granular"
        COLONIES = "colonies", "surviving colonies"
        CONTAMINATED = "contaminated", "looks contaminated"

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="observations")
    confluence_pct = models.PositiveSmallIntegerField(null=True)
    morphology = models.CharField(max_length=16, choices=Morphology, blank=True)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, related_name="observations")

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.CheckConstraint(
                name="confluence_is_a_percentage", condition=Q(confluence_pct=None) | Q(confluence_pct__lte=100)
            ),
            models.CheckConstraint(
                name="observation_says_something",
                condition=Q(confluence_pct__isnull=False) | ~Q(morphology="") | Q(photo__isnull=False) | ~Q(note=""),
            ),
        ]
        indexes = [models.Index(fields=["culture", "-at"], name="observation_of_a_culture")]


class Feed(Event):
    """Fresh medium: at seeding, or as a medium change. What is in the flask now is told by the newest standing row."""

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="feeds")

    class Without(models.TextChoices):
        """Why a medium of the treated arm is without its drug. Whoever changes the medium says so."""

        HOLIDAY = "holiday", "drug holiday"
        PULSE = "pulse", "between two pulses"
        WASHOUT = "washout", "washed out for an assay"
        GAP = "gap", "left out: a gap"

    at_seeding = models.BooleanField(default=False)
    recipe = models.ForeignKey(MediumRecipe, models.PROTECT, related_name="+")
    volume_ml = models.DecimalField(max_digits=8, decimal_places=2)
    without_drug = models.CharField(max_length=8, choices=Without, blank=True)
    override = models.CharField(max_length=300, blank=True, help_text="why it departs from a rule of the lab")

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.UniqueConstraint(
                fields=["culture", "at"], condition=Q(withdrawn_at=None), name="one_medium_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["culture"], condition=Q(at_seeding=True, withdrawn_at=None), name="one_medium_at_seeding"
            ),
            models.CheckConstraint(
                name="feed_volume_is_plausible", condition=Q(volume_ml__gt=0, volume_ml__lt=100_000)
            ),
        ]
        indexes = [
            models.Index(fields=["culture", "-at"], condition=Q(withdrawn_at=None), name="feed_of_a_culture"),
        ]


class FeedLot(models.Model):
    """A lot that went into the medium of a feed."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="feed_lots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "lot"], name="feed_names_a_lot_once")]


class DrugInMedium(models.Model):
    """A drug in the medium of a feed: its dose as written and in the compound's unit (nM, or ug/mL)."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="drugs")
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="+")
    stock = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+", help_text="empty for vehicle alone")
    dose = models.DecimalField(max_digits=14, decimal_places=6, help_text="as written; 0 is the vehicle control")
    dose_unit = models.CharField(max_length=8, choices=Lot.Unit)
    dose_canonical = models.DecimalField(max_digits=18, decimal_places=6, help_text="nM, or ug/mL for an antibody")
    vehicle_pct = models.DecimalField(max_digits=7, decimal_places=4, help_text="% v/v of the medium")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "compound"], name="feed_names_a_drug_once"),
            models.CheckConstraint(
                name="dose_is_plausible",
                condition=Q(dose__gte=0, dose__lt=1_000_000, dose_canonical__gte=0, dose_canonical__lt=10**11),
            ),
            models.CheckConstraint(name="a_dose_names_its_stock", condition=Q(dose=0) | Q(stock__isnull=False)),
            models.CheckConstraint(name="vehicle_is_a_percentage", condition=Q(vehicle_pct__range=(0, 100))),
        ]

    def __str__(self) -> str:
        """trastuzumab 10 µg/mL; the vehicle control is said by its vehicle: vehicle of trastuzumab 0.05 %."""
        if not self.dose:
            return f"vehicle of {self.compound} {self.vehicle_pct.normalize():f} %"
        return f"{self.compound} {self.dose.normalize():f} {self.dose_unit}"


class Move(Event):
    culture = models.ForeignKey(Culture, models.PROTECT, related_name="moves")
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="+")

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.CheckConstraint(name="move_changes_the_place", condition=~Q(from_place=models.F("to_place"))),
        ]
        indexes = [models.Index(fields=["culture", "-at"], name="move_of_a_culture")]


class Discard(Event):
    """The end of a culture that was not harvested, and why."""

    class Why(models.TextChoices):
        NOT_NEEDED = "not_needed", "not needed any more"
        CONTAMINATED = "contaminated", "contaminated"
        DEAD = "dead", "died, or did not attach"
        TOO_OLD = "too_old", "beyond its passage limit"
        SPILLED = "spilled", "spilled or broken"
        LOST = "lost", "not found"
        USED_UP = "used_up", "used up"

    culture = models.ForeignKey(Culture, models.PROTECT, related_name="discards")
    why = models.CharField(max_length=16, choices=Why)

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            models.UniqueConstraint(
                fields=["culture"], condition=Q(withdrawn_at=None), name="culture_is_discarded_once"
            ),
        ]
