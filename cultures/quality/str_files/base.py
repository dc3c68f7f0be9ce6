"""What a file of STR profiles yields: named profiles, and the rows that were refused. Text to cells."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from cultures.quality.str_files.unpacking import MOST_COLUMNS, MOST_ROWS
from cultures.science.str_profiles import NotAMarker, NotAnAllele, Profile
from lims.errors import DomainError
from lims.tabular.reading import NoText, text_of
from lims.tabular.text import BadText, clean_text

LARGEST = 25_000_000  # bytes, as of any upload
LONGEST_NAME = 120
ACCESSION = re.compile(r"CVCL_[A-Z0-9]{4}")  # of Cellosaurus

Row = tuple[str, Sequence[str], Sequence[str]]  # marker, its alleles one by one, its sources


class ProfileFileRefused(DomainError):
    """The file as a whole cannot be read."""

    code = "str_file_refused"


class ProfileRowRefused(DomainError):
    """One sample of the file cannot be read; `extra` has its row, marker and allele, as far as they are to blame."""

    code = "str_row_refused"


@dataclass(frozen=True)
class NamedProfile:
    """One sample or cell line of a file; what only Cellosaurus knows is empty elsewhere.

    parents, same_individual   accessions: HI and OI of Cellosaurus; all share one donor
    problem                    why Cellosaurus calls the line problematic
    sources                    of the profile as a whole
    """

    name: str
    profile: Profile
    accession: str = ""
    synonyms: tuple[str, ...] = ()
    species: str = ""
    problem: str = ""
    parents: tuple[str, ...] = ()
    same_individual: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass
class Imported:
    """All that could be read, and a refusal for each sample that could not. `ignored` columns hold no alleles."""

    profiles: list[NamedProfile] = field(default_factory=list)
    refusals: list[ProfileRowRefused] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def complete(self) -> list[NamedProfile]:
        """All profiles. Raises the first refusal, which then says how many more there are."""
        if not self.refusals:
            return self.profiles
        first, more = self.refusals[0], len(self.refusals) - 1
        also = f" {more} more {'row was' if more == 1 else 'rows were'} refused." if more else ""
        raise ProfileRowRefused(first.sentence + also, extra=first.extra)


@contextmanager
def refusing(where: str, row: int | None = None) -> Iterator[None]:
    """What science refuses becomes a ProfileRowRefused: "Row 4: 9.33 at TH01 has more than one digit after …"."""
    extra: dict[str, Any] = {} if row is None else {"row": row}
    try:
        yield
    except NotAnAllele as error:
        extra |= {"marker": error.marker, "allele": error.allele}
        raise ProfileRowRefused(f"{where}: {error}", extra=extra) from error
    except NotAMarker as error:
        raise ProfileRowRefused(f"{where}: {error}", extra=extra) from error


def read_profile(rows: Iterable[Row], where: str, row: int | None = None) -> Profile:
    """Raises ProfileRowRefused, also for one without any alleles."""
    with refusing(where, row):
        profile = Profile.read(rows)
    if not profile.calls:
        extra = {} if row is None else {"row": row}
        raise ProfileRowRefused(f"{where} has no alleles. Enter them, or take it out.", extra=extra)
    return profile


def read_name(written: str, where: str, row: int | None = None) -> str:
    extra = {} if row is None else {"row": row}
    try:
        name = clean_text(written, f"{where}: the name", max_length=LONGEST_NAME)
    except BadText as error:
        raise ProfileRowRefused(error.sentence, extra=extra) from error
    if not name:
        raise ProfileRowRefused(f"{where} has no name. Give it one.", extra=extra)
    return name


def stem(filename: str) -> str:
    return PurePath(filename.replace("\\", "/")).stem


def decoded(content: bytes) -> str:
    """Raises ProfileFileRefused."""
    try:
        return text_of(content)
    except NoText as refusal:
        raise ProfileFileRefused(refusal.sentence) from refusal


@dataclass(frozen=True)
class Grid:
    """The cells of a table, by row of the spreadsheet, from 1."""

    rows: Sequence[Sequence[str]]
    comma_is_between: bool = False  # the file is comma-separated, so that no comma in it is a decimal sign

    def filled(self) -> Iterator[tuple[int, Sequence[str]]]:
        return ((number, row) for number, row in enumerate(self.rows, start=1) if any(row))


def grid_of(text: str) -> Grid:
    """Cells between commas, semicolons or tabs, whichever the first line has. Raises ProfileFileRefused."""
    head = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    delimiter = next((sign for sign in "\t;" if sign in head), ",")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            check_size(rows)
    except csv.Error as error:
        raise ProfileFileRefused(
            f"Line {reader.line_num} has quotes that do not close. Save it as CSV again."
        ) from error
    return Grid(rows, comma_is_between=delimiter == ",")


def check_size(rows: Sequence[Sequence[str]]) -> None:
    if len(rows) > MOST_ROWS or len(rows[-1]) > MOST_COLUMNS:
        raise ProfileFileRefused(f"A table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns. Divide the file.")
