"""Decisions in words, as lists and pages tell them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from cultures.dosing.models import Decision, ResistanceModel
from cultures.dosing.signs import VERDICTS, Gate, Sign, finding_of, gates
from cultures.passaging.models import Event
from cultures.science.readiness import Verdict

KIND, STATE = Decision.Kind, Decision.State
WOULD = {KIND.ESCALATE: "escalate", KIND.HOLD: "hold", KIND.RESUME: "resume"}  # what may wait for a second person
OF_THE_MEDIUM = (KIND.ESCALATE, KIND.STEP_BACK, KIND.HOLIDAY, KIND.RESUME)


@dataclass(frozen=True)
class Told:
    """One decision. Its evidence is shown as it was kept, whatever the rules say today."""

    decision: Decision

    @property
    def number(self) -> str:
        return str(self.decision.number)

    @property
    def is_late(self) -> bool:
        """Entered more than a day after it was decided. A demonstration's story is not late."""
        one = self.decision
        return one.source != Event.Source.DEMONSTRATION and one.recorded_at - one.at > timedelta(days=1)

    @property
    def deed(self) -> str:
        """Escalated, or as long as it waits: Proposed to escalate."""
        return f"Proposed to {self.infinitive}" if self.waits else self.decision.get_kind_display().capitalize()

    @property
    def infinitive(self) -> str:
        return WOULD[KIND(self.decision.kind)]

    @property
    def doses(self) -> str:
        """8 → 10 µg/mL; without a change at 8 µg/mL."""
        before, after = self.decision.from_rung, self.decision.to_rung
        if after is None:
            return ""
        if before is None or before.dose_canonical == after.dose_canonical:
            return f"at {after.dose_in_words}"
        if before.dose_unit == after.dose_unit:
            return f"{before.dose.normalize():f} → {after.dose_in_words}"
        return f"{before.dose_in_words} → {after.dose_in_words}"

    @property
    def where(self) -> str:
        """ladder A; empty for a decision on the whole model."""
        return f"ladder {self.decision.ladder.name}" if self.decision.ladder else ""

    @property
    def changes_the_medium(self) -> bool:
        return self.decision.kind in OF_THE_MEDIUM

    @property
    def waits(self) -> bool:
        return self.decision.state == STATE.WAITING and self.decision.withdrawn_at is None

    @property
    def is_void(self) -> bool:
        """Declined, or taken back: it changed nothing, or does no more."""
        return self.decision.withdrawn_at is not None

    @property
    def fate(self) -> str:
        """What became of one that does not stand."""
        if self.waits:
            return "waits for a second person"
        if not self.is_void:
            return ""
        return "declined" if self.decision.state == STATE.DECLINED else "taken back"

    @property
    def verdict(self) -> Sign | None:
        return VERDICTS[Verdict(self.decision.verdict)] if self.decision.verdict else None

    @property
    def sentence(self) -> str:
        """What the engine, or the evidence, said then."""
        return str(self.decision.judgement.get("sentence", ""))

    @property
    def gates(self) -> list[Gate]:
        return gates(finding_of(kept) for kept in self.decision.judgement.get("findings", []))

    @property
    def people(self) -> str:
        """AM, or with the second person AM, LM."""
        second = self.decision.seconded_by
        return f"{self.decision.by.initials}, {second.initials}" if second else self.decision.by.initials


def decisions_on(model: ResistanceModel) -> QuerySet[Decision]:
    """All of them, with what is told of each."""
    people = ("by", "seconded_by", "withdrawn_by")
    return model.decisions.select_related(*people, "from_rung", "to_rung", "culture", "ladder")
