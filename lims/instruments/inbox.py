"""The inbox: what instruments delivered and no rule could place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from lims.instruments.forms import AssignForm, DismissForm
from lims.instruments.handlers import HANDLERS, Proposal
from lims.instruments.models import Delivery

MOST_COUNTED = 99


@dataclass(frozen=True)
class Waiting:
    """One delivery of the page: what was said, whom it may have meant, and the two forms that settle it."""

    delivery: Delivery
    noun: str
    goes_to: str
    told: list[tuple[str, str]]
    proposals: list[Proposal]
    assign: AssignForm
    dismiss: DismissForm


def waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.WAITING).select_related("instrument")


def panel(request: HttpRequest, round_: Any) -> dict[str, Any] | None:
    """What Today says of the inbox; nothing when nothing waits."""
    how_many = waiting().order_by()[: MOST_COUNTED + 1].count()
    return {"how_many": how_many, "most": MOST_COUNTED} if how_many else None


def shown(deliveries: Sequence[Delivery], bound: AssignForm | DismissForm | None = None) -> list[Waiting]:
    """The deliveries of one page. `bound`, the form that was refused, takes the place of the fresh one."""
    proposed: dict[int, list[Proposal]] = {}
    for route, handler in HANDLERS.items():
        proposed.update(handler.proposals([delivery for delivery in deliveries if delivery.route == route]))
    return [_one(delivery, proposed.get(delivery.pk, []), bound) for delivery in deliveries]


def prefix_of(delivery_id: int) -> str:
    """Tells the forms of one page apart."""
    return f"d{delivery_id}"


def _one(delivery: Delivery, proposals: list[Proposal], bound: AssignForm | DismissForm | None) -> Waiting:
    handler = HANDLERS.get(delivery.route)
    prefix = prefix_of(delivery.pk)
    ours = bound if bound is not None and bound.prefix == prefix else None
    return Waiting(
        delivery=delivery,
        noun=handler.noun if handler else "delivery",
        goes_to=handler.goes_to if handler else "record",
        told=handler.told(delivery) if handler else [("As sent", delivery.body[:500])],
        proposals=proposals,
        assign=ours if isinstance(ours, AssignForm) else AssignForm(prefix=prefix),
        dismiss=ours if isinstance(ours, DismissForm) else DismissForm(prefix=prefix),
    )
