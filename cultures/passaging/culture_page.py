"""What the page of one culture says beside its figures and timeline: what is due, its drug, its line of ancestors."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Prefetch, Q

from cultures.passaging.graph import Family, Mark, Member, fold
from cultures.passaging.lineage import dose_in_words, main_line
from cultures.passaging.models import Culture, Descent, DrugInMedium, Feed, Harvest
from cultures.passaging.selectors import MOST_POINTS, Figures, GrowthPoint
from cultures.passaging.services.undoing import may_undo
from cultures.passaging.tables import Due, dues_of, moved_dues
from cultures.passaging.timeline import Entry
from lims.audit.history import Record

MOST_IN_STRIP = 5
SHOWN = {  # filter of the timeline -> its word and the kinds of entry
    "passages": ("Passages", ("receipt", "seeding", "harvest", "discard")),
    "doses": ("Feeds and doses", ("feed", "seeding")),
    "counts": ("Counts", ("count",)),
    "looks": ("Observations", ("observation",)),
    "moves": ("Moves", ("move",)),
}


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    is_on: bool


@dataclass(frozen=True)
class Step:
    """A pill of the folded family: one culture, or a run of them."""

    label: str
    code: str
    is_run: bool
    is_treated: bool
    is_current: bool


@dataclass
class CulturePage:
    """Gathered in a fixed number of queries, whatever has happened to the culture and however old its family is."""

    culture: Culture
    figures: Figures
    entries: list[Entry]
    points: list[GrowthPoint]
    reader_id: int | None
    now: datetime
    show: str = ""

    # --- what is due, what is in it -----------------------------------------------------------------------------------
    @cached_property
    def dues(self) -> list[Due]:
        moved = moved_dues([self.culture.code]).get(self.culture.code, {})
        return sorted(dues_of(self.culture, self.figures.medium, self.now, moved), key=lambda due: due.at)

    @property
    def is_passage_due(self) -> bool:
        return any(due.what == "passage" and due.is_today for due in self.dues)

    @property
    def is_feed_due(self) -> bool:
        return any(due.what == "feed" and due.is_today for due in self.dues) and not self.is_passage_due

    @cached_property
    def drugs(self) -> list[DrugInMedium]:
        return list(self.figures.medium.drugs.all()) if self.figures.medium else []

    @property
    def in_drug(self) -> list[DrugInMedium]:
        return [drug for drug in self.drugs if drug.dose]

    @cached_property
    def at_dose_since(self) -> datetime | None:
        """Since when its cells have been at today's doses, over passages."""
        since = None
        for feed in reversed(self._feeds):
            if _doses(feed) != _doses(self._feeds[-1]):
                break
            since = feed.at
        return since

    # --- the line of ancestors ----------------------------------------------------------------------------------------
    @cached_property
    def _line(self) -> list[int]:
        return main_line(self.culture.pk, most=MOST_POINTS)

    @cached_property
    def _feeds(self) -> list[Feed]:
        """All media on the way to this culture, oldest first."""
        order = {pk: -place for place, pk in enumerate(self._line)}
        drugs = Prefetch("drugs", DrugInMedium.objects.select_related("compound").order_by("compound__name"))
        feeds = Feed.objects.standing().filter(culture__in=self._line).prefetch_related(drugs)
        return sorted(feeds, key=lambda feed: (order[feed.culture_id], feed.at, feed.pk))

    @cached_property
    def family(self) -> list[Step]:
        """The way to this culture, folded to a few pills."""
        doses = {feed.culture_id: " + ".join(_doses(feed)) for feed in self._feeds}
        cultures = Culture.objects.filter(pk__in=self._line).select_related("line")
        members = [_member(one, doses.get(one.pk, "")) for one in cultures]
        chain = Family(members, list(zip(self._line[1:], self._line, strict=False)), self.culture.pk)
        marks = fold(chain)
        if len(marks) > MOST_IN_STRIP:
            early = [member for mark in marks[: 1 - MOST_IN_STRIP] for member in mark.members]
            marks = [Mark(early), *marks[1 - MOST_IN_STRIP :]]
        return [_step(mark, self.culture) for mark in marks]

    @cached_property
    def relatives(self) -> dict[str, list[Culture]]:
        """Parents, siblings and daughters: two queries."""
        own = Descent.objects.filter(daughter=self.culture).select_related("parent__line", "parent__vessel")
        parents = {descent.parent_id: descent.parent for descent in own}
        down = Descent.objects.filter(parent__in=[*parents, self.culture.pk]).select_related("daughter__vessel")
        found = {descent.daughter_id: descent for descent in down.order_by("daughter")}
        real = [one for one in found.values() if one.daughter.fate != Culture.Fate.ENTERED_IN_ERROR]
        return {
            "parents": list(parents.values()),
            "siblings": [one.daughter for one in real if one.parent_id in parents and one.daughter != self.culture],
            "daughters": [one.daughter for one in real if one.parent_id == self.culture.pk],
        }

    @property
    def next_culture(self) -> Culture | None:
        """Of an ended culture: the daughter one works on with, when there is only one."""
        growing = [daughter for daughter in self.relatives["daughters"] if daughter.is_growing]
        return growing[0] if len(growing) == 1 else None

    # --- the timeline -------------------------------------------------------------------------------------------------
    @cached_property
    def shown_entries(self) -> list[Entry]:
        kinds = SHOWN[self.show][1] if self.show in SHOWN else None
        return [entry for entry in self.entries if kinds is None or entry.kind in kinds]

    @cached_property
    def undoable(self) -> Entry | None:
        """The reader's own last entry, while the time to undo it is not over."""
        own = [entry for entry in self.entries if entry.event.by_id == self.reader_id]
        last = max(own, key=lambda entry: entry.event.recorded_at, default=None)  # of one moment the first: its effect
        return last if last and may_undo(last.event, self.now) else None

    @property
    def ending(self) -> str:
        """How it ended, as its last entry says: Discarded: contaminated."""
        told = [entry.headline for entry in self.entries if entry.kind == "discard"]
        return told[0] if told else self.culture.get_fate_display().capitalize()

    @property
    def chips(self) -> list[Chip]:
        there = {entry.kind for entry in self.entries}
        chips = [Chip(f"All {len(self.entries)}", "?#timeline", self.show not in SHOWN)]
        for name, (label, kinds) in SHOWN.items():
            if there & set(kinds):
                chips.append(Chip(label, f"?show={name}#timeline", self.show == name))
        return chips


