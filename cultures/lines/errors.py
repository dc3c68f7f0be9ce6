"""What the registry of lines refuses."""

from cultures.lines.models import CellLine
from lims.errors import DomainError


def link(line: CellLine) -> tuple[str, str]:
    return (f"Open {line.name}", line.get_absolute_url())


class NameTaken(DomainError):
    """Two lines cannot be found under one name; capitals, blanks, dashes and dots make no difference."""

    code = "line_name_taken"

    def __init__(self, name: str, holder: CellLine) -> None:
        whose = "" if holder.name == name else f": it is a name of {holder.name}"
        super().__init__(
            f"{name} is registered already{whose}. Use that line, or choose another name.",
            field="name",
            ways=(link(holder),),
            extra={"line": holder.pk},
        )


class NameKnownAlready(DomainError):
    code = "line_name_known_already"

    def __init__(self, name: str, line: CellLine) -> None:
        super().__init__(
            f"{line.name} is found as {name} already: capitals, blanks, dashes and dots make no difference.",
            field="name",
        )


class MainNameStays(DomainError):
    code = "main_name_stays"

    def __init__(self, line: CellLine) -> None:
        super().__init__(
            f"{line.name} is the name of the line itself. Rename the line first; the old name then stays as a synonym."
        )


class RridTaken(DomainError):
    code = "rrid_taken"

    def __init__(self, holder: CellLine) -> None:
        super().__init__(
            f"{holder.rrid} is the RRID of {holder.name}. A subline made here has none of its own.",
            field="rrid",
            ways=(link(holder),),
        )


class LineRetired(DomainError):
    code = "line_retired"

    def __init__(self, line: CellLine) -> None:
        super().__init__(f"{line.name} is retired. Choose a line in use.", field="parent")


class LineDescendsFromItself(DomainError):
    code = "line_descends_from_itself"

    def __init__(self, line: CellLine, parent: CellLine) -> None:
        chain = "itself" if line == parent else f"{parent.name}, which descends from {line.name}"
        super().__init__(f"{line.name} cannot be derived from {chain}. Choose another parent.", field="parent_id")


class LineStillGrowing(DomainError):
    code = "line_still_growing"

    def __init__(self, line: CellLine, growing: int) -> None:
        cultures = "1 culture of it is" if growing == 1 else f"{growing} cultures of it are"
        super().__init__(
            f"{line.name} cannot be retired while {cultures} growing. Freeze, use up or discard these first.",
            ways=(link(line),),
            extra={"growing": growing},
        )


class RangeIncomplete(DomainError):
    """A range needs both ends, in order."""

    code = "range_incomplete"

    def __init__(self, what: str, field: str) -> None:
        super().__init__(
            f"The {what} needs both ends, the smaller first. Fill in both, or leave both empty.", field=field
        )


class OutOfRange(DomainError):
    code = "out_of_range"

    def __init__(self, what: str, possible: str, field: str) -> None:
        super().__init__(f"The {what} is {possible}. Check the number and its unit.", field=field)


class FeatureStatedAlready(DomainError):
    code = "feature_stated_already"

    def __init__(self, line: CellLine, gene: str, state: str) -> None:
        super().__init__(f"{gene} {state} is stated of {line.name} already.", field="state")
