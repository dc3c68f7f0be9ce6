"""What becomes of a delivery is known by the domain it is for. Each fills in its route here, in its app's ready()."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.db import transaction

from lims.accounts.models import User
from lims.errors import DomainError
from lims.instruments.models import Delivery

Record = TypeVar("Record")


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


def placed(
    delivery: Delivery,
    place: Callable[[], Record],
    *,
    goes_back: tuple[type[DomainError], ...] = (),
    known: Callable[[DomainError], Record | None] = lambda refusal: None,
) -> Record | None:
    """What a delivery was taken as; or None, and it says why it waits. Nothing an instrument sends is lost.

    goes_back   refusals of what is wrong wherever it is placed: raised, for the sender to hear
    known       the record that stands already, when it is refused as the very same sent again under another key
    """
    try:
        with transaction.atomic():
            return place()
    except goes_back:
        raise
    except DomainError as refusal:
        if (stands := known(refusal)) is not None:
            return stands
        delivery.waits_because = str(refusal)[:200]
        return None
