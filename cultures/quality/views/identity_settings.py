"""How identity is decided, and which lines are known to share a donor."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.views.entry import saved
from cultures.quality.forms.identity import DonorForm, IdentityPolicyForm, WithdrawForm
from cultures.quality.house import as_policy
from cultures.quality.identity_words import in_brief, sentences, versions
from cultures.quality.models import IdentityPolicy, SharedDonor
from cultures.quality.services import change_identity_policy, state_shared_donor, withdraw_shared_donor
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent
from lims.web.htmx import page
from lims.web.pagination import keyset_page

AREA = "cultures/quality/identity"


@require_safe
@requires("view_bench")
def policy(request: SignedInRequest) -> HttpResponse:
    told = versions()
    decided = told[0][0] if told else IdentityPolicy(version=0)
    inside = as_policy(decided)
    context = {
        "tab": "identity",
        "decided": decided,
        "policy": inside,
        "brief": in_brief(inside),
        "ambiguous": inside.related_from - inside.unrelated_below,
        "related": 100 - inside.related_from,
        "sentences": sentences(inside),
        "versions": told,
    }
    return page(request, f"{AREA}/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("change_identity_policy")
def change_policy(request: SignedInRequest) -> HttpResponse:
    decided = IdentityPolicy.current()
    form = IdentityPolicyForm(sent(request), decided=decided)

    def do() -> Done:
        made = change_identity_policy(by=request.user, **form.command())
        return Done(to="cultures:identity_policy", message=f"Version {made.version} decides from now on.")

    if answer := saved(request, form, "change_identity_policy", do):
        return answer
    context = {"form": form, "next": decided.version + 1, "back": reverse("cultures:identity_policy")}
    return page(request, f"{AREA}/change_policy.html", context, status=form.status)


# --- shared donors ----------------------------------------------------------------------------------------------------


@require_safe
@requires("view_bench")
def donors(request: SignedInRequest) -> HttpResponse:
    found = SharedDonor.objects.filter(withdrawn_at=None).select_related("line", "other_line", "by")
    rows = keyset_page(found, request, order=("-at",))
    return page(request, f"{AREA}/donors.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("state_shared_donor")
def state_donor(request: SignedInRequest) -> HttpResponse:
    asked = request.GET.get("line", "")
    initial = {"line": int(asked)} if asked.isdecimal() and len(asked) < 10 else {}
    form = DonorForm(sent(request), initial=initial)

    def do() -> Done:
        made = state_shared_donor(by=request.user, **form.command())
        other = made.other_line or made.other_accession
        return Done(to="cultures:str_donors", message=f"{made.line} and {other} are never alarmed for one another.")

    if answer := saved(request, form, "state_shared_donor", do):
        return answer
    context = {"form": form, "back": reverse("cultures:str_donors")}
    return page(request, f"{AREA}/state_donor.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("withdraw_shared_donor")
def withdraw_donor(request: SignedInRequest, pk: int) -> HttpResponse:
    one = SharedDonor.objects.select_related("line", "other_line").filter(pk=pk).first()
    if one is None:
        raise Http404("No such shared donor.")
    form = WithdrawForm(sent(request))

    def do() -> Done:
        withdraw_shared_donor(shared_id=one.pk, reason=form.cleaned_data["reason"], by=request.user)
        return Done(to="cultures:str_donors", message="They are of different donors again.")

    if answer := saved(request, form, "withdraw_shared_donor", do):
        return answer
    context = {
        "form": form,
        "back": reverse("cultures:str_donors"),
        "title": f"{one.line} and {one.other_line or one.other_accession} do not share a donor",
        "said": f"It was stated so: {one.reason}. From now on samples that are closer to the other are alarmed.",
        "fields": [form["reason"]],
        "verb": "Withdraw",
        "note": "What was judged before stays as it was",
    }
    return page(request, f"{AREA}/say_why.html", context, status=form.status)
