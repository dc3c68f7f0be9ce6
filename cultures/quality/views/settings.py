"""The lab's rules of testing, its kits and its methods: in sentences, with their versions, and how to change them."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cultures.lines.models import CellLine
from cultures.passaging.views.entry import or_say_why, saved
from cultures.quality.families import families
from cultures.quality.forms.kits import KitForm, MethodForm, RevisedKitForm
from cultures.quality.forms.policy import PolicyForm, is_draft, reshaped
from cultures.quality.kit_words import changes_of_kit
from cultures.quality.method_words import built_in, of_the_lab
from cultures.quality.models import KitRecord, QCPolicy
from cultures.quality.policy_words import PHASES, SHOWN, Phase, all_titles, changes, in_words, versions
from cultures.quality.services import change_qc_policy, define_method, register_kit, retire_method, revise_kit
from cultures.quality.services.policies import STANDARD, Rule, rules_of
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent

AREA = "cultures/quality/settings"


# --- what is tested when ---------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def policy(request: SignedInRequest) -> HttpResponse:
    told, titles = versions(), all_titles()
    newest = told[0] if told else None
    compared = list(pairwise([*told, None] if len(told) <= SHOWN else told))
    context = {
        "tab": "policy",
        "policy": newest,
        "families": in_words(newest.rules.all(), titles) if newest else [],
        "versions": [(later, changes(before, later, titles) if before else []) for later, before in compared if later],
    }
    return render(request, f"{AREA}/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("change_qc_policy")
def change_policy(request: SignedInRequest) -> HttpResponse:
    newest = QCPolicy.current()
    rules = sorted(rules_of(newest) if newest else STANDARD, key=_as_shown)
    data = sent(request)
    form = PolicyForm(
        reshaped(data) if data is not None and is_draft(data) else data,
        rules=rules,
        families=families(),
        lines=_lines([rule.line_id for rule in rules if rule.line_id]),
        is_draft=data is not None and is_draft(data),
        initial={
            "receives_into_quarantine": newest.receives_into_quarantine if newest else True,
            "based_on": newest.version if newest else 0,
        },
    )

    def do() -> Done:
        made = change_qc_policy(by=request.user, **form.command())
        return Done(to="cultures:qc_policy", message=f"Version {made.version} of the rules is in force.")

    if answer := saved(request, form, "change_qc_policy", do):
        return answer
    if form.is_draft:
        form.forgive_gaps()
    becomes = (newest.version if newest else 0) + 1
    context = {"form": form, "policy": newest, "next": becomes, "back": reverse("cultures:qc_policy")}
    return render(request, f"{AREA}/change_policy.html", context, status=form.status)


def _as_shown(rule: Rule) -> tuple[str, int, bool, int]:
    """By method and phase; single lines after the rule of all."""
    return rule.family, PHASES.index(Phase(rule.phase)), rule.line_id is not None, rule.line_id or 0


def _lines(named: Sequence[int]) -> list[tuple[int, str]]:
    """Those in use, and retired ones that a rule names."""
    found = CellLine.objects.filter(retired_at=None) | CellLine.objects.filter(pk__in=named)
    return list(found.order_by("name").values_list("pk", "name"))


# --- kits ------------------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def kits(request: SignedInRequest) -> HttpResponse:
    rows = KitRecord.objects.select_related("by").order_by("name", "-version")
    told = []
    for _, of_kit in groupby(rows, key=lambda kit: kit.name):
        known: list[KitRecord | None] = [*of_kit, None]
        history = [(later, changes_of_kit(before, later)) for later, before in pairwise(known) if later]
        told.append((known[0], history))
    return render(request, f"{AREA}/kits.html", {"tab": "kits", "kits": told})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register_kit")
def register(request: SignedInRequest) -> HttpResponse:
    form = KitForm(sent(request))

    def do() -> Done:
        made = register_kit(by=request.user, **form.command())
        return Done(to="cultures:qc_kits", message=f"{made.name} can be chosen for runs now.")

    if answer := saved(request, form, "register_kit", do):
        return answer
    context = {"form": form, "title": "Register a kit", "verb": "Register", "said": REGISTERED}
    return _kit_page(request, context | {"note": "Version 1 of its cut-offs"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("revise_kit")
def revise(request: SignedInRequest, kit_id: int) -> HttpResponse:
    kit = KitRecord.objects.filter(pk=kit_id).first()
    if kit is None:
        raise Http404("No such record of a kit.")
    form = RevisedKitForm(sent(request), kit=kit)

    def do() -> Done:
        reason = form.cleaned_data["reason"]
        made = revise_kit(kit_id=kit.pk, changes=form.changes(), reason=reason, by=request.user)
        return Done(to="cultures:qc_kits", message=f"{made} is in force. Results keep the version they were judged by.")

    if answer := saved(request, form, "revise_kit", do):
        return answer
    context = {"form": form, "title": f"Revise {kit.name}", "verb": "Make the version", "said": REVISED}
    return _kit_page(request, context | {"note": f"Version {kit.version + 1}; those before stay readable"})


REGISTERED = (
    "The record says how its readings are judged. The cut-offs of Lonza's MycoAlert insert are filled in; another kit "
    "has its own, in its insert."
)
REVISED = "Results that are there keep the version they were judged by; runs from now on are judged by this one."


def _kit_page(request: SignedInRequest, context: dict[str, Any]) -> HttpResponse:
    context |= {"back": reverse("cultures:qc_kits"), "up": "Kits"}
    return render(request, f"{AREA}/fill_in.html", context, status=context["form"].status)


# --- methods ---------------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def methods(request: SignedInRequest) -> HttpResponse:
    context = {"tab": "methods", "built_in": built_in(), "of_the_lab": of_the_lab()}
    return render(request, f"{AREA}/methods.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("define_method")
def define(request: SignedInRequest) -> HttpResponse:
    form = MethodForm(sent(request))

    def do() -> Done:
        made = define_method(by=request.user, **form.command())
        return Done(to="cultures:qc_methods", message=f"Samples can be taken for {made.title} now.")

    if answer := saved(request, form, "define_method", do):
        return answer
    context = {"form": form, "title": "Define a method", "verb": "Define", "said": DEFINED, "up": "Methods"}
    context |= {"back": reverse("cultures:qc_methods"), "note": "It stays as it is; retire it to define another"}
    return render(request, f"{AREA}/fill_in.html", context, status=form.status)


DEFINED = "Pass or fail, or a number with limits. What it gives is judged by what you say here."


@require_POST
@requires("retire_method")
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    def do() -> Done:
        row = retire_method(code=code, by=request.user)
        return Done(to="cultures:qc_methods", message=f"{row.title} is retired. Its results stay readable.")

    return or_say_why(request, reverse("cultures:qc_methods"), f"retire_method:{code}", do)
