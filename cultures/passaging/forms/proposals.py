"""What the machine fills in, as form fields show it: each value with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cultures.lines.models import CellLine
from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE, Catalogue
from cultures.passaging.models import Count, Culture
from cultures.passaging.proposals import IN_THE_FLASK
from cultures.passaging.registry import ProposedDrug
from cultures.passaging.selectors import Proposal as LastTime
from cultures.passaging.selectors import ProposedDaughter, proposal_for
from lims.clock import lab_time
from lims.web.forms import Proposal

Row = Mapping[str, Proposal]
IN_USE, AS_SEEDED, AS_ITS_PARENT = "in use", "as the line is seeded", "as its parent"


@dataclass(frozen=True)
class Proposed:
    """Proposals of one form: its fields, the drugs of its medium, and its daughters."""

    fields: dict[str, Proposal] = field(default_factory=dict)
    drugs: list[Row] = field(default_factory=list)
    daughters: list[Row] = field(default_factory=list)
    offered: Count | None = None


def for_feed(culture: Culture) -> Proposed:
    last = proposal_for(culture)
    fields = _medium(last) | {"volume_ml": Proposal(last.medium_volume_ml.normalize(), IN_THE_FLASK)}
    return Proposed(fields, _drugs(last))


def for_passage(culture: Culture, *, reading: str = "") -> Proposed:
    """`reading` names another reading than the newest, by its id; "none" is a count by hand."""
    last = proposal_for(culture)
    offered = named_reading(culture, reading) if reading else last.reading
    fields = _medium(last) | _reading(offered)
    if last.volume_ml:
        fields["volume_ml"] = Proposal(last.volume_ml.normalize(), last.source)
    if last.dissociation_lots:
        fields["dissociation"] = Proposal(last.dissociation_lots[0].pk, IN_USE)
    daughters = [_daughter(one, last.source or AS_SEEDED) for one in last.daughters]
    return Proposed(fields, _drugs(last), daughters, offered)


def for_seeding(sister: Culture) -> Proposed:
    """One more daughter beside another, or of the flask itself when it has none."""
    last = proposal_for(sister)
    row = {"vessel": Proposal(sister.vessel_id, AS_ITS_PARENT), "place": Proposal(sister.place_id, AS_ITS_PARENT)}
    return Proposed(_medium(last), _drugs(last), [row])


def for_arrival(keeper_id: int, line: CellLine | None, catalogue: Catalogue) -> Proposed:
    """Who enters a flask keeps it, unless somebody else is named; a line asked for comes with its medium."""
    fields = {"keeper": Proposal(keeper_id, "you")}
    if line:
        fields["line"] = Proposal(line.pk, "as asked for")
    if line and line.default_medium_id in catalogue.recipes:
        fields["recipe"] = Proposal(line.default_medium_id, "as the line is grown")
        fields["lots"] = Proposal(catalogue.lots_by_recipe[line.default_medium_id], IN_USE)
    return Proposed(fields)


def named_reading(culture: Culture, reading: str) -> Count | None:
    """The count of this culture with that id. One that was used meanwhile is refused by the verb, not here."""
    if not (reading.isascii() and reading.isdigit() and len(reading) < 19):
        return None
    counts = Count.objects.standing().filter(culture=culture, pk=int(reading))
    return counts.select_related("instrument", "by").first()


def _medium(last: LastTime) -> dict[str, Proposal]:
    lots = [lot.pk for lot in last.lots]
    said = {"recipe": Proposal(last.recipe.pk, IN_THE_FLASK)} | ({"lots": Proposal(lots, IN_USE)} if lots else {})
    return said | ({"without_drug": Proposal(last.without_drug, last.drugs_source)} if last.without_drug else {})


def _drugs(last: LastTime) -> list[Row]:
    return [_drug(drug, last) for drug in last.drugs]


def _drug(drug: ProposedDrug, last: LastTime) -> Row:
    stock = last.stocks.get(drug.compound_id) or drug.stock
    chosen = f"{STOCK}:{stock.pk}" if drug.dose and stock else f"{VEHICLE_ALONE}:{drug.compound_id}"
    said: dict[str, Any] = {"drug": chosen, "unit": drug.dose_unit, "vehicle_pct": drug.vehicle_pct.normalize()}
    if drug.dose:
        said["dose"] = drug.dose.normalize()
    return {name: Proposal(value, last.drugs_source) for name, value in said.items()}


def _reading(offered: Count | None) -> dict[str, Proposal]:
    if offered is None:
        return {}
    source = f"{offered.instrument or offered.by}, {lab_time(offered.at):%H:%M}"
    said = {"live": offered.live_per_ml, "dead": offered.dead_per_ml, "reading": offered.pk}
    return {name: Proposal(value, source) for name, value in said.items() if value is not None}


def _daughter(one: ProposedDaughter, source: str) -> Row:
    said = {"vessel": one.vessel.pk, "amount": one.cells, "place": one.place.pk}
    return {name: Proposal(value, source) for name, value in said.items() if value is not None}
