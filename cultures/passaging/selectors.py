"""What the pages of a culture show, each gathered in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch

from cultures.passaging.lineage import dose_in_words, main_line
from cultures.passaging.models import (
    Count,
    Culture,
    DrugInMedium,
    Feed,
    Harvest,
    HarvestSource,
    Observation,
    Receipt,
)
from cultures.passaging.proposals import Proposal, ProposedDaughter, fresh_reading, medium_now, proposal_for
from cultures.passaging.timeline import Entry, timeline
from cultures.passaging.warnings import passage_limit_of
from cultures.science.growth import doubling_time, population_doublings
from lims.clock import now
from lims.lab.models import LabSettings

__all__ = [
    "Entry",
    "Figures",
    "Growth",
    "GrowthPoint",
    "Marked",
    "Proposal",
    "ProposedDaughter",
    "figures_of",
    "fresh_reading",
    "growth_series",
    "growths_of",
    "medium_now",
    "proposal_for",
    "timeline",
]

MOST_POINTS = 80


# --- figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """From one seeding to its harvest."""

    pd: float | None
    doubling_time_h: float | None
    viability_pct: float | None
    hours: float
    harvest: Harvest


@dataclass(frozen=True)
class Figures:
    """What the head of a culture's page says, in numbers."""

    days_in_flask: int
    confluence: Observation | None  # the newest that states one
    viability_pct: float | None
    viability_at: datetime | None
    viability_limit_pct: Decimal
    growth: Growth | None  # of this flask when it was harvested, else of the one before
    doubling_time_vs_reference: float | None  # 1.1: ten percent slower than the line's reference
    cpdl: float | None
    cpdl_net: float | None
    passages_since_thaw: int
    passage_limit: int
    came_in: Receipt | None  # how its cells came in, on the main line of ancestors
    passage_due_at: datetime | None
    feed_due_at: datetime | None
    medium: Feed | None
    density_per_cm2: float | None  # at seeding

    @property
    def is_below_viability_limit(self) -> bool:
        return self.viability_pct is not None and self.viability_pct < self.viability_limit_pct


def figures_of(culture: Culture, at: datetime | None = None) -> Figures:
    at = at or now()
    settings = LabSettings.current()
    treated = culture.arm == Culture.Arm.TREATED
    line = main_line(culture.pk)
    medium = medium_now(culture)
    counts = Count.objects.standing().filter(culture__in=line[:2], dead_per_ml__isnull=False)
    newest = counts.order_by("-at", "-pk").first()
    growth = _newest_growth(line[:2])
    reference = culture.line.reference_doubling_time
    slower = None
    if growth and growth.doubling_time_h and reference:
        slower = growth.doubling_time_h / (reference.total_seconds() / 3600)
    interval = culture.line.passage_interval
    feed_interval = culture.line.feed_interval or settings.feed_interval
    return Figures(
        days_in_flask=culture.days_in_vessel(at),
        confluence=Observation.objects.standing()
        .filter(culture=culture, confluence_pct__isnull=False)
        .order_by("-at", "-pk")
        .first(),
        viability_pct=newest.viability_pct if newest else None,
        viability_at=newest.at if newest else None,
        viability_limit_pct=settings.treated_viability_warning_pct if treated else settings.viability_warning_pct,
        growth=growth,
        doubling_time_vs_reference=slower,
        cpdl=culture.cpdl,
        cpdl_net=culture.cpdl_net,
        passages_since_thaw=culture.passages_since_thaw,
        passage_limit=passage_limit_of(culture),
        came_in=Receipt.objects.standing().filter(culture=line[-1]).select_related("culture").first(),
        passage_due_at=culture.seeded_at + interval if interval and culture.is_growing else None,
        feed_due_at=(medium.at if medium else culture.seeded_at) + feed_interval if culture.is_growing else None,
        medium=medium,
        density_per_cm2=culture.seeded_cells / float(culture.vessel.growth_area_cm2) if culture.seeded_cells else None,
    )


def _newest_growth(culture_ids: list[int]) -> Growth | None:
    grown = growths_of(culture_ids)
    return next((grown[pk] for pk in culture_ids if pk in grown), None)


