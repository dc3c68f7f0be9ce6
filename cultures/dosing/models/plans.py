"""What is planned: the rungs of an escalation, and the lab's rules of when a rung is done."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cultures.compounds.models import Compound, Lot
from cultures.dosing.models.resistance import ResistanceModel


def percent(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=4, decimal_places=1, **options)


def ratio(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=4, decimal_places=2, **options)


class EscalationPlan(models.Model):
    """One version of how the dose of a model is to rise. A change is a new version with its reason; none is edited.

    parameters   what the strategy was given: {"start": "10", "target": "1000", "factor": "2"}
    """

    model = models.ForeignKey(ResistanceModel, models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    strategy = models.CharField(max_length=20, help_text="a key of STRATEGIES: stepwise, pulsed, constant ...")
    template = models.CharField(max_length=40, blank=True, help_text="the published protocol it was made from")
    parameters = models.JSONField(default=dict)
    vehicle_pct = models.DecimalField(max_digits=7, decimal_places=4, help_text="% v/v, equal over rungs and arms")
    reason = models.CharField(max_length=300, blank=True, help_text="why this version; empty for the first")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "version"], name="plan_version_is_unique"),
            models.CheckConstraint(name="plan_versions_count_from_one", condition=Q(version__gte=1)),
            models.CheckConstraint(name="a_new_plan_has_a_reason", condition=Q(version=1) | ~Q(reason="")),
            models.CheckConstraint(name="plan_vehicle_is_a_percentage", condition=Q(vehicle_pct__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return f"plan v{self.version}"


class Rung(models.Model):
    """One dose of a plan, held until its criteria are met."""

    plan = models.ForeignKey(EscalationPlan, models.PROTECT, related_name="rungs")
    number = models.PositiveSmallIntegerField()
    dose = models.DecimalField(max_digits=14, decimal_places=6, help_text="as written")
    dose_unit = models.CharField(max_length=8, choices=Lot.Unit)
    dose_canonical = models.DecimalField(max_digits=18, decimal_places=6, help_text="nM, or ug/mL for an antibody")
    planned_days = models.PositiveSmallIntegerField()
    min_days = models.PositiveSmallIntegerField(help_text="days in the drug at this dose")
    min_passages = models.PositiveSmallIntegerField()
    min_viability_pct = percent(null=True, blank=True, help_text="else the lab's rule")
    max_doubling_ratio = ratio(null=True, blank=True, help_text="else the lab's rule")
    on_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of a pulsed plan: days in the drug")
    off_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of a pulsed plan: days without")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="rung_stands_once_in_its_plan"),
            models.UniqueConstraint(fields=["plan", "dose_canonical"], name="rung_dose_stands_once_in_its_plan"),
            models.CheckConstraint(
                name="rung_dose_is_positive_and_finite",
                condition=Q(dose__gt=0, dose__lt=1_000_000, dose_canonical__gt=0, dose_canonical__lt=10**11),
            ),
            models.CheckConstraint(
                name="rung_criteria_are_plausible",
                condition=(Q(min_viability_pct=None) | Q(min_viability_pct__range=(0, 100)))
                & (Q(max_doubling_ratio=None) | Q(max_doubling_ratio__range=(1, 10)))
                & Q(number__gte=1, planned_days__gte=1, planned_days__lte=3_650, min_days__lte=F("planned_days")),
            ),
            models.CheckConstraint(
                name="a_pulse_has_days_on_and_off",
                condition=Q(on_days=None, off_days=None)
                | Q(on_days__isnull=False, off_days__isnull=False, on_days__gte=1, off_days__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"rung {self.number}, {self.dose_in_words}"

    @property
    def dose_in_words(self) -> str:
        """As written: 10 µg/mL."""
        return f"{self.dose.normalize():f} {self.dose_unit}"


class MaintainedDrug(models.Model):
    """Another drug that is kept at one dose beside the rising one: trastuzumab while lapatinib rises."""

    plan = models.ForeignKey(EscalationPlan, models.PROTECT, related_name="maintained")
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="+")
    dose = models.DecimalField(max_digits=14, decimal_places=6, help_text="as written")
    dose_unit = models.CharField(max_length=8, choices=Lot.Unit)
    dose_canonical = models.DecimalField(max_digits=18, decimal_places=6, help_text="nM, or ug/mL for an antibody")
    vehicle_pct = models.DecimalField(max_digits=7, decimal_places=4, help_text="% v/v of the medium")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "compound"], name="maintained_drug_stands_once_in_its_plan"),
            models.CheckConstraint(
                name="maintained_dose_is_positive_and_finite",
                condition=Q(dose__gt=0, dose__lt=1_000_000, dose_canonical__gt=0, dose_canonical__lt=10**11),
            ),
            models.CheckConstraint(name="maintained_vehicle_is_a_percentage", condition=Q(vehicle_pct__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return f"{self.compound} {self.dose.normalize():f} {self.dose_unit}"


class ReadinessRules(models.Model):
    """One version of when a rung counts as done, and when it was too much. The newest rules; none is edited.

    Defaults: derivation protocols (McDermott 2014, Front Oncol 4:40) and field practice; each lab sets its own.
    """

    version = models.PositiveSmallIntegerField(unique=True)
    min_viability_pct = percent(default=Decimal("85.0"), help_text="ready from here on")
    back_viability_pct = percent(default=Decimal("50.0"), help_text="step back below")
    max_doubling_ratio = ratio(default=Decimal("1.30"), help_text="doubling time, as a multiple of the control's")
    back_doubling_ratio = ratio(default=Decimal("2.00"), help_text="step back above")
    confluent_pct = models.PositiveSmallIntegerField(default=80, help_text="what counts as confluence reached")
    confluent_passages = models.PositiveSmallIntegerField(default=2, help_text="in a row")
    loss_days = models.PositiveSmallIntegerField(default=7, help_text="net loss of cells over so many days")
    backup_vials = models.PositiveSmallIntegerField(default=2, help_text="in store at the rung")
    largest_jump = ratio(default=Decimal("3.00"), help_text="from one dose to the next")
    control_passages_apart = models.PositiveSmallIntegerField(default=2, help_text="treated and control, at most")
    control_days_apart = models.PositiveSmallIntegerField(default=4, help_text="treated and control, at most")
    resume_confluence_pct = models.PositiveSmallIntegerField(default=70, help_text="to end a drug holiday")
    failures_before_restart = models.PositiveSmallIntegerField(
        default=3, help_text="steps back from one rung before a restart from the bank is proposed"
    )
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="readiness_limits_are_in_order",
                condition=Q(min_viability_pct__lte=100, back_viability_pct__gte=0)
                & Q(back_viability_pct__lte=F("min_viability_pct"))
                & Q(max_doubling_ratio__gte=1, back_doubling_ratio__gte=F("max_doubling_ratio"))
                & Q(confluent_pct__lte=100, resume_confluence_pct__lte=100)
                & Q(back_doubling_ratio__lte=100, largest_jump__gt=1, largest_jump__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"rules v{self.version}"

    @classmethod
    def current(cls) -> "ReadinessRules":
        """The newest version; before anyone has decided, the defaults as version 1."""
        return cls.objects.order_by("-version").first() or cls(version=1)
