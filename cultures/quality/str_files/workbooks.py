"""The first sheet of an XLSX workbook, read by a process of its own: a hostile one cannot take this process down."""

import json
import logging
import subprocess
import sys
from pathlib import Path, PurePath

from cultures.quality.str_files.base import LONGEST_NAME, Grid, ProfileFileRefused
from cultures.quality.str_files.unpacking import MOST_COLUMNS, MOST_ROWS

PROGRAM = Path(__file__).with_name("unpacking.py")
LONGEST_WAIT = 60  # seconds, on a machine that has much else to do
SENTENCES = {
    "too_large": "is a workbook too large when unpacked. Save the profiles alone, as CSV.",
    "too_tight": "is packed too tightly to be a workbook. Save the profiles as CSV.",
    "too_many_cells": f"has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns, or too much in them. Divide it.",
    "no_workbook": "is no XLSX workbook. Save the profiles as CSV or XLSX.",
    "unreadable": "is a workbook that cannot be read. Open it in a spreadsheet and save it as XLSX again, or as CSV.",
}
log = logging.getLogger(__name__)


def read_workbook(content: bytes, name: str = "") -> Grid:
    """The cells of the first sheet, as written; formulas stay formulas. Raises ProfileFileRefused, naming the file."""
    command = [sys.executable, "-I", str(PROGRAM)]
    environment = {"OPENBLAS_NUM_THREADS": "1"}  # each thread of numpy, which openpyxl imports, claims memory
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST_WAIT, env=environment)
        told = {} if done.returncode else json.loads(done.stdout)
        complaint = done.stderr[-500:]
    except subprocess.TimeoutExpired:  # it was killed
        told, complaint = {}, b"It took too long."
    if not told:
        log.warning("A workbook of %d bytes was not read: %r", len(content), complaint)
    if "rows" not in told:
        why = SENTENCES[told.get("refused", "too_large")]  # one that ended without a word had no memory or time left
        raise ProfileFileRefused(f"{seen(name) or 'This file'} {why}")
    return Grid(told["rows"])


def seen(name: str) -> str:
    """The name of a file, without its folders and without signs nobody can see."""
    return "".join(sign for sign in PurePath(name.replace("\\", "/")).name if sign.isprintable())[:LONGEST_NAME]
