"""Hints that two flasks of one round may have been swapped: pointed out, never asserted (cultures.science.mix_up).

A round is what one person did at one sitting: the same bench session, or the same person and day. Flasks are swapped
when they are harvested, or when their daughters are labelled; so a passage is held against those harvested together
with it, and against those its cells were seeded together with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from cultures.passaging.commands import CellCount, Plan
from cultures.passaging.models import BenchSession, Count, Culture, Harvest, HarvestSource
from cultures.passaging.registry import ABOVE
from cultures.passaging.selectors import growths_of
from cultures.passaging.warnings import Warning
from cultures.science.growth import doubling_time
from cultures.science.mix_up import MOST_HISTORY, Grown, Likeness, grew_like
from lims.clock import start_of_today

MOST_NEIGHBOURS = 12  # of a round; nobody passages more lines at one sitting
SAYS = {"doubling_h": ("doubling time", "h"), "per_cm2": ("harvest", "cells/cm²")}
# Up from each culture through the parent of the highest passage, as the page of a culture follows it.
LINES = """
WITH RECURSIVE line (start, id, depth) AS (
    SELECT asked, asked, 0 FROM unnest(%s::bigint[]) asked
  UNION ALL
    SELECT line.start, parent.id, line.depth + 1
    FROM line CROSS JOIN LATERAL (
        SELECT culture.id FROM cultures_descent descent JOIN cultures_culture culture ON culture.id = descent.parent_id
        WHERE descent.daughter_id = line.id ORDER BY culture.passage_number DESC, culture.id DESC LIMIT 1
    ) parent
    WHERE line.depth < %s
)
SELECT start, id FROM line ORDER BY start, depth"""


@dataclass(frozen=True)
class Hint:
    """A passage of a culture grew like the neighbour's cells."""

    culture: Culture
    neighbour: Culture
    likeness: Likeness

    @property
    def sentence(self) -> str:
        what, unit = SAYS[self.likeness.measure]
        found, own, other = (_shown(value) for value in (self.likeness.found, self.likeness.own, self.likeness.other))
        return (
            f"{self.culture.code} ({self.culture.line}) grew like {self.neighbour.code} of {self.neighbour.line}, "
            f"passaged in the same round: {what} {found} {unit}, where its own is usually {own} and theirs {other}. "
            "Were the flasks swapped?"
        )


def hints_of(culture: Culture) -> list[str]:
    """Of the newest passage of its cells: its own harvest, or that of the flask it was seeded from.

    A fixed number of queries, however large the round.
    """
    lines = _lines([culture.pk])[culture.pk][:2]
    sources = HarvestSource.objects.filter(culture__in=lines, withdrawn_at=None).select_related(
        "harvest", "culture__line", "culture__vessel"
    )
    by_culture = {source.culture_id: source for source in sources}
    source = next((by_culture[pk] for pk in lines if pk in by_culture), None)
    if source is None:
        return []
    growth = growths_of([source.culture_id])[source.culture_id]
    grown = _grown(growth.doubling_time_h, source.harvest.viable_cells, source.culture)
    together = _together(Q(pk=source.harvest_id), source.culture) | _seeded_together(source.culture)
    return [hint.sentence for hint in _hints(source.culture, grown, together, source.harvest.at)]


def harvest_warnings(
    cultures: Sequence[Culture], count: CellCount | Count | None, volume_ml: Decimal | None, plan: Plan, at: datetime
) -> Iterable[Warning]:
    """At the harvest of one flask, before it is saved: the rounds of that day, and the one it was seeded in."""
    if len(cultures) != 1 or count is None or not volume_ml:
        return []
    (culture,) = cultures
    factor = Decimal(1) if isinstance(count, Count) else Decimal(count.dilution)
    harvested = int(Decimal(count.live_per_ml) * factor * Decimal(volume_ml))
    hours = (at - culture.seeded_at) / timedelta(hours=1)
    grown = _grown(doubling_time(hours, harvested, culture.seeded_cells), harvested, culture)
    together = _today(culture, at) | _seeded_together(culture)
    return [Warning("grew_like_neighbour", hint.sentence, "live") for hint in _hints(culture, grown, together, at)]


