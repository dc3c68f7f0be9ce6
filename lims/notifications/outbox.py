"""Digests: written once per person and day, sent by whoever claims them first."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db.models import F, Q
from django.template.loader import render_to_string

from lims.accounts.models import User
from lims.clock import lab_time, start_of_today
from lims.lab.models import LabSettings
from lims.notifications.channels import CHANNELS
from lims.notifications.models import Message
from lims.reminders.models import Reminder
from lims.reminders.registry import SOURCES
from lims.reminders.sweep import end_of_today

LEASE = timedelta(minutes=2)  # longer than any mail server's time-out
BACKOFF = (1, 5, 15, 60, 180, 360, 720)  # minutes between attempts; together more than 24 h
TO_SEND = Q(sent_at=None, given_up_at=None)


def write_digests(now: datetime) -> int:
    """One digest per person for the lab's day, once the hour has come. Days that were missed are not made up for.

    Returns how many were written; the unique key makes a second run write none.
    """
    local = lab_time(now)
    if local.hour < LabSettings.current().digest_hour:
        return 0
    people = (
        User.objects.filter(is_active=True, wants_digest=True, reminders__settled_at=None, reminders__isnull=False)
        .exclude(email="")
        .exclude(messages__slot=local.date(), messages__channel="email")
        .distinct()
    )
    mine: dict[int, list[Reminder]] = {person.pk: [] for person in people}
    for reminder in Reminder.objects.filter(person__in=mine, settled_at=None).order_by("due_at", "subject"):
        mine[reminder.person_id].append(reminder)
    messages = [digest(person, mine[person.pk], now) for person in people if mine[person.pk]]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def digest(person: User, reminders: list[Reminder], now: datetime) -> Message:
    lines = [(SOURCES[reminder.kind].words, reminder) for reminder in reminders if reminder.kind in SOURCES]
    midnight = start_of_today(now)
    overdue = [line for line in lines if line[1].due_at < midnight]
    today = [line for line in lines if midnight <= line[1].due_at < end_of_today(now)]
    context = {
        "person": person,
        "overdue": overdue,
        "today": today,
        "site": settings.SITE_URL.rstrip("/"),
        "lab": LabSettings.current().lab_name,
    }
    return Message(
        person=person,
        channel="email",
        slot=lab_time(now).date(),
        message_id=f"<{uuid4().hex}@{urlsplit(settings.SITE_URL).hostname or 'subline'}>",
        subject=f"{len(overdue)} overdue, {len(today)} due today",
        body=render_to_string("lims/notifications/digest.txt", context),
        created_at=now,
        next_attempt_at=now,
    )


def messages_to_send(now: datetime) -> list[int]:
    claimable = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return list(Message.objects.filter(TO_SEND, claimable, next_attempt_at__lte=now).values_list("pk", flat=True)[:500])


def send(message_id: int, now: datetime) -> bool:
    """Claim, send, mark. The claim is one conditional UPDATE; it lapses, so a crash means "again later".

    True when this call sent it. A mail server that says no is asked again for a day, ever more seldom.
    """
    claimable = Q(claimed_until=None) | Q(claimed_until__lt=now)
    claimed = Message.objects.filter(TO_SEND, claimable, pk=message_id, next_attempt_at__lte=now).update(
        claimed_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = Message.objects.select_related("person").get(pk=message_id)
    try:
        CHANNELS[message.channel](message)
    except (OSError, ValueError) as trouble:  # smtplib's errors are OSErrors; a bad address is a ValueError
        put_off(message, now, str(trouble))
        return False
    Message.objects.filter(pk=message_id).update(sent_at=now, claimed_until=None, last_error="")
    return True


def put_off(message: Message, now: datetime, trouble: str) -> None:
    changes: dict[str, object] = {"claimed_until": None, "last_error": trouble[:200]}
    if message.attempts > len(BACKOFF):
        changes["given_up_at"] = now
    else:
        changes["next_attempt_at"] = now + timedelta(minutes=BACKOFF[message.attempts - 1])
    Message.objects.filter(pk=message.pk).update(**changes)
