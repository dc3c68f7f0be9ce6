"""A profile as a person writes it: a cell for each marker, or lines out of a spreadsheet.

6,9.3                              the alleles of one marker
14,16 (ATCC; DSMZ) | 14 (JCRB)     calls that do not agree, with those who say so
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from cultures.science.str_profiles import KNOWN, Call, NotAMarker, NotAnAllele, marker_name, split_alleles

Row = tuple[str, list[str], list[str]]  # marker, its alleles one by one, its sources
CELL = re.compile(r"(?P<alleles>[^()]*)(?:\((?P<sources>.*)\))?\s*")
DECIMAL_COMMA = re.compile(r"([0-9]+),([1-3])(?![0-9.])")  # bases of 1 to 3; so few repeats are hardly ever met
HEADS = frozenset({"MARKER", "LOCUS", "MARKERNAME"})
LONGEST_MARKER = 3  # words: Penta D, STR 9-2
BETWEEN = " :=;,"  # a marker and its alleles
WORD = re.compile(f"[^{BETWEEN}]+")


def rows_of(cells: Mapping[str, str]) -> Iterator[Row]:
    """What stands in the cells of these markers. Raises NotAMarker or NotAnAllele.

    >>> list(rows_of({"vWA": "14,16 (ATCC; DSMZ) | 14 (JCRB)", "FGA": ""}))
    [('vWA', ['14', '16'], ['ATCC', 'DSMZ']), ('vWA', ['14'], ['JCRB']), ('FGA', [], [])]
    """
    for written, cell in cells.items():
        marker = marker_name(written)
        for call in cell.split("|"):
            match = CELL.fullmatch(call)
            alleles = alleles_of(match["alleles"] if match else call, marker)
            sources = (match["sources"] or "").split(";") if match else []
            yield marker, alleles, [source.strip() for source in sources if source.strip()]


def alleles_of(cell: str, marker: str) -> list[str]:
    """Of one cell. Raises NotAnAllele, also where 9,3 may be 9.3: alleles are written in their order.

    >>> alleles_of("3,9", "TH01")
    ['3', '9']
    >>> alleles_of("6,9,3", "TH01")
    Traceback (most recent call last):
        ...
    cultures.science.str_profiles.NotAnAllele: 6,9,3 at TH01 may be 9.3, or 3 and 9. Write 9.3 or 3,9.
    """
    parts = split_alleles(cell, marker)
    match = DECIMAL_COMMA.search(cell)
    if match and int(match[1]) > int(match[2]) and len(parts) > 1 and parts[-1] == match[2]:
        repeats, bases = match.groups()
        why = f"may be {repeats}.{bases}, or {bases} and {repeats}. Write {repeats}.{bases} or {bases},{repeats}."
        raise NotAnAllele(marker, cell, why)
    return parts


def cell_of(calls: Iterable[Call]) -> str:
    """What `rows_of` reads.

    >>> cell_of([Call(frozenset({"16", "14"}), sources=("ATCC",)), Call(frozenset({"14"}))])
    '14,16 (ATCC) | 14'
    """
    return " | ".join(f"{call} ({'; '.join(call.sources)})" if call.sources else str(call) for call in calls)


def lines_of(text: str) -> Iterator[tuple[str, str]]:
    """Marker and cell, of lines as they are copied out of a table; or of a line of markers with one of alleles below.

    >>> list(lines_of("Marker\\tAlleles\\nTH01\\t6\\t9.3\\nPenta D 9/12\\nvWA: 16"))
    [('TH01', '6,9.3'), ('Penta D', '9/12'), ('vWA', '16')]
    >>> list(lines_of("Sample\\tTH01\\tvWA\\nSKBR3\\t6,9.3\\t16"))
    [('TH01', '6,9.3'), ('vWA', '16')]
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 2 and sum(map(is_marker, heads := lines[0].split("\t"))) > 1:
        below = [*(cell.strip() for cell in lines[1].split("\t")), *[""] * len(heads)]
        yield from ((head.strip(), cell) for head, cell in zip(heads, below, strict=False) if is_marker(head))
        return
    for line in lines:
        marker, cell = _divided(line.strip())
        if marker.replace(" ", "").upper() not in HEADS:
            yield marker, cell


def is_marker(text: str) -> bool:
    """A marker of people, however it is spelled."""
    try:
        return marker_name(text) in KNOWN
    except NotAMarker:
        return False


def _divided(line: str) -> tuple[str, str]:
    marker, found, rest = line.partition("\t")
    if found:
        return _bare(marker), ",".join(cell for cell in map(_bare, rest.split("\t")) if cell)
    words = list(WORD.finditer(line))[:LONGEST_MARKER]
    for word in reversed(words):
        if is_marker(name := _bare(line[: word.end()])):
            return name, _bare(line[word.end() :].lstrip(BETWEEN))
    marker, found, rest = line.partition(":")
    if found:
        return _bare(marker), _bare(rest)
    raise NotAMarker(f"“{line[:40]}” is no marker with its alleles. Write each marker on a line of its own: TH01 6,9.3")


def _bare(cell: str) -> str:
    return cell.strip().strip('"').strip()
