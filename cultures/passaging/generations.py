"""How old cells are: passages and population doublings, handed down from parents to daughters. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cultures.science.growth import population_doublings


@dataclass(frozen=True)
class Generation:
    """Age of the cells in a culture at its seeding. The doublings are None when nobody ever knew them."""

    passage_number: int
    passages_since_thaw: int
    cpdl: float | None
    cpdl_net: float | None


def first(*, label_passage_number: int, thaw_increment: int, label_pdl: float | None) -> Generation:
    """Cells that came in: as written on the flask or vial, and what the lab adds for a thaw."""
    return Generation(label_passage_number + thaw_increment, 0, label_pdl, label_pdl)


def next_after(parents: Sequence[Generation], *, harvested: int, seeded: Sequence[int | None]) -> Generation:
    """The generation seeded from a harvest of these parents.

    Of pooled parents the oldest counts. PD is that of the whole harvest; a loss lowers the net sum alone. Where the
    seeding was not counted PD is unknown and the doublings so far are carried on.
    """
    known = None not in seeded
    doublings = population_doublings(harvested, sum(n or 0 for n in seeded)) if known else None
    gained = doublings or 0.0
    return Generation(
        passage_number=max(parent.passage_number for parent in parents) + 1,
        passages_since_thaw=max(parent.passages_since_thaw for parent in parents) + 1,
        cpdl=_highest([parent.cpdl for parent in parents], max(gained, 0.0)),
        cpdl_net=_highest([parent.cpdl_net for parent in parents], gained),
    )


def _highest(levels: Sequence[float | None], gained: float) -> float | None:
    """The highest level plus what was gained; unknown when one of them is."""
    return None if None in levels else max(level or 0.0 for level in levels) + gained
