import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from cultures.quality.str_files import Imported, NamedProfile, ProfileFileRefused, clastr_batch, read_profiles
from cultures.quality.str_files.base import MOST_ROWS
from cultures.science.str_profiles import Profile
from tests.science.str_lab import banked, told

WIDE = 'Sample,Amel,THO1,CSF1P0,PentaD\nMCF-7 p12,X,"6,9.3",10,"9,12"\nSKBR3,XX,"7,OL","11,12.0",\n'


def read(text: str, filename: str = "profiles.csv") -> Imported:
    return read_profiles(text.encode(), filename)


def only(text: str) -> NamedProfile:
    [profile] = read(text).complete()
    return profile


def refusal(text: str) -> tuple[str, dict]:
    [refused] = read(text).refusals
    return refused.sentence, refused.extra


def workbook(*rows: list[object]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """A workbook with parts of another content, or more of them."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, parts.pop(name, source.read(name)))
        for name, part in parts.items():
            target.writestr(name, part)
    return file.getvalue()


# published


@pytest.mark.published
@pytest.mark.parametrize(
    ("filename", "samples", "markers"),
    [
        ("strprofiler_Example_Batch_File.csv", ["Sample_A", "Sample_B", "Sample_C"], 16),
        ("strprofiler_Example_clastr_input.csv", ["Sample_A", "Sample_B", "Sample_C"], 18),
        ("strprofiler_ExampleSTR.xlsx", ["Sample1", "Sample3"], 6),
        ("MDA-MB-231_authenticell_page.csv", ["MDA-MB-231_authenticell_page"], 16),
    ],
)
def test_tables_of_other_software_are_read(published: Path, filename: str, samples: list[str], markers: int):
    found = read_profiles((published / "str_profiles" / filename).read_bytes(), filename).complete()
    assert [named.name for named in found] == samples
    assert len({marker for named in found for marker in named.profile.calls}) == markers


@pytest.mark.published
def test_alleles_of_a_genemapper_workbook_are_text(published: Path):
    filename = "strprofiler_ExampleSTR.xlsx"
    first, third = read_profiles((published / "str_profiles" / filename).read_bytes(), filename).complete()
    assert told(first.profile)["marker2"] == ["11.3,16"]
    assert told(third.profile)["Penta E"] == ["10,13,18"]
    assert told(third.profile)["Amelogenin"] == ["X,Y"]
    assert third.profile.may_be_mixture


# tables


def test_a_row_per_sample():
    first, second = read(WIDE).complete()
    assert told(first.profile) == {"Amelogenin": ["X"], "TH01": ["6,9.3"], "CSF1PO": ["10"], "Penta D": ["9,12"]}
    assert told(second.profile) == {"Amelogenin": ["X"], "TH01": ["7,OL"], "CSF1PO": ["11,12"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize(("delimiter", "between"), [(",", "/"), (";", ","), ("\t", ",")])
def test_any_usual_encoding_and_delimiter(encoding: str, delimiter: str, between: str):
    text = "Probe,Amel,TH01\r\nMüller-1,X,6/9.3\r\n".replace(",", delimiter).replace("/", between)
    [named] = read_profiles(text.encode(encoding)).complete()
    assert (named.name, told(named.profile)["TH01"]) == ("Müller-1", ["6,9.3"])


def test_a_row_per_marker():
    named = read('source,a page\nAMEL,X\nTH01,"7,9.3"\n\nTPOX,9\n', "some/MDA-MB-231.csv").complete()[0]
    assert (named.name, named.sources) == ("MDA-MB-231", ("a page",))
    assert told(named.profile) == {"Amelogenin": ["X"], "TH01": ["7,9.3"], "TPOX": ["9"]}
    assert told(only("Marker,Alleles\nTH01,6\n").profile) == {"TH01": ["6"]}


def test_a_row_per_sample_and_marker():
    text = (
        "Sample Name,Marker,Allele 1,Size 1,Allele 2,Size 2\nA,AMEL,X,81.9,,\nA,TH01,6,170,9.3,185\nB,TH01,OL,1,7,2\n"
    )
    found = {named.name: told(named.profile) for named in read(text).complete()}
    assert found == {"A": {"Amelogenin": ["X"], "TH01": ["6,9.3"]}, "B": {"TH01": ["7,OL"]}}


def test_numbers_of_a_workbook_are_alleles_as_written():
    content = workbook(["Sample", "TH01", "TPOX", "Amel"], ["A", 9.3, 10.0, "X"], [], ["B", "6,9.3", 8, "X,Y"])
    found = {named.name: told(named.profile) for named in read_profiles(content).complete()}
    assert found["A"] == {"TH01": ["9.3"], "TPOX": ["10"], "Amelogenin": ["X"]}
    assert found["B"]["TH01"] == ["6,9.3"]


def test_a_column_that_holds_no_alleles_is_left_out_and_named():
    found = read("Sample,TH01,marker1,Remark\nA,6,11,slow growth\n")
    assert (found.ignored, found.profiles[0].profile.unknown) == (["Remark"], ("marker1",))


def test_an_accession_in_a_column_of_its_own_is_kept():
    assert only("Accession,Name,TH01\nCVCL_0218 Best,COLO 205,8\n").accession == "CVCL_0218"


def test_columns_of_one_marker_that_disagree_are_a_conflict():
    assert only("Sample,TH01,THO1\nA,6,9.3\n").profile.conflicts == ("TH01",)
    assert only("Sample,TH01,THO1\nA,6,6\n").profile.conflicts == ()


# refusals


@pytest.mark.parametrize(
    ("row", "words", "extra"),
    [
        ("A,X,9.33", "Row 2: 9.33 at TH01 has more than one digit", {"row": 2, "marker": "TH01", "allele": "9.33"}),
        ("A,X,NaN", "Row 2: NaN at TH01 is no allele", {"row": 2, "marker": "TH01", "allele": "NaN"}),
        ("A,12,6", "Row 2: 12 at Amelogenin is neither", {"row": 2, "marker": "Amelogenin", "allele": "12"}),
        (",X,6", "Row 2 has no name", {"row": 2}),
        ("A,X,6,9.3", "Alleles with a comma between them need quotes", {"row": 2}),
        ("A,,ND", "Row 2 has no alleles", {"row": 2}),
        ("A\u202e,X,6", "invisible sign", {"row": 2}),
        (f"{'A' * 121},X,6", "Shorten it to 120", {"row": 2}),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_place(row: str, words: str, extra: dict):
    sentence, told_extra = refusal(f"Sample,Amel,TH01\n{row}\n")
    assert words in sentence
    assert told_extra == extra


def test_one_bad_row_leaves_the_others_and_all_or_nothing_tells_how_many_are_bad():
    found = read("Sample,TH01\nA,6\nB,x\nC,9.33\nA,7\n")
    assert [named.name for named in found.profiles] == ["A"]
    with pytest.raises(found.refusals[0].__class__, match=r"Row 3: x at TH01 .* 2 more rows were refused\."):
        found.complete()


def test_a_sample_with_one_bad_row_per_marker_is_refused_as_a_whole():
    found = read("Sample Name,Marker,Allele 1\nA,TH01,6\nA,TPOX,8.25\nB,TH01,7\n")
    assert [named.name for named in found.profiles] == ["B"]
    assert found.refusals[0].extra == {"row": 3, "marker": "TPOX", "allele": "8.25"}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_comma_that_may_be_a_decimal_one_is_asked_about(delimiter: str):
    text = "Sample,TH01,TPOX\nA,9/3,8\n".replace(",", delimiter).replace("/", ",")
    assert "may be 9.3, or 3 and 9" in refusal(text)[0]
    assert "may be 9.3" in refusal(text.replace("9,3", "11,12,9,3"))[0]
    assert told(only(text.replace("9,3", "3,9")).profile)["TH01"] == ["3,9"]
    assert told(only(text.replace("9,3", "10,13")).profile)["TH01"] == ["10,13"]
    assert told(only('Sample,TH01\nA,"9,3"\n').profile)["TH01"] == ["3,9"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b"  \n ", "empty"), (b"Sample,TH01\nA\0,6\n", "no text file"), (b"\xff\xfeA", "no text file"),
        (b"%PDF-1.7", "a PDF"), (b"\xd0\xcf\x11\xe0\xa1", "XLS"), (b"Sample,Height\nA,6\n", "names no marker"),
        (b"6,9.3\n8,9\n", "names no marker"), (b'Sample,TH01\nA,"6\n', "quotes that do not close"),
        (b"Sample,TH01\n" + b"A,6\n" * MOST_ROWS, "at most 10000 rows"), (b"TH01," * 600, "512 columns"),
        (b"x" * 25_000_001, "larger than 25 MB"), (b"PK\x03\x04 not a package", "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_of_profiles_is_refused(content: bytes, words: str):
    with pytest.raises(ProfileFileRefused, match=words):
        read_profiles(content)


HOSTILE = {
    "a bomb": {"xl/bomb.xml": b"0" * 10_000_000},
    "many parts": {f"xl/{number}.xml": b"" for number in range(200)},
    "a document type": {"xl/styles.xml": b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>'},
    "a hidden document type": {
        "xl/styles.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16")
    },
    "damage": {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"},
    "no sheet": {"xl/workbook.xml": b"<workbook/>"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_workbook_is_refused_before_it_is_opened(kind: str):
    content = repacked(workbook(["Sample", "TH01"], ["A", 6]), **HOSTILE[kind])
    with pytest.raises(ProfileFileRefused, match="workbook"):
        read_profiles(content)


def test_a_package_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(ProfileFileRefused, match="no XLSX workbook"):
        read_profiles(file.getvalue())


def test_a_formula_in_a_workbook_is_no_allele():
    [refused] = read_profiles(workbook(["Sample", "TH01"], ["A", "=3+3"])).refusals
    assert refused.extra["allele"] == "=3+3"


# to CLASTR


def test_a_batch_for_clastr_has_a_row_per_profile_and_reads_back():
    text = clastr_batch(
        [NamedProfile("A", banked(Amelogenin="X", FGA="OL,20")), NamedProfile("=B", banked(marker1="8"))]
    )
    head, first, second = csv.reader(io.StringIO(text))
    assert head[:3] == ["Sample", "Amel", "D5S818"]
    assert (first[0], second[0], "marker1" in head) == ("A", "'=B", False)
    again = read(text).complete()[0]
    assert told(again.profile) == told(banked(Amelogenin="X", FGA="20"))


def test_sources_in_conflict_are_a_row_each_for_clastr():
    profile = Profile.read([("TH01", ["6"], ["ATCC"]), ("TH01", ["7"], ["JCRB"])])
    assert clastr_batch([NamedProfile("A", profile)]) == "Sample,TH01\nA (version 1),6\nA (version 2),7\n"
