"""The ledger refuses to be rewritten, hides secrets, spells values in one way, and knows when it is not armed."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models.signals import post_migrate, pre_migrate

from lims.accounts.models import User
from lims.audit import triggers
from lims.audit.models import Entry, Seal
from lims.audit.seal import seal_now
from lims.instruments.models import Instrument, Token
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db


def run(sql: str, *arguments: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments or None)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE lims_entry SET reason = 'x'",
        "DELETE FROM lims_entry",
        "TRUNCATE lims_entry",
        'INSERT INTO lims_entry (at, "table", record, change, actor, actor_label, verb, reason, request_id,'
        " transaction)"
        " VALUES (now(), 'x', '1', 'I', 'user:1', 'x', 'x', '', '', 1)",
        "UPDATE lims_seal SET digest = 'x'",
        "DELETE FROM lims_seal",
        "TRUNCATE lims_seal",
        "SET LOCAL session_replication_role = replica; DELETE FROM lims_entry",
    ],
)
def test_the_ledger_is_only_ever_added_to(sql):
    saved(Instrument)
    seal_now()
    before = Entry.objects.count(), Seal.objects.count()
    with pytest.raises(IntegrityError, match="is refused"), transaction.atomic():
        run(sql)
    assert (Entry.objects.count(), Seal.objects.count()) == before


def test_a_replica_session_is_recorded_too():
    instrument = saved(Instrument)
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run("UPDATE lims_instrument SET maker = 'x' WHERE id = %s", instrument.pk)
        run("SET LOCAL session_replication_role = DEFAULT")
    assert Entry.objects.filter(table="lims_instrument", record=instrument.pk, change="U").count() == 1


def test_secrets_are_hidden_but_their_change_is_seen():
    user = saved(User, password="pbkdf2_sha256$1$salt$first")
    saved(Token, digest="d" * 64)
    User.objects.filter(pk=user.pk).update(password="pbkdf2_sha256$1$salt$second")
    created, changed = Entry.objects.filter(table="lims_user", record=user.pk).order_by("pk")
    assert created.new["password"].startswith("hidden ")
    assert changed.old["password"] == created.new["password"] != changed.new["password"]
    images = str(list(Entry.objects.values_list("old", "new")))
    assert "pbkdf2" not in images
    assert "d" * 64 not in images


def test_times_are_spelled_in_utc_whatever_the_session_says():
    run("SET LOCAL timezone = 'Asia/Tokyo'; SET LOCAL intervalstyle = 'sql_standard'; SET LOCAL datestyle = 'SQL, DMY'")
    instrument = saved(Instrument, retired_at=datetime(2026, 3, 5, 9, 30, tzinfo=UTC))
    run("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'")
    entry = Entry.objects.get(table="lims_instrument", record=instrument.pk)
    assert entry.new["retired_at"] == "2026-03-05T09:30:00+00:00"


def test_binary_columns_are_kept_by_their_hash():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_image(jsonb_build_object('a', to_jsonb('x'::bytea), 'b', 1), '', 'a')")
        image = cursor.fetchone()[0]
    assert "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" in str(image)


class TestDrift:
    def test_an_armed_ledger_has_none(self):
        assert triggers.drift() == []

    def test_a_missing_trigger_is_named(self):
        run("DROP TRIGGER ledger_record ON lims_instrument")
        assert triggers.drift() == ["lims_instrument lacks its trigger ledger_record."]

    def test_a_disabled_trigger_is_named(self):
        run("ALTER TABLE lims_instrument DISABLE TRIGGER ledger_keep")
        assert any("lims_instrument" in sentence for sentence in triggers.drift())

    def test_a_trigger_that_a_replica_would_skip_is_named(self):
        run("ALTER TABLE lims_instrument ENABLE TRIGGER ledger_keep")
        assert any("lims_instrument" in sentence for sentence in triggers.drift())

    def test_an_altered_function_is_named(self):
        run("CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'")
        assert triggers.drift() == ["The function ledger_refuse differs."]

    def test_the_command_says_it_and_arms(self, capsys):
        triggers.disarm()
        with pytest.raises(CommandError, match="not armed"):
            call_command("arm_ledger", "--check")
        call_command("arm_ledger")
        assert triggers.drift() == []


def test_a_migration_runs_disarmed_and_is_recorded_and_its_new_table_is_armed():
    frame = apps.get_app_config("lims")
    step = type("Migration", (), {"app_label": "lims", "name": "0099_rename_the_maker"})
    news = {"app_config": frame, "verbosity": 0, "interactive": False, "using": "default", "plan": [(step, False)]}
    pre_migrate.send(sender=frame, apps=apps, **news)
    assert len(triggers.drift()) == len(triggers.wanted_triggers())
    post_migrate.send(sender=frame, apps=apps, **news)
    assert triggers.drift() == []
    entry = Entry.objects.get(record="lims.0099_rename_the_maker")
    assert (entry.table, entry.change, entry.actor) == ("django_migrations", "I", "system:migrate")


def test_every_watched_column_type_has_one_spelling():
    """Types whose JSON image would depend on the session or lose digits must not come in unseen."""
    known = (
        models.BooleanField, models.CharField, models.TextField, models.DateField, models.DurationField,
        models.DecimalField, models.FloatField, models.IntegerField, models.JSONField, models.ForeignKey,
        models.BinaryField, models.FileField, models.UUIDField, models.GenericIPAddressField,
    )  # fmt: skip
    from lims.audit.tables import watched_models

    assert [f for model in watched_models() for f in model._meta.concrete_fields if not isinstance(f, known)] == []
