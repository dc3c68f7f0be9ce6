"""The export of a luminometer: a list `sample, A, B`, or two grids of a plate. One reading of it, or a refusal.

Nothing is guessed: a number with two meanings is refused with its row or well, and so is a name that is neither the
code of a sample nor a control. Wells the instrument could not read keep its own word for it: OVRFLW is much light,
***** is none read.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cultures.quality.errors.files import FileNotUnderstood
from cultures.quality.methods.mycoplasma_luminescence import MASKED, OVERFLOW
from lims.codes import is_code, tidy_code
from lims.tabular.reading import NoText, text_of

POSITIVE, NEGATIVE = "positive", "negative"
MOST_ROWS, MOST_CELL = 10_000, 200
CONTROLS = {
    **dict.fromkeys(("pos", "positive", "poscontrol", "positivecontrol", "pc", "posctrl", "kpos"), POSITIVE),
    **dict.fromkeys(("neg", "negative", "negcontrol", "negativecontrol", "nc", "negctrl", "kneg"), NEGATIVE),
}
SAMPLE_HEADS = {"sample", "samplecode", "sampleid", "samplename", "code", "id", "name"}
READING_HEADS = {
    reading: {reading, f"reading{reading}", f"{reading}rlu", f"rlu{reading}", f"reading{reading}rlu"}
    for reading in ("a", "b")
}
TOO_MUCH = re.compile(r"ovrflw|overflow|over|ovr|sat|saturated|>\s*[0-9][0-9 .,]*", re.IGNORECASE)
NOT_READ = re.compile(r"\*+|\?+|#+|masked", re.IGNORECASE)
BLANKS = re.compile("[ \u00a0\u202f\u2009]")
GROUPED = re.compile("[0-9]{1,3}(?:[ \u00a0\u202f\u2009'][0-9]{3})+(?:[.,][0-9]+)?")
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
TWO_MEANINGS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
BOTH_SIGNS = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})+(?!\1)[.,][0-9]+")
ROWS, COLUMNS = "ABCDEFGH", [str(column) for column in range(1, 13)]

Light = dict[str, str]  # {"a": "12034", "b": "OVRFLW"}
Table = list[list[str]]


@dataclass(frozen=True)
class Export:
    """By code of the sample, and by control: both readings, as the method's form takes them."""

    samples: dict[str, Light] = field(default_factory=dict)
    controls: dict[str, Light] = field(default_factory=dict)


def read_export(content: bytes, *, layout: Mapping[str, str] | None = None, decimal: str = "") -> Export:
    """Raises FileNotUnderstood, naming the row or the well.

    layout    by well, what stands in it: for grids, which say nothing of samples
    decimal   the decimal sign the instrument is set to, "," or "."; without it a number with two meanings is refused
    """
    try:
        table = _table(text_of(content))
    except NoText as refusal:
        raise FileNotUnderstood(refusal.sentence) from refusal
    grids = _grids(table)
    found = _from_grids(grids, layout or {}, decimal) if grids else _from_list(table, decimal)
    if missing := [name for name in (POSITIVE, NEGATIVE) if name not in found.controls]:
        raise FileNotUnderstood(
            f"The file has no {missing[0]} control. Name it POS or NEG, and export it with the run."
        )
    return found


# --- text to cells ----------------------------------------------------------------------------------------------------


def _table(text: str) -> Table:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_ROWS:
        raise FileNotUnderstood(f"The file has {len(lines)} rows, more than a run has. Export this run alone.")
    delimiter = max(";\t,", key=lambda sign: (sum(sign in line for line in lines), ";\t,".index(sign) * -1))
    if any("\t" in line or ";" in line for line in lines) and delimiter == ",":
        delimiter = max(";\t", key=lambda sign: sum(sign in line for line in lines))
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise FileNotUnderstood("The file is no list of rows and columns. Export the run as CSV.") from error
    return [[cell.strip().strip("\ufeff") for cell in row] for row in rows]


def number(written: str, where: str, decimal: str = "") -> str:
    """The reading in a cell: a number with a point, or the instrument's word for a well without one.

    where   "Row 5, reading A" begins the refusal
    """
    text = written.strip().replace("\u2212", "-")
    if not text:
        raise FileNotUnderstood(f"{where} is empty. Every sample has both readings.")
    if len(text) > MOST_CELL:
        raise FileNotUnderstood(f"{where} is longer than any number.")
    if NOT_READ.fullmatch(text):
        return MASKED
    if TOO_MUCH.fullmatch(text):
        return OVERFLOW
    if GROUPED.fullmatch(text):
        text = re.sub("[ \u00a0\u202f\u2009']", "", text)
    if both := BOTH_SIGNS.fullmatch(text):  # 1.234,5 and 1,234.5: the last sign is the decimal one
        if decimal and both[1] == decimal:
            raise FileNotUnderstood(f"{where}: {text} does not go with {decimal} as the decimal sign.")
        return text.replace(both[1], "").replace(",", ".")
    if not NUMBER.fullmatch(text):
        raise FileNotUnderstood(f"{where}: {text[:30]} is no reading. Check the export.")
    if decimal:
        other = "," if decimal == "." else "."
        if other in text and not TWO_MEANINGS.fullmatch(text):
            raise FileNotUnderstood(f"{where}: {text} does not go with {decimal} as the decimal sign.")
        return text.replace(other, "").replace(decimal, ".")
    if TWO_MEANINGS.fullmatch(text):
        one, other = re.sub("[.,]", ".", text), re.sub("[.,]", "", text)
        raise FileNotUnderstood(f"{where}: {text} is {one} to some and {other} to others. Say the decimal sign.")
    return text.replace(",", ".")


