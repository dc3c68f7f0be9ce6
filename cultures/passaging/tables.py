"""Cultures as rows of a table: what is in each flask, how it does, what falls due.

Six queries for any number, and those of the domains above.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.passaging.models import Count, Culture, Descent, DrugInMedium, Feed, Observation
from cultures.passaging.registry import Mark, marks_of
from cultures.science.growth import doubling_time
from lims.clock import days_overdue
from lims.lab.models import LabSettings
from lims.reminders.models import Rescheduling
from lims.tabular.writing import Column

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """Something a growing culture waits for: "passage overdue 1 d", "feed due today", "feed Wed 25"."""

    what: str
    at: datetime
    now: datetime

    @property
    def is_overdue(self) -> bool:
        return days_overdue(self.at, self.now) > 0

    @property
    def is_today(self) -> bool:
        return localtime(self.at).date() <= localtime(self.now).date()

    @property
    def words(self) -> str:
        day, today = localtime(self.at).date(), localtime(self.now).date()
        if days := days_overdue(self.at, self.now):
            return f"{self.what} overdue {days}\u00a0d"
        if day == today:
            return f"{self.what} due\u00a0today"
        near = day - today < timedelta(days=7)
        return f"{self.what} {date_format(day, 'D j' if near else 'j M')}".replace(" ", "\u00a0")


@dataclass
class CultureRow:
    """A culture with the newest of each thing known about it."""

    culture: Culture
    now: datetime
    medium: Feed | None = None
    drugs: list[DrugInMedium] = field(default_factory=list)
    confluence_pct: int | None = None
    viability_pct: float | None = None
    doubling_time_h: float | None = None  # over the passage it was seeded from
    moved: Mapping[tuple[str, datetime], datetime] = field(default_factory=dict)
    marks: list[tuple[str, Mark | None]] = field(default_factory=list)  # of the domains above: column and word

    @property
    def age_days(self) -> int:
        return self.culture.days_in_vessel(self.now)

    @property
    def drugs_in_words(self) -> str:
        return " + ".join(str(drug) for drug in self.drugs)

    @property
    def is_in_drug(self) -> bool:
        return any(drug.dose for drug in self.drugs)

    @property
    def due(self) -> Due | None:
        dues = dues_of(self.culture, self.medium, self.now, self.moved)
        return min(dues, key=lambda due: due.at, default=None)


def moved_dues(codes: Iterable[str]) -> dict[str, dict[tuple[str, datetime], datetime]]:
    """By culture code: what somebody moved to another time, by its kind and due slot. One query."""
    moved: dict[str, dict[tuple[str, datetime], datetime]] = {}
    rows = Rescheduling.objects.filter(subject__in=list(codes), withdrawn_at=None)
    for kind, code, due_at, moved_to in rows.values_list("kind", "subject", "due_at", "moved_to"):
        moved.setdefault(code, {})[kind, due_at] = moved_to
    return moved


def dues_of(
    culture: Culture, medium: Feed | None, now: datetime, moved: Mapping[tuple[str, datetime], datetime]
) -> list[Due]:
    """Passage and medium change of a growing culture, as CultureQuerySet.with_passage_due and with_feed_due have it.

    moved   by kind and due slot: the time somebody moved it to
    """
    if not culture.is_growing:
        return []
    line = culture.line
    fed_at = medium.at if medium else culture.seeded_at
    feed_at = fed_at + (line.feed_interval or LabSettings.current().feed_interval)
    feeding = Due("feed", moved.get(("feed_due", feed_at), feed_at), now)
    if line.passage_interval is None:
        return [feeding]
    passage_at = culture.seeded_at + line.passage_interval
    return [Due("passage", moved.get(("passage_due", passage_at), passage_at), now), feeding]


def rows_of(cultures: Iterable[Culture], now: datetime) -> list[CultureRow]:
    """The rows of these cultures, which come with line, vessel, place and keeper."""
    cultures = list(cultures)
    moved = moved_dues(culture.code for culture in cultures)
    rows = {culture.pk: CultureRow(culture, now, moved=moved.get(culture.code, {})) for culture in cultures}
    newest = Feed.objects.standing().filter(culture__in=rows).order_by("culture", "-at", "-pk").distinct("culture")
    media = {feed.pk: feed for feed in newest.select_related("recipe")}
    for feed in media.values():
        rows[feed.culture_id].medium = feed
    for drug in DrugInMedium.objects.filter(feed__in=media).select_related("compound").order_by("pk"):
        rows[media[drug.feed_id].culture_id].drugs.append(drug)
    for culture, confluence in _newest_confluence(rows):
        rows[culture].confluence_pct = confluence
    _add_growth(rows)
    for pk, marks in marks_of(cultures).items():
        rows[pk].marks = marks
    return list(rows.values())


def _newest_confluence(cultures: Iterable[int]) -> QuerySet:
    looks = Observation.objects.standing().filter(culture__in=cultures, confluence_pct__isnull=False)
    return looks.order_by("culture", "-at", "-pk").distinct("culture").values_list("culture", "confluence_pct")


def _add_growth(rows: dict[int, CultureRow]) -> None:
    """Viability by the newest count, and how the passage went that each was seeded from. A pool counts all parents."""
    up: dict[int, list[Descent]] = {}
    for descent in Descent.objects.filter(daughter__in=rows).select_related("parent", "harvest__used_count"):
        up.setdefault(descent.daughter_id, []).append(descent)
    for daughter, parents in up.items():
        harvest = parents[0].harvest
        hours = (harvest.at - min(one.parent.seeded_at for one in parents)) / timedelta(hours=1)
        seeded = [one.parent.seeded_cells or 0 for one in parents]
        rows[daughter].viability_pct = harvest.used_count.viability_pct
        if all(seeded):
            rows[daughter].doubling_time_h = doubling_time(hours, harvest.viable_cells, sum(seeded))
    counts = Count.objects.standing().filter(culture__in=rows)
    for count in counts.order_by("culture", "-at", "-pk").distinct("culture"):
        rows[count.culture_id].viability_pct = count.viability_pct


def streamed(cultures: QuerySet, now: datetime) -> Iterator[CultureRow]:
    """The rows of however many cultures, some hundred at a time: for the CSV."""
    rows = cultures.select_related("line", "vessel", "place", "keeper").iterator(chunk_size=ROWS_AT_ONCE)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield from rows_of(chunk, now)


CULTURE_COLUMNS = (
    Column("Code", "culture.code"),
    Column("Line", "culture.line.name"),
    Column("RRID", "culture.line.rrid"),
    Column("Passage number", "culture.passage_number"),
    Column("Passages since thaw", "culture.passages_since_thaw"),
    Column("cPDL", "culture.cpdl"),
    Column("Net PDL", "culture.cpdl_net"),
    Column("Vessel", "culture.vessel.name"),
    Column("Place", "culture.place.full_name"),
    Column("Arm", lambda row: row.culture.get_arm_display()),
    Column("Keeper", lambda row: str(row.culture.keeper)),
    Column("Medium", lambda row: str(row.medium.recipe) if row.medium else ""),
    Column("Drugs in medium", "drugs_in_words"),
    Column("Confluence (%)", "confluence_pct"),
    Column("Viability (%)", lambda row: row.viability_pct and round(row.viability_pct, 1)),
    Column("Doubling time (h)", lambda row: row.doubling_time_h and round(row.doubling_time_h, 1)),
    Column("Seeded", "culture.seeded_at"),
    Column("Seeded viable cells", "culture.seeded_cells"),
    Column("In flask (d)", "age_days"),
    Column("Due", lambda row: row.due.at if row.due else None),
    Column("Due what", lambda row: row.due.what if row.due else ""),
    Column("QC", lambda row: "; ".join(mark.word for _, mark in row.marks if mark)),
    Column("Ended", "culture.ended_at"),
    Column("Fate", lambda row: row.culture.get_fate_display()),
)
