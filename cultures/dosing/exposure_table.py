"""The exposure of a flask's cells, interval by interval and drug by drug: for the page and the CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cultures.dosing.exposure import Exposure, exposures_of
from cultures.dosing.following import media_of
from cultures.dosing.ladder_view import LadderView
from cultures.dosing.model_page import flask_of
from cultures.dosing.rung_table import days
from cultures.dosing.signs import Sign
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture
from cultures.science.concentration import Concentration
from cultures.science.exposure import Interval, Ledger
from cultures.science.stays import Kind, Medium
from lims.tabular.writing import Column

KINDS = {
    Kind.ON: Sign("violet", "drop", "in drug"),
    Kind.HOLIDAY: Sign("amber", "pause", "drug holiday"),
    Kind.GAP: Sign("amber", "warn", "gap"),
    Kind.WASHOUT: Sign("", "off", "washed out"),
    Kind.FROZEN: Sign("blue", "bank", "frozen"),
    Kind.BEFORE: Sign("quiet", "clock", "before the first dose"),
}


@dataclass(frozen=True)
class IntervalRow:
    """Time in one state. stocks are the lots of drug that made it."""

    interval: Interval
    stocks: Sequence[str]
    unit: str

    @property
    def sign(self) -> Sign:
        return KINDS[self.interval.kind]

    @property
    def dose(self) -> Decimal | None:
        """In the drug's canonical unit; None without drug."""
        return self.interval.dose.normalize() if self.interval.dose else None

    @property
    def dose_in_words(self) -> str:
        return str(Concentration.written(self.dose, self.unit)) if self.dose else ""

    @property
    def ended(self) -> datetime | None:
        return None if self.interval.is_open else self.interval.end


@dataclass(frozen=True)
class DoseRow:
    """All the time at one dose."""

    dose_in_words: str
    stays: Sequence[Interval]

    @property
    def total_days(self) -> float:
        return sum(stay.days for stay in self.stays)

    @property
    def days_in_words(self) -> str:
        """41 d + 14 d."""
        return " + ".join(days(stay.days) for stay in self.stays)


@dataclass(frozen=True)
class DrugTable:
    """Of one compound; the newest interval comes first on the page."""

    exposure: Exposure
    rows: Sequence[IntervalRow]

    @property
    def ledger(self) -> Ledger:
        return self.exposure.ledger

    @property
    def newest_first(self) -> list[IntervalRow]:
        return list(reversed(self.rows))

    @property
    def doses(self) -> list[DoseRow]:
        unit = self.exposure.unit
        found = sorted(self.ledger.by_dose().items())
        return [DoseRow(str(Concentration.written(dose, unit)), stays) for dose, stays in found]


def drug_tables(culture_id: int, at: datetime) -> list[DrugTable]:
    """By drug its cells ever got, in order of names. A fixed number of queries, however long the story."""
    exposures = exposures_of(culture_id, at)
    line = main_line(culture_id)
    media = media_of(line, {one.compound.pk for one in exposures})
    return [DrugTable(one, _rows(one, _of(media, one, line))) for one in exposures]


def _of(media: dict[tuple[int, int], list[Medium]], one: Exposure, line: Sequence[int]) -> list[Medium]:
    return [given for pk in reversed(line) for given in media.get((pk, one.compound.pk), [])]


def _rows(one: Exposure, media: Sequence[Medium]) -> list[IntervalRow]:
    return [IntervalRow(interval, _stocks(interval, media), one.unit) for interval in one.ledger.intervals]


def _stocks(interval: Interval, media: Sequence[Medium]) -> list[str]:
    """The medium an interval began with, which may be older than it (frozen cells), and those given within it."""
    if interval.kind is not Kind.ON:
        return []
    before = [given for given in media if given.at <= interval.start][-1:]
    within = [given for given in media if interval.start < given.at < interval.end]
    return list(dict.fromkeys(given.stock for given in (*before, *within) if given.stock))


# --- as CSV -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CsvRow:
    view: LadderView
    culture: Culture
    table: DrugTable
    row: IntervalRow


COLUMNS = (
    Column("Model", "view.ladder.model.name"),
    Column("Ladder", "view.ladder.name"),
    Column("Culture", "culture.code"),
    Column("Compound", "table.exposure.compound.name"),
    Column("What", "row.sign.word"),
    Column("From", "row.interval.start"),
    Column("To", "row.ended"),
    Column("Days", lambda one: round(one.row.interval.days, 4)),
    Column("Dose", "row.dose"),
    Column("Unit", lambda one: one.table.exposure.unit if one.row.dose else ""),
    Column("Stocks", lambda one: "; ".join(one.row.stocks)),
)


def csv_rows(views: Sequence[LadderView], at: datetime) -> Iterator[CsvRow]:
    """Ladder by ladder, drug by drug, the oldest interval first; read while they are written."""
    for view in views:
        if (culture := flask_of(view)) is None:
            continue
        for table in drug_tables(culture.pk, at):
            yield from (CsvRow(view, culture, table, row) for row in table.rows)
