"""Daughters: how many cells each gets, and the vessel, medium, place and keeper it starts with."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cultures.lines.models import CellLine
from cultures.passaging.commands import Seeding
from cultures.passaging.errors import NotASubline, NotThere, SeedingSaidTwice, SeedingWithoutCells
from cultures.passaging.generations import Generation, next_after
from cultures.passaging.harvest_destinations import DAUGHTER
from cultures.passaging.models import Allocation, Culture, Descent, Feed, Harvest, VesselType
from cultures.passaging.models.cultures import MOST_CELLS
from cultures.passaging.registry import Given, Use, bar
from cultures.passaging.services.checking import (
    number,
    one_of,
    places,
    refuse_absent_keepers,
    vessels,
    whole_number,
)
from cultures.passaging.services.departures import departures_of
from cultures.passaging.services.medium import Checked, Cupboard, write_contents
from cultures.passaging.services.recomputing import generation_of
from cultures.passaging.services.recording import Stamp, clean_note
from cultures.places.models import Place
from cultures.science.growth import cells_by_density, cells_by_ratio, suspension_ml
from lims.codes import new_codes


@dataclass(frozen=True)
class Sowing:
    """A seeding that passed every check."""

    line: CellLine
    vessel: VesselType
    place: Place
    keeper_id: int
    arm: str
    cells: int
    medium: Checked
    departures: dict[str, str]
    note: str


def arm_of(parents: Sequence[Culture]) -> str:
    """The arm of a pool is the worst of its flasks': cells that saw drug stay treated."""
    arms = {parent.arm for parent in parents}
    return next((arm for arm in (Culture.Arm.TREATED, Culture.Arm.VEHICLE) if arm in arms), Culture.Arm.NONE).value


def check_seedings(
    seedings: Sequence[Seeding], parents: Sequence[Culture], harvested: int, cupboard: Cupboard, marked: Stamp
) -> list[Sowing]:
    """Every daughter of a plan, in its order. A fixed number of queries however many there are."""
    first = parents[0]
    known_vessels = vessels(
        {seeding.vessel_id for seeding in seedings}, [parent.vessel for parent in parents], marked.at
    )
    place_ids = {seeding.place_id or first.place_id for seeding in seedings}
    known_places = places(place_ids, [parent.place for parent in parents], marked.at)
    bar(parents, Use("passage", [known_places[pk] for pk in place_ids], marked.at))
    refuse_absent_keepers({s.keeper_id for s in seedings if s.keeper_id and s.keeper_id != first.keeper_id})
    lines = sublines_asked_for(seedings, first)
    area = sum((parent.vessel.growth_area_cm2 for parent in parents), Decimal(0))
    arms = [
        arm_of(parents) if seeding.arm is None else one_of(seeding.arm, Culture.Arm, "arm", field="arm")
        for seeding in seedings
    ]
    media = [cupboard.check(seeding.medium, arm) for seeding, arm in zip(seedings, arms, strict=True)]
    departures = departures_of(
        [
            Given(cultures=parents, arm=arm, medium=seeding.medium, doses=medium.doses, at=marked.at, is_seeding=True)
            for seeding, arm, medium in zip(seedings, arms, media, strict=True)
        ]
    )
    sowings = []
    for seeding, arm, medium, departure in zip(seedings, arms, media, departures, strict=True):
        vessel = known_vessels[seeding.vessel_id]
        sowings.append(
            Sowing(
                line=lines[seeding.line_id] if seeding.line_id else first.line,
                vessel=vessel,
                place=known_places[seeding.place_id or first.place_id],
                keeper_id=seeding.keeper_id or first.keeper_id,
                arm=arm,
                cells=cells_of(seeding, vessel, harvested=harvested, harvested_area_cm2=area),
                medium=medium,
                departures=departure,
                note=clean_note(seeding.note)[:120],
            )
        )
    return sowings


def sublines_asked_for(seedings: Sequence[Seeding], parent: Culture) -> dict[int, CellLine]:
    """The lines that daughters are to bear; each is the parent's own or one derived from it."""
    asked = {seeding.line_id for seeding in seedings if seeding.line_id}
    found = {line.pk: line for line in CellLine.objects.filter(pk__in=asked)} if asked else {}
    for line_id in asked:
        line = found.get(line_id)
        if line is None:
            raise NotThere("line", "line")
        if line.pk != parent.line_id and line.parent_id != parent.line_id:
            raise NotASubline(line, parent.line)
    return found


