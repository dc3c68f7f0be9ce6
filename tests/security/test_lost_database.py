"""The database goes away in the middle of an entry: 503 and when to come back, nothing half saved, and then it goes on.

The connection is really cut: its backend is ended from another one, as an administrator or a restart would.
"""

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import close_old_connections, connection
from django.test import Client

from cultures.passaging.models import Culture, Discard, Event
from lims.audit.models import Entry
from lims.instruments.models import Delivery
from lims.web.middleware import RETRY_AFTER_S
from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of
from tests.ledger_db import url_of_the_test_database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def cut_the_connection() -> None:
    """End our own backend from outside, and wait until it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg2.connect(url_of_the_test_database()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


def cut_after(really: Callable[..., Any]) -> Callable[..., Any]:
    def do(*arguments: Any, **named: Any) -> Any:
        made = really(*arguments, **named)
        cut_the_connection()
        return made

    return do


@pytest.fixture
def bench() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(lab.technician())
    return client


def test_a_page_says_so_and_the_same_form_is_saved_afterwards(bench, monkeypatch):
    culture = lab.growing()
    url = f"/cultures/{culture.code}/discard/"
    sent = fields_of(bench.get(url)) | {"why": "contaminated"}
    entries = Entry.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(Event, "save", cut_after(Event.save))
        answer = bench.post(url, sent)
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert "Nothing" in answer.content.decode()
    close_old_connections()
    assert Culture.objects.get(pk=culture.pk).is_growing
    assert not Discard.objects.exists()
    assert not Delivery.objects.exists()
    assert Entry.objects.count() == entries
    assert bench.post(url, sent).status_code == 303
    assert Discard.objects.get().culture_id == culture.pk


def test_a_machine_is_told_when_to_come_again_and_its_key_stays_free(bench, monkeypatch):
    culture = lab.growing()
    url, headers = f"/api/v1/cultures/{culture.code}/discard/", {"Idempotency-Key": "k-1"}
    with monkeypatch.context() as patched:
        patched.setattr(Event, "save", cut_after(Event.save))
        answer = bench.post(url, {"why": "spilled"}, "application/json", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "database_down"
    close_old_connections()
    assert not Discard.objects.exists()
    assert not Delivery.objects.exists()
    assert bench.post(url, {"why": "spilled"}, "application/json", headers=headers).status_code == 201


def test_a_session_that_cannot_be_kept_is_503_too(bench, monkeypatch):
    from django.contrib.sessions.backends.db import SessionStore

    person = lab.technician()
    person.set_password("quiet-otters-42")
    person.save()
    visitor = Client(raise_request_exception=False)
    with monkeypatch.context() as patched:
        saved = SessionStore.save
        patched.setattr(SessionStore, "save", lambda *args, **named: (cut_the_connection(), saved(*args, **named)))
        answer = visitor.post("/sign-in/", {"username": person.username, "password": "quiet-otters-42"})
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    close_old_connections()
    answer = visitor.post("/sign-in/", {"username": person.username, "password": "quiet-otters-42"})
    assert answer.status_code == 302


def test_a_statement_that_hangs_is_given_up_and_said(bench, monkeypatch):
    def hang(**_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 30; SELECT pg_sleep(5)")

    monkeypatch.setattr("cultures.passaging.views.discard.discard_culture", hang)
    url = f"/cultures/{lab.growing().code}/discard/"
    answer = bench.post(url, fields_of(bench.get(url)) | {"why": "contaminated"})
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
