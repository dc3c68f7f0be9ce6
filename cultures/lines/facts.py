"""What is stated of a line: which facts there are, which of them a subline inherits, and what each may be."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cultures.lines.errors import OutOfRange, RangeIncomplete
from cultures.lines.models import CellLine
from cultures.lines.names import clean_rrid
from lims.errors import DomainError
from lims.tabular.text import clean_text

TEXTS = {
    "species": 40,
    "tissue": 60,
    "disease": 80,
    "subtype": 60,
    "source": 80,
    "catalogue_number": 40,
    "lot_number": 40,
}
DURATIONS = ("reference_doubling_time", "passage_interval", "feed_interval")
INHERITED = (
    *("species", "tissue", "disease", "subtype", "biosafety_level", "growth_mode", "default_medium_id"),
    *("split_ratio_min", "split_ratio_max", "seeding_density_min_per_cm2", "seeding_density_max_per_cm2"),
    *("reference_doubling_time", "passage_interval", "feed_interval", "passage_limit"),
)
FACTS = frozenset({*INHERITED, *TEXTS, "rrid"})
WORDS = {name: name.removesuffix("_id").replace("_", " ") for name in FACTS}
LARGEST_DENSITY_PER_CM2 = 10_000_000  # far beyond a full monolayer
LARGEST_PASSAGE_LIMIT = 1000


class UnknownFact(DomainError):
    code = "unknown_fact"

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"A line has no {', '.join(names)}. It has: {', '.join(sorted(FACTS))}.")


def tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with text and RRID in one spelling. Raises UnknownFact or BadText."""
    if unknown := sorted(set(facts) - FACTS):
        raise UnknownFact(unknown)
    tidied = dict(facts)
    for name in TEXTS.keys() & tidied.keys():
        tidied[name] = clean_text(tidied[name] or "", f"The {WORDS[name]}", max_length=TEXTS[name])
    for name, value in tidied.items():
        if isinstance(value, Decimal) and not value.is_finite():
            raise OutOfRange(WORDS[name], "a number", name)
    if "rrid" in tidied:
        tidied["rrid"] = clean_rrid(tidied["rrid"] or "")
    return tidied


def check(line: CellLine) -> None:
    """Raises RangeIncomplete or OutOfRange for a line that could not be; the database holds the same rules."""
    if not 1 <= line.biosafety_level <= 4:
        raise OutOfRange("biosafety level", "1, 2, 3 or 4", "biosafety_level")
    if line.growth_mode not in CellLine.GrowthMode.values:
        raise OutOfRange("growth mode", "adherent, suspension or mixed", "growth_mode")
    _check_range(line, "split range", "split_ratio_{}", "between 1:1 and 1:1000", Decimal(1), Decimal(1000))
    _check_range(
        line, "seeding density", "seeding_density_{}_per_cm2", "at most 10 million /cm²", 1, LARGEST_DENSITY_PER_CM2
    )
    for name in DURATIONS:
        span = getattr(line, name)
        if span is not None and not timedelta() < span <= timedelta(days=3650):
            raise OutOfRange(WORDS[name], "longer than nothing and at most ten years", name)
    if line.passage_limit is not None and not 0 < line.passage_limit <= LARGEST_PASSAGE_LIMIT:
        raise OutOfRange("passage limit", f"between 1 and {LARGEST_PASSAGE_LIMIT}", "passage_limit")


def _check_range(
    line: CellLine, what: str, fields: str, possible: str, least: Decimal | int, most: Decimal | int
) -> None:
    low, high = getattr(line, fields.format("min")), getattr(line, fields.format("max"))
    if (low is None) != (high is None) or (low is not None and low > high):
        raise RangeIncomplete(what, fields.format("min" if low is None else "max"))
    if low is not None and not least <= low <= high <= most:
        raise OutOfRange(what, possible, fields.format("min"))
