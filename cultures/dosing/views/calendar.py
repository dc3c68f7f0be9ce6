"""The calendar by month and week, and the page that moves what is due."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from cultures.dosing.calendar import Span, calendar_of
from cultures.dosing.forms.calendar import RescheduleForm
from cultures.dosing.models import ResistanceModel
from cultures.passaging.views.entry import saved, turned_back
from lims.accounts.access import SignedInRequest, requires
from lims.clock import lab_time, now, today
from lims.instruments.form_once import Done
from lims.reminders.errors import SlotGone
from lims.reminders.registry import SOURCES
from lims.reminders.services import reschedule as move_what_is_due
from lims.reminders.services import the_due_slot
from lims.web.entry import sent
from lims.web.filters import Choice, Filters, Flag
from lims.web.htmx import page

KEPT = ("view", "mine", "model")  # on the way to another week or month, and to the page that moves a thing and back


@require_safe
@requires("view_bench")
def calendar(request: SignedInRequest) -> HttpResponse:
    """?view=week or month, ?on=2026-11-23, ?mine=1, ?model=M-7K4QX: whatever is not known is left out."""
    moment, asked = now(), request.GET
    span = Span(day_in(asked.get("on", "")) or today(moment), is_week=asked.get("view") == "week")
    models = {model.code: model for model in ResistanceModel.objects.order_by("name")}
    is_mine, model = asked.get("mine") == "1", models.get(asked.get("model", ""))
    found = calendar_of(span, moment, person_id=request.user.pk if is_mine else None, model=model)
    context = {
        "calendar": found,
        "model": model,
        "filters": shown_filters(request, models),
        "kept": urlencode({name: asked[name] for name in KEPT if asked.get(name)}),
        "links": links(asked, span),
        "now": moment,
    }
    return page(request, "cultures/dosing/calendar.html", context)


def shown_filters(request: HttpRequest, models: dict[str, ResistanceModel]) -> Filters:
    """The chips alone: what they narrow is no queryset, and is read in the view."""
    names = [(code, model.name) for code, model in models.items()]
    return Filters(
        request,
        Flag("mine", "Mine", lambda rows: rows),
        *([Choice("model", "Model", lambda: names, lambda rows, _: rows)] if names else []),
        keeps=("view", "on"),
    )


def day_in(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year < 2200 else None


def address(asked: QueryDict, **changes: Any) -> str:
    """The calendar as it was asked for, with something changed; None takes it out."""
    wanted = {name: asked.get(name) for name in (*KEPT, "on")} | changes
    return f"{reverse('cultures:calendar')}?{urlencode({name: value for name, value in wanted.items() if value})}"


def links(asked: QueryDict, span: Span) -> dict[str, str]:
    return {
        "before": address(asked, on=span.before),
        "after": address(asked, on=span.after),
        "today": address(asked, on=None),
        "month": address(asked, view=None),
        "week": address(asked, view="week"),
        "week_of": address(asked, view="week", on=None),
        "everything": address(asked, mine=None, model=None),
    }


# --- moving one thing -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reschedule")
def reschedule(request: SignedInRequest) -> HttpResponse:
    """?kind=feed_due&subject=C-7K4QX&due=2026-11-23T09:00:00Z names what is due, as the calendar's links do."""
    if not (named := slot_in(request.GET)):
        messages.error(request, "Choose on the calendar what is to be moved.")
        return redirect("cultures:calendar")
    kind, subject, slot = named
    form = RescheduleForm(sent(request))

    def do() -> Done:
        moved_to, words = form.cleaned_data["moved_to"], SOURCES[kind].words
        moved = move_what_is_due(kind=kind, subject=subject, due_at=slot, by=request.user, **form.command())
        when = f"{lab_time(moved.moved_to if moved else slot):%a %d %b, %H:%M}"
        said = f"The {words} of {subject} is to be done on {when}." if moved else f"It is due on {when} again."
        return Done(to=address(request.GET, on=today(moved_to)), message=said)

    if request.method == "POST" and (answer := saved(request, form, "reschedule", do)):
        return answer
    back = address(request.GET, on=today(slot))
    try:
        row = the_due_slot(kind, subject, slot)
    except SlotGone as gone:
        return turned_back(request, back, str(gone))
    form.initial["moved_to"] = max(row.due_at, now())
    context = {"form": form, "row": row, "words": SOURCES[kind].words, "back": back, "key_to_move_back": uuid4()}
    return page(request, "cultures/dosing/calendar_move.html", context, status=form.status)


def slot_in(asked: QueryDict) -> tuple[str, str, datetime] | None:
    """Kind, subject and due time that an address names; None when it names none."""
    kind, subject = asked.get("kind", ""), asked.get("subject", "")
    try:
        slot = parse_datetime(asked.get("due", ""))
    except ValueError:
        slot = None
    if kind in SOURCES and subject.isprintable() and slot and slot.tzinfo and 1990 <= slot.year < 2200:
        return kind, subject, slot
    return None
