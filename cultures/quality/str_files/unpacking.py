"""The first sheet of an XLSX workbook as JSON: a program of its own, with little memory and time (see workbooks.py).

A few hundred kilobytes can make openpyxl build gigabytes of styles or cells, within any bound on what is unpacked.
It imports nothing of ours, so that it starts fast. It prints {"rows": […]} or {"refused": a key of SENTENCES}.
"""

import io
import json
import re
import resource
import sys
import zipfile
from typing import Any

MOST_ROWS, MOST_COLUMNS = 10_000, 512
MOST_CELLS, MOST_SIGNS = 1_000_000, 20_000_000  # of all cells: one string may stand in each of them
MOST_UNPACKED = 64_000_000  # bytes
MOST_BESIDES = 4_000_000  # bytes, of a part that holds no cells: styles become objects one by one
CELLS = ("xl/worksheets/", "xl/sharedStrings")
MOST_PARTS = 200
MOST_TIMES = 100  # a part is at most so many times its packed size
MOST_MEMORY, MOST_SECONDS = 512_000_000, 30  # bytes; of a processor
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others inflate at one go, beyond the size they declare
DOCTYPE = re.compile(rb"<!DOCTYPE|<\0!\0D\0O|\0<\0!\0D\0O", re.IGNORECASE)


class Refused(Exception):
    """Its argument is a key of SENTENCES in workbooks.py."""


def main() -> None:
    for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        resource.setrlimit(kind, (most, most))
    import openpyxl  # not by the web process, which imports the bounds above

    try:
        content = sys.stdin.buffer.read()
        refuse_hostile(content)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        told: dict[str, Any] = {"rows": cells_of(workbook.worksheets[0])}
    except Refused as refusal:
        told = {"refused": refusal.args[0]}
    except MemoryError:
        told = {"refused": "too_large"}
    except Exception:  # a damaged workbook raises whatever it makes zipfile and openpyxl stumble over
        told = {"refused": "unreadable"}
    json.dump(told, sys.stdout)


def refuse_hostile(content: bytes) -> None:
    """What is in the package is looked at before openpyxl opens it. Raises Refused."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        # zipfile unpacks no more of a part than the size it declares, so that this sum is kept.
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Refused("too_large")
        if any(part.file_size > MOST_BESIDES and not part.filename.startswith(CELLS) for part in parts):
            raise Refused("too_large")
        if any(part.file_size > MOST_TIMES * part.compress_size for part in parts):
            raise Refused("too_tight")
        names = {part.filename for part in parts}
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= names or len(names) < len(parts):
            raise Refused("no_workbook")
        if any(part.compress_type not in PACKINGS or DOCTYPE.search(package.read(part)) for part in parts):
            raise Refused("unreadable")


def cells_of(sheet: Any) -> list[list[str]]:
    """As written: formulas stay formulas. Raises Refused, and what openpyxl raises."""
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    rows: list[list[str]] = []
    cells = signs = 0
    for values in sheet.iter_rows(values_only=True):
        rows.append(without_empty_end([text_of(value) for value in values]))
        cells, signs = cells + len(rows[-1]), signs + sum(map(len, rows[-1]))
        if len(rows) > MOST_ROWS or len(rows[-1]) > MOST_COLUMNS or cells > MOST_CELLS or signs > MOST_SIGNS:
            raise Refused("too_many_cells")
    return rows


def text_of(value: Any) -> str:
    """A number as a person would write it: 9.3, and 10 for 10.0."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()


def without_empty_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


if __name__ == "__main__":
    main()
