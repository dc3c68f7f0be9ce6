"""How ladders stand, as their pages, the board and the panels say it: any number in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from cultures.dosing.deeds import Deed, deeds_of, only_time_is_missing
from cultures.dosing.members import Arms, arms_of, overdue_for_dose
from cultures.dosing.models import Decision, EscalationPlan, Ladder, Rung
from cultures.dosing.readiness import Readiness, readiness_of
from cultures.dosing.signs import STATES, VERDICTS, Sign, is_open
from cultures.dosing.staircase import Bar, bars
from cultures.science.concentration import Concentration
from cultures.science.exposure import State
from cultures.science.readiness import Verdict

STATE = Ladder.State
SOON_MADE_ANEW = 7  # days of work that one flask may hold without a word
NOTHING_ALIVE = Sign("red", "warn", "nothing alive")


@dataclass
class LadderView:
    """One ladder.

    rungs      of the newest plan, the lowest first
    readiness  None when the ladder has ended, or when no treated flask is alive
    last       the newest decision that stands
    waiting    one that waits for a second person
    """

    ladder: Ladder
    rungs: Sequence[Rung]
    arms: Arms
    readiness: Readiness | None
    last: Decision | None
    waiting: Decision | None
    at: datetime

    # --- where it stands on its plan ----------------------------------------------------------------------------------
    @property
    def position(self) -> int:
        """The number of its rung in the newest plan; 0 when that plan does not have its dose."""
        dose = self.ladder.rung.dose_canonical
        return next((rung.number for rung in self.rungs if rung.dose_canonical == dose), 0)

    @property
    def next_rung(self) -> Rung | None:
        above = (rung for rung in self.rungs if rung.dose_canonical > self.ladder.rung.dose_canonical)
        return next(above, None)

    @property
    def target(self) -> Rung:
        return self.rungs[-1] if self.rungs else self.ladder.rung

    @property
    def is_at_target(self) -> bool:
        return self.next_rung is None

    @property
    def bars(self) -> list[Bar]:
        return bars(self.position, len(self.rungs))

    @property
    def day(self) -> int:
        return ((self.ladder.ended_at or self.at) - self.ladder.started_at).days

    def dose_in_words(self, canonical: Decimal) -> str:
        """As the plan writes it, else in the compound's unit."""
        for rung in (self.ladder.rung, *self.rungs):
            if rung.dose_canonical == canonical:
                return rung.dose_in_words
        return str(Concentration.written(canonical, self.ladder.model.compound.unit))

    # --- what the leading flask is in ---------------------------------------------------------------------------------
    @cached_property
    def state(self) -> State | None:
        """What the leading flask has been through, up to now."""
        lead = self.arms.lead
        return lead.state.until(self.at, self.ladder.model.compound.redose_interval) if lead else None

    @property
    def still_at(self) -> str:
        """The dose in the leading flask while another is decided: 8 µg/mL."""
        lead = self.arms.lead
        return self.dose_in_words(lead.dose) if lead and self.arms.is_still_at_another_dose else ""

    @property
    def gap(self) -> timedelta | None:
        """How long the leading flask has been without the drug it is due."""
        if not self.arms.lead or self.ladder.state == STATE.HOLIDAY:
            return None
        return overdue_for_dose(self.arms.lead, self.ladder.model.compound.redose_interval, self.at)

    @property
    def single_point(self) -> str:
        """How much work lives in one flask: "5 months"; empty when a second treated one is alive, or work is young."""
        if not self.ladder.is_open or not self.arms.is_single_point or self.day < SOON_MADE_ANEW:
            return ""
        return span_in_words(self.day)

    # --- what is said of it -------------------------------------------------------------------------------------------
    @property
    def sign(self) -> Sign:
        """The verdict; of a ladder that has ended or is on holiday, that."""
        if found := STATES.get(STATE(self.ladder.state)):
            return found
        return VERDICTS[self.readiness.verdict] if self.readiness else NOTHING_ALIVE

    @property
    def blockers(self) -> int:
        return sum(map(is_open, self.readiness.findings)) if self.readiness else 0

    @property
    def headline(self) -> str:
        """What is so, in a few words that a sentence follows."""
        if not self.ladder.is_open:
            return f"{self.ladder.get_state_display().capitalize()}."
        if self.readiness is None:
            return "No treated flask is alive."
        if self.ladder.state == STATE.HOLIDAY:
            return "Drug holiday."
        goal = self.next_rung.dose_in_words if self.next_rung else ""
        match self.readiness.verdict:
            case Verdict.READY:
                return f"Ready for {goal}." if goal else "At its target dose."
            case Verdict.STEP_BACK:
                return "Step back."
            case Verdict.NOT_ASSESSED:
                return "Not assessed."
        if goal and only_time_is_missing(self.readiness):
            return f"Too early for {goal}:"
        what = "One thing blocks" if self.blockers == 1 else f"{self.blockers} things block"
        return f"{what} {goal}:" if goal else "At its target dose."

    @property
    def detail(self) -> str:
        """The sentence after the headline."""
        if not self.ladder.is_open:
            return self.last.reason if self.last else ""
        if self.readiness is None:
            return "Thaw one from its last rung, or declare the ladder lost."
        if self.ladder.state == STATE.HOLIDAY:
            return self._end_of_holiday(self.readiness)
        if self.readiness.verdict is Verdict.READY and self.is_at_target:
            return "Every criterion is met. Assays show whether it is resistant."
        rest = self.blockers - 1
        if self.readiness.verdict is not Verdict.HOLD or self.is_at_target or only_time_is_missing(self.readiness):
            return self.readiness.judgement.sentence
        more = " Everything else is met." if not rest else f" {rest} more below."
        return self.readiness.judgement.sentence + more

    @staticmethod
    def _end_of_holiday(readiness: Readiness) -> str:
        least, seen = readiness.rules.resume_confluence_pct, readiness.confluence_pct
        found = f"{seen} % was seen last" if seen is not None else "nobody has noted the confluence yet"
        return f"It ends from {least} % confluence on; {found}."

    @property
    def deeds(self) -> list[Deed]:
        """What may be decided now; nothing while a decision waits for a second person."""
        return [] if self.waiting else deeds_of(self.ladder, self.rungs, self.readiness)

    @property
    def proposed(self) -> Deed | None:
        return next((deed for deed in self.deeds if deed.is_proposed), None)


