"""Which marks a family is drawn with: unbranched runs fold to pills, far branches to bundles. Pure, no database.

A family of 10,000 cultures is still a drawing of some forty marks: the way to the culture one stands on stays open,
and more and more of the rest is folded until the drawing fits. Each fold opens by its code.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

BUDGET = 40  # marks, before anything is opened by hand
OPENED_AT_ONCE = 24
MOST_OPENED = 12


@dataclass(frozen=True)
class Member:
    """A culture of the family. Ids rise from parent to daughter, so their order is an order of the graph."""

    id: int
    code: str
    line: str
    passage: int
    start: datetime
    end: datetime | None  # None while it grows
    fate: str = ""
    dose: str = ""  # "lapatinib 10 nM"; empty without drug
    arm: str = ""

    @property
    def is_growing(self) -> bool:
        return self.end is None

    @property
    def state(self) -> str:
        return self.fate.replace("_", " ") or "growing"


@dataclass(eq=False)
class Mark:
    """What is drawn as one: a culture, a run of cultures without branches, or the bundle of branches off a run."""

    members: list[Member]
    is_bundle: bool = False
    parents: list["Mark"] = field(default_factory=list)
    children: list["Mark"] = field(default_factory=list)

    @property
    def first(self) -> Member:
        return self.members[0]

    @property
    def last(self) -> Member:
        return self.members[-1]

    @property
    def is_run(self) -> bool:
        return len(self.members) > 1 and not self.is_bundle

    @property
    def growing(self) -> int:
        return sum(member.is_growing for member in self.members)


@dataclass
class Family:
    """Members and descents, and what is nearest to the culture one stands on."""

    members: Sequence[Member]
    descents: Sequence[tuple[int, int]]  # (parent, daughter)
    current: int

    def __post_init__(self) -> None:
        self.by_id = {member.id: member for member in sorted(self.members, key=lambda member: member.id)}
        self.up: dict[int, list[int]] = {pk: [] for pk in self.by_id}
        self.down: dict[int, list[int]] = {pk: [] for pk in self.by_id}
        for parent, daughter in sorted(self.descents):
            if parent in self.by_id and daughter in self.by_id:
                self.up[daughter].append(parent)
                self.down[parent].append(daughter)

    @cached_property
    def id_by_code(self) -> dict[str, int]:
        return {member.code: member.id for member in self.by_id.values()}

    def reach(self, start: Iterable[int], ways: dict[int, list[int]]) -> set[int]:
        """These and all that is reached from them, upward or downward."""
        found, waiting = set(start), list(start)
        while waiting:
            new = [pk for pk in ways[waiting.pop()] if pk not in found]
            found.update(new)
            waiting.extend(new)
        return found

    def main_line(self) -> set[int]:
        """From the current culture straight up, by the parent of the highest passage."""
        line, pk = {self.current}, self.current
        while self.up[pk]:
            pk = max(self.up[pk], key=lambda parent: (self.by_id[parent].passage, parent))
            line.add(pk)
        return line

    def keeps(self) -> list[Callable[[], set[int]]]:
        """What stays open, from everything down to the main line alone."""
        here = {self.current}
        below = self.reach(here, self.down)
        growing = {member.id for member in self.by_id.values() if member.is_growing}
        return [
            lambda: set(self.by_id),
            lambda: self.reach(growing | below, self.up),
            lambda: self.reach(below, self.up),
            lambda: self.reach(here | set(self.down[self.current]), self.up),
            lambda: self.reach(here, self.up),
            self.main_line,
        ]


def fold(family: Family, opened: Collection[str] = (), budget: int = BUDGET) -> list[Mark]:
    """The marks of a family, parents before daughters. `opened` are codes of runs and bundles opened by hand."""
    for keep in family.keeps():
        kept = keep()
        by_dose = _size(family, kept) <= budget
        if by_dose:
            break
    apart: set[int] = set()  # in runs opened by hand
    marks = _marks(family, kept, apart, by_dose)
    for code in list(opened)[:MOST_OPENED]:
        if (pk := family.id_by_code.get(code)) is None:
            continue
        if pk in kept:
            apart.add(pk)
        else:
            bundle = next((mark for mark in marks if mark.is_bundle and family.by_id[pk] in mark.members), None)
            kept = kept | (_unbundled(family, kept, bundle, _size(family, kept) + OPENED_AT_ONCE) if bundle else set())
        marks = _marks(family, kept, apart, by_dose)
    return marks


def _size(family: Family, kept: set[int]) -> int:
    """How many marks that would be: the runs, and a bundle for each that has branches left out."""
    runs, mark_of = _runs(family, kept, by_dose=True)
    with_bundle = {id(mark_of[pk]) for pk in kept if any(child not in kept for child in family.down[pk])}
    return len(runs) + len(with_bundle)


def _runs(family: Family, kept: set[int], *, by_dose: bool) -> tuple[list[Mark], dict[int, Mark]]:
    marks: list[Mark] = []
    mark_of: dict[int, Mark] = {}
    for pk in sorted(kept):
        before = [parent for parent in family.up[pk] if parent in kept]
        if len(before) == 1 and _goes_on(family, kept, before[0], pk, by_dose):
            mark_of[pk] = mark_of[before[0]]
            mark_of[pk].members.append(family.by_id[pk])
        else:
            mark_of[pk] = Mark([family.by_id[pk]])
            marks.append(mark_of[pk])
    return marks, mark_of


def _marks(family: Family, kept: set[int], apart: set[int], by_dose: bool) -> list[Mark]:
    """The runs, those opened by hand taken apart, and the bundles; joined to each other."""
    marks, mark_of = _runs(family, kept, by_dose=by_dose)
    marks = _opened(marks, apart, mark_of)
    for pk in sorted(kept):
        for parent in family.up[pk]:
            if parent in kept and mark_of[parent] is not mark_of[pk]:
                _join(mark_of[parent], mark_of[pk])
    return marks + _bundles(family, kept, mark_of)


def _goes_on(family: Family, kept: set[int], parent: int, daughter: int, by_dose: bool) -> bool:
    """Whether a daughter merely continues its parent: no branch, same line, arm and dose, nothing special."""
    one, other = family.by_id[parent], family.by_id[daughter]
    same = (one.line, one.arm) == (other.line, other.arm) and (one.dose == other.dose or not by_dose)
    special = family.current in (parent, daughter) or other.is_growing or one.is_growing
    alone = sum(child in kept for child in family.down[parent]) == 1
    return same and alone and not special


def _opened(marks: list[Mark], apart: set[int], mark_of: dict[int, Mark]) -> list[Mark]:
    """Runs opened by hand, taken apart: one by one, or a long one into some twenty shorter runs."""
    found: list[Mark] = []
    for mark in marks:
        if not any(member.id in apart for member in mark.members):
            found.append(mark)
            continue
        size = -(-len(mark.members) // OPENED_AT_ONCE)
        rest = mark.members[1:]
        for piece in [mark.members[:1], *(rest[at : at + size] for at in range(0, len(rest), size))]:
            wanted = len(piece) > 1 and any(member.id in apart for member in piece)
            for part in [[member] for member in piece] if wanted else [piece]:
                found.append(Mark(part))
                mark_of.update((member.id, found[-1]) for member in part)
    return found


def _bundles(family: Family, kept: set[int], mark_of: dict[int, Mark]) -> list[Mark]:
    """What is not kept, gathered below the mark it branches off, or above the one it runs into."""
    home: dict[int, tuple[Mark, bool]] = {}  # culture -> the mark, and whether it lies above it
    for pk in family.by_id:
        if pk not in kept:
            homes = [(mark_of[up], False) if up in kept else home.get(up) for up in family.up[pk]]
            if known := [one for one in homes if one]:
                home[pk] = known[-1]
    waiting = deque([*sorted(kept), *home])
    while waiting:
        pk = waiting.popleft()
        for near in (*family.up[pk], *family.down[pk]):
            if near not in kept and near not in home:
                home[near] = home.get(pk) or (mark_of[pk], True)
                waiting.append(near)
    bundles: dict[tuple[Mark, bool], Mark] = {}
    for pk in sorted(home):
        mark, is_above = home[pk]
        bundle = bundles.setdefault(home[pk], Mark([], is_bundle=True))
        bundle.members.append(family.by_id[pk])
        _join(*((bundle, mark) if is_above else (mark, bundle)))
    return list(bundles.values())


def _unbundled(family: Family, kept: set[int], bundle: Mark, most: int) -> set[int]:
    """What opening a bundle shows: all of it, or the ways to its growing cultures, or its first cultures."""
    inside = {member.id for member in bundle.members}
    growing = {member.id for member in bundle.members if member.is_growing}
    for more in (inside, family.reach(growing, family.up) & inside):
        if more and _size(family, kept | more) <= most:
            return more
    return set(sorted(inside)[:OPENED_AT_ONCE])


def _join(parent: Mark, child: Mark) -> None:
    if parent not in child.parents:
        child.parents.append(parent)
        parent.children.append(child)
