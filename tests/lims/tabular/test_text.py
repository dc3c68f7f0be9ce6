"""Names and notes: nothing invisible gets in."""

import pytest

from lims.tabular.text import BadText, clean_text

HOSTILE = [
    "a\x00b",
    "a\ud800b",
    "a\u202eb",
    "a\u2066b",
    "a\u200bb",
    "\ufeffa",
    "a\x1b[31m",
    "a\u2028b",
    "a\u00adb",
    "a\nb",
    "a\x7fb",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_invisible_sign_is_refused_and_named(text: str):
    with pytest.raises(BadText, match=r"U\+[0-9A-F]{4}"):
        clean_text(text)


def test_text_is_kept_in_one_normal_form_without_blanks_at_its_ends():
    assert clean_text("  Mu\u0308ller \u00a0 lab ") == "Müller lab"


def test_a_note_keeps_its_lines_but_no_other_control_sign():
    assert clean_text("first\r\nsecond\rthird\tcell", is_note=True) == "first\nsecond\nthird\tcell"
    with pytest.raises(BadText):
        clean_text("first\x0bsecond", is_note=True)


def test_text_that_is_too_long_is_refused_not_cut():
    assert clean_text("é" * 60, max_length=60) == "é" * 60
    with pytest.raises(BadText, match=r"61 characters long. Shorten it to 60."):
        clean_text("e" * 61, max_length=60)


def test_scripts_and_emoji_that_show_are_kept():
    assert clean_text("Линия 1 株 🧫 <b>") == "Линия 1 株 🧫 <b>"
