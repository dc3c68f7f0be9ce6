"""What the tests show on other pages: of a culture, beside a passage or feed, and on Today."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from cultures.passaging.models import Culture
from cultures.quality.board import dues, known_methods, to_decide
from cultures.quality.culture_sheet import Sheet, sheet_of
from cultures.quality.families import families, title_in
from cultures.quality.mix_ups import hints_of
from cultures.quality.models import QCRun
from lims.accounts.access import may
from lims.clock import now, start_of_today
from lims.reminders.sweep import end_of_today
from lims.reminders.today import Round
from lims.web.panels import register_panel

TEMPLATES = "cultures/quality/panel_of_{}.html"
MOST_RUNS = 5
MEMO = "_qc_sheets"  # three parts of one page show the same sheet: it is gathered once a request


def sheet_for(request: HttpRequest, culture: Culture) -> Sheet:
    sheets: dict[int, Sheet] = request.__dict__.setdefault(MEMO, {})
    if culture.pk not in sheets:
        sheets[culture.pk] = sheet_of(culture)
    return sheets[culture.pk]


def chips(request: HttpRequest, culture: Culture) -> dict[str, Any]:
    return {"culture": culture, "sheet": sheet_for(request, culture)}


def banner(request: HttpRequest, culture: Culture) -> dict[str, Any] | None:
    sheet = sheet_for(request, culture)
    if not sheet.held:
        return None
    can_test = culture.is_growing and may(request.user, "record_test")
    return {"culture": culture, "sheet": sheet, "can_test": can_test}


def tests(request: HttpRequest, culture: Culture) -> dict[str, Any]:
    return {"culture": culture, "sheet": sheet_for(request, culture), "hints": hints_of(culture)}


def at_the_hood(request: HttpRequest, culture: Culture) -> dict[str, Any] | None:
    """On the page that handles a flask: what one has to know before one opens it."""
    sheet = sheet_for(request, culture)
    late = [row for row in sheet.rows if row.overdue_days]
    if not sheet.held and not late:
        return None
    return {"culture": culture, "sheet": sheet, "late": late, "can_test": False}


def today(request: HttpRequest, round_: Round) -> dict[str, Any] | None:
    """What is due by tonight, by family, the runs that are open, and the results to decide: of the whole lab."""
    at = now()
    late = Count("pk", filter=Q(due_at__lt=start_of_today(at)))
    due = dues().filter(due_at__lt=end_of_today(at)).values("method").annotate(number=Count("pk"), late=late)
    titles = families()
    rows = due.order_by("method").values_list("method", "number", "late")
    found = [(family, title_in(titles, family), number, overdue) for family, number, overdue in rows]
    open_runs = QCRun.objects.filter(state=QCRun.State.OPEN).order_by("started_at", "pk")
    samples = Count("tests", filter=Q(tests__withdrawn_at=None))
    runs = [(run, run.samples) for run in open_runs.annotate(samples=samples)[:MOST_RUNS]]
    waiting = to_decide(known_methods()).count()
    return {"due": found, "runs": runs, "to_decide": waiting} if found or runs or waiting else None


def register() -> None:
    register_panel("culture_chips", template=TEMPLATES.format("chips"), build=chips, place=10)
    register_panel("culture_top", template=TEMPLATES.format("banner"), build=banner, place=10)
    register_panel("culture", template=TEMPLATES.format("culture"), build=tests, place=5)
    register_panel("passage", template=TEMPLATES.format("passage"), build=at_the_hood, place=5)
    register_panel("feed", template=TEMPLATES.format("passage"), build=at_the_hood, place=5)
    register_panel("today", template=TEMPLATES.format("today"), build=today, place=5)
