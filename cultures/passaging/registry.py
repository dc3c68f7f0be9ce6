"""What the domains above add to the bench, without the bench knowing them. Each registers in AppConfig.ready().

followers   are told, in the verb's own transaction, which cultures' records changed: what they derive is right at once
guards      may refuse a medium, or the cultures that are brought together, before anything is written
proposers   say what a culture's next medium should hold: the dose its plan asks for
bars        may refuse a use of cultures: what is in quarantine is not passaged into a clean incubator
warners     say what is odd about a harvest or a medium, before it is saved
witnesses   tell what else is on record of cultures: one cannot have ended before a sample of it, nor been seeded after
markers     say a word of each culture in a list of them: clean, test due, quarantine
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from cultures.compounds.models import Compound, Lot
from cultures.passaging.models import Culture
from cultures.places.models import Place

if TYPE_CHECKING:
    from cultures.passaging.commands import CellCount, Medium, Plan
    from cultures.passaging.models import Count
    from cultures.passaging.services.medium import Dose
    from cultures.passaging.warnings import Warning


@dataclass(frozen=True, kw_only=True)
class Given:
    """A medium that is about to be put on cells.

    cultures   the flask that is fed; at a seeding the flasks its cells come from
    arm        of the flask that gets it
    doses      of the medium, checked and in canonical units
    """

    cultures: Sequence[Culture]
    arm: str
    medium: "Medium"
    doses: Sequence["Dose"]
    at: datetime
    is_seeding: bool = False


@dataclass(frozen=True)
class Use:
    """What is about to be done with cultures.

    what   passage, move, or where cells of a harvest go: a key of DESTINATIONS
    to     the places that cells will stand at
    """

    what: str
    to: Sequence[Place]
    at: datetime


@dataclass(frozen=True)
class ProposedDrug:
    """A drug as it is proposed: dose as written, 0 for the vehicle alone; `stock` the one used last."""

    compound: Compound
    dose: Decimal
    dose_unit: str
    vehicle_pct: Decimal
    stock: Lot | None = None

    @property
    def compound_id(self) -> int:
        return self.compound.pk


@dataclass(frozen=True)
class ProposedDrugs:
    """What the next medium should hold, and who says so: "rung 4 of plan v2"."""

    drugs: list[ProposedDrug]
    source: str
    without_drug: str = ""


@dataclass(frozen=True)
class Mark:
    """A word about a culture in a list; a colour and an icon with it where it is not as it should be."""

    colour: str
    icon: str
    word: str

    @property
    def is_quiet(self) -> bool:
        return not self.icon


@dataclass(frozen=True)
class Marker:
    """One column of marks: its head, and the marks of many cultures in a fixed number of queries."""

    head: str
    marks: Callable[[Sequence[Culture]], Mapping[int, Mark]]


@dataclass(frozen=True, order=True)
class OnRecord:
    """Something that happened to a culture."""

    at: datetime
    culture_id: int
    noun: str


@dataclass(frozen=True)
class Witness:
    """What a domain above has on record of cultures: the last after a moment, and the first before one."""

    last_after: Callable[[Sequence[Culture], datetime], OnRecord | None]
    first_before: Callable[[Sequence[Culture], datetime], OnRecord | None]


Follower = Callable[[Sequence[int]], None]
Guard = Callable[[Sequence[Given]], None]
Bar = Callable[[Sequence[Culture], Use], None]
Proposer = Callable[[Culture, datetime], ProposedDrugs | None]
HarvestWarner = Callable[
    [Sequence[Culture], "CellCount | Count | None", Decimal | None, "Plan", datetime], Iterable["Warning"]
]
FeedWarner = Callable[[Culture, "Medium", datetime], Iterable["Warning"]]


@dataclass
class Registry:
    followers: list[Follower] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    proposers: list[Proposer] = field(default_factory=list)
    harvest_warners: list[HarvestWarner] = field(default_factory=list)
    feed_warners: list[FeedWarner] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)


ABOVE = Registry()


def tell(culture_ids: Iterable[int]) -> None:
    """The records of these cultures changed: what is derived from them above follows, in this transaction."""
    ids = sorted(set(culture_ids))
    for follower in ABOVE.followers:
        follower(ids)


def guard(given: Sequence[Given]) -> None:
    """Raises what a domain above has against one of these media."""
    for ask in ABOVE.guards:
        ask(given)


def bar(cultures: Sequence[Culture], use: Use) -> None:
    """Raises what a domain above has against this use of these cultures."""
    for ask in ABOVE.bars:
        ask(cultures, use)


def last_told(cultures: Sequence[Culture], at: datetime) -> OnRecord | None:
    """The last that the domains above have on record of these cultures after a moment."""
    return max(filter(None, (one.last_after(cultures, at) for one in ABOVE.witnesses)), default=None)


def first_told(cultures: Sequence[Culture], at: datetime) -> OnRecord | None:
    """The first that the domains above have on record of these cultures before a moment."""
    return min(filter(None, (one.first_before(cultures, at) for one in ABOVE.witnesses)), default=None)


def proposed_drugs(culture: Culture, at: datetime) -> ProposedDrugs | None:
    """The first proposal of a domain above; None when none speaks of this culture."""
    return next((found for propose in ABOVE.proposers if (found := propose(culture, at))), None)


def marks_of(cultures: Sequence[Culture]) -> dict[int, list[tuple[str, Mark | None]]]:
    """By culture: the head of each column, and the mark in it if there is one."""
    columns = [(marker.head, marker.marks(cultures)) for marker in ABOVE.markers]
    return {culture.pk: [(head, marks.get(culture.pk)) for head, marks in columns] for culture in cultures}
