"""Numbers as people write them: one reading or a refusal."""

from decimal import Decimal

import pytest

from lims.tabular.numbers import NotANumber, parse_decimal

READ = {
    "12": "12",
    " 1.5 ": "1.5",
    ".5": "0.5",
    "5.": "5",
    "+2": "2",
    "1.5e6": "1500000",
    "2E-3": "0.002",
    "1.5×10^6": "1500000",
    "1.5 × 10⁶": "1500000",
    "-0": "0",
    "0.1": "0.1",
}


@pytest.mark.parametrize(("written", "meant"), READ.items())
def test_a_plain_number_is_read_exactly(written: str, meant: str):
    assert parse_decimal(written) == Decimal(meant)


AMBIGUOUS = {
    "1,5": "Write 1.5.",
    "1,500": "Write 1.500 or 1500.",
    "1.234,5": "Write 1234.5.",
    "1,234.5": "Write 1234.5.",
    "1,234,567": "Write 1234567.",
    ",5": "Write .5.",
}


@pytest.mark.parametrize(("written", "ways"), AMBIGUOUS.items())
def test_a_comma_is_never_guessed_at(written: str, ways: str):
    with pytest.raises(NotANumber, match="ambiguous") as refusal:
        parse_decimal(written)
    assert str(refusal.value).endswith(ways)


@pytest.mark.parametrize("written", ["274 000", "274\u00a0000", "274\u202f000", "1_000", "1'000", "1 5"])
def test_blanks_and_separators_between_digits_are_refused_with_the_plain_spelling(written: str):
    with pytest.raises(NotANumber, match="without blanks or separators"):
        parse_decimal(written)


NOT_NUMBERS = [
    "",
    "NaN",
    "sNaN",
    "inf",
    "-Infinity",
    "1e999",
    "1e-999",
    "9" * 4301,
    "0x10",
    "1.5 mL",
    "1e",
    "--1",
    "1.2.3",
]
NOT_NUMBERS += [
    "٣",
    "１２",
    "१२",
    "²",
    "½",
    "Ⅷ",
    "1\x00",
    "\ud800",
    "\u202e5",
    "1e1e1",
    "e6",
    ".",
    "1" + " " * 60 + "2",
]


@pytest.mark.parametrize("written", NOT_NUMBERS)
def test_what_has_no_single_meaning_is_refused_with_a_sentence(written: str):
    with pytest.raises(NotANumber) as refusal:
        parse_decimal(written, "Volume")
    assert str(refusal.value).startswith("Volume: ")
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("written", ["-1", "−1", "-0.001"])
def test_a_negative_number_is_refused_unless_it_makes_sense(written: str):
    with pytest.raises(NotANumber, match="negative"):
        parse_decimal(written)
    assert parse_decimal(written, may_be_negative=True) < 0
