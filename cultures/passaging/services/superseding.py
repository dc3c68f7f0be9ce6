"""Nothing is edited: a row is withdrawn, and where it was wrong a better one stands in its place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from cultures.passaging.models import Event
from lims.accounts.models import User

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Withdrawal:
    """Who withdraws, when and why; `by` is None where it is only tried out."""

    at: datetime
    by: User | None
    reason: str

    @property
    def fields(self) -> dict[str, Any]:
        return {"withdrawn_at": self.at, "withdrawn_by": self.by, "withdrawn_reason": self.reason}


def withdraw(event: Event, withdrawal: Withdrawal) -> None:
    type(event)._default_manager.filter(pk=event.pk).update(**withdrawal.fields)


def draft_of(event: E, withdrawal: Withdrawal, **fields: Any) -> E:
    """The row that will supersede an event: as it was, but for `fields`. Who did it at the bench stays who it was."""
    as_it_was = {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}
    draft: Any = type(event)(**{name: value for name, value in as_it_was.items() if name != "id"})
    draft.supersedes_id, draft.reason, draft.recorded_at = event.pk, withdrawal.reason, withdrawal.at
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft


def supersede(event: E, draft: E, withdrawal: Withdrawal) -> E:
    """Withdraw the event and let the draft stand. In this order: the database lets only one of them stand."""
    withdraw(event, withdrawal)
    draft.save(force_insert=True)
    return draft
