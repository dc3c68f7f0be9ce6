import datetime
from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cultures", "0002_never_more_cells_than_harvested"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="runs on within the model")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("start", "started"),
                            ("escalate", "escalated"),
                            ("hold", "held"),
                            ("step_back", "stepped back"),
                            ("holiday", "drug holiday"),
                            ("resume", "resumed"),
                            ("branch", "branched"),
                            ("lost", "declared lost"),
                            ("confirm", "confirmed"),
                            ("maintain", "maintained"),
                            ("abandon", "abandoned"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("made", "made"), ("waiting", "waits for a second person"), ("declined", "declined")],
                        default="made",
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("bench", "at the bench"),
                            ("api", "by the API"),
                            ("instrument", "by an instrument"),
                            ("demonstration", "demonstration"),
                        ],
                        default="bench",
                        max_length=16,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ready", "ready"),
                            ("hold", "hold"),
                            ("step_back", "step back"),
                            ("not_assessed", "not assessed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("judgement", models.JSONField(blank=True, default=dict)),
                ("rules_version", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("is_against_verdict", models.BooleanField(default=False)),
                ("is_large_jump", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("seconded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-at", "-number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("recorded_at"), "+", models.Value(datetime.timedelta(seconds=300))
                                ),
                            )
                        ),
                        name="decision_is_not_in_the_future",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DosingState",
            fields=[
                (
                    "culture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="dosing",
                        serialize=False,
                        to="cultures.culture",
                    ),
                ),
                ("at", models.DateTimeField(help_text="of its last event: up to here it is added up", null=True)),
                ("began", models.DateTimeField(null=True)),
                ("medium_at", models.DateTimeField(null=True)),
                ("rested_s", models.FloatField(default=0, help_text="frozen since that medium")),
                (
                    "dose",
                    models.DecimalField(
                        decimal_places=6, help_text="in the medium now, nM or ug/mL; 0 without", max_digits=18
                    ),
                ),
                (
                    "without",
                    models.CharField(blank=True, help_text="why the newest medium is without drug", max_length=8),
                ),
                (
                    "last_dose",
                    models.DecimalField(decimal_places=6, help_text="the last one above zero", max_digits=18),
                ),
                ("dosed_at", models.DateTimeField(null=True)),
                ("at_dose_since", models.DateTimeField(null=True)),
                ("seconds_on", models.FloatField(default=0)),
                ("seconds_at_dose", models.FloatField(default=0)),
                ("dose_days", models.FloatField(default=0, help_text="cumulative exposure, dose x days")),
                ("longest_gap_s", models.FloatField(default=0)),
                ("current_gap_s", models.FloatField(default=0)),
                ("passages_at_dose", models.PositiveIntegerField(default=0)),
                ("is_frozen", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="EscalationPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "strategy",
                    models.CharField(help_text="a key of STRATEGIES: stepwise, pulsed, constant ...", max_length=20),
                ),
                (
                    "template",
                    models.CharField(blank=True, help_text="the published protocol it was made from", max_length=40),
                ),
                ("parameters", models.JSONField(default=dict)),
                (
                    "vehicle_pct",
                    models.DecimalField(decimal_places=4, help_text="% v/v, equal over rungs and arms", max_digits=7),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="why this version; empty for the first", max_length=300),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="plan_versions_count_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="a_new_plan_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vehicle_pct__range", (0, 100))), name="plan_vehicle_is_a_percentage"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hypothesis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="HypothesisEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("assay", "assay"),
                            ("rppa", "RPPA"),
                            ("variant", "variant"),
                            ("reference", "reference"),
                        ],
                        max_length=12,
                    ),
                ),
                ("speaks_for", models.BooleanField(default=True)),
                ("text", models.CharField(max_length=300)),
                ("doi", models.CharField(blank=True, max_length=120, verbose_name="DOI")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("doi", ""), ("doi__regex", "^10\\.[0-9]{4,9}/[^ ]+$"), _connector="OR"),
                        name="doi_has_the_form_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reference"), _negated=True),
                            models.Q(("doi", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_reference_has_its_doi",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None), models.Q(("withdrawn_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="withdrawn_evidence_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HypothesisStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("suspected", "suspected"), ("supported", "supported"), ("refuted", "refuted")],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Ladder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="A, B ...", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("climbing", "climbing"),
                            ("holding", "holding"),
                            ("holiday", "drug holiday"),
                            ("lost", "lost"),
                            ("abandoned", "abandoned"),
                        ],
                        default="climbing",
                        max_length=12,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["lost", "abandoned"]), ("ended_at__isnull", False)),
                            models.Q(models.Q(("state__in", ["lost", "abandoned"]), _negated=True), ("ended_at", None)),
                            _connector="OR",
                        ),
                        name="ladder_that_ended_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="ladder_ends_after_its_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "arm",
                    models.CharField(choices=[("treated", "treated"), ("vehicle", "vehicle control")], max_length=8),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("arm__in", ["treated", "vehicle"])), name="ladder_starts_in_an_arm"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MaintainedDrug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dose", models.DecimalField(decimal_places=6, help_text="as written", max_digits=14)),
                (
                    "dose_unit",
                    models.CharField(
                        choices=[("mg/mL", "mg/mL"), ("µg/mL", "µg/mL"), ("mM", "mM"), ("µM", "µM"), ("nM", "nM")],
                        max_length=8,
                    ),
                ),
                (
                    "dose_canonical",
                    models.DecimalField(decimal_places=6, help_text="nM, or ug/mL for an antibody", max_digits=18),
                ),
                ("vehicle_pct", models.DecimalField(decimal_places=4, help_text="% v/v of the medium", max_digits=7)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dose__gt", 0),
                            ("dose__lt", 1000000),
                            ("dose_canonical__gt", 0),
                            ("dose_canonical__lt", 100000000000),
                        ),
                        name="maintained_dose_is_positive_and_finite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vehicle_pct__range", (0, 100))), name="maintained_vehicle_is_a_percentage"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mechanism",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["group", "name"],
            },
        ),
        migrations.CreateModel(
            name="ReadinessRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(unique=True)),
                (
                    "min_viability_pct",
                    models.DecimalField(
                        decimal_places=1, default=Decimal("85.0"), help_text="ready from here on", max_digits=4
                    ),
                ),
                (
                    "back_viability_pct",
                    models.DecimalField(
                        decimal_places=1, default=Decimal("50.0"), help_text="step back below", max_digits=4
                    ),
                ),
                (
                    "max_doubling_ratio",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.30"),
                        help_text="doubling time, as a multiple of the control's",
                        max_digits=4,
                    ),
                ),
                (
                    "back_doubling_ratio",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("2.00"), help_text="step back above", max_digits=4
                    ),
                ),
                (
                    "confluent_pct",
                    models.PositiveSmallIntegerField(default=80, help_text="what counts as confluence reached"),
                ),
                ("confluent_passages", models.PositiveSmallIntegerField(default=2, help_text="in a row")),
                (
                    "loss_days",
                    models.PositiveSmallIntegerField(default=7, help_text="net loss of cells over so many days"),
                ),
                ("backup_vials", models.PositiveSmallIntegerField(default=2, help_text="in store at the rung")),
                (
                    "largest_jump",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("3.00"), help_text="from one dose to the next", max_digits=4
                    ),
                ),
                (
                    "control_passages_apart",
                    models.PositiveSmallIntegerField(default=2, help_text="treated and control, at most"),
                ),
                (
                    "control_days_apart",
                    models.PositiveSmallIntegerField(default=4, help_text="treated and control, at most"),
                ),
                (
                    "resume_confluence_pct",
                    models.PositiveSmallIntegerField(default=70, help_text="to end a drug holiday"),
                ),
                (
                    "failures_before_restart",
                    models.PositiveSmallIntegerField(
                        default=3, help_text="steps back from one rung before a restart from the bank is proposed"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("back_viability_pct__gte", 0),
                            ("min_viability_pct__lte", 100),
                            ("back_viability_pct__lte", models.F("min_viability_pct")),
                            ("back_doubling_ratio__gte", models.F("max_doubling_ratio")),
                            ("max_doubling_ratio__gte", 1),
                            ("confluent_pct__lte", 100),
                            ("resume_confluence_pct__lte", 100),
                            ("back_doubling_ratio__lte", 100),
                            ("largest_jump__gt", 1),
                            ("largest_jump__lte", 100),
                        ),
                        name="readiness_limits_are_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResistanceModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True)),
                ("name", models.CharField(max_length=60, unique=True)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                (
                    "starting_vial",
                    models.CharField(blank=True, help_text="as on its label, when it starts from one", max_length=60),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("deriving", "deriving"),
                            ("holding", "holding"),
                            ("drug_holiday", "drug holiday"),
                            ("candidate", "candidate"),
                            ("confirmed", "confirmed"),
                            ("maintained", "maintained"),
                            ("lost", "lost"),
                            ("abandoned", "abandoned"),
                        ],
                        default="planned",
                        max_length=16,
                    ),
                ),
                ("registered_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["status", "name"], name="model_by_status")],
            },
        ),
        migrations.CreateModel(
            name="ReversionCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, help_text="the run, or why it was left out", max_length=300)),
            ],
            options={
                "ordering": ["week"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["due_at"], name="reversion_check_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("week__gte", 1), ("week__lte", 520)), name="reversion_weeks_are_plausible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), ("settled_at", None)),
                            models.Q(("settled_at__isnull", False), models.Q(("note", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="settled_check_says_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReversionTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("passages", models.PositiveSmallIntegerField(help_text="planned passages without drug")),
                ("note", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="reversion_test_ends_after_its_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_reason", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("ended_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="reversion_test_that_ended_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rung",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("dose", models.DecimalField(decimal_places=6, help_text="as written", max_digits=14)),
                (
                    "dose_unit",
                    models.CharField(
                        choices=[("mg/mL", "mg/mL"), ("µg/mL", "µg/mL"), ("mM", "mM"), ("µM", "µM"), ("nM", "nM")],
                        max_length=8,
                    ),
                ),
                (
                    "dose_canonical",
                    models.DecimalField(decimal_places=6, help_text="nM, or ug/mL for an antibody", max_digits=18),
                ),
                ("planned_days", models.PositiveSmallIntegerField()),
                ("min_days", models.PositiveSmallIntegerField(help_text="days in the drug at this dose")),
                ("min_passages", models.PositiveSmallIntegerField()),
                (
                    "min_viability_pct",
                    models.DecimalField(
                        blank=True, decimal_places=1, help_text="else the lab's rule", max_digits=4, null=True
                    ),
                ),
                (
                    "max_doubling_ratio",
                    models.DecimalField(
                        blank=True, decimal_places=2, help_text="else the lab's rule", max_digits=4, null=True
                    ),
                ),
                (
                    "on_days",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="of a pulsed plan: days in the drug", null=True
                    ),
                ),
                (
                    "off_days",
                    models.PositiveSmallIntegerField(blank=True, help_text="of a pulsed plan: days without", null=True),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dose__gt", 0),
                            ("dose__lt", 1000000),
                            ("dose_canonical__gt", 0),
                            ("dose_canonical__lt", 100000000000),
                        ),
                        name="rung_dose_is_positive_and_finite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("min_viability_pct", None), ("min_viability_pct__range", (0, 100)), _connector="OR"
                            ),
                            models.Q(
                                ("max_doubling_ratio", None), ("max_doubling_ratio__range", (1, 10)), _connector="OR"
                            ),
                            ("min_days__lte", models.F("planned_days")),
                            ("number__gte", 1),
                            ("planned_days__gte", 1),
                            ("planned_days__lte", 3650),
                        ),
                        name="rung_criteria_are_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("off_days", None), ("on_days", None)),
                            models.Q(
                                ("off_days__gte", 1),
                                ("off_days__isnull", False),
                                ("on_days__gte", 1),
                                ("on_days__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_pulse_has_days_on_and_off",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaltForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="free base, ditosylate monohydrate", max_length=60)),
                ("molar_mass_g_per_mol", models.DecimalField(decimal_places=3, max_digits=12)),
            ],
            options={
                "ordering": ["compound", "molar_mass_g_per_mol"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("molar_mass_g_per_mol__gt", 0), ("molar_mass_g_per_mol__lt", 10000000)),
                        name="salt_form_mass_is_positive_and_finite",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="compound",
            name="max_dose",
            field=models.DecimalField(
                blank=True, decimal_places=6, help_text="highest dose allowed, nM or µg/mL", max_digits=18, null=True
            ),
        ),
        migrations.AddField(
            model_name="compound",
            name="max_vehicle_pct",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                help_text="most of its vehicle in a medium, % v/v",
                max_digits=7,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="override",
            field=models.CharField(blank=True, help_text="why it departs from a rule of the lab", max_length=300),
        ),
        migrations.AddField(
            model_name="feed",
            name="without_drug",
            field=models.CharField(
                blank=True,
                choices=[
                    ("holiday", "drug holiday"),
                    ("pulse", "between two pulses"),
                    ("washout", "washed out for an assay"),
                    ("gap", "left out: a gap"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="lot",
            name="aliquots",
            field=models.PositiveSmallIntegerField(blank=True, help_text="how many were made", null=True),
        ),
        migrations.AddField(
            model_name="lot",
            name="aliquots_used",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="lot",
            name="freeze_thaws",
            field=models.PositiveSmallIntegerField(default=0, help_text="of the aliquot in use"),
        ),
        migrations.AddField(
            model_name="lot",
            name="made_on",
            field=models.DateField(blank=True, help_text="the day the stock solution was made", null=True),
        ),
        migrations.AddField(
            model_name="lot",
            name="max_freeze_thaws",
            field=models.PositiveSmallIntegerField(blank=True, help_text="more make it unusable", null=True),
        ),
        migrations.AddConstraint(
            model_name="compound",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_dose", None), models.Q(("max_dose__gt", 0), ("max_dose__lt", 100000000000)), _connector="OR"
                ),
                name="highest_dose_is_positive_and_finite",
            ),
        ),
        migrations.AddConstraint(
            model_name="compound",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_vehicle_pct", None),
                    models.Q(("max_vehicle_pct__gt", 0), ("max_vehicle_pct__lte", 100)),
                    _connector="OR",
                ),
                name="most_vehicle_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("culture", "at"), name="one_medium_at_a_time"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="culture",
            field=models.ForeignKey(
                blank=True,
                help_text="the flask it rests on",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cultures.culture",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="seconded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="escalationplan",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hypothesisevidence",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hypothesisevidence",
            name="hypothesis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="cultures.hypothesis"
            ),
        ),
        migrations.AddField(
            model_name="hypothesisstatement",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hypothesisstatement",
            name="hypothesis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="cultures.hypothesis"
            ),
        ),
        migrations.AddField(
            model_name="ladder",
            name="branched_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="branches",
                to="cultures.ladder",
            ),
        ),
        migrations.AddField(
            model_name="dosingstate",
            name="ladder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="cultures.ladder"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="ladder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="cultures.ladder",
            ),
        ),
        migrations.AddField(
            model_name="ladderstart",
            name="culture",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="starts_ladder", to="cultures.culture"
            ),
        ),
        migrations.AddField(
            model_name="ladderstart",
            name="ladder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="starts", to="cultures.ladder"
            ),
        ),
        migrations.AddField(
            model_name="maintaineddrug",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cultures.compound"
            ),
        ),
        migrations.AddField(
            model_name="maintaineddrug",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="maintained", to="cultures.escalationplan"
            ),
        ),
        migrations.AddField(
            model_name="hypothesis",
            name="mechanism",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="hypotheses", to="cultures.mechanism"
            ),
        ),
        migrations.AddField(
            model_name="readinessrules",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="compound",
            field=models.ForeignKey(
                help_text="the drug that rises",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cultures.compound",
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="derived_from",
            field=models.ForeignKey(
                blank=True,
                help_text="its history goes on",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="derived_models",
                to="cultures.resistancemodel",
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="keeper",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="keeps_models", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="parental_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="models_from_it", to="cultures.cellline"
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="resulting_line",
            field=models.ForeignKey(
                blank=True,
                help_text="the subline it became",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_as",
                to="cultures.cellline",
            ),
        ),
        migrations.AddField(
            model_name="resistancemodel",
            name="starting_culture",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cultures.culture",
            ),
        ),
        migrations.AddField(
            model_name="ladder",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ladders", to="cultures.resistancemodel"
            ),
        ),
        migrations.AddField(
            model_name="hypothesis",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="hypotheses", to="cultures.resistancemodel"
            ),
        ),
        migrations.AddField(
            model_name="escalationplan",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="cultures.resistancemodel"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="cultures.resistancemodel"
            ),
        ),
        migrations.AddField(
            model_name="reversioncheck",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reversiontest",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reversiontest",
            name="culture",
            field=models.OneToOneField(
                help_text="the first flask without drug",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="starts_reversion",
                to="cultures.culture",
            ),
        ),
        migrations.AddField(
            model_name="reversiontest",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reversiontest",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversion_tests",
                to="cultures.resistancemodel",
            ),
        ),
        migrations.AddField(
            model_name="reversioncheck",
            name="test",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="cultures.reversiontest"
            ),
        ),
        migrations.AddField(
            model_name="rung",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rungs", to="cultures.escalationplan"
            ),
        ),
        migrations.AddField(
            model_name="ladder",
            name="rung",
            field=models.ForeignKey(
                help_text="the one decided",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cultures.rung",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="from_rung",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cultures.rung"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="to_rung",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cultures.rung"
            ),
        ),
        migrations.AddField(
            model_name="saltform",
            name="compound",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="salt_forms", to="cultures.compound"
            ),
        ),
        migrations.AddField(
            model_name="lot",
            name="salt_form",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stocks",
                to="cultures.saltform",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "drug_stock"),
                    models.Q(
                        ("aliquots", None),
                        ("aliquots_used", 0),
                        ("freeze_thaws", 0),
                        ("made_on", None),
                        ("max_freeze_thaws", None),
                        ("salt_form", None),
                    ),
                    _connector="OR",
                ),
                name="only_a_drug_stock_is_made_thawed_and_aliquoted",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("aliquots", None), ("aliquots__gte", models.F("aliquots_used")), _connector="OR"),
                name="no_more_aliquots_are_used_than_were_made",
            ),
        ),
        migrations.AddIndex(
            model_name="hypothesisstatement",
            index=models.Index(fields=["hypothesis", "-at"], name="statement_of_a_hypothesis"),
        ),
        migrations.AddIndex(
            model_name="dosingstate",
            index=models.Index(fields=["ladder"], name="dosing_of_a_ladder"),
        ),
        migrations.AddConstraint(
            model_name="maintaineddrug",
            constraint=models.UniqueConstraint(
                fields=("plan", "compound"), name="maintained_drug_stands_once_in_its_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="resistancemodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("derived_from", models.F("id")), _negated=True),
                name="model_is_not_derived_from_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="hypothesis",
            constraint=models.UniqueConstraint(fields=("model", "mechanism"), name="hypothesis_is_proposed_once"),
        ),
        migrations.AddConstraint(
            model_name="escalationplan",
            constraint=models.UniqueConstraint(fields=("model", "version"), name="plan_version_is_unique"),
        ),
        migrations.AddConstraint(
            model_name="reversioncheck",
            constraint=models.UniqueConstraint(fields=("test", "week"), name="reversion_week_stands_once"),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="rung_stands_once_in_its_plan"),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(
                fields=("plan", "dose_canonical"), name="rung_dose_stands_once_in_its_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="ladder",
            constraint=models.UniqueConstraint(fields=("model", "name"), name="ladder_name_is_unique_in_its_model"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["ladder", "-at"], name="decision_of_a_ladder"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("model", "number"), name="decisions_count_on_within_a_model"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting"), ("withdrawn_at", None)),
                fields=("ladder",),
                name="one_decision_waits_per_ladder",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_against_verdict", False), ("is_large_jump", False)),
                    models.Q(
                        models.Q(("reason", ""), _negated=True),
                        models.Q(
                            models.Q(("state", "made"), _negated=True), ("seconded_by__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="against_the_verdict_needs_a_reason_and_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("seconded_by", None), models.Q(("seconded_by", models.F("by")), _negated=True), _connector="OR"
                ),
                name="nobody_seconds_their_own_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["confirm", "maintain", "abandon"]),
                    models.Q(("ladder__isnull", False), ("to_rung__isnull", False)),
                    _connector="OR",
                ),
                name="decision_is_on_a_ladder_or_a_model",
            ),
        ),
        migrations.AddConstraint(
            model_name="saltform",
            constraint=models.UniqueConstraint(fields=("compound", "name"), name="salt_form_is_registered_once"),
        ),
    ]
