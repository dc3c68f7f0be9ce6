"""STR profiles in files: what a laboratory gets from its sequencing service, its own software, and Cellosaurus."""

import csv
import io
from collections.abc import Iterable

from cultures.quality.str_files import cellosaurus
from cultures.quality.str_files.base import (
    LARGEST,
    Imported,
    NamedProfile,
    ProfileFileRefused,
    ProfileRowRefused,
    decoded,
    grid_of,
    stem,
)
from cultures.quality.str_files.tables import read_table
from cultures.quality.str_files.workbooks import read_workbook
from cultures.science.str_profiles import AMELOGENIN, MARKERS, in_order
from lims.tabular.writing import safe_text

__all__ = ["Imported", "NamedProfile", "ProfileFileRefused", "ProfileRowRefused", "clastr_batch", "read_profiles"]


def read_profiles(content: bytes, filename: str = "") -> Imported:
    """The profiles of a CSV or XLSX table, or of Cellosaurus text or XML; which one, the content tells.

    filename   names the only sample of a table that has a row per marker
    Raises ProfileFileRefused. What is wrong with one sample is in the answer's `refusals`.
    """
    if len(content) > LARGEST:
        raise ProfileFileRefused(f"The file is larger than {LARGEST // 1_000_000} MB. Divide it.")
    if content.startswith(b"PK"):
        return read_table(read_workbook(content, filename), stem(filename))
    text = decoded(content)
    if text.lstrip().startswith("<"):
        return cellosaurus.read_xml(content)
    if cellosaurus.is_text(text):
        return cellosaurus.read_text(text.splitlines())
    return read_table(grid_of(text), stem(filename))


def clastr_batch(profiles: Iterable[NamedProfile]) -> str:
    """CSV as CLASTR takes it for a batch of queries: a row per profile, in its own order of markers.

    Where sources are in conflict each version has a row. What is no allele, and markers CLASTR does not know, stay out.
    """
    rows = [
        (named.name if len(named.profile.versions) == 1 else f"{named.name} (version {number})", version)
        for named in profiles
        for number, version in enumerate(named.profile.versions, start=1)
    ]
    markers = [marker for marker in MARKERS if any(marker in version for _, version in rows)]
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(["Sample", *("Amel" if marker == AMELOGENIN else marker for marker in markers)])
    for name, version in rows:
        table.writerow([safe_text(name), *(",".join(in_order(version.get(marker, ()))) for marker in markers)])
    return written.getvalue()
