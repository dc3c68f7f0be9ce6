"""The history of one record, and the ledger of the whole lab."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lims import clock
from lims.accounts.access import may, not_allowed, requires
from lims.accounts.models import User
from lims.audit import words
from lims.audit.history import history_of, in_lines
from lims.audit.models import Entry
from lims.audit.tables import watched_tables
from lims.instruments.models import Instrument
from lims.tabular.writing import Column, csv_response
from lims.web.filters import Choice, Filters, Flag
from lims.web.pagination import keyset_page

COLUMNS = (
    Column("No.", "pk"),
    Column("At (UTC)", lambda entry: entry.at.isoformat()),
    Column("Actor", "actor"),
    Column("Name", "actor_label"),
    Column("Verb", "verb"),
    Column("Reason", "reason"),
    Column("Table", "table"),
    Column("Record", "record"),
    Column("Change", "change"),
    Column("Old", lambda entry: json.dumps(entry.old, ensure_ascii=False)),
    Column("New", lambda entry: json.dumps(entry.new, ensure_ascii=False)),
    Column("Request", "request_id"),
)
SHOWN = 100
FIRST_DAY = date(2000, 1, 1)
RECENT = 2_000  # the verbs offered as a filter are those of the newest entries


@require_safe
@requires("view_history")
def history(request: HttpRequest, table: str, pk: str) -> HttpResponse:
    if table not in {watched.name for watched in watched_tables()}:
        raise Http404(f"There is no table {table}.")
    if table.startswith(("lims_", "auth_")) and not may(request.user, "view_ledger"):
        return not_allowed(request, "view_ledger")
    lines = history_of((table, pk), limit=SHOWN + 1)
    if not lines:
        raise Http404("Nothing is recorded of it.")
    context = {"title": words.record_in_words(table, pk), "lines": lines[:SHOWN], "more": len(lines) > SHOWN}
    return render(request, "lims/audit/history.html", context)


@require_safe
@requires("view_ledger")
def ledger(request: HttpRequest) -> HttpResponse:
    filters = ledger_filters(request)
    rows = keyset_page(filters.apply(Entry.objects.all()), request, order=["-id"])
    context = {"rows": rows, "lines": in_lines(rows.rows), "filters": filters, "day": request.GET.get("day", "")}
    return render(request, "lims/audit/ledger.html", context)


@require_safe
@requires("view_ledger")
def ledger_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All that the filters leave, with whole images: for an inspector, not for reading."""
    return csv_response(ledger_filters(request).apply(Entry.objects.order_by("-pk")), COLUMNS, "ledger")


def ledger_filters(request: HttpRequest) -> Filters:
    return Filters(
        request,
        Choice("actor", "Who", _actors, lambda rows, actor: rows.filter(actor=actor)),
        Choice("verb", "What", _verbs, lambda rows, verb: rows.filter(verb=verb)),
        Choice("table", "Of", _tables, lambda rows, table: rows.filter(table=table)),
        Choice("day", "Day", lambda: _days(request.GET.get("day", "")), _on_day),
        Flag("by_hand", "Typed in the database", lambda rows: rows.filter(actor__startswith="sql:")),
    )


def _actors() -> Iterable[tuple[str, str]]:
    yield from ((f"user:{person.pk}", f"{person} ({person.initials})") for person in User.objects.by_name())
    yield from ((f"instrument:{one.pk}", one.name) for one in Instrument.objects.order_by("name"))
    yield from ((f"system:{part}", part) for part in ("sweep", "migrate", "sign_in", "setup", "demonstration"))


def _verbs() -> list[tuple[str, str]]:
    recent = set(Entry.objects.order_by("-pk").values_list("verb", flat=True)[:RECENT])
    return sorted(((verb, words.in_words(verb)) for verb in recent), key=lambda option: option[1])


def _tables() -> list[tuple[str, str]]:
    return sorted(((table.name, words.table_in_words(table.name)) for table in watched_tables()), key=lambda o: o[1])


def _days(asked: str) -> list[tuple[str, str]]:
    """The last fortnight, and any day that the address names."""
    today = clock.today()
    days = [today - timedelta(days=ago) for ago in range(14)]
    with suppress(ValueError):
        if FIRST_DAY <= (day := date.fromisoformat(asked)) <= today:
            days.append(day)
    return [(day.isoformat(), f"{day:%-d %b %Y}") for day in dict.fromkeys(days)]


def _on_day(rows: QuerySet[Entry], day: str) -> QuerySet[Entry]:
    """Entries of one day of the lab's calendar."""
    begins = datetime.combine(date.fromisoformat(day), time(), clock.lab_zone())
    ends = datetime.combine(begins.date() + timedelta(days=1), time(), clock.lab_zone())
    return rows.filter(at__gte=begins, at__lt=ends)