def cells_of(seeding: Seeding, vessel: VesselType, *, harvested: int, harvested_area_cm2: Decimal) -> int:
    """Viable cells for one vessel, from the one way in which they are said."""
    said = [way for way in (seeding.cells, seeding.density_per_cm2, seeding.split_ratio) if way is not None]
    if len(said) != 1:
        raise SeedingSaidTwice(vessel, len(said))
    if seeding.cells is not None:
        found = whole_number(seeding.cells, f"Cells for the {vessel}", field="daughters")
    elif seeding.density_per_cm2 is not None:
        density = number(
            seeding.density_per_cm2, "The density per cm²", field="daughters", least=None, above=0, most=MOST_CELLS
        )
        found = cells_by_density(density, vessel.growth_area_cm2)
    else:
        ratio = number(seeding.split_ratio, "The split ratio 1:n", field="daughters", least=1, most=10_000, places=3)  # type: ignore[arg-type]  # the one way left
        found = cells_by_ratio(harvested, ratio, area_cm2=vessel.growth_area_cm2, harvested_area_cm2=harvested_area_cm2)
    if not found:
        raise SeedingWithoutCells(vessel)
    return found


def sow(
    harvest: Harvest,
    parents: Sequence[Culture],
    sowings: Sequence[Sowing],
    live_per_ml: Decimal,
    marked: Stamp,
    *,
    other_shares: Sequence[Allocation] = (),
) -> list[Culture]:
    """Write the daughters: cultures, descents, what is in their medium, and with the harvest's other shares theirs."""
    daughters = _daughters(harvest, parents, sowings, marked) if sowings else []
    shares = [
        Allocation(
            harvest=harvest,
            kind=DAUGHTER,
            daughter=daughter,
            cells=sowing.cells,
            volume_ml=suspension_ml(sowing.cells, live_per_ml),
            note=sowing.note,
        )
        for daughter, sowing in zip(daughters, sowings, strict=True)
    ]
    Allocation.objects.bulk_create([*shares, *other_shares])
    feeds = Feed.objects.bulk_create(
        [
            Feed(
                culture=daughter,
                at_seeding=True,
                recipe=sowing.medium.recipe,
                volume_ml=sowing.medium.volume_ml,
                **sowing.departures,
                **marked.on(),
            )
            for daughter, sowing in zip(daughters, sowings, strict=True)
        ]
    )
    write_contents([(feed, sowing.medium) for feed, sowing in zip(feeds, sowings, strict=True)])
    return daughters


def _daughters(harvest: Harvest, parents: Sequence[Culture], sowings: Sequence[Sowing], marked: Stamp) -> list[Culture]:
    generation = next_after(
        [generation_of(parent) for parent in parents],
        harvested=harvest.viable_cells,
        seeded=[parent.seeded_cells for parent in parents],
    )
    kind = Culture.Origin.SPLIT if len(parents) == 1 else Culture.Origin.POOL
    codes = new_codes("C", len(sowings))
    daughters = Culture.objects.bulk_create(
        _daughter(sowing, code, generation, kind, marked) for sowing, code in zip(sowings, codes, strict=True)
    )
    Descent.objects.bulk_create(
        Descent(parent=parent, daughter=daughter, harvest=harvest, kind=kind)
        for daughter in daughters
        for parent in parents
    )
    return daughters


def _daughter(sowing: Sowing, code: str, generation: Generation, origin: str, marked: Stamp) -> Culture:
    return Culture(
        code=code,
        line=sowing.line,
        origin=origin,
        passage_number=generation.passage_number,
        passages_since_thaw=generation.passages_since_thaw,
        cpdl=generation.cpdl,
        cpdl_net=generation.cpdl_net,
        vessel=sowing.vessel,
        medium=sowing.medium.recipe,
        place=sowing.place,
        arm=sowing.arm,
        keeper_id=sowing.keeper_id,
        seeded_at=marked.at,
        seeded_cells=sowing.cells,
    )
