"""The story of one culture, event by event, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from cultures.passaging.errors import cells
from cultures.passaging.harvest_destinations import DAUGHTER, DESTINATIONS, DISCARDED
from cultures.passaging.lineage import dose_in_words
from cultures.passaging.models import (
    Allocation,
    Count,
    Culture,
    Discard,
    DrugInMedium,
    Event,
    Feed,
    FeedLot,
    Harvest,
    HarvestLot,
    HarvestSource,
    Move,
    Observation,
    Receipt,
)

IN_ORDER = ("receipt", "seeding", "feed", "move", "observation", "count", "harvest", "discard")


@dataclass(frozen=True)
class Entry:
    """One event of a culture that stands, with the versions it superseded.

    kind   receipt, seeding, count, observation, feed, harvest, move or discard. "seeding" tells how a daughter began;
           its event is the harvest it came from. `correct` is the kind and id that correct_entry takes.
    """

    kind: str
    event: Any
    headline: str
    facts: tuple[str, ...] = ()
    cultures: tuple[Culture, ...] = ()  # its daughters, or its parents
    superseded: tuple["Entry", ...] = ()  # earlier versions, newest first

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def correct(self) -> tuple[str, int]:
        return ("harvest" if self.kind == "seeding" else self.kind, self.event.pk)


def timeline(culture: Culture) -> list[Entry]:
    """All that happened to a culture, newest first. As many queries for one entry as for a thousand."""
    found: list[Entry] = []
    for kind, events, tell in _sources(culture):
        told = {event.pk: Entry(kind, event, *tell(event, culture)) for event in events}
        found += _with_what_they_superseded(told)
    # Of one moment, cause before effect: the count, then the harvest it was made for.
    return sorted(found, key=lambda entry: (entry.at, IN_ORDER.index(entry.kind), entry.event.pk), reverse=True)


def _with_what_they_superseded(told: dict[int, Entry]) -> Iterator[Entry]:
    for entry in told.values():
        if not entry.event.stands:
            continue
        earlier, before = [], entry.event.supersedes_id
        while before in told:
            earlier.append(told[before])
            before = told[before].event.supersedes_id
        yield Entry(entry.kind, entry.event, entry.headline, entry.facts, entry.cultures, tuple(earlier))


def _sources(culture: Culture) -> Iterator[tuple[str, Iterable[Event], Any]]:
    by = ("by", "withdrawn_by")
    yield "receipt", culture.receipts.select_related(*by), _receipt
    yield "count", _with_use(culture.counts.select_related(*by, "instrument")), _count
    yield "observation", culture.observations.select_related(*by, "photo"), _observation
    yield "feed", _with_contents(culture.feeds.filter(at_seeding=False).select_related(*by, "recipe")), _feed
    yield "move", culture.moves.select_related(*by, "from_place", "to_place"), _move
    yield "discard", culture.discards.select_related(*by), _discard
    yield "harvest", _harvests(Harvest.objects.filter(sources__culture=culture)), _harvest
    yield "seeding", _harvests(Harvest.objects.filter(allocations__daughter=culture)), _seeding_of(culture)


def _with_use(counts: QuerySet[Count]) -> QuerySet[Count]:
    used = Harvest.objects.filter(withdrawn_at=None)
    return counts.prefetch_related(Prefetch("harvests", used, to_attr="used_for"))


def _with_contents(feeds: QuerySet[Feed]) -> QuerySet[Feed]:
    return feeds.prefetch_related(
        Prefetch("drugs", DrugInMedium.objects.select_related("compound", "stock").order_by("pk")),
        Prefetch("lots", FeedLot.objects.select_related("lot").order_by("pk")),
    )


def _harvests(harvests: QuerySet[Harvest]) -> QuerySet[Harvest]:
    kinds = ("culture__line", "culture__vessel")
    return (
        harvests.distinct()
        .select_related("by", "withdrawn_by", "used_count")
        .prefetch_related(
            Prefetch("sources", HarvestSource.objects.select_related(*kinds).order_by("pk")),
            Prefetch("lots", HarvestLot.objects.select_related("lot")),
            Prefetch("allocations", Allocation.objects.select_related("daughter__vessel").order_by("pk")),
        )
    )


# --- each kind in words ----------------------------------------------------------------------------------------------


Told = tuple[str, tuple[str, ...]] | tuple[str, tuple[str, ...], tuple[Culture, ...]]


def per_ml(number: Decimal) -> str:
    return f"{cells(int(number))} /mL"


def _receipt(receipt: Receipt, culture: Culture) -> Told:
    verb = "Thawed" if culture.origin == Culture.Origin.THAWED else "Received"
    facts = [f"p{receipt.label_passage_number} on its label"]
    if receipt.thaw_increment:
        facts.append(f"thawing adds {receipt.thaw_increment}")
    if receipt.seeded_cells:
        facts.append(f"{cells(receipt.seeded_cells)} viable cells")
    if receipt.viability_pct is not None:
        facts.append(f"{receipt.viability_pct} % viable")
    if receipt.label_pdl is not None:
        facts.append(f"PDL {receipt.label_pdl:g}")
    return f"{verb} from {receipt.came_from}", tuple(facts)


def _count(count: Count, culture: Culture) -> Told:
    facts = []
    if count.viability_pct is not None:
        facts.append(f"{count.viability_pct:.1f} % viable")
    facts.append(str(count.instrument) if count.instrument else count.get_method_display())
    if count.dilution != 1:
        facts.append(f"dilution {count.dilution.normalize():f} applied")
    if count.used_for:  # type: ignore[attr-defined]  # annotated by the query of the timeline
        facts.append("used")
    return f"Counted {per_ml(count.live_per_ml)} live", tuple(facts)


def _observation(seen: Observation, culture: Culture) -> Told:
    said = [f"{seen.confluence_pct} %"] if seen.confluence_pct is not None else []
    if seen.morphology:
        said.append(seen.get_morphology_display())
    return f"Observed {', '.join(said)}".strip(), ("photo",) if seen.photo_id else ()


def contents(feed: Feed) -> tuple[str, ...]:
    """What is in the medium of a feed whose drugs and lots are fetched."""
    doses = []
    for drug in feed.drugs.all():
        said = (
            dose_in_words(drug.compound.name, drug.dose, drug.dose_unit) if drug.dose else f"vehicle of {drug.compound}"
        )
        doses.append(f"{said}, lot {drug.stock.number}" if drug.stock else said)
    if feed.without_drug:
        doses.append(f"without drug: {feed.get_without_drug_display()}")
    if feed.override:
        doses.append(f"against the rule: {feed.override}")
    lots = ", ".join(one.lot.number for one in feed.lots.all())
    return (*doses, f"{feed.recipe}, lots {lots}" if lots else str(feed.recipe))


def _feed(feed: Feed, culture: Culture) -> Told:
    return f"Fed {feed.volume_ml.normalize():f} mL", contents(feed)


def _move(move: Move, culture: Culture) -> Told:
    return f"Moved to {move.to_place}", (f"from {move.from_place}",)


def _discard(discard: Discard, culture: Culture) -> Told:
    return f"Discarded: {discard.get_why_display()}", ()


def _harvest(harvest: Harvest, culture: Culture) -> Told:
    shares = [one for one in harvest.allocations.all() if one.withdrawn_at == harvest.withdrawn_at]
    daughters = tuple(one.daughter for one in shares if one.kind == DAUGHTER and one.daughter)
    others = [one.culture.code for one in harvest.sources.all() if one.culture_id != culture.pk]
    facts = [f"{cells(harvest.viable_cells)} viable cells in {harvest.volume_ml.normalize():f} mL"]
    if others:
        facts.append(f"pooled with {', '.join(dict.fromkeys(others))}")
    facts += [f"{cells(one.cells)} into {one.daughter.code} ({one.daughter.vessel})" for one in shares if one.daughter]
    for one in shares:
        if not one.daughter and one.cells:
            what = "discarded" if one.kind == DISCARDED else DESTINATIONS.get(one.kind, one.kind)
            facts.append(f"{cells(one.cells)} {what}")
    facts += [str(one.lot) for one in harvest.lots.all()]
    into = f"Passaged into {len(daughters)}" if daughters else "Harvested and used up"
    return into, tuple(facts), daughters


def _seeding_of(culture: Culture) -> Any:
    """How a daughter began: its share of the harvest, and the medium it was given."""
    found = list(_with_contents(culture.feeds.filter(at_seeding=True, withdrawn_at=None).select_related("recipe")))

    def tell(harvest: Harvest, culture: Culture) -> Told:
        share = next(one for one in harvest.allocations.all() if one.daughter_id == culture.pk)
        parents = tuple(dict.fromkeys(one.culture for one in harvest.sources.all()))
        facts = [f"from {', '.join(parent.code for parent in parents)}"]
        facts.append(f"{share.cells / culture.vessel.growth_area_cm2:,.0f} cells/cm²")
        facts += [fact for feed in found for fact in contents(feed)]
        return f"Seeded {cells(share.cells)} in {culture.vessel}", tuple(facts), parents

    return tell
