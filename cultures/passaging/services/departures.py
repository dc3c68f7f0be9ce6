"""Where media depart from what is usual, and what the lab wants to know about that before they are written."""

from collections.abc import Sequence

from cultures.passaging.errors import TreatedWithoutDrug
from cultures.passaging.models import Culture, Feed
from cultures.passaging.registry import Given, guard
from cultures.passaging.services.checking import one_of
from lims.tabular.text import clean_text


def departures_of(given: Sequence[Given]) -> list[dict[str, str]]:
    """For each medium the fields of a Feed that say why it departs from the usual.

    Raises when that should be said and is not, or when a domain above has something against one of them.
    """
    departures = [_departures(one) for one in given]
    guard(given)
    return departures


def _departures(given: Given) -> dict[str, str]:
    without, override = given.medium.without_drug, given.medium.override
    if without:
        one_of(without, Feed.Without, "reason without drug", field="without_drug")
    has_drug = any(dose.canonical for dose in given.doses)
    if given.arm == Culture.Arm.TREATED and not has_drug and not without:
        raise TreatedWithoutDrug
    if given.arm != Culture.Arm.TREATED:
        without = ""  # nobody expects a drug here
    reason = clean_text(override, "The reason", max_length=300) if override else ""
    return {"without_drug": without, "override": reason}
