"""Exports as luminometers write them; the files are our own, the codes those of no culture."""

from pathlib import Path

import pytest

from cultures.quality.errors.files import FileNotUnderstood
from cultures.quality.luminometer import number, read_export
from lims.codes import code_for

FILES = Path(__file__).parents[2] / "data" / "qc"
Q1, Q2, Q3 = (code_for("Q", number) for number in (1, 2, 3))
CONTROLS = "POS,1000,9000\nNEG,1000,400\n"
READ = {Q1: {"a": "12034", "b": "6017"}, Q2: {"a": "11000", "b": "13310"}, Q3: {"a": "9500", "b": "OVRFLW"}}
READ_CONTROLS = {"positive": {"a": "1000", "b": "9000"}, "negative": {"a": "1000", "b": "400"}}


def listed(*rows: str, head: str = "Sample,A,B") -> bytes:
    return "\n".join([head, *rows, CONTROLS]).encode()


def plate(title: str, wells: dict[str, str], sign: str = ",") -> str:
    lines = [title, sign.join(["", *map(str, range(1, 13))])]
    lines += [sign.join([row, *(wells.get(f"{row}{column}", "") for column in range(1, 13))]) for row in "ABCDEFGH"]
    return "\n".join(lines) + "\n\n"


LAYOUT = {"A1": "positive", "B1": "negative", "C1": Q1, "D1": Q2}
LIGHT_A = {"A1": "1000", "B1": "1000", "C1": "12034", "D1": "11000"}
LIGHT_B = {"A1": "9000", "B1": "400", "C1": "6017", "D1": "13310"}


@pytest.mark.parametrize("file", sorted(FILES.glob("list_*")), ids=lambda file: file.name)
def test_a_list_is_read_whatever_the_instruments_settings(file):
    found = read_export(file.read_bytes())
    assert found.samples == READ
    assert found.controls == READ_CONTROLS


@pytest.mark.parametrize("file", sorted(FILES.glob("plates_*")), ids=lambda file: file.name)
def test_two_plates_are_read_by_the_layout_of_their_run(file):
    layout = LAYOUT | {"E1": Q3}
    found = read_export(file.read_bytes(), layout=layout)
    assert (found.samples, found.controls) == (READ, READ_CONTROLS)


def test_there_are_files_of_each_kind():
    assert len(list(FILES.glob("list_*"))) >= 5
    assert len(list(FILES.glob("plates_*"))) >= 2


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12034", "12034"), ("12034.5", "12034.5"), ("12034,5", "12034.5"), ("1.5e4", "1.5e4"), ("274 000", "274000"),
        ("274\u00a0000", "274000"), ("274\u202f000", "274000"), ("1 234 567,8", "1234567.8"), ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"), ("0.125", "0.125"), ("0,125", "0.125"), ("12034.500", "12034.500"), ("\u2212" "5", "-5"),
        ("OVRFLW", "OVRFLW"), ("Overflow", "OVRFLW"), (">1050", "OVRFLW"), ("> 1 000 000", "OVRFLW"),
        ("*****", "*****"), ("?????", "*****"), ("masked", "*****"),
    ],
)  # fmt: skip
def test_a_number_has_one_reading(written, read):
    assert number(written, "Row 2, reading A") == read


@pytest.mark.parametrize(
    "written",
    ["1,500", "1.500", "999.999", "-1,500", "", "  ", "ERROR", "NaN", "inf", "Infinity", "12a", "1 23", "1,2,3",
     "1e999", "=1+1", "١٢٣", "<0.000", "9" * 300],
)  # fmt: skip
def test_a_cell_with_two_meanings_or_none_is_refused_with_its_place(written):
    with pytest.raises(FileNotUnderstood, match=r"^Row 2, reading A"):
        number(written, "Row 2, reading A")


@pytest.mark.parametrize(
    ("written", "decimal", "read"),
    [("1,500", ",", "1.500"), ("1,500", ".", "1500"), ("1.500", ",", "1500"), ("1.500", ".", "1.500"),
     ("1.234,5", ",", "1234.5"), ("12,5", ",", "12.5")],
)  # fmt: skip
def test_with_the_decimal_sign_said_it_is_read_by_it(written, decimal, read):
    assert number(written, "Row 2, reading A", decimal) == read


