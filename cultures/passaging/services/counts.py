"""Counting cells: live and dead per mL of the undiluted suspension."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cultures.passaging.commands import CellCount
from cultures.passaging.errors import CountAlreadyUsed, CountNotStanding, CountOfAnotherCulture, MethodUnknown, NotThere
from cultures.passaging.models import Count, Culture, Event, Harvest
from cultures.passaging.models.cultures import MOST_CELLS
from cultures.passaging.services.checking import COUNTED_SOON_AFTER, lock_present, number
from cultures.passaging.services.recording import Actor, Stamp, stamp
from lims.audit.context import acting
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
    with acting(by, "count_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at, grace=COUNTED_SOON_AFTER)
        return write_count(culture, count, marked, delivery=delivery, note=note)


def write_count(
    culture: Culture, read: CellCount, marked: Stamp, *, delivery: Delivery | None = None, note: str = ""
) -> Count:
    """What was read times its dilution, which is applied here and nowhere else."""
    return Count.objects.create(
        culture=culture,
        instrument=marked.instrument or (delivery.instrument if delivery else None),
        delivery=delivery,
        **tidy_count(_undiluted(read)),
        **marked.on(note),
    )


def _undiluted(read: CellCount) -> CellCount:
    dilution = _dilution(read.dilution)
    live = number(read.live_per_ml, "Live cells per mL", field="live", most=MOST_PER_ML, places=6)
    dead = None
    if read.dead_per_ml is not None:
        dead = number(read.dead_per_ml, "Dead cells per mL", field="dead", most=MOST_PER_ML, places=6) * dilution
    return replace(read, live_per_ml=live * dilution, dead_per_ml=dead)


def tidy_count(count: CellCount) -> dict[str, Any]:
    """The fields of a count whose cells are those of the undiluted suspension; raises what is wrong with them."""
    dead, reported = count.dead_per_ml, count.reported_viability_pct
    if count.method not in Count.Method.values:
        raise MethodUnknown(count.method)
    return {
        "live_per_ml": number(count.live_per_ml, "Live cells per mL", field="live", most=MOST_PER_ML, places=1),
        "dead_per_ml": None
        if dead is None
        else number(dead, "Dead cells per mL", field="dead", most=MOST_PER_ML, places=1),
        "dilution": _dilution(count.dilution),
        "method": count.method,
        "reported_viability_pct": None
        if reported is None
        else number(reported, "The reported viability in %", field="viability_pct", most=100, places=1),
    }


def _dilution(factor: Decimal) -> Decimal:
    return number(factor, "The dilution", field="dilution", least=None, above=0, most=10_000, places=3)


def count_to_use(cultures: Sequence[Culture], count: CellCount | int, marked: Stamp) -> Count:
    """The count a harvest is based on: an existing one of these cultures, or a new one of the first of them."""
    if isinstance(count, CellCount):
        return write_count(cultures[0], count, marked)
    locked = Count.objects.select_for_update(no_key=True, of=("self",)).select_related("culture")
    return refuse_unusable_count(locked.filter(pk=count).first(), cultures)


def refuse_unusable_count(count: Count | None, cultures: Sequence[Culture], *, besides: Harvest | None = None) -> Count:
    """The count, when it is of these cultures, stands, and serves no harvest but `besides`."""
    if count is None:
        raise NotThere("count", "count")
    if count.culture_id not in {culture.pk for culture in cultures}:
        raise CountOfAnotherCulture(count)
    if not count.stands:
        raise CountNotStanding()
    if count.harvests.filter(withdrawn_at=None).exclude(pk=besides.pk if besides else 0).exists():
        raise CountAlreadyUsed()
    return count
