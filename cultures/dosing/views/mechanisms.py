"""The vocabulary of mechanisms, the page of a word, and the notes on a model."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.dosing import mechanism_selectors as selectors
from cultures.dosing.forms.mechanisms import EvidenceForm, MechanismForm, ProposalForm, StatementForm, WithdrawalForm
from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism, ResistanceModel
from cultures.dosing.services import mechanisms as services
from lims.accounts.access import SignedInRequest, requires
from lims.audit.history import history_of
from lims.web.entry import SteppedForm, carried_out, sent
from lims.web.filters import Choice, Filters, Flag
from lims.web.htmx import done, page
from lims.web.pagination import keyset_page

post_or_look = require_http_methods(["GET", "HEAD", "POST"])
SHOWN_HISTORY = 100


# --- the vocabulary ---------------------------------------------------------------------------------------------------
@require_safe
@requires("view_bench")
def mechanisms(request: HttpRequest) -> HttpResponse:
    filters = Filters(
        request,
        Flag("retired", "Retired too", lambda rows: rows),
        search=lambda rows, words: rows.filter(pk__in=[one.pk for one in selectors.mechanisms_matching(words)]),
    )
    found = Mechanism.objects.all() if request.GET.get("retired") == "1" else Mechanism.objects.filter(retired_at=None)
    rows = keyset_page(selectors.with_models(filters.apply(found)), request, order=("group", "name"))
    return page(request, "cultures/dosing/mechanisms/mechanisms.html", {"filters": filters, "rows": rows})


@require_safe
@requires("view_bench")
def mechanism(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mechanism, pk=pk)
    statuses = HypothesisStatement.Status.choices
    filters = Filters(
        request, Choice("status", "Status", lambda: statuses, lambda rows, status: rows.filter(status=status))
    )
    hypotheses = filters.apply(selectors.as_held(selectors.in_full(found.hypotheses.all())))
    rows = keyset_page(
        hypotheses.select_related("model__parental_line", "model__compound"), request, order=("model__name",)
    )
    context = {"mechanism": found, "filters": filters, "rows": rows, "notes": [selectors.note_of(one) for one in rows]}
    return page(request, "cultures/dosing/mechanisms/mechanism.html", context)


@post_or_look
@requires("register_mechanism")
def register(request: SignedInRequest) -> HttpResponse:
    form = MechanismForm(sent(request))
    if made := carried_out(form, lambda: services.register_mechanism(by=request.user, **form.command())):
        return done(request, "cultures:mechanisms", f"{made} is in the vocabulary, under {made.group}.")
    back = reverse("cultures:mechanisms")
    return _form_page(request, form, "Add a mechanism", "Add", [("Mechanisms", back)])


@require_POST
@requires("retire_mechanism")
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mechanism, pk=pk)
    services.retire_mechanism(mechanism_id=found.pk, by=request.user)
    return done(request, "cultures:mechanisms", f"{found} is offered no more. Models that bear it keep it.")


# --- the notes on a model ---------------------------------------------------------------------------------------------
@require_safe
@requires("view_bench")
def hypothesis(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    return _hypothesis_page(request, _find(code, pk))


@post_or_look
@requires("propose_hypothesis")
def propose(request: SignedInRequest, code: str) -> HttpResponse:
    model = get_object_or_404(ResistanceModel, code=code)
    form = ProposalForm(sent(request))

    def verb() -> Hypothesis:
        return services.propose_hypothesis(model_id=model.pk, by=request.user, **form.command())

    if made := carried_out(form, verb):
        return done(request, _address(made), f"{made.mechanism} is noted for {model}. Now add what speaks for it.")
    return _form_page(request, form, "Propose a mechanism", "Propose", [_crumb(model)])


@require_POST
@requires("state_hypothesis")
def state(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    found = _find(code, pk)
    form = StatementForm(request.POST)

    def verb() -> HypothesisStatement:
        return services.state_hypothesis(hypothesis_id=found.pk, by=request.user, **form.command())

    if made := carried_out(form, verb):
        said = f"{found.mechanism} is {made.get_status_display()} now. What was held before stays below."
        return done(request, _address(found), said)
    return _hypothesis_page(request, found, statement_form=form)


@require_POST
@requires("add_evidence")
def add_evidence(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    found = _find(code, pk)
    form = EvidenceForm(request.POST)
    if carried_out(form, lambda: services.add_evidence(hypothesis_id=found.pk, by=request.user, **form.command())):
        return done(request, _address(found), "The evidence is added. Does it change what you hold of it?")
    return _hypothesis_page(request, found, evidence_form=form)


@post_or_look
@requires("withdraw_evidence")
def withdraw_evidence(request: SignedInRequest, code: str, pk: int, evidence_pk: int) -> HttpResponse:
    found = _find(code, pk)
    evidence = get_object_or_404(HypothesisEvidence, pk=evidence_pk, hypothesis=found)
    form = WithdrawalForm(sent(request))

    def verb() -> HypothesisEvidence:
        return services.withdraw_evidence(evidence_id=evidence.pk, by=request.user, **form.command())

    if carried_out(form, verb):
        return done(request, _address(found), "The evidence is withdrawn. It stays to be read, with the reason.")
    crumbs = [_crumb(found.model), (found.mechanism.name, _address(found))]
    teach = f"{evidence.get_kind_display()}: {evidence.text or evidence.doi}"
    return _form_page(request, form, "Withdraw evidence", "Withdraw", crumbs, teach)


@require_safe
@requires("view_history")
def history(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The changes of a hypothesis, its statements and its evidence in one list."""
    found = _find(code, pk)
    changes = history_of(found, *found.statements.all(), *found.evidence.all(), limit=SHOWN_HISTORY + 1)
    context = {"title": str(found), "lines": changes[:SHOWN_HISTORY], "more": len(changes) > SHOWN_HISTORY}
    return render(request, "lims/audit/history.html", context)


# --- steps ------------------------------------------------------------------------------------------------------------
def _find(code: str, pk: int) -> Hypothesis:
    return get_object_or_404(selectors.in_full(Hypothesis.objects.all()), pk=pk, model__code=code)


def _address(found: Hypothesis) -> str:
    return reverse("cultures:hypothesis", args=[found.model.code, found.pk])


def _crumb(model: ResistanceModel) -> tuple[str, str]:
    return (model.name, model.get_absolute_url())


def _hypothesis_page(
    request: HttpRequest,
    found: Hypothesis,
    *,
    statement_form: StatementForm | None = None,
    evidence_form: EvidenceForm | None = None,
) -> HttpResponse:
    """The page of a hypothesis; after a refused verb with its banner, and what was typed."""
    refused = statement_form or evidence_form
    context = {
        "model": found.model,
        "note": selectors.note_of(found),
        "statement_form": statement_form or StatementForm(),
        "evidence_form": evidence_form or EvidenceForm(),
        "form": refused,
    }
    status = refused.status if refused else 200
    return render(request, "cultures/dosing/mechanisms/hypothesis.html", context, status=status)


def _form_page(
    request: HttpRequest, form: SteppedForm, title: str, verb: str, crumbs: list[tuple[str, str]], teach: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "verb": verb, "teach": teach, "crumbs": crumbs, "back": crumbs[-1][1]}
    return render(request, "cultures/register_form.html", context, status=form.status)
