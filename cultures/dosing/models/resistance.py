"""The models a lab derives, their ladders, and every decision on them."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cultures.compounds.models import Compound
from cultures.lines.models import CellLine
from cultures.passaging.models import Culture, Event
from cultures.science.readiness import Verdict

VERDICTS = [(verdict.value, verdict.value.replace("_", " ")) for verdict in Verdict]


class ResistanceModel(models.Model):
    """A drug-resistant subline in the making: a parental line, the drug that rises, and the ladders that climb.

    status follows from its ladders and decisions and is written with them (dosing.services.standing).
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "planned"
        DERIVING = "deriving", "deriving"
        HOLDING = "holding", "holding"
        DRUG_HOLIDAY = "drug_holiday", "drug holiday"
        CANDIDATE = "candidate", "candidate"
        CONFIRMED = "confirmed", "confirmed"
        MAINTAINED = "maintained", "maintained"
        LOST = "lost", "lost"
        ABANDONED = "abandoned", "abandoned"

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60, unique=True)
    parental_line = models.ForeignKey(CellLine, models.PROTECT, related_name="models_from_it")
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="+", help_text="the drug that rises")
    purpose = models.CharField(max_length=300, blank=True)
    starting_culture = models.ForeignKey(Culture, models.PROTECT, null=True, blank=True, related_name="+")
    starting_vial = models.CharField(max_length=60, blank=True, help_text="as on its label, when it starts from one")
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="derived_models", help_text="its history goes on"
    )
    resulting_line = models.ForeignKey(
        CellLine, models.PROTECT, null=True, blank=True, related_name="made_as", help_text="the subline it became"
    )
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="keeps_models")
    status = models.CharField(max_length=16, choices=Status, default=Status.PLANNED)
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(name="model_is_not_derived_from_itself", condition=~Q(derived_from=F("id"))),
        ]
        indexes = [models.Index(fields=["status", "name"], name="model_by_status")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cultures:model", args=[self.code])


class Ladder(models.Model):
    """One replicate lineage of treated cultures with its matched vehicle control, all from one start.

    rung is the one decided; what each flask is in now is told by its newest medium (DosingState).
    """

    class State(models.TextChoices):
        CLIMBING = "climbing", "climbing"
        HOLDING = "holding", "holding"
        HOLIDAY = "holiday", "drug holiday"
        LOST = "lost", "lost"
        ABANDONED = "abandoned", "abandoned"

    ENDED = (State.LOST, State.ABANDONED)

    model = models.ForeignKey(ResistanceModel, models.PROTECT, related_name="ladders")
    name = models.CharField(max_length=20, help_text="A, B ...")
    rung = models.ForeignKey("cultures.Rung", models.PROTECT, related_name="+", help_text="the one decided")
    state = models.CharField(max_length=12, choices=State, default=State.CLIMBING)
    branched_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="branches")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["model", "name"], name="ladder_name_is_unique_in_its_model"),
            models.CheckConstraint(
                name="ladder_that_ended_says_how",
                condition=(Q(state__in=["lost", "abandoned"]) & Q(ended_at__isnull=False))
                | (~Q(state__in=["lost", "abandoned"]) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="ladder_ends_after_its_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, ladder {self.name}"

    def get_absolute_url(self) -> str:
        return f"{self.model.get_absolute_url()}?ladder={self.name}"

    @property
    def is_open(self) -> bool:
        return self.state not in self.ENDED


class LadderStart(models.Model):
    """A culture with which an arm of a ladder begins. All that descends from it belongs to the ladder."""

    ladder = models.ForeignKey(Ladder, models.PROTECT, related_name="starts")
    culture = models.OneToOneField(Culture, models.PROTECT, related_name="starts_ladder")
    arm = models.CharField(max_length=8, choices=[pair for pair in Culture.Arm.choices if pair[0]])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="ladder_starts_in_an_arm", condition=Q(arm__in=["treated", "vehicle"])),
        ]


