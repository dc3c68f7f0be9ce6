"""Instruments, their keys and the inbox, as people see them."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Count
from lims.instruments.handlers import HANDLERS
from lims.instruments.models import Delivery, Instrument, Token
from tests import lab
from tests.api.conftest import COUNTS, Caller, a_count, machine

pytestmark = pytest.mark.django_db
INBOX = "/inbox/"


@pytest.fixture
def lena() -> Client:
    """The lab manager."""
    return signed_in("LM")


@pytest.fixture
def anna() -> Client:
    return signed_in("AM")


def signed_in(initials: str) -> Client:
    client = Client()
    client.force_login(lab.person(initials))
    return client


@pytest.fixture
def counter() -> Caller:
    return machine()


def waiting(counter: Caller, code: str = "C-00000", key: str = "", **changes) -> Delivery:
    answer = counter.post(COUNTS, a_count(code, **changes), key=key or uuid4().hex)
    assert answer.status_code == 202, answer.content
    return Delivery.objects.get(pk=answer.json()["delivery"])


def mistyped(code: str) -> str:
    """The code with another sign in its third place."""
    return code[:4] + ("2" if code[4] != "2" else "3") + code[5:]


def assign(client: Client, delivery: Delivery, code: str, command_key: str = "") -> HttpResponse:
    prefix = f"d{delivery.pk}"
    body = {f"{prefix}-code": code, f"{prefix}-command_key": command_key or str(uuid4())}
    return client.post(f"/inbox/{delivery.pk}/assign/", body)


def dismiss(client: Client, delivery: Delivery, reason: str) -> HttpResponse:
    return client.post(f"/inbox/{delivery.pk}/dismiss/", {f"d{delivery.pk}-reason": reason})


# --- instruments and keys ---------------------------------------------------------------------------------------------
def test_an_instrument_is_registered_once_even_when_the_button_is_pressed_twice(lena):
    body = {"name": "Counter 1", "kind": "counter", "command_key": str(uuid4())}
    first, again = (lena.post("/instruments/add/", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"] == f"/instruments/{Instrument.objects.get().pk}/"


def test_a_form_that_was_saved_does_not_save_other_values(lena):
    body = {"name": "Counter 1", "kind": "counter", "command_key": str(uuid4())}
    lena.post("/instruments/add/", body)
    answer = lena.post("/instruments/add/", body | {"name": "Counter 2"})
    assert answer.status_code == 422
    assert "saved before with other values" in answer.content.decode()
    assert Instrument.objects.count() == 1


def test_a_second_instrument_of_the_same_name_is_refused_with_a_sentence(lena):
    lab.counter("Counter 1")
    answer = lena.post("/instruments/add/", {"name": "Counter 1", "kind": "counter", "command_key": str(uuid4())})
    assert answer.status_code == 422
    assert "already an instrument called Counter 1" in answer.content.decode()


def test_a_key_is_shown_once_and_works(lena):
    instrument = lab.counter()
    path = f"/instruments/{instrument.pk}/"
    answer = lena.post(f"{path}issue-key/", {"scopes": ["post_count"], "lifetime": "365"})
    key = re.search(r"sub_\w{43}", answer.content.decode())[0]
    assert "no-store" in answer["Cache-Control"]
    assert key not in lena.get(path).content.decode()
    assert Token.objects.get().prefix in lena.get(path).content.decode()
    caller = Caller(Client(), {"Authorization": f"Bearer {key}"})
    assert caller.post(COUNTS, a_count(lab.growing().code), key="k").status_code == 201


def test_a_third_live_key_is_refused_until_one_is_revoked(lena):
    machine(), machine()
    path = f"/instruments/{lab.counter().pk}/issue-key/"
    said = {"scopes": ["post_count"], "lifetime": "90"}
    answer = lena.post(path, said)
    assert answer.status_code == 422
    assert "two live keys" in answer.content.decode()
    lena.post(f"/instruments/keys/{Token.objects.first().pk}/revoke/")
    assert lena.post(path, said).status_code == 200


@pytest.mark.parametrize("path", ["/instruments/add/", "/instruments/1/issue-key/", "/instruments/keys/1/revoke/"])
def test_a_technician_neither_registers_nor_issues_keys(anna, path):
    assert anna.post(path, {}).status_code == 403


def test_the_pages_of_instruments_open(lena, counter):
    waiting(counter)
    for path in ("/instruments/", "/instruments/add/", f"/instruments/{lab.counter().pk}/", INBOX):
        assert lena.get(path).status_code == 200


# --- the inbox --------------------------------------------------------------------------------------------------------
def test_the_inbox_tells_what_was_said_and_why_it_waits(anna, counter):
    waiting(counter, "C-00000", note="flask from shelf B")
    page = anna.get(INBOX).content.decode()
    for said in ("C-00000", "a sign is wrong or missing", "720\u202f000 per mL", "flask from shelf B", "Vi-CELL 1"):
        assert said in page


def test_an_empty_inbox_teaches(anna):
    assert "Nothing waits." in anna.get(INBOX).content.decode()


def test_a_culture_one_sign_away_is_proposed(anna, counter):
    culture = lab.growing()
    delivery = waiting(counter, mistyped(culture.code))
    (proposal,) = HANDLERS["counts"].proposals([delivery])[delivery.pk]
    assert (proposal.code, proposal.why) == (culture.code, "one sign differs")
    assert culture.code in anna.get(INBOX).content.decode()


def test_what_the_instrument_counted_just_before_is_proposed(counter):
    culture = lab.growing()
    counter.post(COUNTS, a_count(culture.code), key="first replicate")
    near = waiting(counter, "unreadable", taken_at="2026-03-04T14:06:00+01:00")
    far = waiting(counter, "unreadable", taken_at="2026-03-04T16:06:00+01:00")
    proposed = HANDLERS["counts"].proposals([near, far])
    assert [proposal.code for proposal in proposed[near.pk]] == [culture.code]
    assert proposed[far.pk] == []


def test_a_culture_is_proposed_once_with_all_that_speaks_for_it(counter):
    culture = lab.growing()
    counter.post(COUNTS, a_count(culture.code), key="first replicate")
    delivery = waiting(counter, mistyped(culture.code))
    (proposal,) = HANDLERS["counts"].proposals([delivery])[delivery.pk]
    assert proposal.why == "one sign differs, counted by this instrument at that time"


def test_assigning_makes_the_count_at_the_culture(anna, counter):
    culture, delivery = lab.growing(), waiting(counter)
    answer = assign(anna, delivery, culture.code.lower())
    assert (answer.status_code, answer["Location"]) == (303, INBOX)
    count = Count.objects.get()
    assert (count.culture, count.delivery, count.by) == (culture, delivery, lab.technician())
    assert count.instrument == lab.counter()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.settled_by) == (Delivery.State.SETTLED, lab.technician())


def test_the_instrument_hears_its_first_answer_after_the_delivery_was_assigned(anna, counter):
    first = counter.post(COUNTS, a_count("C-00000"), key="k")
    assign(anna, Delivery.objects.get(), lab.growing().code)
    again = counter.post(COUNTS, a_count("C-00000"), key="k")
    assert (again.status_code, again.content) == (202, first.content)
    assert Count.objects.count() == 1


def test_two_people_assign_once(anna, counter):
    culture, delivery = lab.growing(), waiting(counter)
    assign(anna, delivery, culture.code)
    answer = assign(signed_in("JT"), delivery, culture.code)
    assert answer.status_code == 422
    assert "settled meanwhile by Anna Meier" in answer.content.decode()
    assert Count.objects.count() == 1


def test_a_double_click_assigns_once_and_goes_on(anna, counter):
    culture, delivery, key = lab.growing(), waiting(counter), str(uuid4())
    first, again = (assign(anna, delivery, culture.code, command_key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert Count.objects.count() == 1


@pytest.mark.parametrize("code", ["", "C-00000", "nonsense", "C-\u0661\u0662\u0663", "x" * 500])
def test_an_assignment_that_cannot_be_is_refused_and_the_delivery_still_waits(anna, counter, code):
    delivery = waiting(counter)
    with lab.nothing_written():
        assert assign(anna, delivery, code).status_code == 422
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.WAITING


def test_dismissing_needs_a_reason_and_keeps_the_delivery(lena, counter):
    delivery = waiting(counter)
    assert dismiss(lena, delivery, " ").status_code == 422
    assert dismiss(lena, delivery, "a test with beads").status_code == 303
    delivery.refresh_from_db()
    assert (delivery.state, delivery.settled_reason) == (Delivery.State.DISMISSED, "a test with beads")
    assert json.loads(delivery.body)["culture"] == "C-00000"


def test_a_technician_does_not_dismiss(anna, counter):
    assert dismiss(anna, waiting(counter), "no").status_code == 403


def test_today_says_that_something_waits(anna, counter):
    waiting(counter)
    assert "1 delivery waits" in anna.get("/").content.decode()


def test_the_inbox_costs_the_same_with_one_and_with_fifteen(anna, counter):
    culture = lab.growing()
    counter.post(COUNTS, a_count(culture.code), key="k")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert anna.get(INBOX).status_code == 200
        return len(seen)

    waiting(counter, mistyped(culture.code))
    queries()
    few = queries()
    for _ in range(14):
        waiting(counter, mistyped(culture.code))
    assert queries() == few <= 12
