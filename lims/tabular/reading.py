"""Files that instruments and services write, as text: whatever they encode it in, or a refusal; nothing is guessed."""

import re

from lims.errors import DomainError

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
END_OF_FILE = "\x1a"  # as DOS ended it; some instruments still do
OTHER_KINDS = {
    b"PK\x03\x04": "a workbook or another package",
    b"\xd0\xcf\x11\xe0": "an old Excel file (XLS)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a packed file",
}


class NoText(DomainError):
    """The file holds no text, or none that can be read with certainty."""

    code = "no_text"


def text_of(content: bytes) -> str:
    """UTF-16 by its mark or its NULs, UTF-8 if it is, else the Western code page of Windows. Raises NoText.

    >>> text_of("Müller;9,3".encode("cp1252")) == text_of("Müller;9,3".encode("utf-16")) == "Müller;9,3"
    True
    """
    if not content.strip():
        raise NoText("The file is empty. Export it again.")
    for magic, kind in OTHER_KINDS.items():
        if content.startswith(magic):
            raise NoText(f"This is {kind}. Save it as CSV.")
    try:
        text = _decoded(content).removesuffix(END_OF_FILE)
    except UnicodeDecodeError as error:
        raise NoText("This is no text file, or of an unusual encoding. Save it as CSV (UTF-8).") from error
    if UNSEEN.search(text):
        raise NoText("This is no text file. Save it as CSV (UTF-8).")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content[:2]:  # the first letters are of the Western alphabet: one half of each is NUL
        if not any(content[1:8:2]):
            return content.decode("utf-16-le")
        if not any(content[:8:2]):
            return content.decode("utf-16-be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")
