"""Alleles as they are entered: a cell for each marker, cells for others, and lines pasted out of a spreadsheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.science.str_cells import Row, cell_of, lines_of, rows_of
from cultures.science.str_profiles import (
    AMELOGENIN,
    CORE_8,
    CORE_13,
    MARKERS,
    NotAMarker,
    NotAnAllele,
    NotAProfile,
    Profile,
    marker_name,
)
from lims.web.forms import BenchField

GRID = (AMELOGENIN, *CORE_13, "Penta D", "Penta E")  # of the 16-marker kits; the 8 core loci come first
OTHERS = tuple(marker for marker in MARKERS if marker not in GRID)
SPARE = 3  # empty rows for other markers
MOST_OTHERS = 60


@dataclass(frozen=True)
class Written:
    """What was sent: cells by marker, as they stand in the grid and below it, and pasted lines."""

    cells: tuple[tuple[str, str], ...] = ()
    pasted: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        yield from ((marker, cell) for marker, cell in self.cells if marker or cell)
        yield from lines_of(self.pasted)


@dataclass(frozen=True)
class Cell:
    marker: str
    name: str
    value: str
    is_wrong: bool
    is_core: bool = False


class MarkersGrid(forms.Widget):
    """One input for each marker of the usual kits, rows for others, and room to paste. Works without script."""

    template_name = "cultures/quality/identity/markers.html"
    use_fieldset = True
    wrong: frozenset[str] = frozenset()  # markers at fault, as the bound field says

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Also of REST and CSV, which send alleles by marker, or lines."""
        said = data.get(name)
        if isinstance(said, Mapping):
            return said
        grid = [(marker, str(data.get(f"{name}-{marker}") or "")) for marker in GRID]
        others = []
        for place in range(MOST_OTHERS):
            marker, cell = (str(data.get(f"{name}-{part}-{place}") or "") for part in ("marker", "alleles"))
            others += [(marker.strip(), cell)] if marker.strip() or cell.strip() else []
        return Written((*((marker, cell) for marker, cell in grid if cell.strip()), *others), str(said or ""))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key == name or key.startswith(f"{name}-") for key in data)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        cells, pasted = shown(value)
        known = dict(cells)
        others = [(marker, cell) for marker, cell in cells if marker not in GRID]
        context["grid"] = [
            Cell(marker, f"{name}-{marker}", known.get(marker, ""), marker in self.wrong, marker in CORE_8)
            for marker in GRID
        ]
        context["others"] = [
            Cell(marker, f"{name}-alleles-{place}", cell, marker in self.wrong)
            for place, (marker, cell) in enumerate([*others, *[("", "")] * SPARE])
        ]
        context |= {"pasted": pasted, "names": OTHERS, "prefix": name}
        return context


def shown(value: Any) -> tuple[list[tuple[str, str]], str]:
    """The cells and the pasted lines that stand for a value: of what was sent, of a stored profile, of plain cells."""
    match value:
        case Written():
            return list(value.cells), value.pasted
        case str():
            return [], value
        case Mapping() if any(not isinstance(calls, str) for calls in value.values()):
            calls = Profile.from_json(value).calls
            return [(marker, cell_of(found)) for marker, found in calls.items()], ""
        case Mapping():
            return list(value.items()), ""
    return [], ""


class MarkersBoundField(BenchField):
    """Tells the grid which of its cells are at fault."""

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> Any:
        faults = self.form.errors.as_data().get(self.name, []) if self.form.is_bound else []
        shown_in = widget or self.field.widget
        shown_in.wrong = frozenset((fault.params or {}).get("marker", "") for fault in faults)
        return super().as_widget(widget, attrs, only_initial)


class MarkersField(forms.Field):
    """Alleles by marker: a grid on a page; elsewhere {"TH01": "6,9.3"}, a stored profile, or lines "TH01<tab>6,9.3".

    Cleaned: a profile as it is stored.
    """

    widget = MarkersGrid
    default_error_messages = {"required": "Enter the alleles of at least one marker."}

    def get_bound_field(self, form: Any, field_name: str) -> MarkersBoundField:
        return MarkersBoundField(form, self, field_name)

    def to_python(self, value: Any) -> Any:
        try:
            if isinstance(value, Mapping) and not all(isinstance(cell, str) for cell in value.values()):
                return Profile.from_json(value).to_json() or None
            said = list(value.items() if isinstance(value, Mapping) else _written(value).lines())
        except (NotAMarker, NotAnAllele, NotAProfile) as error:
            raise ValidationError(str(error), code="markers") from error
        return _profile(said).to_json() or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


def _written(value: Any) -> Written:
    return value if isinstance(value, Written) else Written(pasted=str(value or ""))


def _profile(said: list[tuple[str, str]]) -> Profile:
    """All that is wrong is said at once, each at its marker; nothing that was written is dropped."""
    faults: list[ValidationError] = []
    rows: list[Row] = []
    seen: dict[str, str] = {}
    for written, cell in said:
        try:
            marker = marker_name(written)
            if cell.strip() and (before := seen.get(marker)):
                raise NotAMarker(f"{marker} is written twice. Keep one, or both: {before} | {cell}")
            found = list(rows_of({marker: cell}))
            Profile.read(found)
        except (NotAMarker, NotAnAllele) as error:
            faults.append(ValidationError(str(error), code="markers", params={"marker": written}))
        else:
            seen |= {marker: cell} if cell.strip() else {}
            rows += found
    if faults:
        raise ValidationError(faults)
    return Profile.read(rows)
