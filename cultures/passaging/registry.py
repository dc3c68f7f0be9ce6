"""What the domains above add to the bench, without the bench knowing them. Each registers in AppConfig.ready().

followers   are told, in the verb's own transaction, which cultures' records changed: what they derive is right at once
guards      may refuse a medium, or the cultures that are brought together, before anything is written
proposers   say what a culture's next medium should hold: the dose its plan asks for
warners     say what is odd about a harvest or a medium, before it is saved
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from cultures.compounds.models import Compound, Lot
from cultures.passaging.models import Culture

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


Follower = Callable[[Sequence[int]], None]
Guard = Callable[[Sequence[Given]], None]
Proposer = Callable[[Culture, datetime], ProposedDrugs | None]
HarvestWarner = Callable[
    [Sequence[Culture], "CellCount | Count | None", Decimal | None, "Plan", datetime], Iterable["Warning"]
]
FeedWarner = Callable[[Culture, "Medium", datetime], Iterable["Warning"]]


@dataclass
class Registry:
    followers: list[Follower] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    proposers: list[Proposer] = field(default_factory=list)
    harvest_warners: list[HarvestWarner] = field(default_factory=list)
    feed_warners: list[FeedWarner] = field(default_factory=list)


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


def proposed_drugs(culture: Culture, at: datetime) -> ProposedDrugs | None:
    """The first proposal of a domain above; None when none speaks of this culture."""
    return next((found for propose in ABOVE.proposers if (found := propose(culture, at))), None)
