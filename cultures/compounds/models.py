"""What goes into a flask: compounds, lots of anything that has a lot number, and medium recipes."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cultures.compounds.querysets import LotQuerySet, RecipeQuerySet


class Compound(models.Model):
    """A drug. Its kind decides the canonical unit of its doses: nM for a small molecule, ug/mL for an antibody."""

    class Kind(models.TextChoices):
        SMALL_MOLECULE = "small_molecule", "small molecule"
        ANTIBODY = "antibody", "antibody"

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    vehicle = models.CharField(max_length=40, help_text="DMSO, or the formulation buffer of an antibody")
    molar_mass_g_per_mol = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    redose_interval = models.DurationField(null=True, blank=True, help_text="longest time between doses")
    max_dose = models.DecimalField(
        max_digits=18, decimal_places=6, null=True, blank=True, help_text="highest dose allowed, nM or µg/mL"
    )
    max_vehicle_pct = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, blank=True, help_text="most of its vehicle in a medium, % v/v"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="molar_mass_is_positive_and_finite",
                condition=Q(molar_mass_g_per_mol=None)
                | Q(molar_mass_g_per_mol__gt=0, molar_mass_g_per_mol__lt=10_000_000),
            ),
            models.CheckConstraint(
                name="highest_dose_is_positive_and_finite",
                condition=Q(max_dose=None) | Q(max_dose__gt=0, max_dose__lt=10**11),
            ),
            models.CheckConstraint(
                name="most_vehicle_is_a_percentage",
                condition=Q(max_vehicle_pct=None) | Q(max_vehicle_pct__gt=0, max_vehicle_pct__lte=100),
            ),
            models.CheckConstraint(
                name="an_antibody_does_not_go_in_dmso", condition=~Q(kind="antibody", vehicle__icontains="DMSO")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cultures:compound", args=[self.pk])

    @property
    def unit(self) -> str:
        return "µg/mL" if self.kind == self.Kind.ANTIBODY else "nM"


class SaltForm(models.Model):
    """A form in which a small molecule is weighed: lapatinib, or its ditosylate monohydrate; with its molar mass."""

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="salt_forms")
    name = models.CharField(max_length=60, help_text="free base, ditosylate monohydrate")
    molar_mass_g_per_mol = models.DecimalField(max_digits=12, decimal_places=3)

    class Meta:
        ordering = ["compound", "molar_mass_g_per_mol"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="salt_form_is_registered_once"),
            models.CheckConstraint(
                name="salt_form_mass_is_positive_and_finite",
                condition=Q(molar_mass_g_per_mol__gt=0, molar_mass_g_per_mol__lt=10_000_000),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lot(models.Model):
    """One lot of medium, serum, supplement, dissociation agent, kit or drug stock: what stands on the bottle."""

    class Kind(models.TextChoices):
        MEDIUM = "medium", "medium"
        SERUM = "serum", "serum"
        SUPPLEMENT = "supplement", "supplement"
        DISSOCIATION = "dissociation", "dissociation agent"
        KIT = "kit", "kit"
        DRUG_STOCK = "drug_stock", "drug stock"

    IN_MEDIUM = (Kind.MEDIUM, Kind.SERUM, Kind.SUPPLEMENT)

    class Unit(models.TextChoices):
        MG_PER_ML = "mg/mL", "mg/mL"
        UG_PER_ML = "µg/mL", "µg/mL"
        MM = "mM", "mM"
        UM = "µM", "µM"
        NM = "nM", "nM"

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    product = models.CharField(max_length=80, help_text="DMEM, high glucose")
    maker = models.CharField(max_length=60, blank=True)
    catalogue_number = models.CharField(max_length=40, blank=True)
    number = models.CharField("lot number", max_length=40)
    expires_on = models.DateField(help_text="last day of use")
    received_on = models.DateField()
    opened_on = models.DateField(null=True, blank=True)
    finished_on = models.DateField(null=True, blank=True)
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="stocks")
    concentration = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    concentration_unit = models.CharField(max_length=8, choices=Unit, blank=True)
    vehicle = models.CharField(max_length=40, blank=True, help_text="what the stock is dissolved in")
    salt_form = models.ForeignKey(SaltForm, models.PROTECT, null=True, blank=True, related_name="stocks")
    made_on = models.DateField(null=True, blank=True, help_text="the day the stock solution was made")
    aliquots = models.PositiveSmallIntegerField(null=True, blank=True, help_text="how many were made")
    aliquots_used = models.PositiveSmallIntegerField(default=0)
    freeze_thaws = models.PositiveSmallIntegerField(default=0, help_text="of the aliquot in use")
    max_freeze_thaws = models.PositiveSmallIntegerField(null=True, blank=True, help_text="more make it unusable")

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "product", "number"],
                name="lot_is_registered_once",
            ),
            models.CheckConstraint(
                name="drug_stock_names_compound_concentration_and_vehicle",
                condition=(
                    Q(kind="drug_stock", compound__isnull=False, concentration__isnull=False)
                    & Q(concentration__gt=0, concentration__lt=1_000_000)
                    & ~Q(concentration_unit="")
                    & ~Q(vehicle="")
                )
                | (~Q(kind="drug_stock") & Q(compound=None, concentration=None, concentration_unit="", vehicle="")),
            ),
            models.CheckConstraint(
                name="only_a_drug_stock_is_made_thawed_and_aliquoted",
                condition=Q(kind="drug_stock")
                | Q(
                    salt_form=None, made_on=None, aliquots=None, aliquots_used=0, freeze_thaws=0, max_freeze_thaws=None
                ),
            ),
            models.CheckConstraint(
                name="no_more_aliquots_are_used_than_were_made",
                condition=Q(aliquots=None) | Q(aliquots__gte=F("aliquots_used")),
            ),
            models.CheckConstraint(
                name="lot_is_opened_before_it_is_finished",
                condition=Q(finished_on=None) | Q(opened_on__isnull=False, finished_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="lot_is_received_before_it_is_opened",
                condition=Q(opened_on=None) | Q(opened_on__gte=F("received_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-opened_on"], condition=Q(finished_on=None), name="lot_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, lot {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:lot", args=[self.code])

    def is_expired(self, on: date) -> bool:
        return on > self.expires_on

    @property
    def is_over_thawed(self) -> bool:
        """The aliquot in use was thawed more often than this stock bears."""
        return self.max_freeze_thaws is not None and self.freeze_thaws > self.max_freeze_thaws

    @property
    def molar_mass(self) -> Decimal | None:
        """g/mol of what was weighed: its salt form's, else the compound's."""
        if self.salt_form:
            return self.salt_form.molar_mass_g_per_mol
        return self.compound.molar_mass_g_per_mol if self.compound else None


class MediumRecipe(models.Model):
    """One version of a complete medium. A change is a new version; cultures keep the version they were grown in."""

    name = models.CharField(max_length=60, help_text="DMEM + 10 % FBS")
    version = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True, help_text="what this version changed, and why")
    has_antibiotics = models.BooleanField(default=False, help_text="pen-strep masks bacteria")
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = RecipeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="recipe_version_is_unique"),
            models.CheckConstraint(name="recipe_versions_count_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:recipe", args=[self.pk])


class RecipeComponent(models.Model):
    """One ingredient of a recipe version: which kind of lot, which product, how much."""

    recipe = models.ForeignKey(MediumRecipe, models.PROTECT, related_name="components")
    kind = models.CharField(max_length=16, choices=Lot.Kind)
    product = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=10, decimal_places=4)
    unit = models.CharField(max_length=12, help_text="% v/v, mM, µg/mL, U/mL")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipe", "product"], name="recipe_names_a_product_once"),
            models.CheckConstraint(
                name="component_amount_is_positive", condition=Q(amount__gt=0, amount__lt=1_000_000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.how_much}"

    @property
    def how_much(self) -> str:
        """10 % v/v, without the zeros of the column."""
        return f"{self.amount.normalize():f} {self.unit}"
