"""Short scannable codes: kind letter, dash, payload, check character (C-7K4QX).

The alphabet is 0-9 and A-Z without I, L, O and U: 32 signs, read as the elements of GF(32). The check character is a
weighted sum with a different power of the primitive element at each place, so every single wrong sign and every swap
of two signs is found. The payload is the running number, scrambled by an odd multiplier so that neighbours on a shelf
look unlike; it is a bijection, so no two numbers share a code.
"""

from django.db import connection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_LOOKALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_SPREAD = 0x9E3779B1  # odd, so multiplication is invertible modulo any power of two
KINDS = {"C": "culture", "L": "lot", "M": "resistance model", "P": "place", "Q": "QC sample"}


def _times_x(value: int) -> int:
    """Multiply by the primitive element x of GF(32), modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _check(signs: str) -> str:
    total = 0
    for sign in signs:  # Horner: total = sum of value * x^place
        total = _times_x(total ^ _VALUE[sign.translate(_LOOKALIKE)])  # the kind letter may be an L
    return ALPHABET[total]


def code_for(kind: str, number: int) -> str:
    """The code of a running number >= 0; at least four payload signs and the check character."""
    width = max(4, -(-number.bit_length() // 5))
    scrambled = number * _SPREAD % (1 << 5 * width)
    payload = "".join(ALPHABET[scrambled >> 5 * place & 31] for place in reversed(range(width)))
    return f"{kind}-{payload}{_check(kind + payload)}"


def tidy_code(scanned: str) -> str:
    """What a scanner or a person typed, in the one spelling: upper case, lookalikes resolved.

    Blanks and signs that nobody can see are left out.
    """
    seen = (sign for sign in scanned if sign.isprintable() and not sign.isspace())
    text = "".join(seen).upper().removeprefix("LIMS:")
    kind, dash, rest = text.partition("-")
    if not dash:
        kind, rest = text[:1], text[1:]
    return f"{kind}-{rest.translate(_LOOKALIKE)}"


def is_code(text: str) -> bool:
    """True for a well-formed code whose check character is right."""
    kind, _, rest = text.partition("-")
    return (
        kind in KINDS
        and len(rest) >= 5
        and all(sign in _VALUE for sign in rest)
        and _check(kind + rest[:-1]) == rest[-1]
    )


def new_codes(kind: str, how_many: int = 1) -> list[str]:
    """Fresh codes from the database's sequence; a number is never given twice, even after a rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('lims_code_number') FROM generate_series(1, %s)", [how_many])
        return [code_for(kind, number) for (number,) in cursor.fetchall()]
