"""Refusals about when something happened."""

from datetime import datetime

from cultures.passaging.errors.words import link, moment
from cultures.passaging.models import Culture, Harvest
from cultures.places.models import Place
from lims.errors import DomainError


class InTheFuture(DomainError):
    code = "in_the_future"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{moment(at)} has not come yet. Enter when it happened.", field="at")


class LongAgo(DomainError):
    code = "long_ago"

    def __init__(self) -> None:
        super().__init__("That is before anything here was grown. Check the year.", field="at")


class BeforeItsSeeding(DomainError):
    code = "before_its_seeding"

    def __init__(self, culture: Culture, at: datetime) -> None:
        super().__init__(
            f"{culture} was seeded on {moment(culture.seeded_at)}, after {moment(at)}. Correct the time.",
            field="at",
            ways=(link(culture),),
        )


class BeforeItsLastEntry(DomainError):
    """An end dated before something else that is on record."""

    code = "before_its_last_entry"

    def __init__(self, culture: Culture, what: str, last_at: datetime) -> None:
        super().__init__(
            f"{culture} has a {what} of {moment(last_at)}, which is later. Correct this time, or that entry first.",
            field="at",
            ways=(link(culture),),
        )


class EntryBefore(DomainError):
    """A seeding cannot be dated after what happened to the culture since."""

    code = "entry_before"

    def __init__(
        self, at: datetime, first_at: datetime, what: str = "Something", culture: Culture | None = None
    ) -> None:
        whose = f"{what} of {culture}" if culture else what
        super().__init__(
            f"{whose} is on record for {moment(first_at)}, before {moment(at)}. Correct that entry first.",
            field="at",
            ways=(link(culture),) if culture else (),
        )


class BeforeItsHarvest(DomainError):
    code = "before_its_harvest"

    def __init__(self, harvest: Harvest) -> None:
        super().__init__(f"The cells were harvested on {moment(harvest.at)}. Correct the time.", field="at")


class SessionEndsBeforeItsStart(DomainError):
    code = "session_ends_before_its_start"

    def __init__(self, started_at: datetime) -> None:
        super().__init__(f"The bench session began on {moment(started_at)}. It ends after that.", field="at")


class NotAHood(DomainError):
    code = "not_a_hood"

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} is a {place.get_kind_display()}. A bench session is held at a hood.", field="hood")


class NoOpenSession(DomainError):
    code = "no_open_session"

    def __init__(self) -> None:
        super().__init__("You have no bench session open. There is nothing to end.")
