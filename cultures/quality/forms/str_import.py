"""A file of profiles: chosen, then looked at row by row: whose reference each becomes, or that of the library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from cultures.lines.models import CellLine, LineName
from cultures.lines.names import search_key
from cultures.quality.models import STRProfile
from cultures.quality.profiles import Flag, flags_of
from cultures.quality.str_files import NamedProfile
from cultures.quality.str_imports import incoming, lines_meant
from cultures.science.str_profiles import AMELOGENIN, CORE_13
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import BenchForm

SHOWN = 200  # rows; those that are somebody's come first, the others join the library


class UploadForm(BenchForm):
    file = forms.FileField(
        label="File of profiles",
        help_text="CSV or XLSX with a row per sample, or per sample and marker; Cellosaurus text or XML.",
        error_messages={"required": "Choose the file.", "empty": "This file is empty. Export it again."},
    )


@dataclass(frozen=True)
class ImportRow:
    """A profile of the file. `line` is what stands in its field; `former` is what it takes the place of."""

    place: int
    named: NamedProfile
    meant: CellLine | None
    reference: STRProfile | None  # of the line that is meant
    former: STRProfile | None  # of the library
    line: str
    is_out: bool
    error: str

    @property
    def is_reference_already(self) -> bool:
        return self.reference is not None and self.reference.alleles == self.named.profile.to_json()

    @property
    def is_in_library(self) -> bool:
        return self.former is not None and self.former.alleles == self.named.profile.to_json()

    @property
    def core(self) -> int:
        return sum(marker in self.named.profile.calls for marker in CORE_13)

    @property
    def markers(self) -> int:
        return len(set(self.named.profile.calls) - {AMELOGENIN})

    @property
    def flags(self) -> list[Flag]:
        return flags_of(self.named.profile)

    @property
    def is_other_accession(self) -> bool:
        """The file says another accession than the line has."""
        theirs = self.meant.rrid if self.meant else ""
        return bool(theirs and self.named.accession and theirs != self.named.accession)


class ConfirmForm(BenchForm):
    """What becomes of each profile; `raw` is the file that was kept."""

    raw = WholeNumberField(widget=forms.HiddenInput)
    reason = CleanCharField(
        label="Why references change", max_length=300, required=False, help_text="Only where a line has one already."
    )

    def __init__(self, *args: Any, found: Sequence[NamedProfile], **options: Any) -> None:
        super().__init__(*args, **options)
        self.found = found
        self.lines: dict[int, int] = {}
        self.wrong: dict[int, str] = {}
        meant = lines_meant(found)
        ids = [line.pk for line in meant if line]
        standing = STRProfile.objects.filter(kind=STRProfile.Kind.REFERENCE, withdrawn_at=None, line__in=ids)
        references = {one.line_id: one for one in standing}
        library = incoming(dict(enumerate(found)), {})
        self.rows = sorted(
            (
                self._row(one.place, one.named, line, references.get(line.pk) if line else None, one.former)
                for one, line in zip(library, meant, strict=True)
            ),
            key=lambda row: (row.meant is None, row.place),
        )

    def _row(
        self,
        place: int,
        named: NamedProfile,
        meant: CellLine | None,
        reference: STRProfile | None,
        former: STRProfile | None,
    ) -> ImportRow:
        proposed = meant.name if meant and (reference is None or reference.alleles == named.profile.to_json()) else ""
        line = self.data.get(f"line-{place}", "") if self.is_bound else proposed
        is_out = self.is_bound and self.data.get(f"out-{place}") == "on"
        return ImportRow(place, named, meant, reference, former, line.strip(), is_out, "")

    @property
    def shown(self) -> list[ImportRow]:
        return [replace(row, error=self.wrong.get(row.place, "")) for row in self.first]

    @property
    def first(self) -> list[ImportRow]:
        return self.rows[:SHOWN]

    @property
    def unshown(self) -> int:
        return len(self.rows) - len(self.first)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        wanted = {row.place: row.line for row in self.first if row.line and not row.is_out}
        keys = {search_key(name) for name in wanted.values()}
        known: Mapping[str, int] = dict(
            LineName.objects.filter(key__in=keys, withdrawn_at=None).values_list("key", "line")
        )
        for place, name in wanted.items():
            if line_id := known.get(search_key(name)):
                self.lines[place] = line_id
            else:
                self.wrong[place] = f"No line is called {name[:60]}. Choose one, or leave it empty."
        if self.wrong:
            raise forms.ValidationError("some lines are not known here. Look at the rows below.")
        return said

    def command(self) -> dict[str, Any]:
        left_out = [row.place for row in self.first if row.is_out]
        return {"lines": self.lines, "left_out": left_out, "reason": self.cleaned_data["reason"]}
