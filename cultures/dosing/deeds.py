"""What may be decided on a ladder now, and which of it the verdict proposes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from cultures.dosing.models import Decision, Ladder, Rung
from cultures.dosing.readiness import Readiness
from cultures.dosing.services.decisions import PROPOSES, has_recovered
from cultures.science.readiness import Mark

KIND, STATE = Decision.Kind, Ladder.State
ONLY_TIME = {"passages", "days", "confluence", "at_rung"}  # gates that the work of the next days meets by itself
LOOKS = {
    KIND.ESCALATE: ("up", "Escalate"),
    KIND.HOLD: ("pause", "Hold"),
    KIND.STEP_BACK: ("down", "Step back"),
    KIND.HOLIDAY: ("off", "Drug holiday"),
    KIND.RESUME: ("drop", "Resume"),
    KIND.LOST: ("x", "Declare lost"),
}


@dataclass(frozen=True)
class Deed:
    """A decision that can be made.

    rungs   where it may lead, the usual one first; empty when it stays where it is
    """

    kind: Decision.Kind
    url: str
    rungs: Sequence[Rung] = ()
    is_proposed: bool = False

    @property
    def icon(self) -> str:
        return LOOKS[self.kind][0]

    @property
    def word(self) -> str:
        return LOOKS[self.kind][1]

    @property
    def words(self) -> str:
        """As the solid button says it: Escalate to 14 µg/mL."""
        return f"{self.word} to {self.rungs[0].dose_in_words}" if self.rungs else self.word


def deeds_of(ladder: Ladder, rungs: Sequence[Rung], readiness: Readiness | None) -> list[Deed]:
    """In the order of the buttons; of a ladder that has ended none."""
    if not ladder.is_open:
        return []
    proposed = proposed_kind(ladder, rungs, readiness)
    return [deed_of(kind, ladder, rungs, is_proposed=kind is proposed) for kind in _possible(ladder, rungs, readiness)]


def deed_of(kind: Decision.Kind, ladder: Ladder, rungs: Sequence[Rung], *, is_proposed: bool = False) -> Deed:
    address = reverse("cultures:decide", args=[ladder.model.code, ladder.name])
    return Deed(kind, f"{address}?kind={kind.value}", _leads_to(kind, ladder, rungs), is_proposed)


def _possible(ladder: Ladder, rungs: Sequence[Rung], readiness: Readiness | None) -> list[Decision.Kind]:
    """Without a living treated flask only its loss is left to be declared."""
    if readiness is None:
        return [KIND.LOST]
    if ladder.state == STATE.HOLIDAY:
        return [KIND.RESUME, KIND.LOST]
    here = ladder.rung.dose_canonical
    kinds = [KIND.RESUME if ladder.state == STATE.HOLDING else KIND.HOLD]
    kinds += [KIND.STEP_BACK] if any(rung.dose_canonical < here for rung in rungs) else []
    kinds += [KIND.HOLIDAY]
    kinds += [KIND.ESCALATE] if any(rung.dose_canonical > here for rung in rungs) else []
    return [*kinds, KIND.LOST]


def _leads_to(kind: Decision.Kind, ladder: Ladder, rungs: Sequence[Rung]) -> list[Rung]:
    here = ladder.rung.dose_canonical
    above = [rung for rung in rungs if rung.dose_canonical > here]
    below = [rung for rung in reversed(rungs) if rung.dose_canonical < here]
    at_it = [rung for rung in rungs if rung.dose_canonical == here]
    return {KIND.ESCALATE: above, KIND.STEP_BACK: below, KIND.RESUME: [*at_it, *below]}.get(kind, [])


def proposed_kind(ladder: Ladder, rungs: Sequence[Rung], readiness: Readiness | None) -> Decision.Kind | None:
    """What the verdict asks for. None when the work simply goes on: what is missing comes with the next days."""
    if readiness is None:
        return None
    if ladder.state == STATE.HOLIDAY:
        return KIND.RESUME if has_recovered(readiness) else None
    kind = PROPOSES[readiness.verdict]
    if kind is KIND.STEP_BACK and not _leads_to(kind, ladder, rungs):
        return KIND.HOLIDAY
    if kind is KIND.ESCALATE and not _leads_to(kind, ladder, rungs):
        return None
    if kind is KIND.HOLD and (ladder.state == STATE.HOLDING or only_time_is_missing(readiness)):
        return None
    return kind


def only_time_is_missing(readiness: Readiness) -> bool:
    """Nothing is wrong: what has not been measured or reached yet comes with the next passages."""
    return all(finding.code in ONLY_TIME for finding in readiness.findings if finding.mark in (Mark.HOLD, Mark.BACK))
