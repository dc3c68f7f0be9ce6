"""The cultures of ladders: which are alive, which one leads each arm, and how far apart the arms are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from cultures.dosing.following import state_of
from cultures.dosing.models import DosingState, Ladder, ReadinessRules
from cultures.passaging.models import Culture
from cultures.science.exposure import State


@dataclass(frozen=True)
class Member:
    """A culture of a ladder with what it has been through."""

    culture: Culture
    ladder_id: int
    state: State
    dose: Decimal  # in its medium now, canonical

    @property
    def is_treated(self) -> bool:
        return self.culture.arm == Culture.Arm.TREATED


@dataclass
class Arms:
    """Both arms of one ladder as they live now. Of several living flasks the youngest leads."""

    ladder: Ladder
    treated: list[Member] = field(default_factory=list)  # growing, the youngest first
    control: list[Member] = field(default_factory=list)
    others: list[Member] = field(default_factory=list)  # of no arm: taken off for an assay, say
    borrows_control: bool = False  # a branch without a control of its own stands beside that of its ladder

    @property
    def lead(self) -> Member | None:
        return self.treated[0] if self.treated else None

    @property
    def lead_control(self) -> Member | None:
        return self.control[0] if self.control else None

    @property
    def has_lost_control(self) -> bool:
        return self.ladder.is_open and not self.control

    @property
    def is_single_point(self) -> bool:
        """All the work of the ladder lives in one flask."""
        return len(self.treated) == 1

    @property
    def is_still_at_another_dose(self) -> bool:
        """A rung is decided that the leading flask has not reached yet."""
        return bool(self.lead and self.lead.dose and self.lead.dose != self.ladder.rung.dose_canonical)

    def drift(self) -> "Drift | None":
        """How far apart the leading flasks are."""
        if not self.lead or not self.lead_control:
            return None
        one, other = self.lead.culture, self.lead_control.culture
        return Drift(
            passages=abs(one.passage_number - other.passage_number), days=abs(one.seeded_at - other.seeded_at).days
        )


@dataclass(frozen=True)
class Drift:
    passages: int
    days: int

    def is_too_far(self, rules: ReadinessRules) -> bool:
        return self.passages > rules.control_passages_apart or self.days > rules.control_days_apart

    @property
    def words(self) -> str:
        """2 passages and 5 d apart."""
        return f"{self.passages} passage{'' if self.passages == 1 else 's'} and {self.days} d apart"


def arms_of(ladders: Sequence[Ladder]) -> dict[int, Arms]:
    """By ladder: its living cultures. Ladders come with their rung; one query."""
    found = {ladder.pk: Arms(ladder) for ladder in ladders}
    lenders = {ladder.branched_from_id for ladder in ladders if ladder.branched_from_id}
    lent: dict[int, list[Member]] = {}
    for member in members_of({*found, *lenders}, only_growing=True):
        if member.ladder_id in lenders and member.culture.arm == Culture.Arm.VEHICLE:
            lent.setdefault(member.ladder_id, []).append(member)
        if arms := found.get(member.ladder_id):
            _arm(arms, member.culture.arm).append(member)
    for arms in found.values():
        lender = arms.ladder.branched_from_id
        if not arms.control and lender in lent:
            arms.control, arms.borrows_control = lent[lender], True
    return found


def _arm(arms: Arms, arm: str) -> list[Member]:
    return {Culture.Arm.TREATED: arms.treated, Culture.Arm.VEHICLE: arms.control}.get(arm, arms.others)  # type: ignore[call-overload]  # an arm is text; the keys are its words


def members_of(ladder_ids: Iterable[int], *, only_growing: bool = False, since: datetime | None = None) -> list[Member]:
    """All cultures of ladders, the youngest first; `since` leaves out those that ended before."""
    rows = DosingState.objects.filter(ladder__in=list(ladder_ids)).select_related("culture__line", "culture__vessel")
    rows = rows.select_related("culture__place", "culture__line", "culture__vessel", "culture__keeper")
    if only_growing:
        rows = rows.filter(culture__ended_at=None)
    elif since:
        rows = rows.filter(culture__ended_at=None) | rows.filter(culture__ended_at__gte=since)
    return [
        Member(row.culture, row.ladder_id, state_of(row), row.dose)
        for row in rows.order_by("-culture__seeded_at", "-culture_id")
    ]


def overdue_for_dose(member: Member, redose_every: timedelta | None, now: datetime) -> timedelta | None:
    """How long its cells have been in a gap; None while they are covered, or meant to be without."""
    state = member.state.until(now, redose_every)
    return timedelta(seconds=state.current_gap_s) if state.current_gap_s and not state.without else None
