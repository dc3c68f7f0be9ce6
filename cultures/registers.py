"""The registers' doors: in the main menu, behind the scanner, and in the search."""

from collections.abc import Iterable

from django.db.models import Q

from cultures.compounds.models import Lot
from cultures.lines.selectors import find_lines
from cultures.places.models import Place
from lims.web import menu
from lims.web.scanning import ROWS_PER_GROUP, Hit, register_kind, register_searcher


def page_of_lot(code: str) -> str | None:
    found = Lot.objects.filter(code=code).first()
    return found.get_absolute_url() if found else None


def page_of_place(code: str) -> str | None:
    found = Place.objects.filter(code=code).first()
    return found.get_absolute_url() if found else None


def lines_for(words: str) -> Iterable[Hit]:
    for found in find_lines(words, ROWS_PER_GROUP):
        note = "" if found.name == found.line.name else f"also {found.name}"
        yield Hit(found.line.name, found.line.get_absolute_url(), note, is_exact=found.is_exact)


def lots_for(words: str) -> Iterable[Hit]:
    fitting = Q(product__icontains=words) | Q(number__iexact=words)
    for lot in Lot.objects.filter(fitting).order_by("finished_on", "-received_on", "-pk")[:ROWS_PER_GROUP]:
        yield Hit(lot.product, lot.get_absolute_url(), f"lot {lot.number}", lot.code)


def places_for(words: str) -> Iterable[Hit]:
    fitting = Place.objects.filter(full_name__icontains=words, retired_at=None).order_by("full_name", "pk")
    for place in fitting[:ROWS_PER_GROUP]:
        yield Hit(place.full_name, place.get_absolute_url(), place.get_kind_display(), place.code)


def register() -> None:
    menu.register("Lines", "cultures:lines", icon="line", verb="view_bench", place=30)
    stores = ("/recipes/", "/compounds/", "/vessels/", "/dilution/")
    menu.register("Lots", "cultures:lots", icon="lot", verb="view_bench", place=40, covers=stores)
    menu.register("Places", "cultures:places", icon="place", verb="view_bench", place=50)
    register_kind("L", page_of_lot)
    register_kind("P", page_of_place)
    register_searcher("Lines", lines_for)
    register_searcher("Lots", lots_for)
    register_searcher("Places", places_for)
