from lims.accounts.models import SignInAttempts, User
from lims.audit.models import Entry, Seal
from lims.instruments.models import Delivery, Instrument, Token
from lims.lab.models import LabSettings
from lims.notifications.models import Message
from lims.reminders.models import Heartbeat, Reminder, Rescheduling

__all__ = [
    "Delivery",
    "Entry",
    "Heartbeat",
    "Instrument",
    "LabSettings",
    "Message",
    "Reminder",
    "Rescheduling",
    "Seal",
    "SignInAttempts",
    "Token",
    "User",
]
