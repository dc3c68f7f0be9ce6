"""Refusals about the culture itself: not there, ended, not of that line, not in that place."""

from cultures.lines.models import CellLine
from cultures.passaging.errors.words import HOW_IT_ENDED, day, link
from cultures.passaging.models import Culture, Discard, Event, VesselType
from cultures.places.models import Place
from lims.accounts.models import User
from lims.errors import DomainError


class NoSuchCulture(DomainError):
    code = "no_such_culture"

    def __init__(self) -> None:
        super().__init__("There is no such culture. Scan its code again.", field="culture")


class CultureNotGrowing(DomainError):
    """The flask is not there any more: it was passaged, discarded, used up."""

    code = "culture_not_growing"

    def __init__(self, culture: Culture) -> None:
        ending = _ending_of(culture)
        by = f" by {ending.by.initials}" if ending and ending.by else ""
        daughters = Culture.objects.filter(descents_up__parent=culture).exclude(fate=Culture.Fate.ENTERED_IN_ERROR)
        made = list(daughters.select_related("line", "vessel").order_by("pk")[:2])
        super().__init__(
            f"{culture} {HOW_IT_ENDED[Culture.Fate(culture.fate)]} on {day(culture.ended_at)}{by}."  # type: ignore[arg-type]  # ended, or it would not be refused
            + (" Work on with what was made of it." if made else " If that is wrong, correct that entry."),
            ways=tuple(link(daughter) for daughter in made) or (link(culture),),
            extra={"culture": culture.code, "fate": culture.fate},
        )


def _ending_of(culture: Culture) -> Event | None:
    source = culture.harvest_sources.filter(withdrawn_at=None).select_related("harvest__by").first()
    if source:
        return source.harvest
    return Discard.objects.standing().filter(culture=culture).select_related("by").first()


class DuplicateCulture(DomainError):
    code = "duplicate_culture"

    def __init__(self) -> None:
        super().__init__("The same culture was scanned twice. Scan each flask of the pool once.", field="cultures")


class NotASubline(DomainError):
    code = "not_a_subline"

    def __init__(self, line: CellLine, parent: CellLine) -> None:
        sentence = f"{line} is not derived from {parent}. Register it as a subline of {parent} first."
        super().__init__(sentence, field="line")


class PoolOfDifferentLines(DomainError):
    code = "pool_of_different_lines"

    def __init__(self, cultures: list[Culture]) -> None:
        named = ", ".join(f"{culture.code} is {culture.line}" for culture in cultures)
        super().__init__(f"Only flasks of one line are pooled, and {named}. Take the odd one out.", field="cultures")


class PoolNeedsSeveral(DomainError):
    code = "pool_needs_several"

    def __init__(self) -> None:
        super().__init__("A pool needs two flasks or more. To harvest one, passage it.", field="cultures")


class LineRetired(DomainError):
    code = "line_retired"

    def __init__(self, line: CellLine) -> None:
        super().__init__(
            f"{line} was retired from the registry on {day(line.retired_at)}. Choose another line.",  # type: ignore[arg-type]  # retired, or it would not be refused
            field="line",
        )


class VesselRetired(DomainError):
    code = "vessel_retired"

    def __init__(self, vessel: VesselType) -> None:
        super().__init__(f"{vessel} is not in the catalogue any more. Choose another vessel.", field="vessel")


class PlaceRetired(DomainError):
    code = "place_retired"

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place} is not in use any more. Choose another place.", field="place")


class PlaceKeepsNoCultures(DomainError):
    code = "place_keeps_no_cultures"

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place} is a {place.get_kind_display()}. Cultures stand in an incubator or on its shelf: choose one.",
            field="place",
        )


class AlreadyThere(DomainError):
    code = "already_there"

    def __init__(self, culture: Culture, place: Place) -> None:
        super().__init__(f"{culture} already stands in {place}. Choose where it goes.", field="place")


class KeeperGone(DomainError):
    code = "keeper_gone"

    def __init__(self, keeper: User) -> None:
        super().__init__(f"{keeper} does not work here any more. Choose who looks after it.", field="keeper")


class NotThere(DomainError):
    """An id that names nothing."""

    code = "not_there"

    def __init__(self, noun: str, field: str) -> None:
        super().__init__(f"There is no such {noun}. Reload the page and choose again.", field=field)