def span_in_words(days: int) -> str:
    """
    >>> span_in_words(1), span_in_words(23), span_in_words(161)
    ('1 day', '23 days', '5 months')
    """
    if days >= 60:
        return f"{days // 30} months"
    return "1 day" if days == 1 else f"{days} days"


def views_of(ladders: Sequence[Ladder], at: datetime) -> dict[int, LadderView]:
    """By ladder, in their order. Ladders come with rung__plan and model__compound."""
    rungs = rungs_of({ladder.model_id for ladder in ladders})
    arms, readiness = arms_of(ladders), readiness_of(ladders, at)
    standing = Decision.objects.filter(ladder__in=ladders, withdrawn_at=None).select_related(
        "by", "to_rung", "from_rung"
    )
    waits = {one.ladder_id: one for one in standing.filter(state=Decision.State.WAITING)}
    made = standing.filter(state=Decision.State.MADE).order_by("ladder_id", "-at", "-number").distinct("ladder_id")
    last = {one.ladder_id: one for one in made}
    return {
        ladder.pk: LadderView(
            ladder,
            rungs.get(ladder.model_id, []),
            readiness[ladder.pk].arms if ladder.pk in readiness else arms[ladder.pk],
            readiness.get(ladder.pk),
            last.get(ladder.pk),
            waits.get(ladder.pk),
            at,
        )
        for ladder in ladders
    }


def rungs_of(model_ids: set[int]) -> dict[int, list[Rung]]:
    """By model: the rungs of its newest plan. One query."""
    newest = EscalationPlan.objects.filter(model__in=model_ids).order_by("model_id", "-version").distinct("model_id")
    found: dict[int, list[Rung]] = {}
    for rung in Rung.objects.filter(plan__in=newest.values("pk")).select_related("plan").order_by("number"):
        found.setdefault(rung.plan.model_id, []).append(rung)
    return found
