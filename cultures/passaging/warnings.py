"""What looks wrong but may be right: said before saving, never in the way of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.lines.models import CellLine
from cultures.passaging.commands import CellCount, Medium, Plan
from cultures.passaging.errors import cells, moment
from cultures.passaging.models import Count, Culture, HarvestSource, VesselType
from cultures.passaging.registry import ABOVE
from cultures.passaging.services.seeding import arm_of, cells_of
from cultures.science.growth import doubling_time, population_doublings, suspension_ml, viability_pct, whole_cells
from lims.clock import now
from lims.errors import DomainError
from lims.lab.models import LabSettings

TWICE = 2.0
VIABILITY_ROUNDING_PCT = 1.0
DENSEST_PER_CM2 = 1_000_000  # viable cells; a full monolayer has some 100,000
MOST_DMSO_PCT = Decimal("0.5")
LATE = timedelta(days=1)
SHORT_STAY = timedelta(hours=12)


@dataclass(frozen=True)
class Warning:
    """code for machines, a sentence for people, and the field it stands beside."""

    code: str
    sentence: str
    field: str


def warnings_for(
    cultures: Sequence[Culture], count: CellCount | Count | None, volume_ml: Decimal | None, plan: Plan, at: datetime
) -> list[Warning]:
    """All that is odd about a harvest of one culture, or of several pooled, as it is planned.

    A fixed number of queries, whatever the plan and however many flasks.
    """
    found = [*_once_each(warning for culture in cultures for warning in _about_time(culture, at))]
    harvested = None
    if count is not None:
        live, dead = _undiluted(count)
        found += _about_viability(arm_of(cultures), live, dead, count.reported_viability_pct)
        if volume_ml:
            harvested = whole_cells(live * Decimal(volume_ml))
            found += _about_growth(cultures, harvested, at)
            found += _about_other_counts(cultures, live, at)
    found += _about_plan(cultures, harvested, _undiluted(count)[0] if count else None, plan)
    return [*found, *(one for warn in ABOVE.harvest_warners for one in warn(cultures, count, volume_ml, plan, at))]


def feed_warnings_for(culture: Culture, medium: Medium, at: datetime) -> list[Warning]:
    """What is odd about a medium change."""
    found = [*_about_time(culture, at), *_about_media(culture.line, [(medium, culture.arm, str(culture.vessel))])]
    return [*found, *(one for warn in ABOVE.feed_warners for one in warn(culture, medium, at))]


def _once_each(warnings: Iterable[Warning]) -> Iterable[Warning]:
    """One of each code: of several flasks the first stands for all."""
    return {warning.code: warning for warning in reversed([*warnings])}.values()


def _undiluted(count: CellCount | Count) -> tuple[Decimal, Decimal | None]:
    factor = Decimal(1) if isinstance(count, Count) else Decimal(count.dilution)
    dead = None if count.dead_per_ml is None else Decimal(count.dead_per_ml) * factor
    return Decimal(count.live_per_ml) * factor, dead


# --- time, viability, growth -----------------------------------------------------------------------------------------


def _about_time(culture: Culture, at: datetime) -> Iterator[Warning]:
    if at < culture.seeded_at:
        yield Warning(
            "before_seeding",
            f"{culture.code} was seeded later, on {moment(culture.seeded_at)}. Is the time right?",
            "at",
        )
    elif at - culture.seeded_at < SHORT_STAY:
        minutes = round((at - culture.seeded_at).total_seconds() / 60)
        before = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
        yield Warning("short_stay", f"{culture.code} was seeded only {before} before. Is this the right flask?", "at")
    if now() - at > LATE:
        yield Warning("late", f"{moment(at)} is more than a day ago; the entry will be marked late.", "at")


def _about_viability(arm: str, live: Decimal, dead: Decimal | None, reported: Decimal | None) -> Iterator[Warning]:
    ours = viability_pct(live, dead)
    if reported is not None and reported > 100:
        yield Warning("viability_above_100", f"A viability of {reported} % cannot be. Check the reading.", "live")
    elif ours is not None and reported is not None and abs(float(reported) - ours) > VIABILITY_ROUNDING_PCT:
        yield Warning(
            "viability_disagrees", f"Live and dead give {ours:.1f} % viability, the counter says {reported} %.", "dead"
        )
    settings = LabSettings.current()
    treated = arm == Culture.Arm.TREATED
    limit = settings.treated_viability_warning_pct if treated else settings.viability_warning_pct
    if ours is not None and ours < limit:
        yield Warning("low_viability", f"Viability is {ours:.1f} %, below the lab's {limit} %.", "dead")


def _about_growth(cultures: Sequence[Culture], harvested: int, at: datetime) -> Iterator[Warning]:
    """A count twice off shows as growth nobody has seen: a dilution forgotten, a volume mistaken."""
    fits = float(_area_cm2(cultures)) * DENSEST_PER_CM2
    if cultures[0].line.growth_mode == CellLine.GrowthMode.ADHERENT and harvested > fits:
        vessels = " and ".join(sorted({f"a {culture.vessel}" for culture in cultures}))
        yield Warning(
            "denser_than_can_be", f"{cells(harvested)} cells do not fit in {vessels}. Check count and volume.", "live"
        )
        return
    expected = _expected_cells(cultures, at)
    if expected is None or expected > fits:
        return  # or it stood long enough to fill the vessel: nothing can be expected
    much = harvested > TWICE * expected
    if much or (harvested < expected / TWICE and arm_of(cultures) != Culture.Arm.TREATED):
        yield Warning(
            "count_twice_off",
            f"{cells(harvested)} cells are {'more than twice' if much else 'less than half'} the "
            f"{cells(round(expected))} expected. Check dilution and volume.",
            "live",
        )


def _area_cm2(cultures: Sequence[Culture]) -> Decimal:
    return sum((culture.vessel.growth_area_cm2 for culture in cultures), Decimal(0))


def _expected_cells(cultures: Sequence[Culture], at: datetime) -> float | None:
    """What should have grown in all of them together; None where one of them gives nothing to go by."""
    usual, expected = _usual_doubling_times(cultures), 0.0
    for culture in cultures:
        hours = (at - culture.seeded_at).total_seconds() / 3600
        if not culture.seeded_cells or not usual[culture.pk] or hours <= 0:
            return None
        expected += culture.seeded_cells * 2 ** min(hours / usual[culture.pk], 60)
    return expected


def _usual_doubling_times(cultures: Sequence[Culture]) -> dict[int, float]:
    """Hours, by culture: as in the flask before it, else the line's reference, else 0."""
    reference = cultures[0].line.reference_doubling_time
    usual = dict.fromkeys((culture.pk for culture in cultures), reference.total_seconds() / 3600 if reference else 0.0)
    before = (
        HarvestSource.objects.filter(withdrawn_at=None, culture__descents_down__daughter__in=cultures)
        .annotate(daughter=F("culture__descents_down__daughter"))
        .select_related("harvest", "culture")
        .order_by("-pk")  # of several flasks before it the oldest has the last word
    )
    for source in before:
        hours = (source.harvest.at - source.culture.seeded_at).total_seconds() / 3600
        if found := doubling_time(hours, source.harvest.viable_cells, source.culture.seeded_cells):
            usual[source.daughter] = found
    return usual


