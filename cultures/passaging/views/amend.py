"""Second thoughts: undo the last entry, or correct an older one after seeing what that changes."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cultures.passaging.forms.amend import CORRECTIONS
from cultures.passaging.forms.dosing import medium_figures
from cultures.passaging.forms.reshaping import reshaped
from cultures.passaging.models import Culture, Event
from cultures.passaging.services import correct_entry, may_undo, preview_correction, undo_entry
from cultures.passaging.services.consequences import Change
from cultures.passaging.services.undoing import KINDS, cultures_of
from cultures.passaging.views.entry import catalogue, or_say_why, saved, turned_back
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now
from lims.errors import DomainError
from lims.instruments.form_once import Done
from lims.web.htmx import page

NAMES = {
    "receipt": "arrival",
    "count": "count",
    "observation": "observation",
    "feed": "medium change",
    "harvest": "harvest",
    "move": "move",
    "discard": "discard",
}


@require_http_methods(["GET", "POST"])
@requires("undo_entry")
def undo(request: SignedInRequest, kind: str, entry_id: int) -> HttpResponse:
    """A link leads to a page that asks; the button on it, or on another page, undoes."""
    entry = _entry(kind, entry_id)
    culture = _culture_of(entry)
    if request.method == "GET":
        context = {"culture": culture, "entry": entry, "kind": kind, "name": NAMES[kind]}
        return page(request, "cultures/passaging/undo.html", context | {"may_undo": may_undo(entry, now())})

    def do() -> Done:
        undo_entry(kind=kind, event_id=entry_id, at=now(), by=request.user)
        return Done(to=culture, message=f"The {NAMES[kind]} is undone.")

    return or_say_why(request, culture.get_absolute_url(), "undo", do)


@require_http_methods(["GET", "POST"])
@requires("correct_entry")
def correct(request: SignedInRequest, kind: str, entry_id: int) -> HttpResponse:
    """First what is wrong; then what the correction changes downstream; then, confirmed, the correction."""
    entry = _entry(kind, entry_id)
    culture = _culture_of(entry)
    if not entry.stands and request.method == "GET":
        said = "This entry was corrected or undone already. Correct the one that stands."
        return turned_back(request, culture.get_absolute_url(), said)
    form = CORRECTIONS[kind](
        reshaped(request.POST) if request.method == "POST" else None, event=entry, catalogue=catalogue()
    )

    def do() -> Done:
        reason = form.cleaned_data["reason"]
        correct_entry(kind=kind, event_id=entry_id, changes=form.changes(), reason=reason, at=now(), by=request.user)
        return Done(to=culture, message=f"The {NAMES[kind]} is corrected.")

    consequences: list[Change] | None = None
    if form.is_valid() and "add" not in request.POST and "remove" not in request.POST:
        if request.POST.get("confirmed") == form.seal():
            if answer := saved(request, form, "correct", do):
                return answer
        else:
            try:
                consequences = preview_correction(kind=kind, event_id=entry_id, changes=form.changes())
            except DomainError as refusal:
                form.refuse(refusal)
    context = {
        "form": form,
        "culture": culture,
        "entry": entry,
        "kind": kind,
        "name": NAMES[kind],
        "consequences": consequences,
        "seal": form.seal() if consequences is not None else "",
        "figures": medium_figures(form.catalogue) if kind == "feed" else None,
    }
    return page(request, "cultures/passaging/correct.html", context, status=form.status)


def _entry(kind: str, entry_id: int) -> Event:
    if kind not in KINDS:
        raise Http404(f"There is no kind of entry called {kind[:20]}.")
    named = KINDS[kind].objects.select_related("by")
    if entry := named.filter(pk=entry_id).first():
        return entry
    raise Http404("There is no such entry.")


def _culture_of(entry: Event) -> Culture:
    return Culture.objects.select_related("line", "vessel").get(pk=cultures_of(entry)[0])
