"""Numbers as people write them. One reading or a refusal: a comma or a blank in a number is never guessed at."""

import re
from decimal import Decimal

from lims.errors import DomainError

LONGEST = 40  # signs; far more than any measurement carries
WIDEST = 20  # powers of ten either side of one that a number of the bench may reach
PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
SEPARATORS = re.compile(r"[\s'’_]+")
# As our own pages show numbers: −5, 1.5×10⁶.
POWER = re.compile(r"\s*[×x*·]\s*10\^?(?P<power>[+-]?[0-9]+|⁻?[⁰¹²³⁴-⁹]+)$", re.IGNORECASE)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class NotANumber(DomainError):
    """What was written has no single meaning as a number."""

    code = "not_a_number"


def parse_decimal(text: str, label: str = "", *, may_be_negative: bool = False) -> Decimal:
    """The number written, exactly. Accepts 12, 1.5, .5, 1.5e6 and 1.5×10^6; raises NotANumber for anything else.

    label   begins the refusal where no field stands beside it

    >>> parse_decimal("1.5e6")
    Decimal('1.5E+6')
    >>> parse_decimal("1,500", "Cells")
    Traceback (most recent call last):
        ...
    lims.tabular.numbers.NotANumber: Cells: 1,500 is ambiguous: a comma is a decimal sign to some. Write 1.500 or 1500.
    """
    prefix = f"{label}: " if label else ""
    if len(text) > LONGEST:
        raise NotANumber(f"{prefix}{len(text)} characters are too many for a number. Write it as 1.5e6.")
    written = text.strip()
    plain = in_e_notation(written.replace("−", "-"))
    if not PLAIN.fullmatch(plain):
        raise NotANumber(prefix + _why_not(written))
    number = Decimal(plain)
    if number and not -WIDEST <= number.adjusted() <= WIDEST:
        raise NotANumber(f"{prefix}{written} is beyond anything measured here. Check the power of ten.")
    if number < 0 and not may_be_negative:
        raise NotANumber(f"{prefix}{written} is negative. Write zero or more.")
    return number if number else abs(number)  # -0 is 0


def in_e_notation(written: str) -> str:
    """1.5×10⁶ and 1.5 x 10^6 as 1.5e6."""
    return POWER.sub(lambda match: f"e{match['power'].translate(RAISED)}", written)


def _why_not(written: str) -> str:
    if not written:
        return "Write a number."
    if any(sign.isdigit() and not sign.isascii() for sign in written):
        return f"Write {written} with the digits 0 to 9."
    joined = SEPARATORS.sub("", written)
    if "," in joined:
        return f"{written} is ambiguous: a comma is a decimal sign to some. Write {_readings(joined)}."
    if joined != written and PLAIN.fullmatch(joined):
        return f"Write {joined}, without blanks or separators between the digits."
    return f"{written} is not a number. Write digits alone, such as 1.5 or 2e6; the unit stands beside them."


def _readings(written: str) -> str:
    """What a comma can mean: 1,500 is 1.500 or 1500; 1,5 is 1.5; 1.234,5 is 1234.5."""
    readings = [written.replace(",", "")]
    if written.count(",") == 1:
        decimal = written.replace(".", "").replace(",", ".")
        groups_of_three = len(written.partition(",")[2].partition(".")[0]) == 3
        readings = [decimal, *readings] if groups_of_three and "." not in written else [decimal]
        if written.find(".") > written.find(","):
            readings = [written.replace(",", "")]
    possible = [reading.rstrip(".") for reading in readings if PLAIN.fullmatch(reading)]
    return " or ".join(possible) or "it with one point and without separators"
