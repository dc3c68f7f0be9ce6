"""/healthz says that the process answers; /readyz which part does not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from kombu import Connection

from lims.celery import app
from lims.reminders.models import Heartbeat

pytestmark = pytest.mark.django_db


def readyz(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    assert answer.json()["ready"] == (answer.status_code == 200)
    return answer.status_code, answer.json()["parts"]


@pytest.fixture
def _worker_has_run() -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())


def test_alive_asks_neither_database_nor_broker(client: Client, django_assert_num_queries: Any):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("_worker_has_run")
def test_ready_when_all_parts_are(client: Client):
    status, parts = readyz(client)
    assert parts == dict.fromkeys(["database", "broker", "migrations", "ledger", "worker"], "ok")
    assert status == 200


@pytest.mark.usefixtures("_worker_has_run")
def test_a_trigger_that_is_missing_makes_it_unready(client: Client):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_record ON lims_user")
    status, parts = readyz(client)
    assert status == 503
    assert "lims_user lacks its trigger ledger_record" in parts["ledger"]


@pytest.mark.usefixtures("_worker_has_run")
def test_a_trigger_that_is_switched_off_makes_it_unready(client: Client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lims_user DISABLE TRIGGER ledger_record_change")
    assert "not armed" in readyz(client)[1]["ledger"]


@pytest.mark.usefixtures("_worker_has_run")
def test_a_missing_migration_makes_it_unready(client: Client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cultures'")
    status, parts = readyz(client)
    assert status == 503
    assert "Run `manage.py migrate`" in parts["migrations"]


def test_a_worker_that_never_ran_and_one_that_stopped_are_told_apart(client: Client):
    assert readyz(client)[1]["worker"] == "The worker has not run yet."
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=11))
    status, parts = readyz(client)
    assert (status, parts["worker"]) == (503, "The worker last ran 11 minutes ago.")


@pytest.mark.usefixtures("_worker_has_run")
def test_a_lost_broker_is_named_within_seconds(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "connection_for_write", lambda **_: Connection("redis://127.0.0.1:1/0"))
    start = timezone.now()
    status, parts = readyz(client)
    assert status == 503
    assert "broker (Redis) does not answer" in parts["broker"]
    assert parts["database"] == "ok"
    assert timezone.now() - start < timedelta(seconds=10)


def test_a_lost_database_is_named_and_what_depends_on_it_is_not_known(client: Client, monkeypatch: pytest.MonkeyPatch):
    def lost(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", lost)
    answer = client.get("/readyz")
    parts = answer.json()["parts"]
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert parts["database"] == "The database does not answer."
    assert parts["ledger"] == parts["worker"] == "Not known: the database is down."
    assert client.get("/healthz").status_code == 200
