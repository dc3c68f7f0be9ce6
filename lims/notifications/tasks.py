from celery import shared_task

from lims.clock import now
from lims.notifications import outbox


@shared_task
def send_message(message_id: int) -> None:
    """Send one message of the outbox, unless another worker has it or it is sent already."""
    outbox.send(message_id, now())
