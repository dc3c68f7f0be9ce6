"""Hosts, methods, headers, cookies and redirects: what a browser or an attacker says about a request."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from lims.accounts.models import Role
from lims.lab.models import LabSettings
from tests import lab
from tests.lims.accounts.test_every_view import ALL, Address, ask, signed_in

pytestmark = pytest.mark.django_db
each_address = pytest.mark.parametrize("address", ALL, ids=[f"{one.route or '/'} {one.pattern.name}" for one in ALL])
NEVER_CHANGES = {"photo"}  # the browser may keep it; nobody between may
UNMEANT = {"trace", "put", "patch", "delete"}
ELSEWHERE = (
    *("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
    *(
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "%2F%2Fevil.example",
        "evil.example",
    ),
    *("\x00//evil.example", "\r\nLocation: //evil.example", "//testserver.evil.example", "lims:people", "people"),
)


@pytest.mark.thorough
@each_address
def test_a_method_that_is_not_meant_does_nothing(address: Address):
    lead, url = signed_in(Role.PI), address.url()
    with lab.nothing_written():
        answers = {method: ask(lead, method, url) for method in UNMEANT - set(address.methods)}
    assert {answer.status_code for answer in answers.values()} <= {403, 404, 405}


@pytest.mark.thorough
@each_address
def test_what_the_lab_shows_stays_out_of_every_cache(address: Address):
    answer = ask(signed_in(Role.PI), "get", address.url())
    assert "private" in answer["Cache-Control"]
    assert "no-store" in answer["Cache-Control"] or address.pattern.name in NEVER_CHANGES
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "a b", "[::"]
)
def test_another_host_is_refused(host: str):
    answer = Client(raise_request_exception=False).get("/sign-in/", headers={"host": host})
    assert answer.status_code == 400


def test_a_forwarded_host_is_not_believed():
    answer = Client().get("/people/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"})
    assert answer["Location"] == "/sign-in/?next=/people/"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_only_to_pages_of_ours(wanted: str):
    person = lab.technician()
    person.set_password("quiet-otters-42")
    person.save()
    sent = {"username": person.username, "password": "quiet-otters-42", "next": wanted}
    answer = Client().post("/sign-in/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_choosing_a_look_leads_only_to_pages_of_ours(wanted: str):
    answer = Client().post("/look", {"theme": "dark", "next": wanted})
    assert (answer.status_code, answer["Location"]) == (303, "/")


def test_cookies_are_for_this_site_and_out_of_reach_of_scripts():
    person = lab.technician()
    person.set_password("quiet-otters-42")
    person.save()
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": person.username, "password": "quiet-otters-42"})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert {morsel["samesite"] for morsel in client.cookies.values()} == {"Lax"}
    assert not any(morsel["domain"] for morsel in client.cookies.values())


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True, HTTPS=True)
def test_behind_tls_cookies_travel_by_tls_alone():
    client = Client()
    client.force_login(lab.technician())
    client.post("/look", {"theme": "dark"}, secure=True)
    client.get("/account/", secure=True)
    for name in (settings.SESSION_COOKIE_NAME, "theme"):
        assert client.cookies[name]["secure"]


def test_links_in_mails_are_of_the_site_whatever_host_asked(settings):
    from lims.accounts.models import User
    from lims.clock import now
    from lims.notifications.outbox import digest
    from lims.reminders.models import Reminder

    settings.SITE_URL = "https://subline.example"
    LabSettings.objects.create(time_zone="Europe/Dublin")
    due = Reminder(kind="passage_due", subject="C-1", subject_label="x", url="/cultures/C-1/passage/", due_at=now())
    message = digest(User(first_name="A"), [due], now())
    assert "https://subline.example/cultures/C-1/passage/" in message.body
    assert message.message_id.endswith("@subline.example>")
