"""The doors to models: in the main menu, behind the scanner, and in the search."""

from collections.abc import Iterable

from cultures.dosing.board import matching
from cultures.dosing.models import ResistanceModel
from lims.codes import tidy_code
from lims.web import menu
from lims.web.scanning import ROWS_PER_GROUP, Hit, register_kind, register_searcher


def page_of_model(code: str) -> str | None:
    found = ResistanceModel.objects.filter(code=code).first()
    return found.get_absolute_url() if found else None


def models_for(words: str) -> Iterable[Hit]:
    """By code, name, line, subline or drug; the newest first."""
    found = matching(ResistanceModel.objects.select_related("compound", "parental_line"), words)
    for model in found.order_by("-registered_at", "-pk")[:ROWS_PER_GROUP]:
        is_exact = model.code == tidy_code(words) or model.name.casefold() == words.casefold()
        note = f"{model.parental_line} in {model.compound}, {model.get_status_display()}"
        yield Hit(model.name, model.get_absolute_url(), note, model.code, is_exact=is_exact)


def register() -> None:
    covers = ("/mechanisms/", "/readiness-rules/", "/calendar/")
    menu.register("Models", "cultures:models", icon="ladder", verb="view_bench", place=25, covers=covers)
    register_kind("M", page_of_model)
    register_searcher("Models", models_for)
