"""What the bench shows on the registers' pages: cultures of a line, at a place, with a lot; who worked at a hood."""

from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import localtime

from cultures.compounds.models import Lot
from cultures.lines.models import CellLine
from cultures.passaging.models import BenchSession, Culture, DrugInMedium, FeedLot, HarvestLot
from cultures.passaging.services import open_session_of
from cultures.passaging.tables import rows_of
from cultures.places.models import Place
from cultures.places.selectors import ids_below
from lims.accounts.models import User
from lims.clock import now
from lims.web.pagination import keyset_page
from lims.web.panels import register_panel

MOST_ROWS = 20
GROWING = "cultures/passaging/panels/growing.html"
SESSIONS = "cultures/passaging/panels/sessions.html"
LOT_USES = "cultures/passaging/panels/lot_uses.html"


def growing_of_line(request: HttpRequest, line: CellLine) -> dict[str, Any]:
    context = _growing(Culture.objects.growing().filter(line=line), f"line={line.pk}")
    return context | {"title": "Growing", "without": "No culture of this line grows now."}


def growing_at_place(request: HttpRequest, place: Place) -> dict[str, Any] | None:
    if place.kind == Place.Kind.HOOD:
        return None
    context = _growing(Culture.objects.growing().filter(place__in=ids_below(place)), f"place={place.pk}")
    return context | {"title": "Growing here", "without": "Nothing grows here now.", "shows_line": True}


def _growing(cultures: QuerySet, query: str) -> dict[str, Any]:
    """The oldest seeded first, for they fall due first."""
    found = cultures.select_related("line", "vessel", "place", "keeper").order_by("seeded_at", "pk")
    rows = rows_of(found[: MOST_ROWS + 1], now())
    return {"rows": rows[:MOST_ROWS], "has_more": len(rows) > MOST_ROWS, "query": query}


def sessions_at_hood(request: HttpRequest, place: Place) -> dict[str, Any] | None:
    """Who worked at a hood, by day of the lab."""
    if place.kind != Place.Kind.HOOD:
        return None
    sessions = BenchSession.objects.filter(hood=place).select_related("person")
    rows = keyset_page(sessions, request, order=("-started_at",))
    days = [(day, list(of_day)) for day, of_day in groupby(rows, lambda one: localtime(one.started_at).date())]
    held = open_session_of(request.user) if isinstance(request.user, User) else None
    return {"rows": rows, "days": days, "hood": place, "is_here": held is not None and held.hood_id == place.pk}


def uses_of_lot(request: HttpRequest, lot: Lot) -> dict[str, Any]:
    """The cultures a lot went into: in their medium, as a drug, or at their harvest."""
    fed = FeedLot.objects.filter(lot=lot, feed__withdrawn_at=None).values("feed__culture")
    dosed = DrugInMedium.objects.filter(stock=lot, feed__withdrawn_at=None).values("feed__culture")
    harvested = HarvestLot.objects.filter(lot=lot, harvest__withdrawn_at=None).values("harvest__sources__culture")
    cultures = Culture.objects.filter(pk__in=fed.union(dosed, harvested)).select_related("line", "vessel", "place")
    return {"rows": keyset_page(cultures, request, order=("-seeded_at",))}


def register() -> None:
    register_panel("line", template=GROWING, build=growing_of_line, place=10)
    register_panel("place", template=GROWING, build=growing_at_place, place=10)
    register_panel("place", template=SESSIONS, build=sessions_at_hood, place=20)
    register_panel("lot", template=LOT_USES, build=uses_of_lot, place=10)
