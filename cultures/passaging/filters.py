"""How the list of cultures is narrowed and searched. Only the growing ones are shown until one asks for the ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Least
from django.http import HttpRequest

from cultures.compounds.models import Compound
from cultures.lines.models import CellLine
from cultures.lines.selectors import EXACT, lines_matching
from cultures.passaging.models import Culture, DrugInMedium, Feed, VesselType
from cultures.places.models import Place
from cultures.places.selectors import ids_below
from lims.accounts.models import User
from lims.clock import start_of_today
from lims.codes import tidy_code
from lims.reminders.sweep import end_of_today
from lims.web.filters import Choice, Filters, Flag

Cultures = Any  # a CultureQuerySet; Filters is written for querysets of any kind
NEWEST_FIRST = ("-seeded_at",)
SORTS = {"due": "due_at", "line": ("line__name", "passage_number"), "p": "passage_number", "seeded": "seeded_at"}
DUE = (("passage", "passage overdue"), ("feed", "feed overdue"), ("today", "by today"))


class CultureFilters(Filters):
    """The filters of one request for cultures. `now` decides what is overdue."""

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self.now, self._asked = now, request.GET
        super().__init__(
            request,
            Flag("mine", "Mine", lambda rows: rows.filter(keeper=request.user)),
            Flag("overdue", "Overdue", self._overdue),
            Flag("drugged", "In drug", in_drug),
            Flag("ended", "Ended too", lambda rows: rows),
            Choice("due", "Due", lambda: DUE, self._due),
            Choice("line", "Line", self._lines, lambda rows, line: rows.filter(line=line)),
            Choice("place", "Place", self._places, at_place),
            Choice("drug", "Drug", self._drugs, in_drug),
            Choice("arm", "Arm", _arms, lambda rows, arm: rows.filter(arm="" if arm == "none" else arm)),
            Choice("keeper", "Keeper", self._keepers, lambda rows, keeper: rows.filter(keeper=keeper)),
            Choice("vessel", "Vessel", self._vessels, lambda rows, vessel: rows.filter(vessel=vessel)),
            Choice("fate", "Fate", lambda: Culture.Fate.choices, lambda rows, fate: rows.filter(fate=fate)),
            search=matching,
        )

    def cultures(self) -> Cultures:
        """The cultures that fit, with what the asked order needs."""
        rows = Culture.objects.all()
        if not self.with_ended:
            rows = rows.growing()
        asks_for_due = self._asked.get("due") or self._asked.get("overdue") == "1"
        if asks_for_due or self._asked.get("sort", "").removeprefix("-") == "due":
            rows = with_due(rows)
        return self.apply(rows)

    @property
    def with_ended(self) -> bool:
        return self._asked.get("ended") == "1" or self._asked.get("fate", "") in Culture.Fate.values

    @property
    def ended_url(self) -> str:
        """The same question, asked of the ended cultures too."""
        return self._url("ended", "1")

    def _due(self, rows: Cultures, what: str) -> Cultures:
        late = {
            "passage": Q(passage_due_at__lt=start_of_today(self.now)),
            "feed": Q(feed_due_at__lt=start_of_today(self.now)),
            "today": Q(due_at__lt=end_of_today(self.now)),
        }
        return rows.growing().filter(late[what])

    def _overdue(self, rows: Cultures) -> Cultures:
        return rows.growing().filter(due_at__lt=start_of_today(self.now))

    @staticmethod
    def _places() -> Iterable[tuple[int, str]]:
        kinds = [kind for kind in Place.Kind if kind != Place.Kind.HOOD]
        return Place.objects.filter(kind__in=kinds).order_by("full_name").values_list("pk", "full_name")

    @staticmethod
    def _lines() -> Iterable[tuple[int, str]]:
        return CellLine.objects.order_by("name").values_list("pk", "name")

    @staticmethod
    def _drugs() -> Iterable[tuple[int, str]]:
        return Compound.objects.values_list("pk", "name")

    @staticmethod
    def _keepers() -> Iterable[tuple[int, str]]:
        return [(person.pk, str(person)) for person in User.objects.order_by("last_name", "username")]

    @staticmethod
    def _vessels() -> Iterable[tuple[int, str]]:
        return VesselType.objects.values_list("pk", "name")


def _arms() -> Iterable[tuple[str, str]]:
    return [(value or "none", label) for value, label in Culture.Arm.choices]


def with_due(rows: Cultures) -> Cultures:
    """Annotates due_at: whichever of passage and medium change comes first; nothing is due on an ended culture."""
    first = Least(F("passage_due_at"), F("feed_due_at"))
    return rows.with_passage_due().with_feed_due().annotate(due_at=Case(When(ended_at=None, then=first)))


def at_place(rows: Cultures, place: str) -> Cultures:
    """At a place or anywhere below it: an incubator, with its shelves."""
    return rows.filter(place__in=ids_below(Place(pk=int(place))))


def in_drug(rows: Cultures, compound: str | None = None) -> Cultures:
    """With a drug (any, or this one) in the medium now: in the newest medium, so a vehicle control is not."""
    newest = Feed.objects.standing().filter(culture=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    drugs = DrugInMedium.objects.filter(dose__gt=0)
    if compound:
        drugs = drugs.filter(compound=int(compound))
    return rows.alias(medium_now=newest).filter(Exists(drugs.filter(feed=OuterRef("medium_now"))))


def matching(rows: Cultures, words: str) -> Cultures:
    """Cultures by the start of their code (with or without the C-), or by any name of their line.

    A name that fits exactly counts alone: BT474 does not bring the cultures of BT474 A3 along.
    """
    by_code = Q(code__startswith=tidy_code(words)) | Q(code__startswith=tidy_code(f"C-{words}"))
    lines = lines_matching(CellLine.objects.all(), words)
    exact = lines.filter(Q(fit=EXACT))
    fitting = exact if exact.exists() else lines
    return rows.filter(by_code | Q(line__in=fitting.values("pk")))
