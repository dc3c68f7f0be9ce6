"""Starting, settling and ending reversion tests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from cultures.dosing.forms.reversion import EndForm, ReversionForm, SettleForm
from cultures.dosing.models import ResistanceModel, ReversionCheck, ReversionTest
from cultures.dosing.services.reversion import end_reversion_test, settle_reversion_check, start_reversion_test
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.codes import tidy_code
from lims.web.entry import SteppedForm, carried_out, sent
from lims.web.htmx import done

post_or_look = require_http_methods(["GET", "HEAD", "POST"])


@post_or_look
@requires("start_reversion_test")
def start(request: SignedInRequest, code: str) -> HttpResponse:
    model = get_object_or_404(ResistanceModel, code=tidy_code(code))
    form = ReversionForm(sent(request), model=model)

    def verb() -> ReversionTest:
        return start_reversion_test(model_id=model.pk, at=now(), by=request.user, **form.command())

    if carried_out(form, verb):
        return done(request, model, "The test has begun; its weeks fall due one after another.")
    teach = "A flask that comes from a treated one and is without drug now; all that descends from it is in the test."
    return _page(request, form, model, "Start a reversion test", "Start", teach)


@post_or_look
@requires("settle_reversion_check")
def settle(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    check = get_object_or_404(
        ReversionCheck.objects.select_related("test__model"), pk=pk, test__model__code=tidy_code(code)
    )
    form = SettleForm(sent(request))
    if carried_out(
        form, lambda: settle_reversion_check(check_id=check.pk, at=now(), by=request.user, **form.command())
    ):
        return done(request, check.test.model, f"Week {check.week} is settled.")
    teach = "The IC50 itself comes with the assay. Here it is said that it was measured, or left out."
    return _page(request, form, check.test.model, f"Settle week {check.week}", "Settle", teach)


@post_or_look
@requires("end_reversion_test")
def end(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    test = get_object_or_404(ReversionTest.objects.select_related("model"), pk=pk, model__code=tidy_code(code))
    form = EndForm(sent(request))
    if carried_out(form, lambda: end_reversion_test(test_id=test.pk, at=now(), by=request.user, **form.command())):
        return done(request, test.model, "The test has ended. Its record stays.")
    teach = "Its weeks fall due no more. The flasks live on until somebody ends them."
    return _page(request, form, test.model, "End the reversion test", "End it", teach)


def _page(
    request: HttpRequest, form: SteppedForm, model: ResistanceModel, title: str, verb: str, teach: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "verb": verb,
        "teach": teach,
        "back": model.get_absolute_url(),
        "crumbs": [("Models", "/models/"), (str(model), model.get_absolute_url())],
    }
    return render(request, "cultures/register_form.html", context, status=form.status)
