"""What the machine fills in: as last time, as in the flask now, what is in use. Each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cultures.compounds.models import MediumRecipe
from cultures.compounds.selectors import dissociation_lots, proposed_lots
from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE
from cultures.passaging.forms.passage import By
from cultures.passaging.models import Allocation, Count, Culture, DrugInMedium, Feed, Harvest
from lims.clock import lab_time, now
from lims.web.forms import Proposal

Row = Mapping[str, Proposal]
AS_LAST_TIME, AS_SEEDED, IN_USE, IN_THE_FLASK = "as last time", "as it was seeded", "in use", "as in the flask now"
A_READING_KEEPS = timedelta(hours=12)


@dataclass(frozen=True)
class Proposed:
    """Proposals of one form: its fields, the drugs of its medium, and its daughters."""

    fields: dict[str, Proposal] = field(default_factory=dict)
    drugs: list[Row] = field(default_factory=list)
    daughters: list[Row] = field(default_factory=list)
    by: str = By.CELLS
    offered: Count | None = None


def offered_count(culture: Culture, wanted: str) -> Count | None:
    """The reading to fill in: the one asked for, else the newest of today that no harvest has used."""
    counts = Count.objects.standing().filter(culture=culture).select_related("instrument", "by").order_by("-at", "-pk")
    if wanted:
        return counts.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    unused = counts.filter(at__gte=now() - A_READING_KEEPS).exclude(harvests__withdrawn_at=None, harvests__isnull=False)
    return unused.first()


def for_passage(culture: Culture, day: date, *, reading: str) -> Proposed:
    offered = offered_count(culture, reading)
    last = last_harvest(culture)
    medium = in_the_flask(culture, day)
    fields = medium.fields | _of_count(offered) | _of_last(last, day)
    daughters, by = _daughters(last, culture)
    return Proposed(fields, medium.drugs, daughters, by, offered)


def for_pool(cultures: list[Culture], day: date, *, reading: str) -> Proposed:
    """As the first of them was passaged last."""
    first = for_passage(cultures[0], day, reading=reading)
    return Proposed(first.fields, first.drugs, first.daughters[:1], first.by, first.offered)


def in_the_flask(culture: Culture, day: date) -> Proposed:
    """Recipe and drugs of the newest medium; of each component the lot that is in use now."""
    feeds = Feed.objects.standing().filter(culture=culture).select_related("recipe").order_by("-at", "-pk")
    if (newest := feeds.first()) is None:
        return Proposed()
    drugs = newest.drugs.select_related("compound", "stock").order_by("pk")
    fields = of_recipe(newest.recipe, day, IN_THE_FLASK) | {"volume_ml": Proposal(newest.volume_ml, AS_LAST_TIME)}
    return Proposed(fields, [_of_drug(drug) for drug in drugs])


def of_recipe(recipe: MediumRecipe, day: date, source: str) -> dict[str, Proposal]:
    lots = [lot.pk for lot in proposed_lots(recipe, day)]
    return {"recipe": Proposal(recipe.pk, source), "lots": Proposal(lots, IN_USE)}


def _of_drug(drug: DrugInMedium) -> Row:
    chosen = f"{STOCK}:{drug.stock_id}" if drug.stock_id and drug.dose else f"{VEHICLE_ALONE}:{drug.compound_id}"
    said = {"drug": chosen, "unit": drug.dose_unit, "vehicle_pct": drug.vehicle_pct.normalize()}
    if drug.dose:
        said["dose"] = drug.dose.normalize()
    return {name: Proposal(value, IN_THE_FLASK) for name, value in said.items()}


def _of_count(offered: Count | None) -> dict[str, Proposal]:
    if offered is None:
        return {}
    source = f"{offered.instrument or offered.by}, {lab_time(offered.at):%H:%M}"
    said = {"live": offered.live_per_ml, "dead": offered.dead_per_ml, "reading": offered.pk}
    return {name: Proposal(value, source) for name, value in said.items() if value is not None}


def last_harvest(culture: Culture) -> Harvest | None:
    """The harvest this culture came from: how its line was passaged last time."""
    made = Allocation.objects.filter(daughter=culture, withdrawn_at=None).select_related("harvest")
    return found.harvest if (found := made.first()) else None


def _of_last(last: Harvest | None, day: date) -> dict[str, Proposal]:
    fields: dict[str, Proposal] = {}
    if last:
        discarded = last.allocations.filter(kind="discarded", withdrawn_at=None).exists()
        fields["volume_ml"] = Proposal(last.volume_ml, AS_LAST_TIME)
        fields["left_over"] = Proposal("discard" if discarded else "keep", AS_LAST_TIME)
    if lots := dissociation_lots(day):
        fields["dissociation"] = Proposal(lots[0].pk, IN_USE)
    return fields


def _daughters(last: Harvest | None, culture: Culture) -> tuple[list[Row], str]:
    if last is None:
        return [_row(culture, culture.seeded_cells, AS_SEEDED)], By.CELLS
    made = last.allocations.filter(kind="daughter", withdrawn_at=None).order_by("pk").select_related("daughter")
    by, amount = By.CELLS, None
    if last.reference_ratio.startswith("1:"):
        by, amount = By.RATIO, Decimal(last.reference_ratio.removeprefix("1:"))
    return [_row(part.daughter, amount or part.cells, AS_LAST_TIME) for part in made], by


def _row(like: Culture, amount: Any, source: str) -> Row:
    said = {"vessel": like.vessel_id, "amount": amount, "place": like.place_id}
    return {name: Proposal(value, source) for name, value in said.items() if value is not None}