def growths_of(culture_ids: list[int]) -> dict[int, Growth]:
    """How each harvested culture grew, by its id; two queries. The seeding of a pool is that of all its flasks."""
    sources = HarvestSource.objects.filter(withdrawn_at=None, culture__in=culture_ids)
    harvest_of = {
        one.culture_id: one.harvest
        for one in sources.select_related("harvest__used_count", "harvest__by").order_by("pk")
    }
    pooled: dict[int, list[tuple[int | None, datetime]]] = {}
    everyone = HarvestSource.objects.filter(withdrawn_at=None, harvest__in={h.pk for h in harvest_of.values()})
    for harvest_id, cells, seeded_at in everyone.values_list(
        "harvest_id", "culture__seeded_cells", "culture__seeded_at"
    ):
        pooled.setdefault(harvest_id, []).append((cells, seeded_at))
    return {pk: _growth(harvest, pooled[harvest.pk]) for pk, harvest in harvest_of.items()}


def _growth(harvest: Harvest, seeded: list[tuple[int | None, datetime]]) -> Growth:
    numbers = [cells for cells, _ in seeded]
    total = None if None in numbers else sum(cells or 0 for cells in numbers)
    hours = (harvest.at - min(seeded_at for _, seeded_at in seeded)).total_seconds() / 3600
    return Growth(
        pd=population_doublings(harvest.viable_cells, total),
        doubling_time_h=doubling_time(hours, harvest.viable_cells, total),
        viability_pct=harvest.used_count.viability_pct,
        hours=hours,
        harvest=harvest,
    )


# --- growth over passages --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marked:
    """Something worth a mark on the time axis."""

    at: datetime
    kind: str  # dose, pool, thaw, receipt
    label: str


@dataclass(frozen=True)
class GrowthPoint:
    """One harvested flask of the line of ancestors. doubling_time_h is None when nothing grew."""

    culture: Culture
    passage_number: int
    at: datetime
    viability_pct: float | None
    pd: float | None
    doubling_time_h: float | None
    cpdl: float | None  # after this harvest
    events: tuple[Marked, ...]


def growth_series(culture: Culture, *, most: int = MOST_POINTS) -> list[GrowthPoint]:
    """The last passages on the way to this culture, oldest first."""
    ids = main_line(culture.pk, most=most)
    cultures = Culture.objects.select_related("line").in_bulk(ids)
    grown = growths_of(ids)
    marks = _marks(ids, cultures)
    points = []
    for pk in reversed(ids):
        if (growth := grown.get(pk)) is None:
            continue
        one = cultures[pk]
        points.append(
            GrowthPoint(
                culture=one,
                passage_number=one.passage_number,
                at=growth.harvest.at,
                viability_pct=growth.viability_pct,
                pd=growth.pd,
                doubling_time_h=growth.doubling_time_h,
                cpdl=None if one.cpdl is None else one.cpdl + max(growth.pd or 0.0, 0.0),
                events=tuple(marks.get(pk, ())),
            )
        )
    return points


def _marks(ids: list[int], cultures: dict[int, Culture]) -> dict[int, list[Marked]]:
    """By culture: how it came in or was pooled, and each change of dose."""
    marks: dict[int, list[Marked]] = {}
    dose = ""
    feeds: dict[int, list[tuple[datetime, str]]] = {}
    drugs = DrugInMedium.objects.select_related("compound").order_by("compound__name")
    for feed in (
        Feed.objects.standing().filter(culture__in=ids).prefetch_related(Prefetch("drugs", drugs)).order_by("at", "pk")
    ):
        said = " + ".join(dose_in_words(d.compound.name, d.dose, d.dose_unit) for d in feed.drugs.all() if d.dose)
        feeds.setdefault(feed.culture_id, []).append((feed.at, said))
    for pk in reversed(ids):
        one, found = cultures[pk], []
        if one.origin != Culture.Origin.SPLIT:
            found.append(Marked(one.seeded_at, one.origin, one.get_origin_display()))
        for at, said in feeds.get(pk, ()):
            if said != dose:
                found.append(Marked(at, "dose", said or "no drug"))
                dose = said
        if found:
            marks[pk] = found
    return marks
