import pytest

from lims.tabular.reading import NoText, text_of

WRITTEN = "Probe;Wert (µL)\r\nMüller–1;9,3\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_is_read_whatever_it_is_encoded_in(encoding: str):
    assert text_of(WRITTEN.encode(encoding)) == WRITTEN


def test_utf_16_of_the_other_order_is_read_by_its_mark():
    assert text_of("\ufeffA;µ".encode("utf-16-be")) == "A;µ"


def test_the_end_that_dos_wrote_is_no_part_of_the_text():
    assert text_of(b"A;1\r\n\x1a") == "A;1\r\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b" \r\n\t", "empty"), (b"PK\x03\x04", "workbook"), (b"\xd0\xcf\x11\xe0", "XLS"),
        (b"%PDF-1.7", "a PDF"), (b"\x89PNG\r\n", "a picture"), (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x1f\x8b\x08", "a packed file"), (b"A\0,6\nB", "no text file"), (b"A,6\0", "no text file"),
        (b"A,\x1b[31m6", "no text file"), (b"A\x1a,6", "no text file"), (b"\xff\xfeA", "no text file"),
        (b"\xfe\xff\xd8\x00", "no text file"), (b"Pr\x81fung,6", "unusual encoding"),
        ("A\x85".encode(), "no text file"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_and_nothing_is_guessed(content: bytes, words: str):
    with pytest.raises(NoText, match=words):
        text_of(content)
