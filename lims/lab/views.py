"""The lab's settings, and the versions before them."""

from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lims.accounts.access import SignedInRequest, requires
from lims.errors import DomainError
from lims.lab.forms import LabSettingsForm
from lims.lab.models import LabSettings
from lims.lab.services import DECIDED, change_lab_settings
from lims.web.htmx import done

SHOWN_VERSIONS = 20


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@require_http_methods(["GET", "HEAD", "POST"])
@requires("change_lab_settings")
def lab_settings(request: SignedInRequest) -> HttpResponse:
    versions = list(LabSettings.objects.select_related("by").order_by("-pk")[: SHOWN_VERSIONS + 1])
    newest = versions[0] if versions else LabSettings.current()
    sent = request.POST if request.method == "POST" else None
    form = LabSettingsForm(sent, initial=LabSettingsForm.values_of(newest))
    if form.is_valid():
        try:
            change_lab_settings(by=request.user, **form.command())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return done(request, "lims:lab_settings", "The new settings are in force.")
    context = {"form": form, "versions": _with_changes(versions)}
    return render(request, "lims/lab/settings.html", context, status=form.status)


def _with_changes(versions: list[LabSettings]) -> list[tuple[LabSettings, list[Change]]]:
    """Each version with what it changed; the oldest shown has nothing to be compared with."""
    compared = [(newer, _changes(older, newer)) for newer, older in pairwise(versions)]
    return compared if len(versions) > SHOWN_VERSIONS else compared + [(version, []) for version in versions[-1:]]


def _changes(older: LabSettings, newer: LabSettings) -> list[Change]:
    fields = LabSettingsForm.base_fields
    old, new = LabSettingsForm.values_of(older), LabSettingsForm.values_of(newer)
    return [
        Change(str(fields[name].label), _shown(name, old), _shown(name, new))
        for name in DECIDED
        if getattr(older, name) != getattr(newer, name)
    ]


def _shown(name: str, values: dict[str, object]) -> str:
    field = LabSettingsForm.base_fields[name]
    return f"{field.prepare_value(values[name])} {getattr(field, 'unit', '')}".strip()