# --- a list -----------------------------------------------------------------------------------------------------------


def _from_list(table: Table, decimal: str) -> Export:
    head, sample, columns = _head(table)
    named: dict[str, tuple[str, Light]] = {}
    for place, row in enumerate(table[head + 1 :], start=head + 2):
        if not any(row):
            continue
        cells = row + [""] * (1 + max(sample, *columns.values()) - len(row))
        name = _name(cells[sample], f"Row {place}")
        if name in named:
            raise FileNotUnderstood(f"{name} stands in {named[name][0].lower()} and in row {place}. Keep one of them.")
        light = {
            reading: number(cells[column], f"Row {place} ({cells[sample][:20]}), reading {reading.upper()}", decimal)
            for reading, column in columns.items()
        }
        named[name] = (f"Row {place}", light)
    return _sorted((name, light) for name, (_, light) in named.items())


def _head(table: Table) -> tuple[int, int, dict[str, int]]:
    """The row of heads, and which column is which; what an instrument writes above it is passed over."""
    for place, row in enumerate(table[:100]):
        heads = [re.sub(r"[^a-z]", "", cell.lower()) for cell in row]
        sample = [column for column, head in enumerate(heads) if head in SAMPLE_HEADS]
        readings = {
            reading: [column for column, head in enumerate(heads) if head in names]
            for reading, names in READING_HEADS.items()
        }
        if sample and all(readings.values()):
            if any(len(columns) > 1 for columns in readings.values()):
                raise FileNotUnderstood(f"Row {place + 1} names a reading twice. Export A and B once each.")
            return place, sample[0], {reading: columns[0] for reading, columns in readings.items()}
    raise FileNotUnderstood("There is no row with the heads sample, A and B, and no plate. Export the run as a list.")


def _name(written: str, where: str) -> str:
    """The code of a sample, or which control it is."""
    plain = re.sub(r"[^a-z+]", "", written.lower())
    if control := CONTROLS.get(plain):
        return control
    code = tidy_code(written[:40])
    if is_code(code):
        return code
    what = f"{written[:30]} is neither a code of ours nor a control" if written else "the sample has no name"
    raise FileNotUnderstood(f"{where}: {what}. Name it by its label, POS or NEG.")


def _sorted(named: Iterable[tuple[str, Light]]) -> Export:
    found = Export()
    for name, light in named:
        (found.controls if name in (POSITIVE, NEGATIVE) else found.samples)[name] = light
    return found


# --- grids of a plate -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    title: str
    wells: dict[str, str]


def _grids(table: Table) -> list[Grid]:
    """Each block of rows A to H under the columns 1 to 12, with what is written above it."""
    found = []
    for place, row in enumerate(table):
        start = next((c for c in range(min(len(row), 4)) if row[c : c + 12] == COLUMNS), None)
        if start is None or start == 0:
            continue
        block = table[place + 1 : place + 9]
        if [line[start - 1].upper() if len(line) >= start else "" for line in block] != list(ROWS):
            raise FileNotUnderstood(f"The plate under row {place + 1} has not the rows A to H. Export the whole plate.")
        above = [" ".join(filter(None, line)) for line in table[max(0, place - 3) : place]]
        title = row[start - 1] or next((line for line in reversed(above) if line), "")
        cells = {
            f"{letter}{column}": (line + [""] * 20)[start + column - 1]
            for letter, line in zip(ROWS, block, strict=True)
            for column in range(1, 13)
        }
        found.append(Grid(title, cells))
    return found


def _from_grids(grids: Sequence[Grid], layout: Mapping[str, str], decimal: str) -> Export:
    readings, said = _which_is_which(grids)
    stands = {well: name for well, name in said.items() if name} or dict(layout)
    if not stands:
        raise FileNotUnderstood("The plates say nothing of samples. Import them in their run, or add a plate of codes.")
    named: dict[str, tuple[str, Light]] = {}
    for well, written in stands.items():
        name = _name(written, f"Well {well}")
        if name in named:
            raise FileNotUnderstood(f"{name} stands in wells {named[name][0]} and {well}. Keep one of them.")
        light = {
            reading: number(grid.wells[well], f"Well {well}, reading {reading.upper()}", decimal)
            for reading, grid in readings.items()
        }
        named[name] = (well, light)
    return _sorted((name, light) for name, (_, light) in named.items())


def _which_is_which(grids: Sequence[Grid]) -> tuple[dict[str, Grid], dict[str, str]]:
    """Plate A, plate B, and the plate of codes if there is one. Two plates without titles are A, then B."""
    named: dict[str, Grid] = {}
    rest = []
    for grid in grids:
        title = re.findall(r"[a-z]+", grid.title.lower())
        kind = next((word for word in ("a", "b") if word in title[-2:] or title == [word]), "")
        if {"layout", "samples", "codes", "sample"} & set(title):
            kind = "layout"
        if not kind:
            rest.append(grid)
        elif kind in named:
            raise FileNotUnderstood(f"Two plates are titled {grid.title[:30]}. Export readings A and B once each.")
        else:
            named[kind] = grid
    for kind, grid in zip([kind for kind in ("a", "b") if kind not in named], rest, strict=False):
        named[kind] = grid
    if not {"a", "b"} <= set(named) or len(grids) != len(named):
        raise FileNotUnderstood(
            f"There are {len(grids)} plates, and not one of reading A and one of reading B. Title them A and B."
        )
    said = named["layout"].wells if "layout" in named else {}
    return {kind: named[kind] for kind in ("a", "b")}, said
