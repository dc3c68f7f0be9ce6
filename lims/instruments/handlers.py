"""What becomes of a delivery is known by the domain it is for. Each fills in its route here, in its app's ready()."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lims.accounts.models import User
from lims.instruments.models import Delivery


@dataclass(frozen=True)
class Proposal:
    """Whom a waiting delivery may have meant, and why we think so."""

    code: str
    label: str
    why: str


@dataclass(frozen=True)
class Taken:
    """Where an assigned delivery is found from now on."""

    url: str
    message: str


class Handler(Protocol):
    noun: str  # what is delivered: "count"
    goes_to: str  # what it is assigned to: "culture"

    def told(self, delivery: Delivery) -> list[tuple[str, str]]:
        """What the instrument said, as label and value."""

    def proposals(self, deliveries: Sequence[Delivery]) -> Mapping[int, list[Proposal]]:
        """For each delivery (by its id) whom it may have meant. A constant number of queries."""

    def assign(self, *, delivery: Delivery, code: str, by: User) -> Taken:
        """Take the delivery as a record of the thing that bears this code, or raise a DomainError."""


HANDLERS: dict[str, Handler] = {}


def register_handler(route: str, handler: Handler) -> None:
    HANDLERS[route] = handler
