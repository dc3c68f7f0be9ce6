"""What the pages of a culture show, each gathered in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Prefetch, Q

from cultures.compounds.models import Lot, MediumRecipe
from cultures.passaging.commands import Drug, Medium
from cultures.passaging.harvest_destinations import DAUGHTER
from cultures.passaging.lineage import dose_in_words, main_line
from cultures.passaging.models import (
    Allocation,
    Count,
    Culture,
    DrugInMedium,
    Feed,
    FeedLot,
    Harvest,
    HarvestLot,
    HarvestSource,
    Observation,
    Receipt,
    VesselType,
)
from cultures.passaging.timeline import Entry, timeline
from cultures.passaging.warnings import passage_limit_of
from cultures.places.models import Place
from cultures.science.growth import cells_by_density, doubling_time, population_doublings
from lims.clock import now, today
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

READING_IS_FRESH = timedelta(hours=24)
MOST_POINTS = 80


# --- what is proposed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposedDaughter:
    vessel: VesselType
    cells: int | None  # None: nothing to go by
    place: Place
    arm: str
    volume_ml: Decimal


@dataclass(frozen=True)
class Proposal:
    """How a passage or feed of this culture would look if it were done as last time."""

    source: str  # "as on 26 Feb"; empty when there is no last time
    reading: Count | None  # the newest count of this culture that stands, is fresh and was not used
    volume_ml: Decimal | None  # harvested last time
    daughters: list[ProposedDaughter]
    recipe: MediumRecipe
    medium_volume_ml: Decimal
    lots: list[Lot]  # for the medium: the bottle in use of each product
    drugs: list[DrugInMedium]  # as in the medium now
    stocks: dict[int, Lot]  # compound id -> the stock in use
    dissociation_lots: list[Lot]

    @property
    def medium(self) -> Medium:
        return Medium(
            recipe_id=self.recipe.pk,
            volume_ml=self.medium_volume_ml,
            lot_ids=tuple(lot.pk for lot in self.lots),
            drugs=tuple(
                Drug(
                    compound_id=drug.compound_id,
                    dose=drug.dose,
                    unit=drug.dose_unit,
                    stock_id=self.stocks[drug.compound_id].pk
                    if drug.dose and drug.compound_id in self.stocks
                    else None,
                    vehicle_pct=drug.vehicle_pct,
                )
                for drug in self.drugs
            ),
        )


def proposal_for(culture: Culture, at: datetime | None = None) -> Proposal:
    """As last time: the harvest this culture was seeded from, and what is in its medium now."""
    at = at or now()
    feed = medium_now(culture)
    recipe = feed.recipe if feed else culture.medium
    last = _last_harvest(culture)
    lots, stocks, dissociation = _bottles_in_use(recipe, feed, last, today(at))
    return Proposal(
        source=f"as on {last.at:%d %b}" if last else "",
        reading=fresh_reading(culture, at),
        volume_ml=last.volume_ml if last else None,
        daughters=_daughters_as_last_time(culture, last),
        recipe=recipe,
        medium_volume_ml=feed.volume_ml if feed else culture.vessel.working_volume_ml,
        lots=lots,
        drugs=list(feed.drugs.all()) if feed else [],
        stocks=stocks,
        dissociation_lots=dissociation,
    )


def medium_now(culture: Culture) -> Feed | None:
    """What is in the flask: the newest feed that stands, with its lots and drugs."""
    return (
        Feed.objects.standing()
        .filter(culture=culture)
        .select_related("recipe", "by")
        .prefetch_related(
            Prefetch("drugs", DrugInMedium.objects.select_related("compound", "stock").order_by("pk")),
            Prefetch("lots", FeedLot.objects.select_related("lot").order_by("pk")),
        )
        .order_by("-at", "-pk")
        .first()
    )


def fresh_reading(culture: Culture, at: datetime) -> Count | None:
    """The newest count that waits to be used for a harvest."""
    return (
        Count.objects.standing()
        .filter(culture=culture, at__gte=max(at - READING_IS_FRESH, culture.seeded_at))
        .exclude(harvests__withdrawn_at=None, harvests__isnull=False)
        .select_related("instrument", "by")
        .order_by("-at", "-pk")
        .first()
    )


def _last_harvest(culture: Culture) -> Harvest | None:
    """The harvest it was seeded from; for cells that came in, the last one of this line and vessel."""
    daughters = Allocation.objects.filter(withdrawn_at=None, kind=DAUGHTER).order_by("pk")
    harvests = Harvest.objects.standing().prefetch_related(
        Prefetch("allocations", daughters.select_related("daughter__vessel", "daughter__place")),
        Prefetch("lots", HarvestLot.objects.select_related("lot")),
    )
    if own := harvests.filter(allocations__daughter=culture, allocations__withdrawn_at=None).first():
        return own
    alike = Q(sources__culture__line=culture.line_id, sources__culture__vessel=culture.vessel_id)
    return harvests.filter(alike, sources__withdrawn_at=None).order_by("-at", "-pk").first()


def _daughters_as_last_time(culture: Culture, last: Harvest | None) -> list[ProposedDaughter]:
    """The flasks its own arm was split into; one of the same vessel when there were none."""
    shares = last.allocations.all() if last else []
    siblings = [(share.daughter, share.cells) for share in shares if share.daughter]
    alike = [one for one in siblings if (one[0].line_id, one[0].arm) == (culture.line_id, culture.arm)]
    if alike:
        return [
            ProposedDaughter(one.vessel, cells, culture.place, culture.arm, one.vessel.working_volume_ml)
            for one, cells in alike
        ]
    low, high = culture.line.seeding_density_min_per_cm2, culture.line.seeding_density_max_per_cm2
    density = Decimal(low + high) / 2 if low and high else None
    cells = cells_by_density(density, culture.vessel.growth_area_cm2) if density else culture.seeded_cells
    return [ProposedDaughter(culture.vessel, cells, culture.place, culture.arm, culture.vessel.working_volume_ml)]


def _bottles_in_use(
    recipe: MediumRecipe, feed: Feed | None, last: Harvest | None, day: object
) -> tuple[list[Lot], dict[int, Lot], list[Lot]]:
    """Of each product the newest open bottle in date, else the unopened one that expires first."""
    kinds = (Lot.Kind.MEDIUM, Lot.Kind.SERUM, Lot.Kind.SUPPLEMENT)
    products = {component.product for component in recipe.components.all()}
    compounds = {drug.compound_id for drug in feed.drugs.all()} if feed else set()
    usable = (
        Lot.objects.filter(
            Q(kind__in=kinds, product__in=products)
            | Q(kind=Lot.Kind.DISSOCIATION)
            | Q(kind=Lot.Kind.DRUG_STOCK, compound__in=compounds),
            expires_on__gte=day,
            received_on__lte=day,
        )
        .filter(Q(finished_on=None) | Q(finished_on__gte=day))
        .select_related("compound")
    )
    best: dict[tuple[str, object], Lot] = {}
    for lot in sorted(usable, key=_first_choice):
        best.setdefault((lot.kind, lot.compound_id or lot.product), lot)
    used = [one.lot.product for one in last.lots.all()] if last else []
    dissociation = [lot for (kind, _), lot in best.items() if kind == Lot.Kind.DISSOCIATION]
    return (
        [lot for (kind, _), lot in best.items() if kind in kinds],
        {lot.compound_id: lot for (kind, _), lot in best.items() if kind == Lot.Kind.DRUG_STOCK and lot.compound_id},
        sorted(dissociation, key=lambda lot: lot.product not in used)[: max(len(used), 1)],
    )


def _first_choice(lot: Lot) -> tuple[bool, int, int]:
    """Sorts open bottles before unopened ones, the newest open first, of the unopened the one that expires first."""
    opened = lot.opened_on.toordinal() if lot.opened_on else 0
    return lot.opened_on is None, -opened, lot.expires_on.toordinal()


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
