"""The lab's rules of readiness: in sentences, with their versions, and the page that changes them."""

from itertools import pairwise

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.dosing.forms.rules import RulesForm, changes_in_words
from cultures.dosing.models import ReadinessRules
from cultures.dosing.services import change_readiness_rules
from cultures.passaging.views.entry import saved
from lims.accounts.access import SignedInRequest, requires
from lims.instruments.form_once import Done
from lims.web.entry import sent

THE_DEFAULTS = ReadinessRules(version=1)  # until somebody decides; never saved


@require_safe
@requires("view_bench")
def rules(request: SignedInRequest) -> HttpResponse:
    versions = list(ReadinessRules.objects.select_related("by").order_by("-version"))
    told = [*versions, THE_DEFAULTS]
    context = {
        "rules": told[0],
        "versions": [(later, changes_in_words(before, later)) for later, before in pairwise(told)],
    }
    return render(request, "cultures/dosing/plans/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("change_readiness_rules")
def change(request: SignedInRequest) -> HttpResponse:
    newest = ReadinessRules.current()
    form = RulesForm(sent(request), rules=newest)

    def do() -> Done:
        made = change_readiness_rules(by=request.user, **form.command())
        said = f"Version {made.version} of the rules is in force. What was decided before was judged by its own."
        return Done(to="cultures:readiness_rules", message=said)

    if answer := saved(request, form, "change_readiness_rules", do):
        return answer
    context = {"form": form, "rules": newest, "back": reverse("cultures:readiness_rules")}
    return render(request, "cultures/dosing/plans/change_rules.html", context, status=form.status)
