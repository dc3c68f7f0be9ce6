"""From a scanner or a keyboard to a page: what each kind of code opens, and what the search box looks through."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lims.codes import KINDS, is_code, tidy_code

LONGEST_SCAN = 100
ROWS_PER_GROUP = 20
Opener = Callable[[str], str | None]


@dataclass(frozen=True)
class Hit:
    """One line of the search results. `is_exact` hits come first."""

    label: str
    url: str
    note: str = ""
    code: str = ""
    is_exact: bool = False


Searcher = Callable[[str], Iterable[Hit]]

_openers: dict[str, Opener] = {}
_searchers: dict[str, Searcher] = {}


def register_kind(kind: str, opener: Opener) -> None:
    """`opener` turns a right code of that kind letter into its page, or None when no such thing exists."""
    _openers[kind] = opener


def register_searcher(title: str, searcher: Searcher) -> None:
    """`searcher` finds at most some twenty things for a few words; groups appear in the order of registration."""
    _searchers[title] = searcher


def clean_scan(raw: str) -> str:
    """The words without what scanners add (CR, LF, tab, group separator), in one spelling, of bounded length."""
    text = unicodedata.normalize("NFKC", raw[: 4 * LONGEST_SCAN])
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:LONGEST_SCAN]


def address_of(text: str) -> str | None:
    """The page of a scanned code, or None when it is no code or nothing bears it."""
    code = tidy_code(text)
    return _openers[code[0]](code) if is_code(code) and code[0] in _openers else None


def looks_mistyped(text: str) -> bool:
    """Written like a code (C-7K4QX) but with a wrong check character; a line's name never has this form."""
    kind, dash, rest = text.strip().upper().removeprefix("LIMS:").partition("-")
    has_the_form = bool(dash) and kind in KINDS and 5 <= len(rest) <= 9 and rest.isascii() and rest.isalnum()
    return has_the_form and not is_code(tidy_code(text))


def search(text: str) -> list[tuple[str, list[Hit]]]:
    """Groups of hits, exact ones first, within the groups and among them; empty groups are left out."""
    groups = []
    for title, searcher in _searchers.items():
        hits = sorted(searcher(text), key=lambda hit: not hit.is_exact)[:ROWS_PER_GROUP]
        if hits:
            groups.append((title, hits))
    return sorted(groups, key=lambda group: not group[1][0].is_exact)
