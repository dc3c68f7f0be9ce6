"""Mail through the lab's relay; without one, mails are kept as files beside the data."""

from django.conf import settings
from django.core.mail import EmailMessage

from lims.notifications.models import Message


def send(message: Message) -> None:
    """Hand a message to the mail server. The Message-ID is the row's own, so a repeat is recognised as one."""
    EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.person.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    ).send()
