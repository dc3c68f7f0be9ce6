"""The evidence for the next decision on a ladder, gathered for any number of ladders in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cultures.dosing.gates import Question, ask
from cultures.dosing.members import Arms, Member, arms_of, members_of
from cultures.dosing.models import Ladder, ReadinessRules, Rung
from cultures.passaging.commands import CellCount
from cultures.passaging.models import Count, Culture, Observation
from cultures.passaging.selectors import Growth, growths_of
from cultures.science.growth import doubling_time, population_doublings, viability_pct, whole_cells
from cultures.science.readiness import Facts, Finding, Judgement, Mark, Passage, Rules, Verdict, judge
from cultures.science.stays import Kind
from lims.clock import lab_time, now

CONTROL_WITHIN = timedelta(days=14)  # a control passage further away tells nothing about this one


@dataclass(frozen=True)
class Readiness:
    """How one ladder stands: the facts, the verdict, and when the newest of the facts was recorded."""

    arms: Arms
    rules: ReadinessRules
    facts: Facts
    judgement: Judgement
    judged_at: datetime
    confluence_pct: int | None  # of the flask that leads, as it was last seen
    control_doubling_time_h: float | None  # of the control's passage nearest to now

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def findings(self) -> list[Finding]:
        return self.judgement.findings

    def as_evidence(self) -> dict[str, Any]:
        """Plain values, as a decision keeps them."""
        lead = self.arms.lead
        return {
            "verdict": self.verdict.value,
            "sentence": self.judgement.sentence,
            "rules_version": self.rules.version,
            "judged_at": self.judged_at.isoformat(),
            "culture": lead.culture.code if lead else "",
            "days_at_dose": round(self.facts.days_at_dose, 2),
            "passages_at_dose": self.facts.passages_at_dose,
            "findings": [asdict(finding) | {"mark": finding.mark.value} for finding in self.findings],
        }


def rules_for(rung: Rung, rules: ReadinessRules) -> Rules:
    """The lab's rules, where the rung sets none of its own."""
    return Rules(
        min_passages=rung.min_passages,
        min_days=rung.min_days,
        min_viability_pct=float(
            rung.min_viability_pct if rung.min_viability_pct is not None else rules.min_viability_pct
        ),
        back_viability_pct=float(rules.back_viability_pct),
        max_doubling_ratio=float(
            rung.max_doubling_ratio if rung.max_doubling_ratio is not None else rules.max_doubling_ratio
        ),
        back_doubling_ratio=float(rules.back_doubling_ratio),
        confluent_pct=rules.confluent_pct,
        confluent_passages=rules.confluent_passages,
        loss_days=rules.loss_days,
    )


def readiness_of(ladders: Sequence[Ladder], at: datetime | None = None) -> dict[int, Readiness]:
    """By ladder, for open ladders that have a living treated flask. Ladders come with rung and model__compound."""
    at = at or now()
    rules = ReadinessRules.current()
    arms = {pk: one for pk, one in arms_of([ladder for ladder in ladders if ladder.is_open]).items() if one.lead}
    if not arms:
        return {}
    history = _History(list(arms.values()), at)
    questions = [Question(one.ladder, one.lead.culture, rules, at) for one in arms.values() if one.lead]
    outside = ask(questions)
    return {pk: _judged(one, history, rules, outside[pk], at) for pk, one in arms.items()}


def _judged(
    arms: Arms, history: "_History", rules: ReadinessRules, others: Sequence[Finding], at: datetime
) -> Readiness:
    facts = history.facts(arms)
    own = [*_about_the_dose(arms), *others]
    judgement = judge(facts, rules_for(arms.ladder.rung, rules), own)
    assert arms.lead is not None
    _, confluence = history.confluence.get(arms.lead.culture.pk, (None, None))
    control = history.control_doubling_time_h(arms, at)
    return Readiness(arms, rules, facts, judgement, history.newest(arms) or at, confluence, control)


def _about_the_dose(arms: Arms) -> list[Finding]:
    """A rung that is decided but not reached is not judged as if it were."""
    lead, rung = arms.lead, arms.ladder.rung
    if not lead or not arms.is_still_at_another_dose:
        return []
    sentence = f"Rung {rung.number} is decided; {lead.culture.code} is still at another dose until its next medium."
    return [Finding("at_rung", "At the rung decided", Mark.HOLD, sentence, limit=rung.dose_in_words)]


