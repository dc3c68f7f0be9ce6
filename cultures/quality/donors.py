"""Who shares a donor: a line with its sublines, with lines the lab names, and with the relatives Cellosaurus names."""

from collections.abc import Hashable, Iterable, Iterator

from cultures.lines.models import CellLine
from cultures.quality.models import SharedDonor, STRProfile


class Donors:
    """Groups of lines and accessions, each of one person. A union-find; asking joins nothing.

    parents   by line: the line it derives from
    """

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}
        self.parents: dict[int, int | None] = {}

    def join(self, one: Hashable, other: Hashable) -> None:
        self._above[self.of(one)] = self.of(other)

    def of(self, one: Hashable) -> Hashable:
        """What stands for its group: equal for two of one donor."""
        while (above := self._above.get(one, one)) != one:
            self._above[one] = self._above.get(above, above)  # halves the way for who asks next
            one = above
        return one

    def lines_up(self, line_id: int | None) -> Iterator[int]:
        """The line, and those it derives from, the nearest first."""
        seen: set[int] = set()
        while line_id is not None and line_id not in seen:
            seen.add(line_id)
            yield line_id
            line_id = self.parents.get(line_id)

    def are_one(self, one: Hashable, other: Hashable) -> bool:
        return self.of(one) == self.of(other)


def line(line_id: int) -> Hashable:
    return "line", line_id


def accession(code: str) -> Hashable:
    return "accession", code


def profile(found: STRProfile) -> Hashable:
    """A profile's own place among them: its line, else its accession, else itself alone."""
    if found.line_id:
        return line(found.line_id)
    return accession(found.accession) if found.accession else ("profile", found.pk)


def known_donors(profiles: Iterable[STRProfile]) -> Donors:
    """All that is known of shared donors. Two queries."""
    donors = Donors()
    for pk, parent_id, rrid in CellLine.objects.values_list("pk", "parent", "rrid"):
        donors.parents[pk] = parent_id
        if parent_id:
            donors.join(line(pk), line(parent_id))
        if rrid:
            donors.join(line(pk), accession(rrid))
    shared = SharedDonor.objects.filter(withdrawn_at=None)
    for line_id, other_id, other in shared.values_list("line", "other_line", "other_accession"):
        donors.join(line(line_id), line(other_id) if other_id else accession(other))
    for found in profiles:
        if found.accession:
            donors.join(profile(found), accession(found.accession))
        for relative in found.relatives:
            donors.join(profile(found), accession(relative))
    return donors