@pytest.mark.parametrize(("written", "decimal"), [("12,5", "."), ("12.5", ","), ("1.234,5", ".")])
def test_a_number_against_the_decimal_sign_that_was_said_is_refused(written, decimal):
    with pytest.raises(FileNotUnderstood, match="does not go with"):
        number(written, "Row 2, reading A", decimal)


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b" \r\n ", "empty"), (b"\0\0\0", "no text file|no row"), (b"PK\x03\x04rest", "a workbook"),
        (b"%PDF-1.7", "a PDF"), (b"Sample,A\nPOS,1\n", "no row with the heads"), (b"hello", "no row with"),
        (listed(f"{Q1},1000"), f"Row 2 .{Q1}., reading B is empty"),
        (listed(f"{Q1},,5"), "reading A is empty"),
        (listed(f"{Q1},10 00,5"), "Row 2 .*10 00 is no reading"),
        (listed("C-XXXXX,1,2"), "Row 2: C-XXXXX is neither a code of ours nor a control"),
        (listed(",1,2"), "Row 2: the sample has no name"),
        (listed(f"{Q1},1,2", f"{Q2},3,4", f"{Q1},5,6"), f"{Q1} stands in row 2 and in row 4"),
        (listed("positive control,1,2"), "positive stands in row 2"),
        (listed(f"{Q1},1,2", head="Sample,A,B,A"), "names a reading twice"),
        (b"Sample,A,B\nNEG,1,2\n", "no positive control"), (b"Sample,A,B\nPOS,1,2\n", "no negative control"),
        (b"x\n" * 20_000, "more than a run has"),
        (listed(f'"{Q1},1,2'), "neither|no list of rows|no positive"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(content, words):
    with pytest.raises(FileNotUnderstood, match=words) as refused:
        read_export(content)
    assert refused.value.field == "file"


@pytest.mark.parametrize("name", ["POS", "pos. control", "Positive control", "positive-control", "PC", "Pos Ctrl"])
def test_controls_are_known_by_their_usual_names(name):
    found = read_export(f"Sample ID;Reading A (RLU);RLU B\n{name};1000;9000\nneg;1000;400\n".encode())
    assert found.controls == READ_CONTROLS


def test_a_culture_may_be_named_by_its_own_code_as_it_was_typed():
    culture = code_for("C", 7)
    found = read_export(listed(f" {culture.lower()} ,1,2"))
    assert found.samples == {culture: {"a": "1", "b": "2"}}


# --- plates -----------------------------------------------------------------------------------------------------------


def test_plates_titled_the_other_way_round_are_read_by_their_titles():
    content = plate("Reading B", LIGHT_B) + plate("Reading A", LIGHT_A)
    assert read_export(content.encode(), layout=LAYOUT).samples == {Q1: READ[Q1], Q2: READ[Q2]}


def test_a_plate_of_codes_goes_before_the_runs_layout():
    codes = {"A1": "POS", "B1": "NEG", "C1": Q2, "D1": Q1}
    content = plate("Layout", codes) + plate("A", LIGHT_A) + plate("B", LIGHT_B)
    assert read_export(content.encode(), layout=LAYOUT).samples[Q2] == READ[Q1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (plate("A", LIGHT_A), "There are 1 plates"),
        (plate("A", LIGHT_A) + plate("A", LIGHT_B), "Two plates are titled A"),
        (plate("", LIGHT_A) * 3, "There are 3 plates"),
        (plate("A", LIGHT_A) + plate("B", LIGHT_B | {"C1": ""}), "Well C1, reading B is empty"),
        (
            plate("A", LIGHT_A) + plate("B", LIGHT_B | {"D1": "1.500"}, ","),
            "Well D1, reading B: 1.500 is 1.500 to some",
        ),
        (plate("A", LIGHT_A).replace("\nH", "\nX") + plate("B", LIGHT_B), "has not the rows A to H"),
    ],
)
def test_plates_that_cannot_be_read_say_where(content, words):
    with pytest.raises(FileNotUnderstood, match=words):
        read_export(content.encode(), layout=LAYOUT)


def test_plates_say_nothing_without_a_layout():
    with pytest.raises(FileNotUnderstood, match="say nothing of samples"):
        read_export((plate("A", LIGHT_A) + plate("B", LIGHT_B)).encode())


def test_a_well_stands_for_one_sample():
    with pytest.raises(FileNotUnderstood, match="stands in wells C1 and D1"):
        read_export((plate("A", LIGHT_A) + plate("B", LIGHT_B)).encode(), layout=LAYOUT | {"D1": Q1})
