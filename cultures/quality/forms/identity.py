"""Forms of identity: a reference, a search, a shared donor, and how identity is decided."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from cultures.lines.models import CellLine
from cultures.passaging.forms.fields import PickField, offer
from cultures.quality.identity_words import MARKER_SETS, MODES, bands
from cultures.quality.markers import MarkersField
from cultures.quality.models import IdentityPolicy
from cultures.quality.str_files import Imported, NamedProfile, read_profiles
from cultures.science.str_match import POLICIES, Mode, Policy
from cultures.science.str_profiles import Profile
from lims.errors import DomainError
from lims.web.entry import SteppedForm, Steps
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import BenchForm

AS_DECIDED = ""  # the policy in force


def lines_in_use() -> list[tuple[int, str]]:
    return list(CellLine.objects.filter(retired_at=None).order_by("name").values_list("pk", "name"))


def rules() -> list[tuple[str, str]]:
    return [(policy.code, f"{policy.name}: {bands(policy)}") for policy in POLICIES.values()]


class ReferenceForm(BenchForm):
    """What a line should be like."""

    line = PickField(label="Line")
    source = CleanCharField(
        label="Where it comes from",
        max_length=120,
        help_text="The supplier's sheet, Cellosaurus, a report.",
        error_messages={"required": "Write where it comes from: the supplier's sheet, Cellosaurus, a report."},
    )
    reason = CleanCharField(
        label="Why it changes", max_length=300, required=False, help_text="Only where the line has a reference already."
    )
    markers = MarkersField(label="Alleles")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "line", lines_in_use(), nothing="choose the line")

    def command(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "line_id": said["line"],
            "markers": said["markers"],
            "source": said["source"],
            "reason": said["reason"],
        }


class SearchForm(BenchForm):
    """Who is this? Alleles or a file; nothing of it is kept."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    markers = MarkersField(label="Alleles", required=False)
    file = forms.FileField(
        label="Or a file", required=False, help_text="CSV or XLSX of the service, Cellosaurus text or XML."
    )
    line = PickField(label="It should be", required=False, help_text="Then it is said whether it is.")
    rule = forms.ChoiceField(label="Score and bands", required=False)
    mode = forms.ChoiceField(label="Markers that count", required=False)
    marker_set = forms.ChoiceField(label="Set of markers", required=False)
    with_amelogenin = forms.BooleanField(label="Score amelogenin too", required=False)

    def __init__(self, *args: Any, policy: Policy, **options: Any) -> None:
        super().__init__(*args, **options)
        self.in_force = policy
        self.imported = Imported()
        offer(self, "line", lines_in_use(), nothing="not known")
        as_decided = (AS_DECIDED, "as the lab decided")
        for name, choices in (("rule", rules()), ("mode", MODES.items()), ("marker_set", MARKER_SETS.items())):
            offer(self, name, [as_decided, *choices])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "markers" in self.errors or "file" in self.errors:
            return said
        if said.get("file"):
            try:
                self.imported = read_profiles(said["file"].read(), said["file"].name)
            except DomainError as refusal:
                raise ValidationError({"file": str(refusal)}) from refusal
        elif said.get("markers"):
            self.imported = Imported([NamedProfile("", Profile.from_json(said["markers"]))])
        else:
            raise ValidationError({"markers": "Enter the alleles of at least one marker, or choose a file."})
        return said

    @property
    def policy(self) -> Policy:
        said = self.cleaned_data
        chosen = POLICIES[said["rule"]] if said["rule"] else self.in_force
        changes: dict[str, Any] = {
            "mode": Mode(said["mode"] or self.in_force.mode),
            "marker_set": said["marker_set"] or self.in_force.marker_set,
            "with_amelogenin": said["with_amelogenin"] or self.in_force.with_amelogenin,
        }
        return replace(chosen, **changes)

    @property
    def is_otherwise(self) -> bool:
        """Another comparison than the lab's is asked for."""
        return self.is_bound and any(self.data.get(name) for name in ("rule", "mode", "marker_set", "with_amelogenin"))


class WithdrawForm(BenchForm):
    reason = CleanCharField(label="Reason", max_length=300, error_messages={"required": "Write why it is withdrawn."})


class DonorForm(SteppedForm):
    """Two lines of one person."""

    STEPS: ClassVar[Steps] = (
        ("One donor", ("line", "other", "accession")),
        ("How it is known", ("reason",)),
    )
    line = PickField(label="Line")
    other = PickField(label="Shares its donor with", required=False)
    accession = CleanCharField(
        label="or with an accession", max_length=20, required=False, help_text="Of Cellosaurus: CVCL_0033."
    )
    reason = CleanCharField(
        label="Source",
        max_length=200,
        help_text="The supplier, a paper, Cellosaurus.",
        error_messages={"required": "Write how it is known."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lines = lines_in_use()
        offer(self, "line", lines, nothing="choose the line")
        offer(self, "other", lines, nothing="another line")

    def command(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "line_id": said["line"],
            "other_line_id": said["other"],
            "other_accession": said["accession"],
            "reason": said["reason"],
        }

    def refuse(self, refusal: DomainError) -> None:
        super().refuse(refusal)
        if refusal.field == "rrid":
            self.add_error("accession", str(refusal))


class IdentityPolicyForm(SteppedForm):
    """How identity is decided from now on. `based_on` is the version that was looked at."""

    STEPS: ClassVar[Steps] = (
        ("Score and bands", ("code",)),
        ("Markers", ("mode", "marker_set", "with_amelogenin")),
        ("Why", ("reason",)),
    )
    code = forms.ChoiceField(label="Rule", widget=forms.RadioSelect)
    mode = forms.ChoiceField(label="Markers that count", widget=forms.RadioSelect, choices=list(MODES.items()))
    marker_set = forms.ChoiceField(label="Set of markers", widget=forms.RadioSelect, choices=list(MARKER_SETS.items()))
    with_amelogenin = forms.BooleanField(
        label="Score amelogenin", required=False, help_text="A lost Y is common in male lines, and no mismatch."
    )
    reason = CleanCharField(label="Reason", max_length=300, error_messages={"required": "Write why it changes."})
    based_on = WholeNumberField(least=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, decided: IdentityPolicy, **options: Any) -> None:
        names = ("code", "mode", "marker_set", "with_amelogenin")
        initial = {name: getattr(decided, name) for name in names} | {"based_on": decided.version}
        super().__init__(*args, initial=initial, **options)
        offer(self, "code", rules())
