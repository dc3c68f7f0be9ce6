"""How far a contamination reached: looked at before anything is done, acted on, and kept as a report."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.errors.tracing import NothingToTrace
from cultures.quality.families import families, title_in
from cultures.quality.figures import reach_chart
from cultures.quality.forms.tracing import TraceForm
from cultures.quality.models import ContaminationTrace, QCTest
from cultures.quality.services.tracing import act_on_trace
from cultures.quality.trace_page import NAMES, kept_rows, kept_tiers, others_of, tally_of, tiers_of
from cultures.quality.tracing import reach_of
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.codes import tidy_code
from lims.instruments.form_once import Done
from lims.tabular.writing import Column, csv_response
from lims.web.entry import sent

REACH_COLUMNS = (
    Column("Tier", "tier"),
    Column("How near", lambda one: NAMES[one.tier]),
    Column("Code", "code"),
    Column("Line", "line"),
    Column("Passage number", "passage_number"),
    Column("Suspect from", "since"),
    Column("Seeded", "seeded_at"),
    Column("Ended", "ended_at"),
    Column("Clean since", lambda one: one.clean.code if one.clean else ""),
    Column("Why", lambda one: "; ".join(one.sentences)),
)
KEPT_COLUMNS = (
    Column("Tier", "member.tier"),
    Column("How near", lambda row: NAMES[row.member.tier]),
    Column("Code", "culture.code"),
    Column("Line", "culture.line.name"),
    Column("Passage number", "culture.passage_number"),
    Column("Kept apart then", "member.is_quarantined"),
    Column("Test planned then", "member.is_tested"),
    Column("Sample", "sample"),
    Column("Kept apart now", "is_held"),
    Column("Ended", "culture.ended_at"),
    Column("Why", lambda row: "; ".join(row.member.reasons)),
)


def test_of(code: str) -> QCTest:
    found = QCTest.objects.standing().select_related("culture__line", "culture__vessel", "by")
    if test := found.filter(code=tidy_code(code)).first():
        return test
    raise Http404(f"No sample bears the code {code[:20]}.")


# --- before anything is done -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("act_on_trace")
def preview(request: SignedInRequest, code: str) -> HttpResponse:
    """The reach as it is now. Nothing is written by looking at it."""
    test, at = test_of(code), now()
    try:
        reach = reach_of(test, at)
    except NothingToTrace as refusal:
        return turned_back(request, test.get_absolute_url(), str(refusal))
    tiers = tiers_of(reach)
    form = TraceForm(sent(request), tiers=tiers)

    def do() -> Done:
        trace = act_on_trace(code=test.code, at=at, by=request.user, **form.command())
        return Done(to=trace, message=_done_in_words(trace, at))

    if answer := saved(request, form, "act_on_trace", do):
        return answer
    context = {
        "test": test,
        "reach": reach,
        "title": title_in(families(), reach.family),
        "tiers": tiers,
        "form": form,
        "chart": reach_chart(reach),
        "earlier": list(ContaminationTrace.objects.filter(test__code=test.code).select_related("by")),
    }
    return render(request, "cultures/quality/tracing/preview.html", context, status=form.status)


def _done_in_words(trace: ContaminationTrace, at: datetime) -> str:
    if trace.at < at:
        return f"Nothing is new since {trace}: it stands as it was."
    apart = trace.members.filter(is_quarantined=True).count()
    planned = trace.members.filter(is_tested=True).count()
    return (
        f"{apart} kept apart, {planned} test{'' if planned == 1 else 's'} planned. The reach as it was known is kept."
    )


@require_safe
@requires("export_bench")
def preview_csv(request: SignedInRequest, code: str) -> HttpResponse | StreamingHttpResponse:
    test = test_of(code)
    try:
        reach = reach_of(test, now())
    except NothingToTrace as refusal:
        return turned_back(request, test.get_absolute_url(), str(refusal))
    return csv_response(reach.members, REACH_COLUMNS, f"trace-{test.code}")


# --- as it was kept --------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def trace(request: SignedInRequest, pk: int) -> HttpResponse:
    known = ContaminationTrace.objects.select_related("by", "test__culture__line", "test__culture__vessel")
    found = get_object_or_404(known, pk=pk)
    counts = dict(found.members.order_by().values_list("tier").annotate(Count("pk")))
    stands = QCTest.objects.standing().filter(code=found.test.code).first()
    context = {
        "trace": found,
        "test": found.test,
        "stands": stands,
        "is_corrected": stands is None or stands.pk != found.test_id,
        "tiers": kept_tiers(found, counts),
        "tally": tally_of(found.members.all(), found),
        "others": others_of(found),
        "quarantines": list(found.quarantines.all()),
        "siblings": _siblings(found),
    }
    return render(request, "cultures/quality/tracing/trace.html", context)


def _siblings(found: ContaminationTrace) -> Sequence[ContaminationTrace]:
    """Traced again, only what is new is written: the others belong to the whole."""
    return list(ContaminationTrace.objects.filter(test__code=found.test.code).exclude(pk=found.pk))


@require_safe
@requires("export_bench")
def trace_csv(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    found = get_object_or_404(ContaminationTrace, pk=pk)
    members = found.members.select_related("culture__line").order_by("tier", "culture")
    return csv_response(kept_rows(found, members), KEPT_COLUMNS, f"trace-{pk}")
