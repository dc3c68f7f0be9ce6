"""What Celery runs each minute. The broker carries nudges only; the truth is in the rows."""

from celery import shared_task

from lims.audit.seal import seal_now
from lims.clock import now as clock_now
from lims.notifications.outbox import messages_to_send, write_digests
from lims.notifications.tasks import send_message
from lims.reminders.sweep import note_due_items


@shared_task
def sweep_reminders() -> None:
    """Every minute. Running it twice, or on two workers, changes nothing more.

    1. Note what is due; 2. write today's digests; 3. nudge what is still to be sent; 4. seal the ledger.
    """
    now = clock_now()
    note_due_items(now)
    write_digests(now)
    for message_id in messages_to_send(now):
        send_message.delay(message_id)
    seal_now()
