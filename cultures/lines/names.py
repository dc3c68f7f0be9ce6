"""One key for all spellings of a line's name: SKBR3, SK-BR-3 and SK-Br-3 are one line, BT474 A3 is not BT474."""

import unicodedata

from lims.tabular.text import BadText, clean_text

LONGEST_NAME = 60


def _bare(sign: str) -> str:
    """What is left of one sign of a name: capitals and digits; a Greek letter by its name; None for foreign letters."""
    if sign.isascii():
        return sign.upper() if sign.isalnum() else ""
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK "):
        return name.split(" LETTER ")[-1].split()[0].replace("LAMDA", "LAMBDA") if " LETTER " in name else ""
    return sign if sign.isalnum() else ""


def _signs(text: str) -> str:
    """The text decomposed: accents apart from their letters, full-width and raised forms as plain ones."""
    return "".join(_bare(sign) for sign in unicodedata.normalize("NFKD", text).replace("ß", "SS"))


def name_key(name: str) -> str:
    """The key of a name that is to be registered.

    Raises BadText when nothing is left, or when a letter only looks Latin: a Cyrillic К would hide a line for good.

    >>> name_key("SK-Br-3"), name_key("IGROV-1 (β)")
    ('SKBR3', 'IGROV1BETA')
    """
    key = _signs(name)
    if foreign := next((sign for sign in key if not sign.isascii()), None):
        what = unicodedata.name(foreign, "unknown sign").lower()
        raise BadText(f"{name} contains {foreign} ({what}). Type it in Latin letters.", field="name")
    if not key:
        raise BadText("A name needs at least one letter or digit.", field="name")
    if len(key) > LONGEST_NAME:
        raise BadText(f"{name} is too long for a label. Shorten it.", field="name")
    return key


def search_key(text: str) -> str:
    """The key of what someone looks for; empty when nothing in it can be part of a name."""
    return "".join(sign for sign in _signs(text[:200]) if sign.isascii())


def clean_name(name: str) -> str:
    if not (name := clean_text(name, "The name", max_length=LONGEST_NAME)):
        raise BadText("Write a name for the line.", field="name")
    return name


def clean_rrid(text: str) -> str:
    """CVCL_0033 from any way of writing it (cvcl_0033, RRID:CVCL_0033, CVCL 0033); empty stays empty."""
    if not (bare := "".join(text.split()).upper()):
        return ""
    accession = bare.removeprefix("RRID:").replace("CVCL-", "CVCL_")
    if accession.startswith("CVCL") and not accession.startswith("CVCL_"):
        accession = accession.replace("CVCL", "CVCL_", 1)
    number = accession.removeprefix("CVCL_")
    if not (accession.startswith("CVCL_") and len(number) == 4 and number.isascii() and number.isalnum()):
        wrong = f"{text.strip()[:40]} is not a Cellosaurus accession."
        raise BadText(f"{wrong} It is CVCL_ and four digits or letters, such as CVCL_0033.", field="rrid")
    return accession
