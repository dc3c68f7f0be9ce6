"""Tables of STR profiles: one row per sample, one row per marker, or one row per sample and marker.

wide        Sample, Amelogenin, TH01, …       a row per sample: ATCC, Eurofins, strprofiler, CLASTR
long        TH01, "7,9.3"                     a row per marker: one sample, named by its file
GeneMapper  Sample Name, Marker, Allele 1, …  a row per sample and marker; sizes and heights are not read
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from cultures.quality.str_files.base import (
    ACCESSION,
    Grid,
    Imported,
    NamedProfile,
    ProfileFileRefused,
    ProfileRowRefused,
    Row,
    read_name,
    read_profile,
    refusing,
)
from cultures.science.str_cells import alleles_of
from cultures.science.str_profiles import (
    KNOWN,
    NotAMarker,
    NotAnAllele,
    Profile,
    allele_name,
    marker_name,
    split_alleles,
)

SAMPLE_HEADS = ("sample name", "sample id", "sample", "name", "cell line", "sample file")  # the first one there
MARKER_HEADS = ("marker", "marker name", "locus")
ACCESSION_HEADS = ("accession", "rrid")
ALLELE_HEAD = re.compile(r"alleles?\s*[0-9]*")


def read_table(grid: Grid, name: str) -> Imported:
    """Of whichever kind it is. `name` is that of a long table's only sample. Raises ProfileFileRefused."""
    head = next((row for _, row in grid.filled()), [])
    heads = [cell.lower() for cell in head]
    if not set(heads).isdisjoint(MARKER_HEADS) and any(ALLELE_HEAD.fullmatch(cell) for cell in heads):
        return _long(grid, name) if set(heads).isdisjoint(SAMPLE_HEADS) else _genemapper(grid)
    if any(_is_known(cell) for cell in head[1:]):
        return _wide(grid)
    if any(_is_known(row[0]) for _, row in grid.filled()):
        return _long(grid, name)
    raise ProfileFileRefused("The first row names no marker. Name the columns: Sample, Amelogenin, TH01, and so on.")


def _place(heads: Sequence[str], names: Sequence[str], otherwise: int = 0) -> int:
    return next((heads.index(name) for name in names if name in heads), otherwise)


def _is_known(cell: str) -> bool:
    try:
        return marker_name(cell) in KNOWN
    except NotAMarker:
        return False


def _alleles(cell: str, marker: str, grid: Grid) -> list[str]:
    """Of one cell. Raises NotAnAllele, also where 9,3 may be 9.3."""
    return split_alleles(cell, marker) if grid.comma_is_between else alleles_of(cell, marker)


def _cell_rows(cells: Iterable[tuple[str, str]], grid: Grid) -> Iterator[Row]:
    for marker, cell in cells:
        yield marker, _alleles(cell, marker_name(marker), grid), ()


# --- a row per sample -------------------------------------------------------------------------------------------------


def _wide(grid: Grid) -> Imported:
    (_, head), *rows = grid.filled()
    lowered = [cell.lower() for cell in head]
    name_at = _place(lowered, SAMPLE_HEADS)
    accession_at = _place(lowered, ACCESSION_HEADS, name_at)
    columns = {at: cell for at, cell in enumerate(head) if cell and at not in (name_at, accession_at)}
    ignored = [at for at, cell in columns.items() if not _is_known(cell) and not _holds_alleles(at, cell, rows, grid)]
    found = Imported(ignored=[columns.pop(at) for at in ignored])
    seen: dict[str, int] = {}
    for number, row in rows:
        where, cells = f"Row {number}", dict(enumerate(row))
        try:
            name = read_name(cells.get(name_at, ""), where, number)
            if name in seen:
                sentence = f"{where}: {name} stands in row {seen[name]} already. Give each sample a name of its own."
                raise ProfileRowRefused(sentence, extra={"row": number})
            seen[name] = number
            _refuse_stray_cells(number, row, head)
            alleles = ((marker, cells.get(at, "")) for at, marker in columns.items())
            profile = read_profile(_cell_rows(alleles, grid), where, number)
        except ProfileRowRefused as refusal:
            found.refusals.append(refusal)
        else:
            accession = ACCESSION.search(cells.get(accession_at, ""))
            found.profiles.append(NamedProfile(name, profile, accession=accession[0] if accession else ""))
    return found


def _holds_alleles(at: int, head: str, rows: Iterable[tuple[int, Sequence[str]]], grid: Grid) -> bool:
    """Whether a column with an unknown head may be a marker; a remark or a score is not."""
    try:
        marker = marker_name(head)
        for _, row in rows:
            for allele in _alleles(row[at], marker, grid) if at < len(row) else ():
                allele_name(allele, marker)
    except (NotAMarker, NotAnAllele):
        return False
    return True


def _refuse_stray_cells(number: int, row: Sequence[str], head: Sequence[str]) -> None:
    """Alleles without quotes push all that follow into the wrong column."""
    stray = next((cell for at, cell in enumerate(row) if cell and (at >= len(head) or (at and not head[at]))), None)
    if stray:
        sentence = f"Row {number}: {stray[:40]} stands under no marker. Alleles with a comma between them need quotes."
        raise ProfileRowRefused(sentence, extra={"row": number})


# --- a row per marker -------------------------------------------------------------------------------------------------


def _long(grid: Grid, name: str) -> Imported:
    found = Imported()
    sources, cells = [], []
    for _, row in grid.filled():
        head, value = row[0].lower(), ",".join(cell for cell in row[1:] if cell)
        if head in SAMPLE_HEADS:
            name = value
        elif head in ("source", "sources"):
            sources.append(value)
        elif head not in MARKER_HEADS:
            cells.append((row[0], value))
    try:
        profile = read_profile(_cell_rows(cells, grid), "The file")
        named = NamedProfile(read_name(name, "The file"), profile, sources=tuple(sources))
    except ProfileRowRefused as refusal:
        found.refusals.append(refusal)
    else:
        found.profiles.append(named)
    return found


# --- a row per sample and marker --------------------------------------------------------------------------------------


def _genemapper(grid: Grid) -> Imported:
    """A sample with one row that cannot be read is refused as a whole."""
    (_, head), *rows = grid.filled()
    heads = [cell.lower() for cell in head]
    sample_at, marker_at = _place(heads, SAMPLE_HEADS), _place(heads, MARKER_HEADS)
    alleles_at = [at for at, cell in enumerate(heads) if ALLELE_HEAD.fullmatch(cell)]
    found = Imported()
    samples: dict[str, list[Row]] = {}
    refused = set()
    for number, row in rows:
        cells = dict(enumerate(row))
        sample = cells.get(sample_at, "")
        lines = samples.setdefault(sample, [])
        try:
            with refusing(f"Row {number}", number):
                marker = marker_name(cells.get(marker_at, ""))
                alleles = [one for at in alleles_at for one in _alleles(cells.get(at, ""), marker, grid)]
                Profile.read([(marker, alleles, ())])
                lines.append((marker, alleles, ()))
        except ProfileRowRefused as refusal:
            found.refusals.append(refusal)
            refused.add(sample)
    for sample, lines in samples.items():
        try:
            if sample not in refused:
                name = read_name(sample, "A sample")
                found.profiles.append(NamedProfile(name, read_profile(lines, name)))
        except ProfileRowRefused as refusal:
            found.refusals.append(refusal)
    return found
