"""Cells come in: a flask from outside, or a vial that is thawed."""

from datetime import datetime
from decimal import Decimal

from cultures.lines.models import CellLine
from cultures.passaging.commands import Medium
from cultures.passaging.errors import LineRetired, NotThere
from cultures.passaging.models import Culture, Event, Feed, Receipt
from cultures.passaging.registry import tell
from cultures.passaging.services.checking import (
    HIGHEST_PASSAGE,
    number,
    one_of,
    places,
    refuse_absent_keepers,
    vessels,
    whole_number,
)
from cultures.passaging.services.medium import Cupboard, write_contents
from cultures.passaging.services.recomputing import take_receipt
from cultures.passaging.services.recording import Stamp, stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.codes import new_codes
from lims.lab.models import LabSettings
from lims.tabular.text import clean_text


def receive_culture(
    *,
    line_id: int,
    vessel_id: int,
    place_id: int,
    keeper_id: int,
    medium: Medium,
    came_from: str,
    label_passage_number: int,
    label_pdl: float | None = None,
    viability_pct: Decimal | None = None,
    seeded_cells: int | None = None,
    is_taken_over: bool = False,
    arm: str = "",
    note: str = "",
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Culture:
    """A growing flask comes from outside. Its passage number is that on its label.

    is_taken_over   it grew in this laboratory before it was entered here
    """
    with acting(by, "receive_culture"):
        marked = stamp(at, by, source)
        receipt = Receipt(
            came_from=came_from,
            label_passage_number=label_passage_number,
            label_pdl=label_pdl,
            viability_pct=viability_pct,
            seeded_cells=seeded_cells,
            is_taken_over=is_taken_over,
            **marked.on(note),
        )
        culture = Culture(
            line_id=line_id,
            vessel_id=vessel_id,
            place_id=place_id,
            keeper_id=keeper_id,
            arm=arm,
            origin=Culture.Origin.RECEIVED,
        )
        return _arrive(culture, receipt, medium, marked)


def thaw_culture(
    *,
    line_id: int,
    vessel_id: int,
    place_id: int,
    keeper_id: int,
    medium: Medium,
    came_from: str,
    label_passage_number: int,
    label_pdl: float | None = None,
    viability_pct: Decimal | None = None,
    seeded_cells: int | None = None,
    arm: str = "",
    note: str = "",
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Culture:
    """A vial is thawed. What the lab adds to the passage number for a thaw is kept with it, for good."""
    with acting(by, "thaw_culture"):
        marked = stamp(at, by, source)
        receipt = Receipt(
            came_from=came_from,
            label_passage_number=label_passage_number,
            thaw_increment=LabSettings.current().thaw_increment,
            label_pdl=label_pdl,
            viability_pct=viability_pct,
            seeded_cells=seeded_cells,
            **marked.on(note),
        )
        culture = Culture(
            line_id=line_id,
            vessel_id=vessel_id,
            place_id=place_id,
            keeper_id=keeper_id,
            arm=arm,
            origin=Culture.Origin.THAWED,
        )
        return _arrive(culture, receipt, medium, marked)


def _arrive(culture: Culture, receipt: Receipt, medium: Medium, marked: Stamp) -> Culture:
    tidy_receipt(receipt)
    line = CellLine.objects.filter(pk=culture.line_id).first()
    if line is None:
        raise NotThere("line", "line")
    if line.retired_at and line.retired_at <= marked.at:
        raise LineRetired(line)
    culture.line = line
    culture.vessel = vessels({culture.vessel_id}, (), marked.at)[culture.vessel_id]
    culture.place = places({culture.place_id}, (), marked.at)[culture.place_id]
    refuse_absent_keepers({culture.keeper_id})
    one_of(culture.arm, Culture.Arm, "arm", field="arm")
    cupboard = Cupboard([medium], marked)
    checked = cupboard.check(medium, culture.arm)

    culture.code = new_codes("C")[0]
    culture.medium = checked.recipe
    culture.seeded_at = marked.at
    take_receipt(culture, receipt)
    culture.save(force_insert=True)
    receipt.culture = culture
    receipt.save(force_insert=True)
    feed = Feed.objects.create(
        culture=culture, at_seeding=True, recipe=checked.recipe, volume_ml=checked.volume_ml, **marked.on()
    )
    write_contents([(feed, checked)])
    cupboard.open_bottles()
    tell([culture.pk])
    return culture


def tidy_receipt(receipt: Receipt) -> None:
    """The receipt's own fields within their limits; raises what is wrong with them."""
    receipt.came_from = clean_text(receipt.came_from, "Where it came from", max_length=120)
    receipt.label_passage_number = whole_number(
        receipt.label_passage_number, "The passage number", field="label_passage_number", most=HIGHEST_PASSAGE
    )
    if receipt.label_pdl is not None:
        receipt.label_pdl = float(
            number(receipt.label_pdl, "The population doublings", field="label_pdl", most=9_999, places=3)
        )
    if receipt.viability_pct is not None:
        receipt.viability_pct = number(
            receipt.viability_pct, "The viability in %", field="viability_pct", most=100, places=1
        )
    if receipt.seeded_cells is not None:
        receipt.seeded_cells = whole_number(receipt.seeded_cells, "Seeded cells", field="seeded_cells", least=1)
