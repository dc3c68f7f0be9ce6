"""The long form of the worker's faults: two hundred reminders, twenty kills, twenty emptied brokers (`make proof`)."""

import random
import time

import pytest
import redis
from django.conf import settings

from lims.clock import now
from lims.notifications.models import Message
from lims.reminders.models import Reminder
from tests.lab import DAY, another_technician, growing, line
from tests.lims.reminders.test_worker import mails, overdue, swept_after, wait_for, worker

__all__ = ["overdue"]  # the fixture
pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]


def test_twenty_kills_and_twenty_emptied_brokers_lose_and_repeat_nothing(overdue, tmp_path):
    chance, broker = random.Random(2026), redis.Redis.from_url(settings.REDIS_URL)
    colleague = another_technician()
    colleague.email = "jonas@lab.example"
    colleague.save()
    line("SKBR3", passage_interval=6 * DAY)
    codes = overdue + [growing("SKBR3", at=now() - 7 * DAY, keeper="JT").code for _ in range(188)]
    for attempt in range(20):
        with worker(tmp_path, f"attempt{attempt}") as process:
            wait_for(swept_after(now()))
            time.sleep(chance.uniform(0, 1.5))
            process.kill()
        broker.flushdb()
    with worker(tmp_path, "last"):
        wait_for(lambda: Message.objects.filter(sent_at__isnull=False).count() == 2, seconds=240)
        wait_for(swept_after(now()))
    assert sorted(Reminder.objects.values_list("subject", flat=True)) == sorted(codes)
    assert sorted(mails(tmp_path)) == ["12 overdue, 0 due today", "188 overdue, 0 due today"]