def register() -> None:
    ABOVE.harvest_warners.append(harvest_warnings)


# --- who was in the same round ---------------------------------------------------------------------------------------


def _seeded_together(culture: Culture) -> Q:
    """Harvests of the round in which it was seeded."""
    return _together(Q(allocations__daughter=culture, allocations__withdrawn_at=None), culture)


def _together(which: Q, culture: Culture) -> Q:
    """Harvests of the round of these."""
    found = Harvest.objects.standing().filter(which).order_by("-pk").first()
    return _of_round(found.session_id, found.by_id, found.at) if found else Q(pk__in=[])


def _of_round(session_id: int | None, by_id: int | None, at: datetime) -> Q:
    midnight = start_of_today(at)
    same_day = Q(by=by_id, at__gte=midnight, at__lt=midnight + timedelta(days=1)) if by_id else Q(pk__in=[])
    return same_day | Q(session=session_id) if session_id else same_day


def _today(culture: Culture, at: datetime) -> Q:
    """A harvest that is not saved yet has no person: its keeper's of that day, and those of open sessions."""
    open_ones = BenchSession.objects.filter(ended_at=None, started_at__lte=at).values("pk")
    return _of_round(None, culture.keeper_id, at) | Q(session__in=open_ones, at__gte=start_of_today(at))


# --- compared --------------------------------------------------------------------------------------------------------


def _hints(culture: Culture, grown: Grown, together: Q, at: datetime) -> Iterator[Hint]:
    """At most one: the neighbour it is most like."""
    rows = HarvestSource.objects.filter(
        withdrawn_at=None, harvest__in=Harvest.objects.standing().filter(together).values("pk")
    )
    others = rows.exclude(culture=culture).exclude(culture__line=culture.line_id).select_related("culture__line")
    neighbours = {row.culture_id: row.culture for row in others.order_by("-pk")[:MOST_NEIGHBOURS]}
    if not neighbours:
        return
    history = _histories([culture.pk, *neighbours], at)
    found = [
        Hint(culture, neighbour, likeness)
        for pk, neighbour in neighbours.items()
        if (likeness := grew_like(grown, history[culture.pk], history[pk]))
    ]
    if found:
        yield min(found, key=lambda hint: abs(hint.likeness.found / hint.likeness.other - 1))


def _histories(culture_ids: Sequence[int], before: datetime) -> Mapping[int, list[Grown]]:
    """By culture: how its cells grew in the passages before, the newest first; without the round that is in question.

    The flask itself counts for its history only when it was harvested earlier than the day in question.
    """
    lines = _lines(culture_ids)
    every = sorted({pk for line in lines.values() for pk in line})
    growths, flasks = growths_of(every), Culture.objects.select_related("vessel").in_bulk(every)
    midnight = start_of_today(before)
    return {
        start: [
            _grown(growths[pk].doubling_time_h, growths[pk].harvest.viable_cells, flasks[pk])
            for pk in line
            if pk in growths and growths[pk].harvest.at < midnight
        ]
        for start, line in lines.items()
    }


def _lines(culture_ids: Sequence[int]) -> dict[int, list[int]]:
    """By culture: itself and its main line of ancestors, as far back as a history goes."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, [list(culture_ids), MOST_HISTORY + 2])
        found: dict[int, list[int]] = {pk: [] for pk in culture_ids}
        for start, pk in cursor.fetchall():
            found[start].append(pk)
    return found


def _grown(doubling_h: float | None, harvested: int, culture: Culture) -> Grown:
    return Grown(doubling_h, harvested / float(culture.vessel.growth_area_cm2))


def _shown(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")
