"""An answer is given only for what is committed: whoever reads it, another connection finds the record."""

import psycopg2
import pytest
from django.db import connection
from django.test import Client

from tests import lab
from tests.cultures.passaging.pages.conftest import fields_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def seen_from_elsewhere(statement: str) -> int:
    at = connection.get_connection_params()
    names = {name: at.get(name) for name in ("dbname", "user", "password", "host", "port")}
    other = psycopg2.connect(**names)
    try:
        with other.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.fetchone()[0])
    finally:
        other.close()


@pytest.fixture
def bench() -> Client:
    client = Client()
    client.force_login(lab.technician())
    return client


def test_a_page(bench):
    url = f"/cultures/{lab.growing().code}/discard/"
    assert bench.post(url, fields_of(bench.get(url)) | {"why": "contaminated"}).status_code == 303
    assert seen_from_elsewhere("SELECT count(*) FROM cultures_discard") == 1


def test_a_machine(bench):
    culture = lab.growing()
    answer = bench.post(f"/api/v1/cultures/{culture.code}/discard/", {"why": "spilled"}, "application/json")
    assert answer.status_code == 201
    assert seen_from_elsewhere("SELECT count(*) FROM cultures_discard") == 1


def test_no_request_is_one_long_transaction(settings):
    assert settings.DATABASES["default"].get("ATOMIC_REQUESTS", False) is False
