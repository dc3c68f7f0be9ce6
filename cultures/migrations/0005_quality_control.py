import datetime

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cultures", "0004_a_plan_is_not_edited"),
        ("lims", "0003_things_due_at_another_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QCDue",
            fields=[
                ("id", models.CharField(max_length=48, primary_key=True, serialize=False)),
                ("method", models.CharField(max_length=24)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "why",
                    models.CharField(
                        help_text="never, retest, failed, planned, or the phase whose rule it is", max_length=12
                    ),
                ),
            ],
            options={
                "db_table": "cultures_qcdue",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Provenance",
            fields=[
                (
                    "culture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="provenance",
                        serialize=False,
                        to="cultures.culture",
                    ),
                ),
                (
                    "seeded_at",
                    models.DateTimeField(
                        help_text="of the culture when this was folded: another tells that it is stale"
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_as",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("thawed", "thawed"),
                            ("split", "passaged"),
                            ("pool", "pooled"),
                        ],
                        max_length=8,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="place",
            name="is_quarantine",
            field=models.BooleanField(
                default=False,
                help_text="cells in quarantine stand here, and in no other place once they are passaged or moved",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="is_taken_over",  # what was entered before this release was here already
            field=models.BooleanField(
                default=True,
                help_text="grew in this laboratory before it was entered here: it does not come from outside",
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="is_taken_over",
            field=models.BooleanField(
                default=False,
                help_text="grew in this laboratory before it was entered here: it does not come from outside",
            ),
        ),
        migrations.CreateModel(
            name="ContaminationTrace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("window_from", models.DateTimeField(help_text="the last clean sample; empty: never one", null=True)),
                ("window_to", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "others",
                    models.JSONField(
                        blank=True, default=list, help_text="vials and assays, as the domains above told them"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="IdentityPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(unique=True)),
                ("code", models.CharField(default="default", max_length=24)),
                ("mode", models.CharField(default="non-empty", max_length=12)),
                ("marker_set", models.CharField(default="all", help_text="all, 13 or 8", max_length=12)),
                ("with_amelogenin", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="KitRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("version", models.PositiveSmallIntegerField()),
                ("negative_below", models.DecimalField(decimal_places=3, max_digits=6)),
                ("positive_above", models.DecimalField(decimal_places=3, max_digits=6)),
                (
                    "positive_control_above",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="a run whose positive control is not above it is invalid",
                        max_digits=6,
                    ),
                ),
                (
                    "negative_control_below",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="a run whose negative control is not below it is invalid",
                        max_digits=6,
                    ),
                ),
                (
                    "least_reading_a",
                    models.PositiveIntegerField(default=0, help_text="RLU; less is no evidence: too few cells"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "version"), name="kit_version_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("negative_below__gt", 0),
                            ("negative_control_below__gt", 0),
                            ("negative_control_below__lt", 1000),
                            ("positive_above__gte", models.F("negative_below")),
                            ("positive_above__lt", 1000),
                            ("positive_control_above__gt", 0),
                            ("positive_control_above__lt", 1000),
                        ),
                        name="kit_cut_offs_are_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabMethod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=24, unique=True)),
                ("title", models.CharField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pass_fail", "pass or fail"), ("numeric", "a number with limits")], max_length=12
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=16)),
                ("passes_from", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("passes_to", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                (
                    "on_fail",
                    models.CharField(
                        choices=[
                            ("quarantine", "quarantine with descendants"),
                            ("hold", "hold until the next test"),
                            ("flag", "flag only"),
                        ],
                        default="flag",
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["title"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "pass_fail"), ("passes_from", None), ("passes_to", None), ("unit", "")),
                            models.Q(
                                ("kind", "numeric"),
                                models.Q(("passes_from__isnull", False), ("passes_to__isnull", False), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="a_number_has_a_limit_and_a_verdict_has_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("passes_from", None),
                                models.Q(("passes_from__gt", -100000000000), ("passes_from__lt", 100000000000)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("passes_to", None),
                                models.Q(("passes_to__gt", -100000000000), ("passes_to__lt", 100000000000)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("passes_from", None),
                                ("passes_to", None),
                                ("passes_to__gte", models.F("passes_from")),
                                _connector="OR",
                            ),
                        ),
                        name="limits_of_a_method_are_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=24)),
                ("due_at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("planned_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_how",
                    models.CharField(blank=True, help_text="the sample, or why it was called off", max_length=120),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="planned_tests", to="cultures.culture"
                    ),
                ),
                (
                    "trace",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="planned_tests",
                        to="cultures.contaminationtrace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("culture", "method"),
                        name="one_planned_test_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_how", "")),
                            models.Q(("settled_at__isnull", False), models.Q(("settled_how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="settled_plan_says_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QCPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(unique=True)),
                (
                    "receives_into_quarantine",
                    models.BooleanField(default=True, help_text="cells from outside start in quarantine"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="PolicyRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=24)),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("growing", "growing"),
                            ("received", "after arrival"),
                            ("thawed", "after a thaw"),
                            ("banking", "before banking"),
                            ("confirmation", "at confirmation of a model"),
                        ],
                        max_length=12,
                    ),
                ),
                ("every", models.DurationField(blank=True, null=True)),
                ("retest_after", models.DurationField(default=datetime.timedelta(days=1))),
                ("after_fail", models.DurationField(default=datetime.timedelta(days=14))),
                ("first_after", models.DurationField(default=datetime.timedelta(0))),
                ("due_by", models.DurationField(default=datetime.timedelta(0))),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.cellline",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rules", to="cultures.qcpolicy"
                    ),
                ),
            ],
            options={
                "ordering": ["method", "phase", "line"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "method", "line", "phase"),
                        name="one_rule_per_method_and_phase",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("every", None), ("phase__in", ["received", "thawed"])),
                            models.Q(
                                ("every__gt", datetime.timedelta(0)),
                                ("every__isnull", False),
                                ("every__lte", datetime.timedelta(days=3650)),
                                ("phase__in", ["growing", "banking", "confirmation"]),
                            ),
                            _connector="OR",
                        ),
                        name="rule_has_the_times_of_its_phase",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("after_fail__gte", datetime.timedelta(0)),
                            ("after_fail__lte", datetime.timedelta(days=3650)),
                            ("due_by__gte", models.F("first_after")),
                            ("due_by__lte", datetime.timedelta(days=3650)),
                            ("first_after__gte", datetime.timedelta(0)),
                            ("retest_after__gte", datetime.timedelta(0)),
                            ("retest_after__lte", datetime.timedelta(days=3650)),
                        ),
                        name="rule_times_are_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QCRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=24)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("valid", "valid"),
                            ("invalid", "invalid"),
                            ("abandoned", "abandoned"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("controls", models.JSONField(blank=True, default=dict, help_text="readings of the controls")),
                ("sentence", models.CharField(blank=True, help_text="why it is valid or not", max_length=300)),
                ("started_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True, max_length=1000)),
                (
                    "kit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="cultures.kitrecord",
                    ),
                ),
                (
                    "kit_lot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.lot",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at", None), ("state__in", ["open", "abandoned"])),
                            models.Q(("read_at__isnull", False), ("state__in", ["valid", "invalid"])),
                            _connector="OR",
                        ),
                        name="run_is_read_once_it_is_judged",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_at", None), ("read_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="run_is_read_after_its_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QCTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("note", models.TextField(blank=True, max_length=1000)),
                ("reason", models.CharField(blank=True, help_text="why this row supersedes another", max_length=300)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
                ("code", models.CharField(max_length=12)),
                ("method", models.CharField(max_length=24)),
                ("resulted_at", models.DateTimeField(blank=True, null=True)),
                ("readings", models.JSONField(blank=True, default=dict, help_text="in the shape of the method's form")),
                (
                    "findings",
                    models.JSONField(blank=True, default=dict, help_text="what was worked out of the readings"),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("pass", "pass"),
                            ("fail", "fail"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid"),
                            ("pending", "pending"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "sentence",
                    models.CharField(blank=True, help_text="the verdict in words, with its numbers", max_length=300),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="qc_tests", to="cultures.culture"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lims.delivery",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lims.instrument",
                    ),
                ),
                (
                    "kit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.kitrecord",
                    ),
                ),
                (
                    "kit_lot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.lot",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tests",
                        to="cultures.qcrun",
                    ),
                ),
                (
                    "run_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.benchsession",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="cultures.qctest",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=["culture", "method", "-at"],
                        name="qc_test_of_a_culture",
                    ),
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)), fields=["verdict", "-at"], name="qc_test_by_verdict"
                    ),
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)), fields=["-at", "-id"], name="qc_test_newest"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="qctest_correction_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="qctest_withdrawal_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("recorded_at"), "+", models.Value(datetime.timedelta(seconds=300))
                                ),
                            )
                        ),
                        name="qctest_is_not_in_the_future",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("code",), name="one_result_of_a_sample"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("culture", "method", "at"),
                        name="one_sample_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resulted_at", None), ("verdict", "pending")),
                            models.Q(
                                models.Q(("verdict", "pending"), _negated=True),
                                ("resulted_at__gte", models.F("at")),
                                ("resulted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_pending_test_has_no_result",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QCStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=24)),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="qc_standings", to="cultures.culture"
                    ),
                ),
                (
                    "clean",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cultures.qctest"
                    ),
                ),
                (
                    "inherited_clean",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cultures.qctest"
                    ),
                ),
                (
                    "inherited_last",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cultures.qctest"
                    ),
                ),
                (
                    "last",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cultures.qctest"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("culture", "method"), name="one_standing_per_method")],
            },
        ),
        migrations.AddField(
            model_name="contaminationtrace",
            name="test",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="traces", to="cultures.qctest"
            ),
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("arrival", "came from outside"),
                            ("test", "test"),
                            ("trace", "contamination trace"),
                            ("person", "put in by a person"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("quarantine", "quarantine"), ("hold", "hold")], default="quarantine", max_length=12
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True, help_text="whose passes release it; empty: of any mycoplasma test", max_length=24
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("started_at", models.DateTimeField(help_text="the sample, or when the cells came in")),
                (
                    "passes_needed",
                    models.PositiveSmallIntegerField(help_text="0: nothing releases it but disposal or treatment"),
                ),
                (
                    "apart",
                    models.DurationField(
                        default=datetime.timedelta(0), help_text="least time between two of the samples that release it"
                    ),
                ),
                ("needs_lead", models.BooleanField(default=True, help_text="a lab manager or PI releases it")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, help_text="when it was put in force")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "test",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantines",
                        to="cultures.qctest",
                    ),
                ),
                (
                    "trace",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantines",
                        to="cultures.contaminationtrace",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("test", "kind"), name="one_quarantine_per_test"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "test"), ("test__isnull", False)),
                            models.Q(("cause", "test"), _negated=True),
                            _connector="OR",
                        ),
                        name="quarantine_of_a_test_names_it",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantineMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(help_text="samples taken after it count for the release")),
                (
                    "why",
                    models.CharField(
                        help_text="tested positive; descends from C-7K4QX; same bottle of FBS", max_length=200
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("release_reason", models.CharField(blank=True, max_length=300)),
                (
                    "released_on",
                    models.JSONField(blank=True, default=list, help_text="codes of the samples it rests on"),
                ),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantine_memberships",
                        to="cultures.culture",
                    ),
                ),
                (
                    "quarantine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="cultures.quarantine"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("until", None)), fields=["culture"], name="culture_in_quarantine")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("quarantine", "culture"), name="in_a_quarantine_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("release_reason", ""), ("until", None)),
                            models.Q(("until__isnull", False), models.Q(("release_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="release_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="release_comes_after_the_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RawFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="qc/")),
                ("name", models.CharField(help_text="as it was called", max_length=120)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="qctest",
            name="raw",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tests",
                to="cultures.rawfile",
            ),
        ),
        migrations.AddField(
            model_name="qcrun",
            name="raw",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="cultures.rawfile",
            ),
        ),
        migrations.CreateModel(
            name="SharedDonor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("other_accession", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares_donor_with",
                        to="cultures.cellline",
                    ),
                ),
                (
                    "other_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.cellline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("other_accession", ""),
                                ("other_line__isnull", False),
                                models.Q(("other_line", models.F("line")), _negated=True),
                            ),
                            models.Q(("other_line", None), models.Q(("other_accession", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_donor_is_shared_with_one_other",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("line", "other_line", "other_accession"),
                        name="a_shared_donor_is_stated_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="STRProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("sample", "sample"), ("reference", "reference"), ("library", "library")],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("accession", models.CharField(blank=True, help_text="Cellosaurus: CVCL_0033", max_length=20)),
                ("relatives", models.JSONField(blank=True, default=list, help_text="accessions that share its donor")),
                ("species", models.CharField(blank=True, max_length=60)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="Cellosaurus: problematic cell line", max_length=300),
                ),
                ("alleles", models.JSONField(help_text="cultures.science.str_profiles.Profile.to_json()")),
                (
                    "source",
                    models.CharField(blank=True, help_text="who typed it, or the file it came in", max_length=120),
                ),
                ("is_demonstration", models.BooleanField(default=False, help_text="made up for the demonstration lab")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="str_profiles",
                        to="cultures.cellline",
                    ),
                ),
                (
                    "test",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="str_profiles",
                        to="cultures.qctest",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "-at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)), fields=["line", "-at"], name="profile_of_a_line"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "sample"), ("line__isnull", False), ("test__isnull", False)),
                            models.Q(("kind", "reference"), ("line__isnull", False), ("test", None)),
                            models.Q(("kind", "library"), ("line", None), ("test", None)),
                            _connector="OR",
                        ),
                        name="profile_is_of_a_sample_a_line_or_the_library",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="profile_withdrawal_has_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "reference"), ("withdrawn_at", None)),
                        fields=("line",),
                        name="one_reference_profile_per_line",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("test",), name="one_profile_per_sample"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TraceMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "tested positive"),
                            (2, "descends from it"),
                            (3, "likely: the same cells since the last clean sample"),
                            (4, "possible: shared hood round or bottle"),
                            (5, "remote: shared shelf, or operator and day"),
                        ]
                    ),
                ),
                ("reasons", models.JSONField(default=list, help_text="sentences, the strongest first")),
                ("is_quarantined", models.BooleanField(default=False)),
                ("is_tested", models.BooleanField(default=False, help_text="a test was planned")),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="traced_by", to="cultures.culture"
                    ),
                ),
                (
                    "trace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="cultures.contaminationtrace",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("trace", "culture"), name="traced_once")],
            },
        ),
        migrations.CreateModel(
            name="Treatment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("note", models.TextField(blank=True, max_length=1000)),
                ("reason", models.CharField(blank=True, help_text="why this row supersedes another", max_length=300)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
                ("agent", models.CharField(help_text="with its dose: Plasmocin 25 µg/mL", max_length=80)),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "culture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="treatments", to="cultures.culture"
                    ),
                ),
                (
                    "quarantine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="treatments", to="cultures.quarantine"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cultures.benchsession",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="cultures.treatment",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="treatment_correction_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="treatment_withdrawal_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("recorded_at"), "+", models.Value(datetime.timedelta(seconds=300))
                                ),
                            )
                        ),
                        name="treatment_is_not_in_the_future",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CureMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                (
                    "culture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cure_mark", to="cultures.culture"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="cultures.treatment"
                    ),
                ),
            ],
        ),
    ]
