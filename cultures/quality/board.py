"""The board of tests: what is due, what was sampled and waits for its result, what a person has to decide.

As many queries for a thousand cultures as for ten; the database works out what is due (QCDue).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest

from cultures.lines.models import CellLine
from cultures.passaging.filters import matching
from cultures.passaging.models import Culture
from cultures.places.models import Place
from cultures.places.selectors import ids_below
from cultures.quality.families import families, methods_of
from cultures.quality.methods import METHODS
from cultures.quality.methods.base import Effect, Method
from cultures.quality.methods.lab_methods import method_from
from cultures.quality.models import (
    ContaminationTrace,
    LabMethod,
    QCDue,
    QCStanding,
    QCTest,
)
from lims.accounts.models import User
from lims.clock import start_of_today
from lims.reminders.sweep import end_of_today
from lims.web.filters import Choice, Filters, Flag
from lims.web.pagination import MOST_COUNTED

V = QCTest.Verdict
SOON = timedelta(days=7)
DUE, SAMPLED, DECIDE = "due", "sampled", "decide"
TABS = {DUE: "Due", SAMPLED: "Sampled", DECIDE: "To decide"}
# What the samples of a method speak for, in the database.
FAMILY = Case(
    *(When(method=code, then=Value(method.family)) for code, method in METHODS.items() if method.family != code),
    default=F("method"),
    output_field=CharField(),
)


# --- what there is ---------------------------------------------------------------------------------------------------


def known_methods() -> dict[str, Method]:
    """All methods by code, also those the laboratory has retired. One query."""
    return METHODS | {row.code: method_from(row) for row in LabMethod.objects.all()}


def dues() -> QuerySet[QCDue]:
    return QCDue.objects.exclude(due_at=None)


def waiting() -> QuerySet[QCTest]:
    """Samples without a result."""
    return QCTest.objects.standing().filter(verdict=V.PENDING)


def to_decide(methods: Mapping[str, Method]) -> QuerySet[QCTest]:
    """What somebody has to answer, while cells grow that it speaks for.

    A fail nobody traced and nobody repeated, an inconclusive sample without its retest, an invalid one not taken again.
    A method that only flags asks for nothing.
    """
    flags = [code for code, method in methods.items() if method.on_fail == Effect.FLAG]
    rows = QCTest.objects.standing().alias(family=FAMILY)
    speaks = Exists(QCStanding.objects.filter(last=OuterRef("pk"), culture__ended_at=None))
    traced = Exists(ContaminationTrace.objects.filter(test__code=OuterRef("code")))
    again = QCTest.objects.standing().alias(family=FAMILY).exclude(verdict=V.INVALID)
    repeated = Exists(again.filter(culture=OuterRef("culture"), family=OuterRef("family"), at__gt=OuterRef("at")))
    void = Q(verdict=V.INVALID, culture__ended_at=None) & ~Q(findings__has_key="withdrawn") & ~repeated
    return rows.filter(Q(verdict__in=(V.FAIL, V.INCONCLUSIVE)) & speaks & ~traced | void).exclude(method__in=flags)


# --- narrowed --------------------------------------------------------------------------------------------------------


class BoardFilters(Filters):
    """Chips of the board. `now` decides what is overdue; what is due later than a week is left out until asked for."""

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self.now, self.tab = now, request.GET.get("show", DUE)
        if self.tab not in TABS:
            self.tab = DUE
        self._later = request.GET.get("later") == "1"
        of_dues = (Flag("overdue", "Overdue only", self._overdue), Flag("later", "Later than a week too", _all))
        super().__init__(
            request,
            Flag("mine", "Mine", lambda rows: rows.filter(culture__keeper=request.user)),
            *(of_dues if self.tab == DUE else ()),
            Choice("family", "Test", lambda: families().items(), self._family),
            Choice("line", "Line", _lines, lambda rows, line: rows.filter(culture__line=line)),
            Choice("place", "Place", _places, _at_place),
            Choice("keeper", "Keeper", _keepers, lambda rows, keeper: rows.filter(culture__keeper=keeper)),
            search=_matching,
            keeps=("sort", "show"),
        )

    def dues(self) -> QuerySet[QCDue]:
        rows = self.apply(dues())
        return rows if self._later else rows.filter(due_at__lt=end_of_today(self.now) + SOON)

    def tests(self, tab: str, methods: Mapping[str, Method]) -> QuerySet[QCTest]:
        return self.apply(waiting() if tab == SAMPLED else to_decide(methods))

    def tab_url(self, tab: str) -> str:
        query = self._request.GET.copy()
        for name in ("after", "before", "overdue", "later", "all", "sort"):
            query.pop(name, None)
        query["show"] = tab
        return f"?{query.urlencode()}"

    def _overdue(self, rows: QuerySet) -> QuerySet:
        return rows.filter(due_at__lt=start_of_today(self.now)) if rows.model is QCDue else rows

    @staticmethod
    def _family(rows: QuerySet, family: str) -> QuerySet:
        return rows.filter(method=family) if rows.model is QCDue else rows.filter(method__in=methods_of(family))


def _all(rows: QuerySet) -> QuerySet:
    return rows


def _matching(rows: QuerySet, words: str) -> QuerySet:
    return rows.filter(culture__in=matching(Culture.objects.all(), words).values("pk"))


def _at_place(rows: QuerySet, place: str) -> QuerySet:
    return rows.filter(culture__place__in=ids_below(Place(pk=int(place))))


def _lines() -> Iterable[tuple[int, str]]:
    return CellLine.objects.order_by("name").values_list("pk", "name")


def _places() -> Iterable[tuple[int, str]]:
    kinds = [kind for kind in Place.Kind if kind != Place.Kind.HOOD]
    return Place.objects.filter(kind__in=kinds).order_by("full_name").values_list("pk", "full_name")


def _keepers() -> Iterable[tuple[int, str]]:
    return [(person.pk, str(person)) for person in User.objects.by_name()]


# --- counted ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    name: str
    label: str
    count: int
    url: str
    is_current: bool

    @property
    def shown(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


@dataclass(frozen=True)
class Tally:
    """Of what is shown as due: how much of it is late, and how much is for today."""

    due: int
    overdue: int
    today: int


def tally(filters: BoardFilters) -> Tally:
    late, today = start_of_today(filters.now), end_of_today(filters.now)
    return Tally(
        **filters.dues().aggregate(
            due=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=late)),
            today=Count("pk", filter=Q(due_at__gte=late, due_at__lt=today)),
        )
    )


def tabs(filters: BoardFilters, methods: Mapping[str, Method], due: int) -> list[Tab]:
    counts = {DUE: due} | {
        name: filters.tests(name, methods).order_by()[: MOST_COUNTED + 1].count() for name in (SAMPLED, DECIDE)
    }
    return [Tab(name, label, counts[name], filters.tab_url(name), name == filters.tab) for name, label in TABS.items()]
