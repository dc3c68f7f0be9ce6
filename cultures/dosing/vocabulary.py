"""The words a lab's vocabulary of mechanisms begins with; a lab adds its own and retires what it does not use.

Groups and words follow the reviews of resistance to HER2-targeted therapy. A word in brackets is another name of the
same thing, and finds it too.
"""

from cultures.lines.names import search_key

STANDARD_MECHANISMS: dict[str, tuple[str, ...]] = {
    "Escape from ADCC": ("escape from antibody-dependent cellular cytotoxicity (ADCC)",),
    "Other receptors": (
        "EGFR (HER1)",
        "HER3 (ERBB3)",
        "IGF1R",
        "MET",
        "EphA2",
        "erythropoietin receptor (EPOR)",
        "β2-adrenergic receptor (ADRB2)",
    ),
    "ER crosstalk": ("oestrogen receptor crosstalk (ER)",),
    "HER2 itself": ("p95HER2", "HER2 delta-16 (HER2Δ16)", "ERBB2 mutation", "HSP90"),
    "PI3K/Akt/mTOR": ("PIK3CA mutation", "PTEN loss", "INPP4B loss", "AKT1 activation"),
    "MAPK switch": ("NF1 loss", "MEK/ERK activation", "CDK2"),
    "IGF2/IRS1 and FOXO3a-miRNA feedback": ("IGF2/IRS1 feedback", "FOXO3a-miRNA feedback"),
    "Apoptosis and cell cycle": ("BIM (BCL2L11)", "PTK6 (BRK)", "t-Darpp", "p27 (CDKN1B)", "cyclin E (CCNE1)"),
}


def keys_of(name: str) -> tuple[str, ...]:
    """The key of a word as it is written, then of each of its names: capitals, blanks and dashes make no difference.

    >>> keys_of("HER2 delta-16 (HER2Δ16)"), keys_of("p95HER2")
    (('HER2DELTA16HER2DELTA16', 'HER2DELTA16'), ('P95HER2',))
    """
    names = (name, *name.rstrip(")").split("(")) if "(" in name else (name,)
    return tuple(dict.fromkeys(search_key(one) for one in names if search_key(one)))


def are_one(name: str, other: str) -> bool:
    """Whether two words name the same mechanism: p27 is p27 (CDKN1B)."""
    return not set(keys_of(name)).isdisjoint(keys_of(other))
