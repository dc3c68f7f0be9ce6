"""Counting cells: live and dead per mL of the undiluted suspension."""

from datetime import datetime
from decimal import Decimal

from cultures.passaging.commands import CellCount
from cultures.passaging.errors import CountAlreadyUsed, CountNotStanding, CountOfAnotherCulture, MethodUnknown, NotThere
from cultures.passaging.models import Count, Culture, Event
from cultures.passaging.models.cultures import MOST_CELLS
from cultures.passaging.services.checking import COUNTED_SOON_AFTER, lock_present, number
from cultures.passaging.services.recording import Actor, Stamp, recorded, stamp
from lims.instruments.models import Delivery

MOST_PER_ML = Decimal(MOST_CELLS - 1)


def count_culture(
    *,
    culture_id: int,
    count: CellCount,
    at: datetime,
    by: Actor,
    source: str = Event.Source.BENCH,
    delivery: Delivery | None = None,
    note: str = "",
) -> Count:
    """A count by a person or by an instrument; it may come a little after the flask was harvested."""
    with recorded(by, "count_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at, grace=COUNTED_SOON_AFTER)
        return write_count(culture, count, marked, delivery=delivery, note=note)


def write_count(
    culture: Culture, count: CellCount, marked: Stamp, *, delivery: Delivery | None = None, note: str = ""
) -> Count:
    """What was read times the dilution, which is applied here and nowhere else."""
    if count.method not in Count.Method.values:
        raise MethodUnknown(count.method)
    dilution = number(count.dilution, "The dilution", field="dilution", least=None, above=0, most=10_000, places=3)
    return Count.objects.create(
        culture=culture,
        live_per_ml=_undiluted(count.live_per_ml, dilution, "Live cells per mL", "live"),
        dead_per_ml=_undiluted(count.dead_per_ml, dilution, "Dead cells per mL", "dead"),
        dilution=dilution,
        method=count.method,
        reported_viability_pct=_percentage(count.reported_viability_pct),
        instrument=marked.instrument,
        delivery=delivery,
        **marked.on(note),
    )


def _undiluted(read: Decimal | None, dilution: Decimal, what: str, field: str) -> Decimal | None:
    if read is None and field == "dead":
        return None
    read = number(read, what, field=field, most=MOST_PER_ML, places=6)  # type: ignore[arg-type]
    return number(read * dilution, what, field=field, most=MOST_PER_ML, places=1)


def _percentage(reported: Decimal | None) -> Decimal | None:
    if reported is None:
        return None
    return number(reported, "The reported viability in %", field="viability_pct", most=100, places=1)


def count_to_use(cultures: list[Culture], count: CellCount | int, marked: Stamp) -> Count:
    """The count a harvest is based on: an existing one of these cultures, or a new one of the first of them."""
    if isinstance(count, CellCount):
        return write_count(cultures[0], count, marked)
    found = (
        Count.objects.select_for_update(no_key=True, of=("self",)).select_related("culture").filter(pk=count).first()
    )
    if found is None:
        raise NotThere("count", "count")
    if found.culture_id not in {culture.pk for culture in cultures}:
        raise CountOfAnotherCulture(found)
    if not found.stands:
        raise CountNotStanding()
    if found.harvests.filter(withdrawn_at=None).exists():
        raise CountAlreadyUsed()
    return found
