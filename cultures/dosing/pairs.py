"""Which treated flask and which control are handled together, and how far apart they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cultures.dosing.errors.pairs import arm_key, of_arm
from cultures.dosing.members import Arms, Drift, Member
from cultures.dosing.models import Ladder, ReadinessRules
from cultures.passaging.models import Culture
from cultures.passaging.warnings import Warning
from cultures.science.concentration import Concentration

NO_NEWS = {  # of a flask by itself they are: here both arms are handled alike, and the page says how far apart they are
    "control_drift",
    "control_without_vehicle",
}


@dataclass(frozen=True)
class Pair:
    """A treated flask and the control beside it; `arms` are all the living ones of their ladder."""

    arms: Arms
    treated: Culture
    control: Culture

    @property
    def ladder(self) -> Ladder:
        return self.arms.ladder

    @property
    def cultures(self) -> tuple[Culture, Culture]:
        return self.treated, self.control

    @property
    def drift(self) -> Drift:
        one, other = self.cultures
        return Drift(
            passages=abs(one.passage_number - other.passage_number), days=abs(one.seeded_at - other.seeded_at).days
        )

    @cached_property
    def _rules(self) -> ReadinessRules:
        return ReadinessRules.current()

    @property
    def is_too_far(self) -> bool:
        return self.drift.is_too_far(self._rules)

    @property
    def limit_in_words(self) -> str:
        return f"at most {self._rules.control_passages_apart} and {self._rules.control_days_apart} d are wanted"

    @property
    def rung_in_words(self) -> str:
        return f"rung {self.ladder.rung.number} of {self.ladder.rung.plan}"

    @property
    def other_treated(self) -> list[Culture]:
        return [member.culture for member in self.arms.treated if member.culture != self.treated]

    @property
    def other_controls(self) -> list[Culture]:
        return [member.culture for member in self.arms.control if member.culture != self.control]

    # --- what the treated flask is in --------------------------------------------------------------------------------
    @property
    def _dose(self) -> Concentration | None:
        member = next((one for one in self.arms.treated if one.culture == self.treated), None)
        compound = self.ladder.model.compound
        return Concentration.written(member.dose, compound.unit) if member and member.dose else None

    @property
    def in_words(self) -> str:
        """trastuzumab 8 µg/mL; empty without."""
        return f"{self.ladder.model.compound} {self._dose}" if self._dose else ""

    @property
    def still_at(self) -> str:
        """Rung 4 is decided, still at 8 µg/mL; empty once its medium has the dose of the rung."""
        if (dose := self._dose) is None or dose.amount == self.ladder.rung.dose_canonical:
            return ""
        return f"rung {self.ladder.rung.number} is decided, still at {dose}"


def matched(one: Culture, others: Iterable[Member]) -> Culture | None:
    """Of several flasks of the other arm the one in the same kind of vessel, nearest in time, then the youngest."""
    apart = {
        member.culture: (member.culture.vessel_id != one.vessel_id, abs(member.culture.seeded_at - one.seeded_at))
        for member in others
    }
    return min(apart, key=lambda other: apart[other], default=None)


def said_of_pair(of_each: Mapping[Culture, Sequence[Warning]]) -> list[Warning]:
    """The warnings of both arms: each names its arm, and what is so for both alike is said once."""
    shared = set.intersection(*({one.sentence for one in warnings} for warnings in of_each.values()))
    found: list[Warning] = []
    for culture, warnings in of_each.items():
        for one in warnings:
            if one.code in NO_NEWS:
                continue
            if one.sentence not in shared:
                one = Warning(f"{arm_key(culture)}_{one.code}", of_arm(culture, one.sentence), one.field)
            if one not in found:
                found.append(one)
    return found
