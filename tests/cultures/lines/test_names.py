"""One key for all spellings of a name."""

import pytest

from cultures.lines.names import clean_rrid, name_key, search_key
from lims.tabular.text import BadText


@pytest.mark.parametrize(
    "spelling", ["SKBR3", "SK-BR-3", "SK-Br-3", "sk br 3", "SK.BR.3", "ＳＫＢＲ３", "SK–BR–3", "SK_BR_3"]
)
def test_all_spellings_of_skbr3_have_one_key(spelling: str):
    assert name_key(spelling) == "SKBR3"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("BT474 A3", "BT474A3"),
        ("HCC1954-L", "HCC1954L"),
        ("IGROV-1 (β)", "IGROV1BETA"),
        ("α5", "ALPHA5"),
        ("Müller 2", "MULLER2"),
    ],
)
def test_signs_are_dropped_greek_is_spelled_out_and_accents_fall(name: str, key: str):
    assert name_key(name) == key


@pytest.mark.parametrize("name", ["SКBR3", "СКОВ3", "株1", "BT474Ꙁ"])
def test_a_letter_that_only_looks_latin_is_refused_by_its_name(name: str):
    with pytest.raises(BadText, match="Type it in Latin letters"):
        name_key(name)


@pytest.mark.parametrize("name", ["---", "", "♥", "()"])
def test_a_name_needs_a_letter_or_digit(name: str):
    with pytest.raises(BadText, match="at least one letter or digit"):
        name_key(name)


def test_a_search_is_never_refused():
    assert search_key("SКBR3 --") == "SBR3"
    assert search_key("♥") == ""


@pytest.mark.parametrize(
    "written", ["CVCL_0033", "cvcl_0033", " RRID:CVCL_0033 ", "CVCL 0033", "cvcl0033", "RRID: CVCL-0033"]
)
def test_an_rrid_is_tidied_into_its_one_form(written: str):
    assert clean_rrid(written) == "CVCL_0033"


@pytest.mark.parametrize("written", ["0033", "CVCL_003", "CVCL_00333", "CVCL_00-3", "CVCL_٣٣٣٣", "HTB-30", "CVCL_"])
def test_what_is_no_cellosaurus_accession_is_refused(written: str):
    with pytest.raises(BadText, match="such as CVCL_0033"):
        clean_rrid(written)
