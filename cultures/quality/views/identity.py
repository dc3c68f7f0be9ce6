"""STR profiles: the list, one of them, who a profile is, and the reference of a line."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.errors.identity import ProfileGone, ProfileOfATest
from cultures.quality.forms.identity import ReferenceForm, SearchForm, WithdrawForm
from cultures.quality.house import policy_in_force
from cultures.quality.identity_page import found_of, page_of
from cultures.quality.identity_words import in_brief
from cultures.quality.models import STRProfile
from cultures.quality.profiles import Row, listed, matching, reference_of
from cultures.quality.services import set_reference_profile, withdraw_profile
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.fields import field_of
from lims.web.filters import Filters, Flag
from lims.web.htmx import page
from lims.web.pagination import keyset_page

AREA = "cultures/quality/identity"
SORTS = {"name": "name", "line": "line__name", "entered": "at"}
KINDS = (("", "All"), ("reference", "References"), ("sample", "Samples"), ("library", "Library"))


@require_safe
@requires("view_bench")
def profiles(request: SignedInRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    filters = Filters(
        request,
        Flag("own", "Of our lines", lambda rows: rows.exclude(line=None)),
        Flag("problem", "Problematic", lambda rows: rows.exclude(problem="")),
        Flag("demonstration", "Demonstration", lambda rows: rows.filter(is_demonstration=True)),
        Flag("withdrawn", "Withdrawn too", lambda rows: rows),
        search=matching,
        keeps=("sort", "kind"),
    )
    found = filters.apply(listed(kind, withdrawn=request.GET.get("withdrawn") == "1"))
    rows = keyset_page(found, request, order=("name", "-at"), sorts=SORTS)
    context = {
        "filters": filters,
        "rows": rows,
        "found": [Row(profile) for profile in rows],
        "kinds": [(code, label, code == kind) for code, label in KINDS],
        "were_any": bool(rows.rows) or STRProfile.objects.exists(),
    }
    return page(request, f"{AREA}/profiles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("view_bench")
def search(request: SignedInRequest) -> HttpResponse:
    """Who is this? Nothing of what is asked is kept, and nothing leaves the house."""
    policy, version = policy_in_force()
    form = SearchForm(sent(request), request.FILES if request.method == "POST" else None, policy=policy)
    context: dict[str, Any] = {"form": form, "policy": policy, "brief": in_brief(policy), "version": version}
    if form.is_valid():
        line = form.cleaned_data["line"]
        context |= {"policy": form.policy, "brief": in_brief(form.policy), "refusals": form.imported.refusals}
        context["results"] = found_of(form.imported.profiles, line, form.policy)
        context["left_over"] = max(0, len(form.imported.profiles) - len(context["results"]))
        lines: Any = field_of(form, "line", forms.ChoiceField).choices
        context["should_be"] = dict(lines).get(line)
    return page(request, f"{AREA}/search.html", context, status=form.status)


def profile_or_404(pk: int) -> STRProfile:
    named = STRProfile.objects.select_related("line", "test__culture__line", "by", "withdrawn_by")
    if found := named.filter(pk=pk).first():
        return found
    raise Http404("No such profile.")


@require_safe
@requires("view_bench")
def profile(request: SignedInRequest, pk: int) -> HttpResponse:
    one = profile_or_404(pk)
    return page(request, f"{AREA}/profile.html", {"profile": one, "told": page_of(one)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("set_reference_profile")
def enter(request: SignedInRequest) -> HttpResponse:
    """What a line should be like, marker by marker."""
    asked = request.GET.get("line", "")
    initial: dict[str, Any] = {"line": int(asked)} if asked.isdecimal() and len(asked) < 10 else {}
    if initial and (standing := reference_of([initial["line"]])):
        initial["markers"] = standing.alleles
    form = ReferenceForm(sent(request), initial=initial)

    def do() -> Done:
        made = set_reference_profile(by=request.user, **form.command())
        return Done(to=made, message=f"{made.line} is compared with this profile from now on.")

    if answer := saved(request, form, "set_reference_profile", do):
        return answer
    return page(request, f"{AREA}/enter.html", {"form": form, "back": reverse("cultures:str_profiles")}, form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("withdraw_profile")
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    one = profile_or_404(pk)
    if request.method != "POST" and (one.withdrawn_at or one.test):
        refusal = ProfileGone() if one.withdrawn_at else ProfileOfATest(one)
        return turned_back(request, one.get_absolute_url(), str(refusal))
    form = WithdrawForm(sent(request))

    def do() -> Done:
        made = withdraw_profile(profile_id=one.pk, reason=form.cleaned_data["reason"], by=request.user)
        return Done(to=made, message=f"Nothing is compared with this profile of {made} any more.")

    if answer := saved(request, form, "withdraw_profile", do):
        return answer
    context = {
        "form": form,
        "back": one.get_absolute_url(),
        "title": f"Withdraw {one}",
        "said": f"{one.source}. It stays readable, and samples that were judged by it keep their verdict.",
        "fields": [form["reason"]],
        "verb": "Withdraw",
        "note": "Later samples are not compared with it",
    }
    return page(request, f"{AREA}/say_why.html", context, status=form.status)
