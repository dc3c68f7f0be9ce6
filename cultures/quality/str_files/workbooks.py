"""The first sheet of an XLSX workbook as text. What is in the package is looked at before anything is unpacked."""

import io
import re
import zipfile
from typing import Any

from cultures.quality.str_files.base import Grid, ProfileFileRefused, check_size

MOST_UNPACKED = 64_000_000  # bytes
MOST_PARTS = 200
MOST_TIMES = 100  # a part is at most so many times its packed size
DOCTYPE = re.compile(rb"<!DOCTYPE|<\0!\0D\0O|\0<\0!\0D\0O", re.IGNORECASE)
UNREADABLE = "This workbook cannot be read. Open it in a spreadsheet and save it again as XLSX, or as CSV."


def read_workbook(content: bytes) -> Grid:
    """The cells of the first sheet, as written; formulas stay formulas. Raises ProfileFileRefused."""
    _refuse_hostile(content)
    import openpyxl  # web processes start without it

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is not believed
        rows: list[list[str]] = []
        for row in sheet.iter_rows(values_only=True):
            rows.append(_without_empty_end([_text(value) for value in row]))
            check_size(rows)
    except ProfileFileRefused:
        raise
    except Exception as error:  # a damaged workbook raises whatever it makes openpyxl stumble over
        raise ProfileFileRefused(UNREADABLE) from error
    return Grid(rows)


def _refuse_hostile(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            # zipfile unpacks no more of a part than the size it declares, so that this sum is kept.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise ProfileFileRefused("This workbook is too large when unpacked. Save the profiles alone, as CSV.")
            if any(part.file_size > MOST_TIMES * part.compress_size for part in parts):
                raise ProfileFileRefused("This workbook is packed too tightly to be one. Save the profiles as CSV.")
            names = {part.filename for part in parts}
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= names or len(names) < len(parts):
                raise ProfileFileRefused("This is no XLSX workbook. Save the profiles as CSV or XLSX.")
            if any(DOCTYPE.search(package.read(part)) for part in parts):
                raise ProfileFileRefused(UNREADABLE)
    except ProfileFileRefused:
        raise
    except Exception as error:  # zipfile and zlib have a dozen words for a damaged or locked package
        raise ProfileFileRefused(UNREADABLE) from error


def _text(value: Any) -> str:
    """A number as a person would write it: 9.3, and 10 for 10.0."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()


def _without_empty_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row
