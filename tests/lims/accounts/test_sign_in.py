"""The door: who comes in, who has to wait, and where they land."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from lims.accounts.errors import TooManyTries
from lims.accounts.lockout import TRIES, WINDOW, address_of, take_a_try
from lims.accounts.models import SignInAttempts, User
from lims.accounts.services import create_user, deactivate_user, reset_password
from lims.audit.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def anna() -> User:
    return create_user(by="system:test", username="Anna", initials="am", first_name="Anna", password=PASSWORD)[0]


def sign_in(client: Client, username: str = "anna", password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": username, "password": password, **more.pop("data", {})}, **more)


def test_the_right_password_opens_and_is_on_the_record(client, anna):
    response = sign_in(client)
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(anna.pk)
    entry = Entry.objects.filter(table="lims_user", verb="sign_in").get()
    assert entry.actor == f"user:{anna.pk}"


def test_a_capital_first_letter_from_a_tablet_is_the_same_name(client, anna):
    assert sign_in(client, "Anna").status_code == 302


def test_the_session_gets_a_new_key_at_the_door(client, anna):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before


def test_an_unknown_name_and_a_wrong_password_read_the_same(client, anna):
    known = sign_in(client, "anna", "wrong").content.decode()
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    sentence = "Name and password do not match. 9 tries are left, then 15 minutes of pause."
    assert sentence in known
    assert sentence in unknown


def test_a_deactivated_account_reads_the_same_too(client, anna):
    lead = create_user(by="system:test", username="lead", initials="PI", role="pi", password=PASSWORD)[0]
    deactivate_user(by=lead, user_id=anna.pk, reason="left the lab")
    response = sign_in(client)
    assert response.status_code == 422
    assert "Name and password do not match." in response.content.decode()


@pytest.mark.proof
def test_an_unknown_name_takes_as_long_as_a_wrong_password(client, anna):
    def seconds(username: str) -> float:
        took = []
        for attempt in range(9):
            start = perf_counter()
            sign_in(client, username, f"wrong {attempt}")
            took.append(perf_counter() - start)
        return sorted(took)[4]

    ratio = seconds("anna") / seconds("nobody")
    assert 0.7 < ratio < 1.4


class TestLockout:
    def test_ten_tries_then_a_pause_even_for_the_right_password(self, client, anna):
        for _ in range(TRIES):
            assert sign_in(client, password="wrong").status_code == 422
        response = sign_in(client)
        assert response.status_code == 429
        assert "Too many wrong passwords for this name from here" in response.content.decode()

    def test_the_owner_at_another_address_is_not_locked_out(self, client, anna):
        for _ in range(TRIES + 1):
            sign_in(client, password="wrong", REMOTE_ADDR="203.0.113.9")
        assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302

    def test_the_pause_ends(self, client, anna):
        for _ in range(TRIES + 1):
            sign_in(client, password="wrong")
        SignInAttempts.objects.update(window_started_at=SignInAttempts.objects.get().window_started_at - WINDOW)
        assert sign_in(client).status_code == 302

    def test_the_right_password_begins_the_count_anew(self, client, anna):
        for _ in range(TRIES - 1):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        client.logout()
        assert "9 tries are left" in sign_in(client, password="wrong").content.decode()

    def test_a_new_password_from_a_manager_ends_the_pause(self, client, anna):
        lead = create_user(by="system:test", username="lead", initials="PI", role="pi", password=PASSWORD)[0]
        for _ in range(TRIES + 1):
            sign_in(client, password="wrong")
        assert sign_in(client, password=reset_password(by=lead, user_id=anna.pk)).status_code == 302

    def test_counters_older_than_the_window_are_forgotten(self, anna):
        take_a_try("someone", "192.0.2.1")
        SignInAttempts.objects.update(window_started_at=SignInAttempts.objects.get().window_started_at - WINDOW)
        take_a_try("anna", "192.0.2.1")
        assert SignInAttempts.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_thirty_two_threads_get_exactly_ten_tries_between_them(self):
        def one(_: int) -> bool:
            try:
                take_a_try("anna", "192.0.2.1")
            except TooManyTries:
                return False
            finally:
                connection.close()
            return True

        for round_ in range(3):
            SignInAttempts.objects.update(failures=0) if round_ == 1 else SignInAttempts.objects.update(
                window_started_at=SignInAttempts.objects.first().window_started_at - timedelta(hours=1)
            ) if round_ else None
            with ThreadPoolExecutor(32) as pool:
                assert sum(pool.map(one, range(64))) == TRIES


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "expected"),
        [
            (0, "203.0.113.9", "192.0.2.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
            (2, "203.0.113.9", "192.0.2.1"),
            (1, "", "192.0.2.1"),
            (1, "6.6.6.6, <script>", "unknown"),
            (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
        ],
    )
    def test_only_what_our_own_proxies_added_is_believed(self, settings, proxies, forwarded, expected):
        settings.TRUSTED_PROXIES = proxies
        request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})
        assert address_of(request) == expected

    def test_a_forged_header_does_not_buy_more_tries(self, client, anna):
        for n in range(TRIES):
            sign_in(client, password="wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
        assert sign_in(client).status_code == 429


class TestWhereOneLands:
    @pytest.mark.parametrize("wanted", ["/cultures/C-00001/?q=1", "/ledger/", "/settings/#versions"])
    def test_on_the_page_that_was_asked_for(self, client, anna, wanted):
        assert sign_in(client, data={"next": wanted}).url == wanted

    @pytest.mark.parametrize(
        "wanted",
        [
            "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
            "http:evil.example", "http:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
            "data:text/html,x", " //evil.example", "\t//evil.example", "/\t/evil.example", "//evil.example\\@here",
            "https://testserver@evil.example/", "https://testserver.evil.example/", "ftp://testserver/", "\x00//evil",
            "/\n/evil.example", "https:/evil.example", "////evil.example/%2e%2e", "\u2028//evil.example",
        ],
    )  # fmt: skip
    def test_never_on_somebody_elses(self, client, anna, wanted):
        assert sign_in(client, data={"next": wanted}).url == "/"

    def test_somebody_signed_in_already_goes_on(self, client, anna):
        client.force_login(anna)
        assert client.get("/sign-in/?next=/settings/").url == "/settings/"
        assert client.get("/sign-in/?next=//evil.example").url == "/"
