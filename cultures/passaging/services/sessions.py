"""Who worked at which hood, and when."""

from datetime import datetime

from cultures.passaging.errors import NoOpenSession, NotAHood, NotThere, PlaceRetired, SessionEndsBeforeItsStart
from cultures.passaging.models import BenchSession, Event
from cultures.passaging.services.recording import stamp
from cultures.places.models import Place
from lims.accounts.models import User
from lims.audit.context import acting


def open_session_of(person: User) -> BenchSession | None:
    return BenchSession.objects.select_related("hood").filter(person=person, ended_at=None).first()


def start_bench_session(*, hood_id: int, at: datetime, by: User) -> BenchSession:
    """Sit down at a hood. A session left open elsewhere ends then: nobody works at two hoods."""
    with acting(by, "start_bench_session"):
        stamp(at, by, Event.Source.BENCH)
        hood = Place.objects.filter(pk=hood_id).first()
        if hood is None:
            raise NotThere("hood", "hood")
        if hood.kind != Place.Kind.HOOD:
            raise NotAHood(hood)
        if hood.retired_at:
            raise PlaceRetired(hood)
        _end_open_session(by, at)
        return BenchSession.objects.create(person=by, hood=hood, started_at=at)


def end_bench_session(*, at: datetime, by: User) -> BenchSession:
    with acting(by, "end_bench_session"):
        stamp(at, by, Event.Source.BENCH)
        if (ended := _end_open_session(by, at)) is None:
            raise NoOpenSession()
        return ended


def _end_open_session(person: User, at: datetime) -> BenchSession | None:
    held = BenchSession.objects.select_for_update(no_key=True).filter(person=person, ended_at=None).first()
    if held is None:
        return None
    if at < held.started_at:
        raise SessionEndsBeforeItsStart(held.started_at)
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    return held
