"""A real worker with its beat, on a real broker: killed, emptied and doubled, it loses nothing and repeats nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

import pytest
import redis
from django.conf import settings

from lims.clock import now
from lims.lab.services import change_lab_settings
from lims.notifications.models import Message
from lims.reminders.models import Reminder
from lims.reminders.sweep import last_sweep
from tests.lab import DAY, growing, line, manager, technician
from tests.ledger_db import url_of_the_test_database

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
CULTURES = 12


@pytest.fixture
def overdue(tmp_path: Path) -> list[str]:
    """Twelve flasks that fell due over the last four days; their keeper has a mailbox, and every hour is mail hour."""
    line("SKBR3", passage_interval=6 * DAY, feed_interval=30 * DAY)
    keeper = technician()
    keeper.email = "anna@lab.example"
    keeper.save()
    change_lab_settings(by=manager(), digest_hour=0)
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    return [growing("SKBR3", at=now() - (7 + number % 3) * DAY).code for number in range(CULTURES)]


@contextmanager
def worker(folder: Path, name: str = "one") -> Iterator[subprocess.Popen]:
    """`celery worker -B` against this test's database; beat ticks every second."""
    environment = os.environ | {
        "DATABASE_URL": url_of_the_test_database(),
        "SUBLINE_DATA": str(folder),
        "TICK_SECONDS": "1",
    }
    command = [sys.executable, "-m", "celery", "-A", "lims", "worker", "-B", "-P", "threads", "-c", "4"]
    command += [
        "-l",
        "WARNING",
        "-n",
        f"{name}@%h",
        "-s",
        str(folder / f"beat-{name}"),
        "--without-gossip",
        "--without-mingle",
    ]
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def swept_after(moment) -> Callable[[], bool]:
    return lambda: bool((at := last_sweep()) and at > moment)


def mails(folder: Path) -> list[str]:
    """Subjects by Message-ID: who is killed between sending and marking sends the same mail, under the same id."""
    letters = (message_from_bytes(path.read_bytes()) for path in (folder / "mail").glob("*"))
    return list({letter["Message-ID"]: letter["Subject"] for letter in letters}.values())


def everything_was_said_once(folder: Path, codes: list[str]) -> None:
    assert sorted(Reminder.objects.values_list("subject", flat=True)) == sorted(codes)
    assert Message.objects.filter(sent_at__isnull=False).count() == 1
    assert mails(folder) == [f"{CULTURES} overdue, 0 due today"]


def test_a_reminder_arrives_through_worker_and_beat(overdue, tmp_path):
    with worker(tmp_path):
        wait_for(lambda: Message.objects.filter(sent_at__isnull=False).exists())
        wait_for(swept_after(now()))
    everything_was_said_once(tmp_path, overdue)


def test_a_worker_killed_in_the_middle_and_a_broker_that_forgot_everything(overdue, tmp_path):
    broker = redis.Redis.from_url(settings.REDIS_URL)
    for attempt in range(3):
        with worker(tmp_path, f"attempt{attempt}") as process:
            wait_for(swept_after(now()))
            process.kill()  # no warning, whatever it was doing
        broker.flushdb()
    with worker(tmp_path, "last"):
        wait_for(lambda: Message.objects.filter(sent_at__isnull=False).exists(), seconds=180)
        wait_for(swept_after(now()))
    everything_was_said_once(tmp_path, overdue)


def test_two_beats_say_nothing_twice(overdue, tmp_path):
    with worker(tmp_path, "one"), worker(tmp_path, "two"):
        wait_for(lambda: Message.objects.filter(sent_at__isnull=False).exists())
        for _ in range(3):
            wait_for(swept_after(now()))
    everything_was_said_once(tmp_path, overdue)


def test_a_broker_emptied_while_the_worker_runs_is_no_matter(overdue, tmp_path):
    broker = redis.Redis.from_url(settings.REDIS_URL)
    with worker(tmp_path):
        wait_for(swept_after(now()))
        for _ in range(5):
            broker.flushdb()
            time.sleep(0.3)
        wait_for(lambda: Message.objects.filter(sent_at__isnull=False).exists(), seconds=180)
        wait_for(swept_after(now()))
    everything_was_said_once(tmp_path, overdue)