class Decision(models.Model):
    """What a person decided on a ladder or a model, with the evidence as it was. Never edited.

    judgement   the findings of the readiness engine at that moment, as plain values
    state       waiting: it goes against the verdict and waits for a second person; nothing has changed until then
    """

    class Kind(models.TextChoices):
        START = "start", "started"
        ESCALATE = "escalate", "escalated"
        HOLD = "hold", "held"
        STEP_BACK = "step_back", "stepped back"
        HOLIDAY = "holiday", "drug holiday"
        RESUME = "resume", "resumed"
        BRANCH = "branch", "branched"
        LOST = "lost", "declared lost"
        CONFIRM = "confirm", "confirmed"
        MAINTAIN = "maintain", "maintained"
        ABANDON = "abandon", "abandoned"

    OF_A_MODEL = (Kind.CONFIRM, Kind.MAINTAIN, Kind.ABANDON)

    class State(models.TextChoices):
        MADE = "made", "made"
        WAITING = "waiting", "waits for a second person"
        DECLINED = "declined", "declined"

    model = models.ForeignKey(ResistanceModel, models.PROTECT, related_name="decisions")
    ladder = models.ForeignKey(Ladder, models.PROTECT, null=True, blank=True, related_name="decisions")
    number = models.PositiveIntegerField(help_text="runs on within the model")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.MADE)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.CharField(max_length=16, choices=Event.Source, default=Event.Source.BENCH)
    culture = models.ForeignKey(
        Culture, models.PROTECT, null=True, blank=True, related_name="+", help_text="the flask it rests on"
    )
    from_rung = models.ForeignKey("cultures.Rung", models.PROTECT, null=True, blank=True, related_name="+")
    to_rung = models.ForeignKey("cultures.Rung", models.PROTECT, null=True, blank=True, related_name="+")
    verdict = models.CharField(max_length=16, choices=VERDICTS, blank=True)
    judgement = models.JSONField(default=dict, blank=True)
    rules_version = models.PositiveSmallIntegerField(null=True, blank=True)
    is_against_verdict = models.BooleanField(default=False)
    is_large_jump = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    seconded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    seconded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="decisions_count_on_within_a_model"),
            models.UniqueConstraint(
                fields=["ladder"], condition=Q(state="waiting", withdrawn_at=None), name="one_decision_waits_per_ladder"
            ),
            models.CheckConstraint(
                name="against_the_verdict_needs_a_reason_and_a_second_person",
                condition=Q(is_against_verdict=False, is_large_jump=False)
                | (~Q(reason="") & (~Q(state="made") | Q(seconded_by__isnull=False))),
            ),
            models.CheckConstraint(
                name="nobody_seconds_their_own_decision",
                condition=Q(seconded_by=None) | ~Q(seconded_by=F("by")),
            ),
            models.CheckConstraint(
                name="decision_is_on_a_ladder_or_a_model",
                condition=Q(kind__in=["confirm", "maintain", "abandon"])
                | Q(ladder__isnull=False, to_rung__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_is_not_in_the_future", condition=Q(at__lte=F("recorded_at") + timedelta(minutes=5))
            ),
        ]
        indexes = [models.Index(fields=["ladder", "-at"], name="decision_of_a_ladder")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, decision {self.number} on {self.model}"

    def get_absolute_url(self) -> str:
        return reverse("cultures:decision", args=[self.model.code, self.number])

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None and self.state == self.State.MADE


class DosingState(models.Model):
    """Derived: what a ladder's culture has been through, up to its last event (science.exposure.State).

    Written in the transaction of every event; `recompute_dosing` makes it anew. Not in the ledger.
    """

    culture = models.OneToOneField(Culture, models.CASCADE, primary_key=True, related_name="dosing")
    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="members")
    at = models.DateTimeField(null=True, help_text="of its last event: up to here it is added up")
    began = models.DateTimeField(null=True)
    medium_at = models.DateTimeField(null=True)
    rested_s = models.FloatField(default=0, help_text="frozen since that medium")
    dose = models.DecimalField(max_digits=18, decimal_places=6, help_text="in the medium now, nM or ug/mL; 0 without")
    without = models.CharField(max_length=8, blank=True, help_text="why the newest medium is without drug")
    last_dose = models.DecimalField(max_digits=18, decimal_places=6, help_text="the last one above zero")
    dosed_at = models.DateTimeField(null=True)
    at_dose_since = models.DateTimeField(null=True)
    seconds_on = models.FloatField(default=0)
    seconds_at_dose = models.FloatField(default=0)
    dose_days = models.FloatField(default=0, help_text="cumulative exposure, dose x days")
    longest_gap_s = models.FloatField(default=0)
    current_gap_s = models.FloatField(default=0)
    passages_at_dose = models.PositiveIntegerField(default=0)
    is_frozen = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["ladder"], name="dosing_of_a_ladder")]


class ReversionTest(models.Model):
    """Cells of a model grown without drug for a set time, with the IC50 measured at set weeks: does it last?

    Its weeks are ReversionChecks. The flasks of the test are the first one and all that descends from it.
    """

    model = models.ForeignKey(ResistanceModel, models.PROTECT, related_name="reversion_tests")
    culture = models.OneToOneField(
        Culture, models.PROTECT, related_name="starts_reversion", help_text="the first flask without drug"
    )
    started_at = models.DateTimeField()
    passages = models.PositiveSmallIntegerField(help_text="planned passages without drug")
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reversion_test_ends_after_its_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="reversion_test_that_ended_says_why",
                condition=Q(ended_at=None, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
            ),
        ]


class ReversionCheck(models.Model):
    """A week of a reversion test at which the IC50 is to be measured; settled once it was, or was left out."""

    test = models.ForeignKey(ReversionTest, models.PROTECT, related_name="checks")
    week = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="the run, or why it was left out")

    class Meta:
        ordering = ["week"]
        constraints = [
            models.UniqueConstraint(fields=["test", "week"], name="reversion_week_stands_once"),
            models.CheckConstraint(name="reversion_weeks_are_plausible", condition=Q(week__gte=1, week__lte=520)),
            models.CheckConstraint(
                name="settled_check_says_how",
                condition=Q(settled_at=None, note="") | (Q(settled_at__isnull=False) & ~Q(note="")),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(settled_at=None), name="reversion_check_open")]