class _History:
    """Harvests, looks and counts of the ladders' cultures since the present doses were reached."""

    def __init__(self, arms: Sequence[Arms], at: datetime) -> None:
        self.at = at
        since = min(
            (one.lead.state.at_dose_since or one.lead.culture.seeded_at for one in arms if one.lead), default=at
        )
        lenders = {one.ladder.branched_from_id for one in arms if one.borrows_control and one.ladder.branched_from_id}
        members = members_of({*(one.ladder.pk for one in arms), *lenders}, since=since - CONTROL_WITHIN)
        self.members: dict[int, list[Member]] = {}
        for member in members:
            self.members.setdefault(member.ladder_id, []).append(member)
        ids = [member.culture.pk for member in members]
        self.grown: dict[int, Growth] = growths_of(ids)
        looks = Observation.objects.standing().filter(culture__in=ids, confluence_pct__isnull=False)
        self.confluence = {
            culture: (seen, pct)
            for culture, seen, pct in looks.order_by("culture", "-at", "-pk")
            .distinct("culture")
            .values_list("culture", "at", "confluence_pct")
        }
        counts = Count.objects.standing().filter(culture__in=ids, dead_per_ml__isnull=False)
        self.counts = {one.culture_id: one for one in counts.order_by("culture", "-at", "-pk").distinct("culture")}

    def facts(self, arms: Arms) -> Facts:
        lead = arms.lead
        assert lead is not None  # the caller leaves out ladders without one
        redose_every = arms.ladder.model.compound.redose_interval
        state = lead.state.until(self.at, redose_every)
        passages = [self._passage(member, arms) for member in self._at_this_dose(arms)]
        counted = self.counts.get(lead.culture.pk)
        viability = counted.viability_pct if counted else passages[-1].viability_pct if passages else None
        return Facts(
            passages=passages,
            passages_at_dose=state.passages_at_dose,
            days_at_dose=state.seconds_at_dose / 86_400,
            has_control=bool(arms.control),
            viability_pct=viability,
            is_on_drug=state.kind(redose_every) is Kind.ON,
        )

    def _at_this_dose(self, arms: Arms) -> list[Member]:
        """Harvested treated flasks of the same run at the same dose as the one that leads, oldest first."""
        lead = arms.lead
        assert lead is not None
        return [
            member
            for member in reversed(self.members.get(arms.ladder.pk, []))
            if member.is_treated
            and member.culture.fate == Culture.Fate.PASSAGED
            and member.culture.pk in self.grown
            and member.dose
            and member.state.last_dose == lead.state.last_dose
            and member.state.at_dose_since == lead.state.at_dose_since
        ]

    def _passage(self, member: Member, arms: Arms) -> Passage:
        growth = self.grown[member.culture.pk]
        confluence = self.confluence.get(member.culture.pk)
        return Passage(
            at=growth.harvest.at,
            hours=growth.hours,
            viability_pct=growth.viability_pct,
            pd=growth.pd,
            doubling_time_h=growth.doubling_time_h,
            confluence_pct=confluence[1] if confluence else None,
            control_doubling_time_h=self.control_doubling_time_h(arms, growth.harvest.at),
        )

    def control_doubling_time_h(self, arms: Arms, at: datetime) -> float | None:
        """Of the control's passage nearest in time."""
        lender = arms.ladder.branched_from_id if arms.borrows_control else arms.ladder.pk
        grown = [
            self.grown[member.culture.pk]
            for member in self.members.get(lender or 0, [])
            if member.culture.arm == Culture.Arm.VEHICLE and member.culture.pk in self.grown
        ]
        near = [growth for growth in grown if growth.doubling_time_h and abs(growth.harvest.at - at) <= CONTROL_WITHIN]
        nearest = min(near, key=lambda growth: abs(growth.harvest.at - at), default=None)
        return nearest.doubling_time_h if nearest else None

    def newest(self, arms: Arms) -> datetime | None:
        """When the last thing happened that the verdict rests on."""
        told = []
        for member in self.members.get(arms.ladder.pk, []):
            pk = member.culture.pk
            told += [self.grown[pk].harvest.at] if pk in self.grown else []
            told += [self.confluence[pk][0]] if pk in self.confluence else []
            told += [self.counts[pk].at] if pk in self.counts else []
        return max(told, default=None)


def prospective(
    ladder: Ladder, culture: Culture, count: CellCount | Count, volume_ml: Decimal, at: datetime
) -> Judgement | None:
    """What the verdict would be once this flask is harvested with this count; None outside an open ladder.

    The control is as it did at its own last passage, even where both arms are passaged now.
    """
    if (before := readiness_of([ladder], at).get(ladder.pk)) is None:
        return None
    factor = Decimal(1) if isinstance(count, Count) else Decimal(count.dilution)
    live = Decimal(count.live_per_ml) * factor
    dead = None if count.dead_per_ml is None else Decimal(count.dead_per_ml) * factor
    harvested, hours = whole_cells(live * Decimal(volume_ml)), (at - culture.seeded_at).total_seconds() / 3600
    viability = viability_pct(live, dead)
    passage = Passage(
        at=at,
        hours=hours,
        viability_pct=viability,
        pd=population_doublings(harvested, culture.seeded_cells),
        doubling_time_h=doubling_time(hours, harvested, culture.seeded_cells),
        confluence_pct=before.confluence_pct,
        control_doubling_time_h=before.control_doubling_time_h,
    )
    facts = replace(
        before.facts,
        passages=[*before.facts.passages, passage],
        passages_at_dose=before.facts.passages_at_dose + 1,
        viability_pct=viability if viability is not None else before.facts.viability_pct,
    )
    own = {"viability", "doubling_time", "passages", "days", "confluence", "net_loss", "on_drug"}
    others = [finding for finding in before.findings if finding.code not in own]
    return judge(facts, rules_for(ladder.rung, before.rules), others)


def judged_in_words(readiness: Readiness) -> str:
    """rules v3, judged 17 Nov, 09:14."""
    return f"rules v{readiness.rules.version}, judged {lab_time(readiness.judged_at):%-d %b, %H:%M}"
