"""Who may come in: by key or by session, and what a lost key is worth."""

import io
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from lims.clock import now
from lims.instruments import services, tokens
from lims.instruments.errors import TokenRefused, TooManyTokens
from lims.instruments.models import Token
from tests import lab
from tests.api.conftest import COUNTS, Caller, a_count, machine, signed_in

LINES = "/api/v1/lines/"


def test_without_a_key_one_is_asked_for_it(db):
    answer = Client().get(LINES)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("scheme", ["Bearer", "Token", "bearer"])
def test_either_scheme_will_do(counter, scheme):
    key = counter.headers["Authorization"].split()[1]
    assert Client().get(LINES, headers={"Authorization": f"{scheme} {key}"}).status_code == 200


@pytest.mark.parametrize("key", ["", "sub_", "sub_" + "x" * 43, "x" * 10_000, "sub_\x00", "Ж" * 47, "' OR 1=1 --"])
def test_an_unknown_key_opens_nothing(db, key):
    answer = Client().get(LINES, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_revoked_key_ends_with_the_next_request(counter):
    assert counter.get(LINES).status_code == 200
    services.revoke_token(by=lab.manager(), token_id=Token.objects.get().pk)
    assert counter.get(LINES).status_code == 401


def test_an_expired_key_opens_nothing(counter):
    Token.objects.update(created_at=now() - timedelta(days=2), expires_at=now() - timedelta(days=1))
    assert counter.get(LINES).status_code == 401


def test_the_key_of_a_retired_instrument_opens_nothing(counter):
    instrument = lab.counter()
    instrument.retired_at = now()
    instrument.save()
    assert counter.get(LINES).status_code == 401


def test_two_keys_live_while_they_are_changed_and_no_third(db):
    old, new = machine(), machine()
    assert old.get(LINES).status_code == new.get(LINES).status_code == 200
    with pytest.raises(TooManyTokens):
        machine()


def test_a_key_is_never_made_for_what_instruments_may_not_do(db):
    with pytest.raises(TokenRefused):
        services.issue_token(
            by=lab.manager(), instrument_id=lab.counter().pk, scopes=["discard_culture"], lifetime=timedelta(days=1)
        )


def test_the_key_is_in_no_table_and_no_log(counter):
    """A dump of the whole database, ledger included, and every log line of a request that used the key."""
    key = counter.headers["Authorization"].split()[1]
    heard = io.StringIO()
    listener = logging.StreamHandler(heard)
    logging.getLogger().addHandler(listener)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        culture = lab.growing()
        assert counter.post(COUNTS, a_count(culture.code), key="k").status_code == 201
        counter.post(COUNTS, b"{", key="k")
        Caller(counter.client, {"Authorization": f"Bearer {key}x"}).get(LINES)
    finally:
        logging.getLogger().removeHandler(listener)
    assert key not in heard.getvalue()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{key}%"])
            assert cursor.fetchone() == (0,), table


def test_the_digest_is_useless_without_the_pepper(counter, settings):
    settings.TOKEN_PEPPER = "another"
    assert counter.get(LINES).status_code == 401


def test_keys_are_long_and_no_two_alike():
    keys = {tokens.new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(tokens.looks_like_key(key) for key in keys)


def test_a_session_needs_its_csrf_token_to_act(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lab.technician())
    answer = client.post(f"/api/v1/cultures/{lab.growing().code}/observe/", {}, content_type="application/json")
    assert answer.status_code == 403


def test_a_viewer_reads_and_does_not_act(db):
    viewer, culture = signed_in("VW"), lab.growing()
    assert viewer.get(f"/api/v1/cultures/{culture.code}/").status_code == 200
    answer = viewer.post(f"/api/v1/cultures/{culture.code}/discard/", {"why": "not_needed"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_an_instrument_does_not_act_at_the_bench(counter):
    answer = counter.post(f"/api/v1/cultures/{lab.growing().code}/discard/", {"why": "not_needed"})
    assert answer.status_code == 403


def test_whoever_has_a_temporary_password_sets_his_own_first(db):
    person = lab.technician()
    person.must_change_password = True
    person.save()
    assert signed_in("AM").get(LINES).json()["code"] == "password_is_temporary"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
def test_other_methods_are_refused(counter, method):
    answer = counter.client.generic(method.upper(), LINES, headers=counter.headers)
    assert answer.status_code == 405
