"""How a lot stands, in a word, a colour and a sentence."""

from dataclasses import dataclass
from datetime import date

from cultures.compounds.errors import day
from cultures.compounds.models import Lot
from cultures.compounds.querysets import EXPIRING_WITHIN
from cultures.compounds.thaws import times


@dataclass(frozen=True)
class LotState:
    """Status of a lot for a chip or a row: colour, icon, words."""

    colour: str
    icon: str
    words: str

    @property
    def colour_in_list(self) -> str:
        """In a list only the exceptions are coloured."""
        return "" if self.colour == "green" else self.colour


def state_of(lot: Lot, on: date) -> LotState:
    if lot.finished_on:
        return LotState("", "off", f"finished on {day(lot.finished_on)}")
    if lot.is_expired(on):
        return LotState("red", "stop", f"expired {expiry_in_words(lot.expires_on, on)}")
    if lot.is_over_thawed:
        return LotState("red", "stop", f"thawed {times(lot.freeze_thaws)}, {lot.max_freeze_thaws} allowed")
    if lot.expires_on - on <= EXPIRING_WITHIN:
        return LotState("amber", "clock", f"expires {expiry_in_words(lot.expires_on, on)}")
    if lot.opened_on:
        return LotState("green", "ok", f"in use since {day(lot.opened_on)}")
    return LotState("", "lot", "not opened")


def expiry_in_words(expires_on: date, on: date) -> str:
    """today, tomorrow, in 12 d, 3 d ago; beyond a year in months."""
    days = (expires_on - on).days
    if days in (0, 1):
        return "tomorrow" if days else "today"
    span = f"{abs(days)} d" if abs(days) < 365 else f"{abs(days) // 30} months"
    return f"in {span}" if days > 0 else f"{span} ago"
