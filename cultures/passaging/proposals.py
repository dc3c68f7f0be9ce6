"""What is proposed for a culture: as last time, with the bottles in use."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Prefetch, Q

from cultures.compounds.models import Lot, MediumRecipe
from cultures.compounds.selectors import first_choices, lots_for
from cultures.passaging.commands import Drug, Medium
from cultures.passaging.harvest_destinations import DAUGHTER
from cultures.passaging.models import (
    Allocation,
    Count,
    Culture,
    DrugInMedium,
    Feed,
    FeedLot,
    Harvest,
    HarvestLot,
    VesselType,
)
from cultures.passaging.registry import ProposedDrug, ProposedDrugs, proposed_drugs
from cultures.places.models import Place
from cultures.science.growth import cells_by_density
from lims.clock import now, today

READING_IS_FRESH = timedelta(hours=24)
IN_THE_FLASK = "as in the flask now"


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
    lots: list[Lot]  # for the medium: the bottle in use of each component
    drugs: list[ProposedDrug]  # as a plan asks for, else as in the medium now
    drugs_source: str
    without_drug: str  # why there are none, as far as that can be proposed
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
            without_drug=self.without_drug,
        )


def proposal_for(culture: Culture, at: datetime | None = None) -> Proposal:
    """As last time: the harvest this culture was seeded from, and what is in its medium now."""
    at = at or now()
    feed = medium_now(culture)
    recipe = feed.recipe if feed else culture.medium
    last = _last_harvest(culture)
    proposed = proposed_drugs(culture, at) or _drugs_as_now(feed)
    lots, stocks, dissociation = _bottles_in_use(recipe, proposed, last, today(at))
    return Proposal(
        source=f"as on {last.at:%d %b}" if last else "",
        reading=fresh_reading(culture, at),
        volume_ml=last.volume_ml if last else None,
        daughters=_daughters_as_last_time(culture, last),
        recipe=recipe,
        medium_volume_ml=feed.volume_ml if feed else culture.vessel.working_volume_ml,
        lots=lots,
        drugs=proposed.drugs,
        drugs_source=proposed.source,
        without_drug=proposed.without_drug,
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


def _drugs_as_now(feed: Feed | None) -> ProposedDrugs:
    drugs = [
        ProposedDrug(drug.compound, drug.dose, drug.dose_unit, drug.vehicle_pct, drug.stock)
        for drug in (feed.drugs.all() if feed else ())
    ]
    return ProposedDrugs(drugs, IN_THE_FLASK)


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
    recipe: MediumRecipe, proposed: ProposedDrugs, last: Harvest | None, day: date
) -> tuple[list[Lot], dict[int, Lot], list[Lot]]:
    """For the medium, by compound for its drugs, and to detach the cells with: as the lots are proposed everywhere."""
    compounds = {drug.compound_id for drug in proposed.drugs}
    wanted = Q(kind__in=(*Lot.IN_MEDIUM, Lot.Kind.DISSOCIATION)) | Q(kind=Lot.Kind.DRUG_STOCK, compound__in=compounds)
    choices = first_choices(Lot.objects.usable(day).filter(wanted).select_related("compound"))
    used = [one.lot.product for one in last.lots.all()] if last else []
    dissociation = [lot for lot in choices if lot.kind == Lot.Kind.DISSOCIATION]
    return (
        lots_for(recipe.components.all(), choices),
        {lot.compound_id: lot for lot in choices if lot.compound_id},
        sorted(dissociation, key=lambda lot: lot.product not in used)[: max(len(used), 1)],
    )
