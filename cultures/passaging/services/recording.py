"""What all verbs of the bench share: the stamp of who did it when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q

from cultures.passaging.errors import InTheFuture, LongAgo
from cultures.passaging.models import BenchSession, Event
from lims.accounts.models import User
from lims.clock import CLOCK_SKEW, now, today
from lims.instruments.models import Instrument
from lims.tabular.text import clean_text

FIRST_CELL_LINE = datetime(1951, 2, 8, tzinfo=UTC)  # HeLa

Actor = User | Instrument


@dataclass(frozen=True)
class Stamp:
    """When it happened, when we learned of it, and who did it in which bench session."""

    at: datetime
    recorded_at: datetime
    by: User | None
    instrument: Instrument | None
    session_id: int | None
    source: str

    @property
    def day(self) -> date:
        """The lab's day: what an expiry date is compared with."""
        return today(self.at)

    def on(self, note: str = "") -> dict[str, Any]:
        """The fields every event has."""
        return {
            "at": self.at,
            "recorded_at": self.recorded_at,
            "by": self.by,
            "session_id": self.session_id,
            "source": self.source,
            "note": clean_note(note),
        }


def stamp(at: datetime, by: Actor | None, source: str) -> Stamp:
    """Raises InTheFuture for a time more than five minutes ahead of the server."""
    recorded_at = now()
    if at > recorded_at + CLOCK_SKEW:
        raise InTheFuture(at)
    if at < FIRST_CELL_LINE:
        raise LongAgo()
    person = by if isinstance(by, User) else None
    instrument = by if isinstance(by, Instrument) else None
    return Stamp(at, recorded_at, person, instrument, _session_of(person, at), Event.Source(source).value)


def _session_of(person: User | None, at: datetime) -> int | None:
    """The bench session this person held at that moment, if any."""
    if person is None:
        return None
    held = BenchSession.objects.filter(Q(ended_at=None) | Q(ended_at__gte=at), person=person, started_at__lte=at)
    return held.order_by("-started_at").values_list("pk", flat=True).first()


def clean_note(note: str) -> str:
    return clean_text(note, "The note", max_length=1000, is_note=True) if note else ""
