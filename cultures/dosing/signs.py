"""How verdicts, states and gates look: always an icon and a word, never colour alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from cultures.dosing.models import Ladder, ResistanceModel
from cultures.science.readiness import Finding, Mark, Verdict


@dataclass(frozen=True)
class Sign:
    colour: str
    icon: str
    word: str


STATUS, STATE = ResistanceModel.Status, Ladder.State

VERDICTS = {
    Verdict.READY: Sign("green", "ok", "ready"),
    Verdict.HOLD: Sign("amber", "pause", "hold"),
    Verdict.STEP_BACK: Sign("red", "down", "step back"),
    Verdict.NOT_ASSESSED: Sign("", "info", "not assessed"),
}
STATES = {  # of ladders; a climbing or held one shows its verdict
    STATE.HOLIDAY: Sign("amber", "pause", "drug holiday"),
    STATE.LOST: Sign("red", "x", "lost"),
    STATE.ABANDONED: Sign("", "x", "abandoned"),
}
STATUSES = {
    STATUS.PLANNED: Sign("", "calendar", "planned"),
    STATUS.DERIVING: Sign("blue", "ladder", "deriving"),
    STATUS.HOLDING: Sign("amber", "pause", "holding"),
    STATUS.DRUG_HOLIDAY: Sign("amber", "pause", "drug holiday"),
    STATUS.CANDIDATE: Sign("green", "ladder", "candidate"),
    STATUS.CONFIRMED: Sign("green", "ok", "confirmed"),
    STATUS.MAINTAINED: Sign("green", "ok", "maintained"),
    STATUS.LOST: Sign("red", "x", "lost"),
    STATUS.ABANDONED: Sign("", "x", "abandoned"),
}
MARKS = {
    Mark.PASS: Sign("green", "ok", "pass"),
    Mark.HOLD: Sign("amber", "x", "fail"),
    Mark.BACK: Sign("red", "stop", "fail"),
    Mark.NOT_ASSESSED: Sign("quiet", "pause", "na"),
}


@dataclass(frozen=True)
class Gate:
    """One line of the readiness panel."""

    finding: Finding
    sign: Sign

    @property
    def row(self) -> str:
        """The class of its line: pass, fail or na."""
        return self.sign.word

    @property
    def spoken(self) -> str:
        if self.finding.mark is Mark.NOT_ASSESSED:
            return "not assessed"
        return "met" if self.finding.mark is Mark.PASS else "not met"

    @property
    def note(self) -> str:
        """What the numbers do not say by themselves."""
        if self.finding.mark is Mark.NOT_ASSESSED and not self.finding.blocks:
            return "not assessed: blocks nothing"
        return "" if self.finding.mark is Mark.PASS else self.finding.sentence


def is_open(finding: Finding) -> bool:
    """It keeps the cells from going up."""
    if finding.mark is Mark.NOT_ASSESSED:
        return finding.blocks
    return finding.mark is not Mark.PASS


def gates(findings: Iterable[Finding]) -> list[Gate]:
    """What blocks first, what was not assessed and blocks nothing last."""
    found = list(findings)
    order = (Mark.BACK, Mark.HOLD, Mark.NOT_ASSESSED, Mark.PASS)
    found.sort(key=lambda one: len(order) if not is_open(one) and one.mark is not Mark.PASS else order.index(one.mark))
    return [Gate(finding, MARKS[finding.mark]) for finding in found]


def finding_of(kept: Mapping[str, Any]) -> Finding:
    """A finding as a decision kept it; what later versions know beside is empty."""
    known = {field.name for field in fields(Finding)}
    return Finding(**{name: value for name, value in kept.items() if name in known} | {"mark": Mark(kept["mark"])})
