"""The doors to tests: in the main menu, behind the scanner, and in the search."""

from collections.abc import Iterable

from django.db.models import Q

from cultures.passaging.filters import matching
from cultures.passaging.models import Culture
from cultures.quality.board import known_methods
from cultures.quality.models import QCTest
from lims.codes import tidy_code
from lims.web import menu
from lims.web.scanning import ROWS_PER_GROUP, Hit, register_kind, register_searcher


def page_of_sample(code: str) -> str | None:
    found = QCTest.objects.standing().filter(code=code).first()
    return found.get_absolute_url() if found else None


def tests_for(words: str) -> Iterable[Hit]:
    """By the start of their code, or of a culture or line; the newest first."""
    by_code = Q(code__startswith=tidy_code(words)) | Q(code__startswith=tidy_code(f"Q-{words}"))
    of_cultures = Q(culture__in=matching(Culture.objects.all(), words).order_by().values("pk"))
    fitting = QCTest.objects.standing().filter(by_code | of_cultures).select_related("culture__line")
    methods = known_methods()
    for test in fitting.order_by("-at", "-pk")[:ROWS_PER_GROUP]:
        culture = test.culture
        label = f"{methods[test.method].title} of {culture.code}, {culture.line} p{culture.passage_number}"
        yield Hit(label, test.get_absolute_url(), test.get_verdict_display(), test.code, test.code == tidy_code(words))


def register() -> None:
    covers = ("/quarantine/", "/traces/", "/str/")
    menu.register("QC", "cultures:qc", icon="qc", verb="view_bench", place=27, covers=covers)
    register_kind("Q", page_of_sample)
    register_searcher("Tests", tests_for)
