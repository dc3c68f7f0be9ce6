"""Codes of flasks, lots and places: every slip of the pen is found, and no two numbers share a code."""

import random
from itertools import pairwise

import pytest

from lims.codes import ALPHABET, KINDS, code_for, is_code, new_codes, tidy_code

NUMBERS = (0, 1, 2, 31, 32, 1000, 2**20 - 1, 2**20, 2**20 + 1, 2**25, 2**40 + 7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_code_is_short_and_right(kind: str, number: int):
    code = code_for(kind, number)
    assert is_code(code)
    letter, _, rest = code.partition("-")
    assert letter == kind
    assert len(rest) == max(4, -(-number.bit_length() // 5)) + 1
    assert set(rest) <= set(ALPHABET)
    assert tidy_code(code) == code


@pytest.mark.parametrize("number", NUMBERS)
def test_every_single_wrong_sign_is_found(number: int):
    code = code_for("C", number)
    for place in range(2, len(code)):
        for sign in ALPHABET.replace(code[place], ""):
            assert not is_code(code[:place] + sign + code[place + 1 :])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_wrong_kind_is_found(number: int):
    code = code_for("C", number)
    assert not any(is_code(f"{kind}{code[1:]}") for kind in KINDS if kind != "C")


@pytest.mark.parametrize("number", NUMBERS)
def test_every_swap_of_two_signs_is_found(number: int):
    code = code_for("L", number)
    for one in range(2, len(code)):
        for other in range(one + 1, len(code)):
            if code[one] != code[other]:
                signs = list(code)
                signs[one], signs[other] = signs[other], signs[one]
                assert not is_code("".join(signs)), (code, one, other)


@pytest.mark.parametrize(
    "text",
    ["", "-", "C", "C-", "X-00000", "C-0000", "C-I0000", "C-0000U", "c-00000", "C-00000 ", "CC-00000", "Ｃ-00000"],
)
def test_what_is_no_code_is_none(text: str):
    assert not is_code(text)


def test_lookalikes_lower_case_blanks_and_a_missing_dash_are_the_same_code():
    code = next(code for code in (code_for("C", n) for n in range(5000)) if {"0", "1", "V"} <= set(code[2:]))
    bare = code[2:]
    for typed in (
        code.lower(),
        f"C{bare}",
        f" c - {bare[:2]} {bare[2:]}\r\n",
        f"LIMS:{code}",
        "C-" + bare.replace("0", "O").replace("1", "I").replace("V", "U"),
        "c-" + bare.lower().replace("0", "o").replace("1", "l"),
    ):
        assert tidy_code(typed) == code


def test_each_number_has_a_code_of_its_own_and_neighbours_look_unlike():
    first = [code_for("C", number) for number in range(50_000)]
    assert len(set(first)) == len(first)
    alike = [sum(a == b for a, b in zip(one[2:-1], two[2:-1], strict=True)) for one, two in pairwise(first)]
    assert max(alike) <= 1


def test_codes_go_on_beyond_a_million_without_meeting_the_shorter_ones():
    around = range(2**20 - 2000, 2**20 + 2000)
    codes = {code_for("C", number) for number in around}
    assert len(codes) == len(around)
    assert {len(code) for code in codes} == {7, 8}
    chosen = random.Random(7).sample(range(2**20, 2**25), 20_000)
    assert len({code_for("C", number) for number in chosen}) == len(chosen)


@pytest.mark.django_db
def test_the_database_gives_each_number_once():
    codes = [*new_codes("C", 50), *new_codes("C"), *new_codes("C", 50)]
    assert len(set(codes)) == 101
    assert all(map(is_code, codes))
