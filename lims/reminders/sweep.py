"""The minute sweep: note what is due, settle what no longer is.

One set-based statement a source, however large the lab.

Running it twice, on two workers or after three days of silence changes nothing more: the unique key of a reminder
decides, and a digest is one row per person, channel and day.
"""

import logging
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from lims.clock import lab_time, lab_zone
from lims.reminders.due import due_statement
from lims.reminders.models import Heartbeat, Reminder
from lims.reminders.registry import COLUMNS, SOURCES, Source

log = logging.getLogger(__name__)
SWEEP_LOCK = 0x50B114E  # advisory lock: one sweep at a time in the whole lab

# What is due is worked out once; the settling, the comparison and the noting all read that one result. So is what is
# known: the database believes an empty table to stay so, and would read for each row all it has just written.
SWEEP = """
WITH due ({columns}) AS MATERIALIZED ({due}),
settled AS (
    UPDATE lims_reminder SET settled_at = %s
    WHERE settled_at IS NULL AND kind = %s AND NOT EXISTS (
        SELECT FROM due WHERE due.subject = lims_reminder.subject AND due.person_id = lims_reminder.person_id
            AND due.due_at = lims_reminder.due_at)
), known AS MATERIALIZED (
    SELECT subject, person_id, due_at FROM lims_reminder WHERE settled_at IS NULL AND kind = %s
)
INSERT INTO lims_reminder ({columns}, noted_at)
SELECT {columns}, %s FROM due
WHERE NOT EXISTS (
    SELECT FROM known
    WHERE known.subject = due.subject AND known.person_id = due.person_id AND known.due_at = due.due_at)
ON CONFLICT ON CONSTRAINT one_reminder_per_due_slot DO UPDATE SET settled_at = NULL
"""


def end_of_today(now: datetime) -> datetime:
    """The next midnight in the lab's zone: what falls due before it is due today."""
    tomorrow = lab_time(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, lab_zone())


def note_due_items(now: datetime) -> bool:
    """Bring the reminder rows up to date. False when another sweep is at it this very moment.

    A source that fails (a broken rule, a bad row) is logged and left for the next sweep; the others go on.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return False
        by = end_of_today(now)
        for source in list(SOURCES.values()):
            try:
                with transaction.atomic():
                    note_source(source, by, now)
                beat(f"source:{source.kind}", now)
            except Exception:  # whatever is wrong with one source must not silence the others
                log.exception("The reminders of kind %s could not be swept.", source.kind)
        beat("sweep", now)
    return True


def note_source(source: Source, by: datetime, now: datetime) -> None:
    sql, params = due_statement(source, by)
    with connection.cursor() as cursor:
        statement = SWEEP.format(due=sql, columns=", ".join(COLUMNS))
        cursor.execute(statement, [*params, now, source.kind, source.kind, now])


def beat(name: str, now: datetime) -> None:
    row = Heartbeat(name=name, at=now)
    Heartbeat.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=["at"])


def last_sweep() -> datetime | None:
    return Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()


def open_reminders(person_id: int) -> QuerySet[Reminder]:
    return Reminder.objects.filter(person=person_id, settled_at=None).order_by("due_at", "subject")
