"""What the page of a harvest shows: where its cells came from and where each of them went."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import ceil

from django.urls import reverse

from cultures.passaging.forms.fields import spoken
from cultures.passaging.harvest_destinations import DESTINATIONS
from cultures.passaging.models import Allocation, Culture, Harvest
from cultures.passaging.services import UNDO_WINDOW, may_undo
from lims.accounts.models import User
from lims.clock import now


@dataclass(frozen=True)
class HarvestSheet:
    harvest: Harvest
    reader: User

    @cached_property
    def parents(self) -> list[Culture]:
        sources = self.harvest.sources.select_related("culture__line", "culture__vessel", "culture__place")
        return [source.culture for source in sources.order_by("pk")]

    @cached_property
    def allocations(self) -> list[Allocation]:
        standing = self.harvest.allocations.filter(withdrawn_at=self.harvest.withdrawn_at)
        return list(standing.select_related("daughter__line", "daughter__vessel", "daughter__place").order_by("pk"))

    @property
    def sister(self) -> Culture:
        """What one more daughter would be like: another daughter, or the flask itself."""
        return next((part.daughter for part in self.allocations if part.daughter), self.parents[0])

    @property
    def daughters(self) -> list[Allocation]:
        return [part for part in self.allocations if part.daughter]

    @property
    def places(self) -> str:
        """Where its daughters go."""
        return spoken(dict.fromkeys(part.daughter.place.full_name for part in self.daughters if part.daughter))

    @property
    def can_be_repeated(self) -> bool:
        """It was withdrawn, and its flasks grow again."""
        return not self.harvest.stands and all(parent.is_growing for parent in self.parents)

    @property
    def again_url(self) -> str:
        if len(self.parents) == 1:
            return reverse("cultures:passage", args=[self.parents[0].code])
        return reverse("cultures:pool", query={"codes": " ".join(parent.code for parent in self.parents)})

    @property
    def elsewhere(self) -> list[tuple[str, Allocation]]:
        """What did not go into daughters: (where, how much)."""
        parts = [part for part in self.allocations if not part.daughter]
        return [(DESTINATIONS.get(part.kind, part.kind), part) for part in parts if part.cells]

    @property
    def left(self) -> int:
        """Viable cells still in hand."""
        return max(self.harvest.viable_cells - sum(part.cells for part in self.allocations), 0)

    @property
    def is_open(self) -> bool:
        """Cells are left and the rest was not discarded: another flask can be seeded."""
        discarded = any(part.kind == "discarded" for part in self.allocations)
        return self.harvest.stands and bool(self.left) and not discarded

    @cached_property
    def lots(self) -> list[str]:
        return [str(used.lot) for used in self.harvest.lots.select_related("lot").order_by("pk")]

    @property
    def may_be_undone(self) -> bool:
        """Within the time, by the person who entered it; undo_entry decides about the rest."""
        return may_undo(self.harvest, now()) and self.harvest.by_id == self.reader.pk

    @property
    def minutes_to_undo(self) -> int:
        left = self.harvest.recorded_at + UNDO_WINDOW - now()
        return ceil(left / timedelta(minutes=1))
