"""The doors to cultures: in the main menu, behind the scanner, and in the search."""

from collections.abc import Iterable

from cultures.passaging.filters import matching
from cultures.passaging.models import Culture
from lims.codes import tidy_code
from lims.web import menu
from lims.web.scanning import ROWS_PER_GROUP, Hit, register_kind, register_searcher


def page_of_culture(code: str) -> str | None:
    found = Culture.objects.filter(code=code).first()
    return found.get_absolute_url() if found else None


def cultures_for(words: str) -> Iterable[Hit]:
    """Growing ones before ended ones, the newest first."""
    fitting = matching(Culture.objects.select_related("line", "vessel"), words).order_by("-seeded_at", "-id")
    growing = list(fitting.growing()[:ROWS_PER_GROUP])
    ended = fitting.exclude(ended_at=None)[: ROWS_PER_GROUP - len(growing)] if len(growing) < ROWS_PER_GROUP else []
    for one in (*growing, *ended):
        state = "growing" if one.is_growing else one.get_fate_display()
        label = f"{one.line} p{one.passage_number}, {one.vessel}"
        yield Hit(label, one.get_absolute_url(), state, one.code, is_exact=one.code == tidy_code(words))


def register() -> None:
    covers = ("/harvests/", "/entries/")
    menu.register("Cultures", "cultures:list", icon="flask", verb="view_bench", place=20, covers=covers)
    register_kind("C", page_of_culture)
    register_searcher("Cultures", cultures_for)
