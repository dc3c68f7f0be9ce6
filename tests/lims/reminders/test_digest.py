"""One mail per person and day, sent once, whatever dies in between."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection

from lims.lab.services import change_lab_settings
from lims.notifications import outbox
from lims.notifications.channels import CHANNELS
from lims.notifications.models import Message
from lims.reminders.models import Reminder
from lims.reminders.sweep import note_due_items
from tests.lab import DAY, FRIDAY, another_technician, growing, line, manager, technician

DUE = FRIDAY + 6 * DAY


@pytest.fixture(autouse=True)
def _people_with_mail(db):
    line("SKBR3", passage_interval=6 * DAY, feed_interval=10 * DAY)
    for someone in (technician(), another_technician()):
        someone.email = f"{someone.username}@lab.example"
        someone.save()


def sweep(now) -> None:
    note_due_items(now)
    outbox.write_digests(now)


def send_all(now) -> int:
    return sum(outbox.send(message_id, now) for message_id in outbox.messages_to_send(now))


def test_everything_that_is_due_comes_in_one_mail():
    flasks = [growing("SKBR3") for _ in range(3)]
    sweep(DUE)
    assert send_all(DUE) == 1
    (letter,) = mail.outbox
    assert letter.to == ["anna@lab.example"]
    assert all(flask.code in letter.body for flask in flasks)
    assert "0 overdue, 3 due today" in letter.subject


def test_a_person_with_nothing_due_gets_no_mail():
    growing("SKBR3", keeper="AM")
    sweep(DUE)
    assert not Message.objects.filter(person=another_technician()).exists()


def test_after_three_days_of_silence_there_is_one_digest_and_every_reminder():
    for _ in range(12):
        growing("SKBR3")
    after_the_weekend = DUE + 3 * DAY
    for minute in range(3):
        sweep(after_the_weekend + timedelta(minutes=minute))
        send_all(after_the_weekend + timedelta(minutes=minute))
    assert Reminder.objects.count() == 12
    assert [letter.subject for letter in mail.outbox] == ["12 overdue, 0 due today"]


def test_the_digest_waits_for_its_hour_in_the_labs_zone():
    growing("SKBR3")
    change_lab_settings(by=manager(), time_zone="America/New_York", digest_hour=7)
    sweep(DUE.replace(hour=11))  # 06:00 in New York
    assert not Message.objects.exists()
    sweep(DUE.replace(hour=12))
    assert Message.objects.count() == 1


def test_who_wants_no_digest_gets_none():
    growing("SKBR3")
    someone = technician()
    someone.wants_digest = False
    someone.save()
    sweep(DUE)
    assert not Message.objects.exists()


def test_a_mail_server_that_refuses_is_asked_again_ever_more_seldom_for_more_than_a_day(monkeypatch):
    growing("SKBR3")
    sweep(DUE)

    def refuse(message: Message) -> None:
        raise ConnectionRefusedError("relay is down")

    monkeypatch.setitem(CHANNELS, "email", refuse)
    now, attempts = DUE, []
    while outbox.messages_to_send(now) or now < DUE + timedelta(hours=30):
        if outbox.messages_to_send(now):
            attempts.append(now)
        send_all(now)
        now += timedelta(minutes=1)
    message = Message.objects.get()
    assert message.last_error == "relay is down"
    assert message.given_up_at is not None
    assert attempts[-1] - attempts[0] > timedelta(hours=20)
    assert len(attempts) == len(outbox.BACKOFF) + 1


def test_who_dies_after_sending_sends_again_under_the_same_message_id(monkeypatch):
    growing("SKBR3")
    sweep(DUE)
    send = CHANNELS["email"]

    class KilledError(BaseException):
        pass

    def send_and_die(message: Message) -> None:
        send(message)
        raise KilledError

    monkeypatch.setitem(CHANNELS, "email", send_and_die)
    with pytest.raises(KilledError):
        send_all(DUE)
    monkeypatch.setitem(CHANNELS, "email", send)
    assert send_all(DUE + timedelta(seconds=30)) == 0  # its claim has not lapsed
    assert send_all(DUE + outbox.LEASE + timedelta(seconds=1)) == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_sends():
    growing("SKBR3")
    sweep(DUE)
    (message_id,) = outbox.messages_to_send(DUE)
    start, sent = Barrier(8), []

    def work() -> None:
        try:
            start.wait()
            sent.append(outbox.send(message_id, DUE))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [False] * 7 + [True]
    assert len(mail.outbox) == 1
