"""Quarantines: the list, one with what it holds, and what is done with cells that are kept apart."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.forms.fields import spoken
from cultures.passaging.models import Culture
from cultures.passaging.views.entry import saved, turned_back
from cultures.quality import quarantines as selectors
from cultures.quality.families import MYCOPLASMA, families, title_in
from cultures.quality.forms.quarantine import PlanForm, PutApartForm, ReleaseForm, TreatForm
from cultures.quality.models import Quarantine, QuarantineMember
from cultures.quality.releases import what_releases
from cultures.quality.services import plan_test, quarantine_cultures, release_cultures, treat_culture
from cultures.quality.standing import held
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.codes import tidy_code
from lims.instruments.form_once import Done
from lims.tabular.writing import Column, csv_response
from lims.web.entry import SteppedForm, sent
from lims.web.htmx import page
from lims.web.pagination import keyset_page

post_or_look = require_http_methods(["GET", "HEAD", "POST"])
AT_ONCE = 25
LIST_COLUMNS = (
    Column("Number", "pk"),
    Column("Kind", lambda one: one.get_kind_display()),
    Column("Cause", lambda one: one.get_cause_display()),
    Column("Test", "method"),
    Column("Reason", "reason"),
    Column("Started", "started_at"),
    Column("In force since", "at"),
    Column("By", lambda one: str(one.by or "")),
    Column("Released by", what_releases),
    Column("Held now", "held"),
    Column("Let out", "let_out"),
    Column("Reached", "reached"),
)
MEMBER_COLUMNS = (
    Column("Code", "culture.code"),
    Column("Line", "culture.line.name"),
    Column("Passage number", "culture.passage_number"),
    Column("Place", "culture.place.full_name"),
    Column("Why", "why"),
    Column("Since", "since"),
    Column("Ended", "culture.ended_at"),
    Column("Fate", lambda row: row.culture.get_fate_display()),
    Column("Released at", "until"),
    Column("Released by", lambda row: str(row.released_by or "")),
    Column("Release reason", "release_reason"),
    Column("Released on", lambda row: ", ".join(row.released_on)),
)


# --- looking ---------------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def quarantines(request: HttpRequest) -> HttpResponse:
    filters = selectors.QuarantineFilters(request)
    found = selectors.with_counts(filters.quarantines()).select_related("by", "test", "trace")
    rows = keyset_page(found, request, order=("-at",), size=AT_ONCE)
    context = {"filters": filters, "rows": rows, "found": selectors.rows_of(rows)}
    if not rows.rows and not filters.is_narrowed:
        context["were_any"] = Quarantine.objects.exists()
    return page(request, "cultures/quality/quarantine/quarantines.html", context)


@require_safe
@requires("export_bench")
def quarantines_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = selectors.with_counts(selectors.QuarantineFilters(request).quarantines()).select_related("by")
    return csv_response(rows.order_by("-at", "-pk"), LIST_COLUMNS, "quarantines")


@require_safe
@requires("view_bench")
def quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    known = selectors.with_counts(Quarantine.objects.select_related("by", "test__culture", "trace__test"))
    found: Any = get_object_or_404(known, pk=pk)  # with its counts, which no model declares
    rows = selectors.held_rows(found, now())
    context = {
        "quarantine": found,
        "title": title_in(families(), found.method or MYCOPLASMA),
        "releases": what_releases(found),
        "rows": rows,
        "ready": sum(row.progress.is_ready for row in rows),
        "to_sample": [row for row in rows if row.awaits_sample],
        "let_out": selectors.let_out_of(found),
        "ended": selectors.ended_in(found),
        "ended_count": found.reached - found.held - found.let_out,
        "treatments": list(selectors.treatments_in(found)),
    }
    return render(request, "cultures/quality/quarantine/quarantine.html", context)


@require_safe
@requires("export_bench")
def quarantine_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    found = get_object_or_404(Quarantine, pk=pk)
    rows = found.members.exclude(culture__fate=Culture.Fate.ENTERED_IN_ERROR).order_by("pk")
    return csv_response(
        rows.select_related("culture__line", "culture__place", "released_by"), MEMBER_COLUMNS, f"quarantine-{pk}"
    )


# --- put apart -------------------------------------------------------------------------------------------------------


@post_or_look
@requires("quarantine_cultures")
def put_apart(request: SignedInRequest) -> HttpResponse:
    form = PutApartForm(sent(request), initial={"cultures": _asked_for(request)})

    def do() -> Done:
        made = quarantine_cultures(at=now(), by=request.user, **form.command())
        number = made.members.count()
        who = "1 culture is" if number == 1 else f"{number} cultures are"
        return Done(to=made, message=f"{who} kept apart. Now move what stands in a clean incubator, and take samples.")

    if answer := saved(request, form, "quarantine_cultures", do):
        return answer
    back = reverse("cultures:quarantines")
    context = {
        "form": form,
        "title": "Put cultures apart",
        "verb": "Put apart",
        "teach": "A suspicion is reason enough. They can be sampled, treated and discarded; nothing else until a lab "
        "manager or PI lets them out on clean samples.",
        "back": back,
        "crumbs": [("Quarantine", back)],
    }
    return render(request, "cultures/register_form.html", context, status=form.status)


# --- with what is kept apart -----------------------------------------------------------------------------------------


@post_or_look
@requires("release_cultures")
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    def do(found: Quarantine, form: SteppedForm, ids: Sequence[int]) -> str:
        said = form.command() | {"at": now(), "by": request.user}
        released = release_cultures(quarantine_id=found.pk, culture_ids=ids, **said)
        return _said_of_release(found, released)

    return _act(request, pk, ReleaseForm, do, title="Release", verb="Release", icon_name="ok")


def _said_of_release(found: Quarantine, released: Sequence[QuarantineMember]) -> str:
    codes = spoken(member.culture.code for member in released)
    said = f"{codes} left {found}."
    if still := held(member.culture_id for member in released):
        names = {member.culture_id: member.culture.code for member in released}
        others = spoken(f"{names[pk]} by {members[0].quarantine}" for pk, members in still.items())
        said += f" Still kept apart: {others}."
    return said


@post_or_look
@requires("treat_culture")
def treat(request: SignedInRequest, pk: int) -> HttpResponse:
    def do(found: Quarantine, form: SteppedForm, ids: Sequence[int]) -> str:
        said = form.command()
        treated = [
            treat_culture(culture_id=culture_id, quarantine_id=found.pk, by=request.user, **said) for culture_id in ids
        ]
        codes = spoken(one.culture.code for one in treated)
        return f"{codes}: treatment recorded. Clean samples count once it is over, and the cells stay marked for ever."

    return _act(request, pk, TreatForm, do, title="Treat", verb="Record the treatment", icon_name="drop")


@post_or_look
@requires("plan_test")
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    def do(found: Quarantine, form: SteppedForm, ids: Sequence[int]) -> str:
        plan_test(culture_ids=ids, by=request.user, **form.command())
        are, stand = ("s are", "stand") if len(ids) > 1 else (" is", "stands")
        return f"{len(ids)} test{are} planned, and {stand} on the board when due."

    return _act(request, pk, PlanForm, do, title="Plan tests", verb="Plan", icon_name="calendar")


Act = Callable[[Quarantine, SteppedForm, Sequence[int]], str]


def _act(request: SignedInRequest, pk: int, form_class: type[SteppedForm], act: Act, **words: Any) -> HttpResponse:
    """A verb for the cultures that were chosen on the quarantine's page: ?culture=C-… for each."""
    found = get_object_or_404(Quarantine, pk=pk)
    rows = selectors.held_rows(found, now(), _asked_for(request))
    if not rows and request.method != "POST":
        return turned_back(request, found.get_absolute_url(), "Choose the cultures first, by their boxes.")
    form = form_class(sent(request), initial=_proposed(found, rows))
    ids = list(Culture.objects.filter(code__in=_asked_for(request)).order_by("pk").values_list("pk", flat=True))

    def do() -> Done:
        return Done(to=found, message=act(found, form, ids))

    if answer := saved(request, form, request.resolver_match.view_name, do):  # type: ignore[union-attr]  # a view has one
        return answer
    context = {"form": form, "quarantine": found, "rows": rows, "releases": what_releases(found), **words}
    return render(request, "cultures/quality/quarantine/act.html", context, status=form.status)


def _proposed(found: Quarantine, rows: Sequence[selectors.HeldRow]) -> dict[str, Any]:
    later = [row.progress.next_from for row in rows if row.progress.next_from and row.progress.next_from > now()]
    return {
        "family": found.method or MYCOPLASMA,
        "due_at": max(later) if later else None,
        "why": f"to leave {found}",
    }


def _asked_for(request: HttpRequest) -> list[str]:
    return [tidy_code(code) for code in request.GET.getlist("culture")]
