"""Profiles come in files, and go out in one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cultures.passaging.views.entry import saved, turned_back
from cultures.quality.forms.str_import import ConfirmForm, UploadForm
from cultures.quality.models import RawFile, STRProfile
from cultures.quality.profiles import listed
from cultures.quality.services import import_profiles, keep_raw_file
from cultures.quality.services.files import content_of
from cultures.quality.str_files import Imported, NamedProfile, clastr_batch, read_profiles
from cultures.science.str_profiles import Profile
from lims.accounts.access import SignedInRequest, requires
from lims.clock import today
from lims.errors import DomainError
from lims.instruments.form_once import Done
from lims.web.forms import BenchForm
from lims.web.htmx import page

AREA = "cultures/quality/identity"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("import_profiles")
def import_file(request: SignedInRequest) -> HttpResponse:
    """The file is kept and shown row by row; what it means is entered by a second step."""
    if request.method != "POST":
        return _shown(request, UploadForm())
    if "raw" in request.POST:
        return _entered(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, form)
    upload = form.cleaned_data["file"]
    try:
        raw = keep_raw_file(upload=upload, name=upload.name, by=request.user)
        found = read_profiles(content_of(raw), raw.name)
    except DomainError as refusal:
        form.refuse(refusal)
        return _shown(request, form)
    return _shown(request, ConfirmForm(found=found.profiles, initial={"raw": raw.pk}), found, raw)


def _entered(request: SignedInRequest) -> HttpResponse:
    asked = request.POST["raw"]
    raw = RawFile.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 15 else None
    if raw is None:
        return redirect("cultures:str_import")
    try:
        found = read_profiles(content_of(raw), raw.name)
    except DomainError as refusal:  # it was kept for another import, or refused at its own
        return turned_back(request, reverse("cultures:str_import"), str(refusal))
    form = ConfirmForm(request.POST, found=found.profiles)

    def do() -> Done:
        made = import_profiles(found=found.profiles, source=raw.name, by=request.user, **form.command())
        references = sum(one.kind == STRProfile.Kind.REFERENCE for one in made)
        said = f"{references} reference{'' if references == 1 else 's'}, {len(made) - references} of the library."
        return Done(to="cultures:str_profiles", message=f"{len(made)} profiles came in: {said}")

    if answer := saved(request, form, "import_profiles", do):
        return answer
    return _shown(request, form, found, raw)


def _shown(
    request: SignedInRequest, form: BenchForm, found: Imported | None = None, raw: RawFile | None = None
) -> HttpResponse:
    context = {"form": form, "found": found, "raw": raw, "back": reverse("cultures:str_profiles")}
    return page(request, f"{AREA}/import.html", context, status=form.status)


@require_safe
@requires("view_bench")
def export(request: SignedInRequest) -> HttpResponse:
    """Which profiles go into the file; what becomes of it is said before it is made."""
    kinds = [(kind.value, words, listed(kind).count()) for kind, words in WORDS.items()]
    return page(request, f"{AREA}/export.html", {"kinds": kinds, "back": reverse("cultures:str_profiles")})


WORDS = {
    STRProfile.Kind.REFERENCE: "References of our lines",
    STRProfile.Kind.SAMPLE: "Samples",
    STRProfile.Kind.LIBRARY: "Library",
}


@require_safe
@requires("export_bench")
def clastr_csv(request: SignedInRequest) -> HttpResponse:
    """In the format of CLASTR's batch query. It is a download; nothing is sent anywhere."""
    found = listed().order_by("name", "pk")
    if kinds := [kind for kind in request.GET.getlist("kind") if kind in STRProfile.Kind.values]:
        found = found.filter(kind__in=kinds)
    if (line := request.GET.get("line", "")).isdecimal() and len(line) < 10:
        found = found.filter(line=int(line))
    if (one := request.GET.get("profile", "")).isdecimal() and len(one) < 15:
        found = found.filter(pk=int(one))
    written = clastr_batch(NamedProfile(row.name, Profile.from_json(row.alleles)) for row in found)
    name = f"clastr-{today():%Y-%m-%d}.csv"
    return HttpResponse(
        written,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