def _doses(feed: Feed) -> list[str]:
    return [dose_in_words(drug.compound.name, drug.dose, drug.dose_unit) for drug in feed.drugs.all() if drug.dose]


def _member(one: Culture, dose: str) -> Member:
    end = one.ended_at
    return Member(one.pk, one.code, one.line.name, one.passage_number, one.seeded_at, end, one.fate, dose, one.arm)


def _step(mark: Mark, culture: Culture) -> Step:
    first, last = mark.first, mark.last
    label = f"p{first.passage} to p{last.passage} ({len(mark.members)})" if mark.is_run else f"p{last.passage}"
    return Step(label, first.code, mark.is_run, bool(last.dose), last.id == culture.pk)


def records_of(culture: Culture) -> list[Record]:
    """The culture and every row that was ever entered on it, undone ones too: what its history consists of."""
    events = (culture.receipts, culture.counts, culture.observations, culture.feeds, culture.moves, culture.discards)
    harvests = Harvest.objects.filter(Q(sources__culture=culture) | Q(allocations__daughter=culture)).distinct()
    drugs = DrugInMedium.objects.filter(feed__culture=culture)
    found: list[Record] = [culture]
    for rows in (*events, harvests, drugs):
        found += [(rows.model._meta.db_table, pk) for pk in rows.values_list("pk", flat=True)]
    return found
