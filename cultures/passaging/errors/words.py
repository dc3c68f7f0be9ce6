"""How refusals say times, numbers of cells, and where to go on."""

from datetime import date, datetime
from decimal import Decimal

from cultures.passaging.models import Culture
from lims.clock import lab_time

HOW_IT_ENDED = {
    Culture.Fate.PASSAGED: "was passaged",
    Culture.Fate.FROZEN: "was frozen",
    Culture.Fate.USED_UP: "was used up",
    Culture.Fate.DISCARDED: "was discarded",
    Culture.Fate.LOST: "was lost",
    Culture.Fate.ENTERED_IN_ERROR: "was entered in error",
}


def day(at: datetime | date) -> str:
    return f"{lab_time(at) if isinstance(at, datetime) else at:%d %b %Y}"


def moment(at: datetime) -> str:
    return f"{lab_time(at):%d %b %Y %H:%M}"


def cells(number: int) -> str:
    """Cells as they are said at the bench.

    >>> cells(1_500_000), cells(640)
    ('1.50×10⁶', '640')
    """
    if number < 10_000:
        return str(number)
    power = len(str(number)) - 1
    return f"{number / 10**power:.2f}×10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def link(culture: Culture) -> tuple[str, str]:
    return (f"Open {culture.code}", culture.get_absolute_url())


def limits(least: Decimal | int | None, above: Decimal | int | None, most: Decimal | int) -> str:
    """Limits in words: "above 0 and at most 100"."""
    low = f"above {above}" if above is not None else f"{least} or more"
    return f"{low} and at most {most}"