def _about_other_counts(cultures: Sequence[Culture], live: Decimal, at: datetime) -> Iterator[Warning]:
    """Another count of the same harvest that is twice as high or half as low. Flasks of a pool differ by nature."""
    if len(cultures) > 1:
        return
    near = Count.objects.standing().filter(
        culture=cultures[0], at__range=(at - timedelta(hours=2), at + timedelta(hours=2))
    )
    for other in near.order_by("-at")[:5]:
        apart = population_doublings(live, other.live_per_ml)
        if apart is not None and abs(apart) >= 1:
            yield Warning(
                "counts_disagree",
                f"The count of {moment(other.at)} found {cells(int(other.live_per_ml))} live per mL, "
                f"this one {cells(int(live))}.",
                "live",
            )
            return


# --- the plan --------------------------------------------------------------------------------------------------------


def _about_plan(
    cultures: Sequence[Culture], harvested: int | None, live: Decimal | None, plan: Plan
) -> Iterator[Warning]:
    vessels = VesselType.objects.in_bulk(list({seeding.vessel_id for seeding in plan.daughters}))
    line, arm = cultures[0].line, arm_of(cultures)
    for seeding in plan.daughters:
        if (vessel := vessels.get(seeding.vessel_id)) is None:
            continue
        try:
            wanted = cells_of(seeding, vessel, harvested=harvested or 0, harvested_area_cm2=_area_cm2(cultures))
        except DomainError:
            continue  # said as a refusal
        yield from _about_density(line, vessel, wanted)
        if live and suspension_ml(wanted, live) > seeding.medium.volume_ml > 0:
            yield Warning(
                "more_suspension_than_volume",
                f"{cells(wanted)} cells come in {suspension_ml(wanted, live):.1f} mL, more than the {vessel} gets. "
                "Spin them down, or seed fewer.",
                "daughters",
            )
    if plan.daughters:
        yield from _about_passage_limit(max(cultures, key=lambda culture: culture.passages_since_thaw))
    media = [
        (s.medium, arm if s.arm is None else s.arm, str(vessels.get(s.vessel_id, "vessel"))) for s in plan.daughters
    ]
    yield from _about_media(line, media)


