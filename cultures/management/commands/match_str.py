import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cultures.quality.str_files import NamedProfile, read_profiles
from cultures.science.str_match import ASN_2011, DEFAULT, Algorithm, Mode, Policy
from cultures.science.str_search import Index
from lims.errors import DomainError

COLUMNS = ("query", "reference", "shared", "query_alleles", "reference_alleles", "markers", "score", "verdict")
POLICY_OF = {
    Algorithm.TANABE: DEFAULT,
    Algorithm.MASTERS_QUERY: ASN_2011,
    Algorithm.MASTERS_REFERENCE: replace(ASN_2011, algorithm=Algorithm.MASTERS_REFERENCE),
}


class Command(BaseCommand):
    help = (
        "Scores every STR profile of a file against every other; no database is asked. The file is CSV with a row per "
        'sample, its name first, then a column per marker with alleles between commas: "9,12"; or any other file of '
        "profiles Subline reads. Verdicts: Tanabe 90/60; Masters 80/56 (ASN-0002-2011)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--algorithm", choices=[*map(str, Algorithm)], default=str(Algorithm.TANABE))
        parser.add_argument("--mode", choices=[*map(str, Mode)], default=str(Mode.NON_EMPTY), help="markers that count")
        parser.add_argument("--amelogenin", action="store_true", help="score it too")
        parser.add_argument("--json", action="store_true", help="a list with an object per ordered pair")

    def handle(self, *args: Any, file: Path, algorithm: str, mode: str, amelogenin: bool, **options: Any) -> None:
        policy = replace(POLICY_OF[Algorithm(algorithm)], mode=Mode(mode), with_amelogenin=amelogenin)
        profiles = self._read(file)
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in _rows(profiles, policy)]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_table(rows)))

    def _read(self, file: Path) -> Sequence[NamedProfile]:
        try:
            found = read_profiles(file.read_bytes(), file.name)
            profiles = found.complete()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        unknown = {marker for named in profiles for marker in named.profile.unknown}
        if left_out := sorted({*unknown, *found.ignored}):
            self.stderr.write(f"Not scored: {', '.join(left_out)}.")
        return profiles


def _rows(profiles: Sequence[NamedProfile], policy: Policy) -> Iterator[tuple[Any, ...]]:
    """In the order of the file."""
    index = Index(dict(enumerate(named.profile for named in profiles)))
    for place, query in enumerate(profiles):
        for hit in sorted(index.search(query.profile, policy), key=lambda hit: hit.key):
            if hit.key != place:
                counts = (hit.shared, hit.query_alleles, hit.reference_alleles, hit.markers)
                yield query.name, profiles[hit.key].name, *counts, hit.score, str(hit.verdict)


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    shown = [[column.replace("_", " ") for column in COLUMNS]]
    for row in rows:
        score = "–" if row["score"] is None else f"{row['score']:.1f} %"
        shown.append([score if column == "score" else str(row[column]) for column in COLUMNS])
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    names = (COLUMNS.index("query"), COLUMNS.index("reference"), COLUMNS.index("verdict"))
    for line in shown:
        cells = enumerate(zip(line, widths, strict=True))
        yield "  ".join(cell.ljust(width) if at in names else cell.rjust(width) for at, (cell, width) in cells).rstrip()
