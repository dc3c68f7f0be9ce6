"""Refusals about numbers: of cells, of mL, of counts."""

from cultures.passaging.errors.words import cells
from cultures.passaging.models import Count, VesselType
from lims.errors import DomainError


class NumberOutOfRange(DomainError):
    code = "number_out_of_range"

    def __init__(self, what: str, value: object, limits: str, *, field: str) -> None:
        super().__init__(f"{what} is {value}; it must be {limits}. Check the number and its unit.", field=field)


class NotEnoughCells(DomainError):
    code = "not_enough_cells"

    def __init__(self, *, wanted: int, available: int) -> None:
        super().__init__(
            f"The plan takes {cells(wanted)} viable cells, and there are {cells(available)}. "
            "Seed fewer, or check count and volume.",
            field="daughters",
            extra={"wanted": wanted, "available": available},
        )


class SeedingWithoutCells(DomainError):
    code = "seeding_without_cells"

    def __init__(self, vessel: VesselType) -> None:
        super().__init__(
            f"The {vessel} would get no living cell. Say how many go in, or take it out.", field="daughters"
        )


class SeedingSaidTwice(DomainError):
    """Exactly one of cells, density and ratio."""

    code = "seeding_said_twice"

    def __init__(self, vessel: VesselType, said: int) -> None:
        how = "in more than one way" if said else "in no way"
        super().__init__(
            f"How many cells go into the {vessel} is said {how}. Give cells, a density, or a split ratio.",
            field="daughters",
        )


class DestinationUnknown(DomainError):
    code = "destination_unknown"

    def __init__(self, kind: str, known: list[str]) -> None:
        choose = f"Choose one of: {', '.join(known)}." if known else "Seed the cells, or discard them."
        super().__init__(f"Cells cannot go to {kind!r}. {choose}", field="portions")


class NothingLeft(DomainError):
    code = "nothing_left"

    def __init__(self) -> None:
        super().__init__("Nothing is left of this harvest: the rest was discarded already.")


class CountOfAnotherCulture(DomainError):
    code = "count_of_another_culture"

    def __init__(self, count: Count) -> None:
        super().__init__(f"That count is of {count.culture.code}. Choose a count of this culture.", field="count")


class CountNotStanding(DomainError):
    code = "count_not_standing"

    def __init__(self) -> None:
        super().__init__("That count was corrected or undone. Choose the count that stands.", field="count")


class CountAlreadyUsed(DomainError):
    code = "count_already_used"

    def __init__(self) -> None:
        super().__init__("That count was used for another harvest. Count again, or choose another.", field="count")


class MethodUnknown(DomainError):
    code = "method_unknown"

    def __init__(self, method: str) -> None:
        known = ", ".join(label for _, label in Count.Method.choices)
        super().__init__(f"{method[:40]!r} is not a way of counting we know. Choose one of: {known}.", field="method")
