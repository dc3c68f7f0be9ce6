"""What people type as names and notes: one normal form, and nothing invisible in it."""

import unicodedata

from lims.errors import DomainError

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format (bidi, zero width), surrogate, line separators
IN_NOTES = frozenset("\n\t")


class BadText(DomainError):
    """A name or note that could not be shown, searched or printed faithfully."""

    code = "bad_text"


def clean_text(text: str, label: str = "This", *, max_length: int | None = None, is_note: bool = False) -> str:
    """Text in NFC, without blanks at its ends and without double blanks; a note keeps its lines.

    Raises BadText for signs nobody can see (NUL, lone surrogates, bidirectional overrides, zero-width signs) and for
    text that is too long. Nothing is cut or dropped silently.
    """
    if is_note:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text.strip())
    for place, sign in enumerate(text):
        if unicodedata.category(sign) in INVISIBLE and not (is_note and sign in IN_NOTES):
            raise BadText(_invisible(text, place, label))
    if not is_note:
        text = " ".join(text.split())
    if max_length is not None and len(text) > max_length:
        raise BadText(f"{label} is {len(text)} characters long. Shorten it to {max_length}.")
    return text


def _invisible(text: str, place: int, label: str) -> str:
    before = "".join(sign for sign in text[max(0, place - 12) : place] if sign.isprintable())
    where = f"after “{before}”" if before else "at its beginning"
    return f"{label} has an invisible sign (U+{ord(text[place]):04X}) {where}. Delete it and type the text again."