def _about_density(line: CellLine, vessel: VesselType, wanted: int) -> Iterator[Warning]:
    density = wanted / vessel.growth_area_cm2
    if line.seeding_density_min_per_cm2 and density < line.seeding_density_min_per_cm2:
        yield Warning(
            "below_seeding_range",
            f"{density:,.0f} cells/cm² in the {vessel} is below the {line.seeding_density_min_per_cm2:,} {line} wants.",
            "daughters",
        )
    elif line.seeding_density_max_per_cm2 and density > line.seeding_density_max_per_cm2:
        yield Warning(
            "above_seeding_range",
            f"{density:,.0f} cells/cm² in the {vessel} is above the {line.seeding_density_max_per_cm2:,} of {line}.",
            "daughters",
        )


def _about_passage_limit(culture: Culture) -> Iterator[Warning]:
    limit, since_thaw = passage_limit_of(culture), culture.passages_since_thaw + 1
    if since_thaw > limit:
        yield Warning(
            "passage_limit",
            f"The daughters will be {since_thaw} passages from thaw; the limit is {limit}. Thaw a fresh vial?",
            "daughters",
        )


def passage_limit_of(culture: Culture) -> int:
    """Passages since thaw: the line's own limit, else the lab's for this phase."""
    settings = LabSettings.current()
    if culture.arm == Culture.Arm.TREATED:
        return settings.treated_passage_limit
    return culture.line.passage_limit or settings.passage_limit


# --- the medium ------------------------------------------------------------------------------------------------------


def _about_media(line: CellLine, media: Sequence[tuple[Medium, str, str]]) -> Iterator[Warning]:
    """media: (medium, arm, vessel). Each warning once, naming the first vessel it holds for.

    A derived line is kept in its drug without being an arm of an experiment: that is nothing odd.
    """
    drugs = [drug for medium, _, _ in media for drug in medium.drugs]
    compounds = Compound.objects.in_bulk(list({drug.compound_id for drug in drugs}))
    lots = Lot.objects.in_bulk(list({pk for medium, _, _ in media for pk in medium.lot_ids}))
    recipes = MediumRecipe.objects.prefetch_related("components").in_bulk([medium.recipe_id for medium, _, _ in media])
    said = set()
    for medium, arm, vessel in media:
        for warning in _about_medium(medium, arm, vessel, compounds, lots, recipes.get(medium.recipe_id)):
            if warning.code == "drug_outside_an_arm" and line.parent_id:
                continue
            if warning.code not in said:
                said.add(warning.code)
                yield warning


def _about_medium(
    medium: Medium,
    arm: str,
    vessel: str,
    compounds: dict[int, Compound],
    lots: dict[int, Lot],
    recipe: MediumRecipe | None,
) -> Iterator[Warning]:
    doses = [drug for drug in medium.drugs if drug.dose]
    if arm == Culture.Arm.VEHICLE and not medium.drugs:
        yield Warning("control_without_vehicle", f"The {vessel} is a vehicle control and gets no vehicle.", "drugs")
    if arm == Culture.Arm.NONE and doses:
        yield Warning("drug_outside_an_arm", f"The {vessel} gets a drug and belongs to no arm. Is it treated?", "drugs")
    in_dmso = [
        drug.vehicle_pct
        for drug in medium.drugs
        if (found := compounds.get(drug.compound_id)) and "dmso" in found.vehicle.lower()
    ]
    dmso = sum(in_dmso, Decimal(0))
    if dmso > MOST_DMSO_PCT:
        yield Warning(
            "much_dmso", f"{dmso.normalize():f} % DMSO is more than the {MOST_DMSO_PCT} % cells bear well.", "drugs"
        )
    if recipe and (wanted := {component.product for component in recipe.components.all()}):
        odd = [lots[pk].product for pk in medium.lot_ids if pk in lots and lots[pk].product not in wanted]
        if odd:
            yield Warning(
                "lot_not_in_recipe", f"{', '.join(odd)} is no part of {recipe}. Is it the right bottle?", "lots"
            )
