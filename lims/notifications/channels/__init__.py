"""Ways to reach a person. A new one is a module here and a line in CHANNELS."""

from collections.abc import Callable

from lims.notifications.channels import email
from lims.notifications.models import Message

CHANNELS: dict[str, Callable[[Message], None]] = {"email": email.send}
