"""Workbooks made to hurt. They are read by a process with little memory; the one that serves pages asks and waits."""

import io
import os
import random
import struct
import zipfile
from pathlib import Path

import pytest

from cultures.quality.str_files import ProfileFileRefused, read_profiles, workbooks
from cultures.quality.str_files.unpacking import MOST_ROWS
from tests.cultures.quality.test_str_files import repacked, workbook

SMALL = workbook(["Sample", "TH01"], ["A", 6])
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = zipfile.ZipFile(io.BytesIO(SMALL)).read("[Content_Types].xml")
SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sharedStrings+xml"/></Types>'
)
NOISE = random.Random(4)


def sheet(rows: str) -> bytes:
    return f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>".encode()


def refused(content: bytes, name: str = "profiles.xlsx") -> str:
    with pytest.raises(ProfileFileRefused) as caught:
        read_profiles(content, name)
    return caught.value.sentence


def in_package(part: bytes, packing: int = zipfile.ZIP_DEFLATED, copies: int = 1) -> bytes:
    file = io.BytesIO(SMALL)
    with zipfile.ZipFile(file, "a", packing) as package:
        for number in range(copies):
            package.writestr(f"xl/more{number}.xml", part)
    return file.getvalue()


def saying_it_is_small(content: bytes) -> bytes:
    """The size of its last part, as the directory of the package declares it, is made ten bytes."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", 10) + content[at + 4 :]


def styles(number: int) -> bytes:
    """Some megabytes, packed no tighter than others; openpyxl makes an object of each."""
    formats = "".join(
        f'<xf numFmtId="{NOISE.randrange(10**6)}" fontId="0" fillId="0" borderId="0"/>' for _ in range(1000)
    )
    return f'<styleSheet {NAMESPACE}><cellXfs count="1">{formats * (number // 1000)}</cellXfs></styleSheet>'.encode()


def test_a_package_that_unpacks_to_more_than_a_workbook_is_refused():
    part = b"".join(os.urandom(500) + bytes(20_000) for _ in range(500))
    content = in_package(part, copies=7)
    assert len(content) < 2_500_000
    assert refused(content, "C:\\lab\\bomb.xlsx").startswith("bomb.xlsx is a workbook too large when unpacked")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_inflates_beyond_what_it_declares_is_not_unpacked(packing: int):
    assert "cannot be read" in refused(in_package(b"<x/>", packing))


def test_a_part_that_is_larger_than_it_says_is_refused():
    content = saying_it_is_small(in_package(bytes(20_000_000)))
    assert "cannot be read" in refused(content)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!doctype x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>'


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("declared", [ENTITIES, OUTSIDE], ids=["entities in entities", "an entity from outside"])
def test_a_document_type_is_refused_in_every_part(part: str, declared: bytes):
    assert "cannot be read" in refused(repacked(SMALL, **{part: declared + b"<x>&a;</x>"}))


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        "".join(f"<row><c><v>{NOISE.random()}</v></c></row>" for _ in range(MOST_ROWS + 1)),
        f'<row r="{10**30}"><c><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 600 + "</row>",
    ],
    ids=["the last row", "the last column", "many rows", "a row beyond any", "many columns"],
)
def test_a_giant_sheet_is_refused(rows: str):
    said = repacked(SMALL, **{SHEET: sheet(rows)})
    assert "more than 10000 rows or 512 columns" in refused(said)


def test_one_long_text_in_many_cells_is_refused():
    strings = f"<sst {NAMESPACE}><si><t>{NOISE.randbytes(1_000_000).hex()}</t></si></sst>".encode()
    rows = "<row>" + '<c t="s"><v>0</v></c>' * 500 + "</row>"
    parts = {STRINGS: strings, SHEET: sheet(rows), "[Content_Types].xml": TYPES.replace(b"</Types>", SHARED)}
    assert "too much in them" in refused(repacked(SMALL, **parts))


def test_styles_beyond_any_workbook_are_not_built():
    assert "too large when unpacked" in refused(repacked(SMALL, **{STYLES: styles(70_000)}))


BOUNDS = "MOST_MEMORY, MOST_SECONDS = 512_000_000, 30"


@pytest.mark.parametrize("less", ["150_000_000, 30", "512_000_000, 1"], ids=["memory", "time"])
def test_a_workbook_that_needs_too_much_is_refused_and_the_next_is_read(
    less: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With bounds that are reached sooner; openpyxl makes an object of each cell of a row before we see one."""
    cells = "".join(f"<c><v>{NOISE.random()}</v></c>" for _ in range(150_000))
    content = repacked(SMALL, **{SHEET: sheet(f"<row>{cells}</row>")})
    with monkeypatch.context() as patched:
        written = workbooks.PROGRAM.read_text()
        assert BOUNDS in written
        (tmp_path / "reader.py").write_text(written.replace(BOUNDS, f"MOST_MEMORY, MOST_SECONDS = {less}"))
        patched.setattr(workbooks, "PROGRAM", tmp_path / "reader.py")
        assert "too large when unpacked" in refused(content)
    assert "512 columns" in refused(content)
    assert [named.name for named in read_profiles(SMALL).complete()] == ["A"]


@pytest.mark.parametrize(
    "program", ["import time; time.sleep(60)", "raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"]
)
def test_a_reader_that_hangs_or_dies_is_a_refusal(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "reader.py").write_text(program)
    monkeypatch.setattr(workbooks, "PROGRAM", tmp_path / "reader.py")
    monkeypatch.setattr(workbooks, "LONGEST_WAIT", 0.5)
    assert refused(SMALL, "a.xlsx").startswith("a.xlsx is a workbook too large")


def test_the_name_in_a_refusal_can_be_seen():
    assert refused(b"PK\x03\x04", "\u202e\x00bad.xlsx").startswith("bad.xlsx is a workbook that cannot be read")
    assert refused(b"PK\x03\x04", "").startswith("This file is a workbook")
