"""What is sent under one key is done once, however often and however simultaneously it is sent."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from lims.errors import DomainError
from lims.instruments import deliveries
from lims.instruments.deliveries import Answer, once
from lims.instruments.errors import DeliveryInFlight, KeyReused
from lims.instruments.models import Delivery, Instrument

Do = Callable[[Delivery], Answer]


@pytest.fixture
def counter(db: None) -> Instrument:
    return Instrument.objects.create(name="Counter 1", kind=Instrument.Kind.COUNTER)


def send(counter: Instrument, do: Do, *, key: str = "k1", body: bytes = b"{}") -> Answer:
    return once(by=counter, route="counts", key=key, body=body, do=do, keep_body=True)


def created(text: str = '{"b":1,"a":1.50}') -> Do:
    return lambda delivery: Answer(201, text)


def must_not_run(delivery: Delivery) -> Answer:
    raise AssertionError("was done twice")


def test_a_repeat_gets_the_first_answer_letter_for_letter(counter):
    first = send(counter, created())
    again = send(counter, must_not_run)
    assert (again.status, again.body, again.repeated) == (first.status, first.body, True)


def test_the_body_of_a_delivery_is_kept_as_sent(counter):
    send(counter, created(), body='{"b": 1.50,  "a": "µ"}'.encode())
    assert Delivery.objects.get().body == '{"b": 1.50,  "a": "µ"}'


def test_another_body_under_the_same_key_is_refused(counter):
    send(counter, created())
    with pytest.raises(KeyReused):
        send(counter, must_not_run, body=b"[]")


def test_two_instruments_may_use_the_same_key(counter):
    other = Instrument.objects.create(name="Counter 2", kind=Instrument.Kind.COUNTER)
    send(counter, created())
    assert not send(other, created()).repeated


@pytest.mark.parametrize("failure", [DomainError("No."), RuntimeError("crash")])
def test_a_refusal_or_a_crash_keeps_nothing_and_the_key_stays_free(counter, failure):
    def fail(delivery: Delivery) -> Answer:
        raise failure

    with pytest.raises(type(failure)):
        send(counter, fail)
    assert not Delivery.objects.exists()
    assert not send(counter, created()).repeated


def test_what_cannot_be_placed_waits_with_its_answer(counter):
    def wait(delivery: Delivery) -> Answer:
        delivery.waits_because = "No culture bears this code."
        return Answer(202, "{}")

    assert send(counter, wait).status == 202
    kept = Delivery.objects.get()
    assert (kept.state, kept.settled_at) == (Delivery.State.WAITING, None)


@pytest.mark.django_db(transaction=True)
def test_of_32_simultaneous_sendings_one_is_done_and_all_are_answered_alike(counter):
    done, answers, barrier = [], [], threading.Barrier(32)

    def do(delivery: Delivery) -> Answer:
        done.append(delivery.pk)
        return Answer(201, f'{{"id":{delivery.pk}}}')

    def run() -> None:
        try:
            barrier.wait()
            answers.append(send(counter, do))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == Delivery.objects.count() == 1
    assert len(answers) == 32
    assert {answer.body for answer in answers} == {f'{{"id":{done[0]}}}'}
    assert sum(answer.repeated for answer in answers) == 31


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_waits_too_long_is_told_to_come_again(counter, monkeypatch):
    monkeypatch.setattr(deliveries, "TWIN_WAITS", "50ms")
    outcome = []

    def twin() -> None:
        try:
            send(counter, must_not_run)
        except DeliveryInFlight as refusal:
            outcome.append(refusal)
        finally:
            connection.close()

    def slow(delivery: Delivery) -> Answer:
        thread = threading.Thread(target=twin)
        thread.start()
        thread.join()
        return Answer(201, "{}")

    assert send(counter, slow).status == 201
    assert len(outcome) == 1
