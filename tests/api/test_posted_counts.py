"""An instrument posts a count: once, at its culture, or in the inbox; never lost, never twice."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from cultures.passaging.models import Count
from lims.clock import now
from lims.instruments import inbox
from lims.instruments.models import Delivery
from tests import lab
from tests.api.conftest import COUNTS, Caller, a_count, machine


def test_a_count_stands_at_its_culture(counter):
    culture = lab.growing("SKBR3")
    answer = counter.post(COUNTS, a_count(culture.code, viability_pct=94.7), key="run-1")
    assert answer.status_code == 201
    count = Count.objects.get()
    assert (count.culture, count.live_per_ml, count.dead_per_ml) == (culture, Decimal(720_000), Decimal(40_000))
    assert (count.by, count.instrument, count.source) == (None, lab.counter(), "instrument")
    assert count.delivery == Delivery.objects.get()
    assert count.at.isoformat() == "2026-03-04T13:03:00+00:00"
    assert answer.json()["id"] == count.pk


def test_the_code_may_be_typed_carelessly(counter):
    culture = lab.growing()
    assert counter.post(COUNTS, a_count(f" {culture.code.lower()} "), key="k").status_code == 201


def test_total_and_viability_are_enough(counter):
    culture = lab.growing()
    said = a_count(culture.code, live_per_ml=None, dead_per_ml=None, total_per_ml=1_000_000, viability_pct="68.4")
    assert counter.post(COUNTS, said, key="k").status_code == 201
    count = Count.objects.get()
    assert (count.live_per_ml, count.dead_per_ml) == (Decimal(684_000), Decimal(316_000))


def test_what_an_instrument_rounds_still_agrees(counter):
    """2.45 of 3.58 are 68.4 %; the instrument reports 68.2."""
    culture = lab.growing()
    said = a_count(culture.code, live_per_ml=2_450_000, dead_per_ml=None, total_per_ml=3_580_000, viability_pct=68.2)
    assert counter.post(COUNTS, said, key="k").status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"viability_pct": 80}, "viability_pct"),
        ({"total_per_ml": 900_000}, "total_per_ml"),
        ({"live_per_ml": None}, "live_per_ml"),
        ({"viability_pct": 0, "dead_per_ml": None}, "viability_pct"),
        ({"viability_pct": 100.1}, "viability_pct"),
        ({"live_per_ml": -1}, "live_per_ml"),
        ({"taken_at": "2026-03-04T14:03:00"}, "taken_at"),
        ({"taken_at": (now() + timedelta(hours=1)).isoformat()}, "taken_at"),
        ({"dilution": 2}, "dilution"),
        ({"id": 1}, "id"),
    ],
)
def test_a_count_that_cannot_be_is_refused_and_leaves_nothing(counter, changes, field):
    culture = lab.growing()
    with lab.nothing_written():
        answer = counter.post(COUNTS, a_count(culture.code, **changes), key="k")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_retry_is_answered_letter_for_letter(counter):
    culture = lab.growing()
    first = counter.post(COUNTS, a_count(culture.code), key="run-1")
    again = counter.post(COUNTS, a_count(culture.code), key="run-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert Count.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(counter):
    culture = lab.growing()
    counter.post(COUNTS, a_count(culture.code), key="run-1")
    answer = counter.post(COUNTS, a_count(culture.code, live_per_ml=1), key="run-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize("key", ["", "k" * 256, "ключ"])
def test_without_a_proper_key_nothing_is_taken(counter, key):
    with lab.nothing_written():
        assert counter.post(COUNTS, a_count(), key=key).status_code == 400


@pytest.mark.parametrize(
    ("code", "because"),
    [("C-00000", "is not a code of ours"), ("no code at all", "is not a code of ours"), ("", None)],
)
def test_an_unknown_culture_waits_in_the_inbox(counter, code, because):
    answer = counter.post(COUNTS, a_count(code), key="k")
    if because is None:
        assert answer.status_code == 400
        return
    assert answer.status_code == 202
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.WAITING
    assert because in delivery.waits_because
    assert answer.json() == {"state": "waiting", "delivery": delivery.pk, "because": delivery.waits_because}


def test_the_inbox_shows_the_time_however_it_was_spelled(counter):
    assert counter.post(COUNTS, a_count("C-00000", taken_at="2026-3-4 14:03+01:00"), key="k").status_code == 202
    (shown,) = inbox.shown(list(inbox.waiting()))
    assert ("Taken", "Wed 04 Mar 2026, 13:03 UTC") in shown.told


def test_a_count_of_an_ended_culture_waits(counter):
    culture = lab.growing()
    lab.split(culture)
    answer = counter.post(COUNTS, a_count(culture.code, taken_at="2026-03-20T09:00:00Z"), key="k")
    assert answer.status_code == 202
    assert "was passaged" in Delivery.objects.get().waits_because


def test_a_count_from_before_the_seeding_waits(counter):
    culture = lab.growing()
    assert counter.post(COUNTS, a_count(culture.code, taken_at="2026-01-01T09:00:00Z"), key="k").status_code == 202


def test_a_key_without_the_scope_may_not_post(db):
    answer = machine(scopes=("read_bench",)).post(COUNTS, a_count(), key="k")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_people_do_not_post_as_instruments(anna):
    assert anna.post(COUNTS, a_count(), key="k").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_32_simultaneous_posts_one_count_comes_and_all_hear_the_same(counter):
    culture = lab.growing()
    said, answers, barrier = a_count(culture.code), [], threading.Barrier(32)

    def post() -> None:
        try:
            caller = Caller(type(counter.client)(), counter.headers)
            barrier.wait()
            answers.append(caller.post(COUNTS, said, key="run-1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Count.objects.count() == Delivery.objects.count() == 1
    assert [answer.status_code for answer in answers] == [201] * 32
    assert len({answer.content for answer in answers}) == 1
