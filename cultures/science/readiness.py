"""Whether cells are ready for the next dose: each gate answers for one thing, the gravest answer is the verdict.

The defaults of the rules are laboratory practice, not laws; the lab sets its own. (Criteria for raising the dose:
McDermott et al. 2014, doi 10.3389/fonc.2014.00040.) All is decided on unrounded numbers, and a limit met exactly is
met. Within a billionth a number counts as equal to its limit: 39.52 h / 30.4 h is 1.3000000000000003 in floats.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import takewhile
from math import isclose, isfinite
from typing import TypeGuard


@dataclass(frozen=True)
class Rules:
    min_passages: int = 2
    min_days: int = 14
    min_viability_pct: float = 85
    back_viability_pct: float = 50  # step back below it
    max_doubling_ratio: float = 1.3  # to the control's doubling time
    back_doubling_ratio: float = 2.0  # step back above it
    confluent_pct: int = 80
    confluent_passages: int = 2  # in a row
    loss_days: int = 7  # step back after a net loss over so many days


@dataclass(frozen=True)
class Passage:
    """One harvest of the treated arm at the present dose. None is what nobody measured."""

    at: datetime
    hours: float  # since the seeding
    viability_pct: float | None
    pd: float | None  # population doublings, negative when cells were lost
    doubling_time_h: float | None
    confluence_pct: int | None
    control_doubling_time_h: float | None  # of the matched control's passage nearest in time


@dataclass(frozen=True)
class Facts:
    passages: Sequence[Passage]  # oldest first
    passages_at_dose: int
    days_at_dose: float  # in drug, without holidays and gaps
    has_control: bool
    viability_pct: float | None  # of the newest count, which may be newer than the last passage
    is_on_drug: bool


class Mark(StrEnum):
    PASS = "pass"
    HOLD = "hold"
    BACK = "back"
    NOT_ASSESSED = "not_assessed"


class Verdict(StrEnum):
    READY = "ready"
    HOLD = "hold"
    STEP_BACK = "step_back"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class Finding:
    """What one gate found; value, unit and limit as the page shows them."""

    code: str
    title: str
    mark: Mark
    sentence: str
    value: str = ""
    unit: str = ""
    limit: str = ""
    blocks: bool = True  # whether not being assessed keeps the cells from going up


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    findings: list[Finding]
    sentence: str  # the one thing to say


Gate = Callable[[Facts, Rules], Finding]

NO_PASSAGE = "No passage at this dose yet."


def _is_known(number: float | None) -> TypeGuard[float]:
    return number is not None and isfinite(number)


def _side(number: float, limit: float) -> int:
    """-1 below the limit, 0 at it, 1 above."""
    return 0 if isclose(number, limit, rel_tol=1e-9) else 1 if number > limit else -1


def shown(number: float, decimals: int, *limits: float) -> str:
    """The number rounded, but with as many more digits as it takes to see on which side of its limits it lies.

    >>> shown(94.23, 1, 85), shown(84.96, 1, 85), shown(1.3000001, 2, 1.3)
    ('94.2', '84.96', '1.3000001')
    """
    for digits in range(decimals, 15):
        text = f"{number:.{digits}f}"
        if all(_side(float(text), limit) == _side(number, limit) for limit in limits):
            return text
    return str(number)


def _exactly(limit: float, decimals: int = 0) -> str:
    return shown(limit, decimals, limit)


def viability(facts: Facts, rules: Rules) -> Finding:
    least, back, percent = rules.min_viability_pct, rules.back_viability_pct, facts.viability_pct
    found = partial(Finding, "viability", "Viability", limit=f"≥ {_exactly(least)} %")
    if not _is_known(percent):
        return found(Mark.NOT_ASSESSED, "The viability is not known: count live and dead cells.")
    value = shown(percent, 1, least, back)
    found = partial(found, value=value, unit="%")
    if _side(percent, least) >= 0:
        return found(Mark.PASS, f"Viability is {value} %; at least {_exactly(least)} % is wanted.")
    if _side(percent, back) >= 0:
        return found(Mark.HOLD, f"Viability is {value} %; at least {_exactly(least)} % is wanted.")
    return found(Mark.BACK, f"Viability is {value} %, below {_exactly(back)} %: step back.")


def doubling_time(facts: Facts, rules: Rules) -> Finding:
    """Cells that did not grow have no doubling time: once is a hold, twice running a step back, control or not."""
    most, back = rules.max_doubling_ratio, rules.back_doubling_ratio
    found = partial(Finding, "doubling_time", "Doubling time to control", limit=f"≤ {_exactly(most, 2)}×")
    if not facts.passages:
        return found(Mark.NOT_ASSESSED, NO_PASSAGE)
    if did_not_grow := sum(1 for _ in takewhile(_did_not_grow, reversed(facts.passages[-2:]))):
        if did_not_grow == 2:
            return found(Mark.BACK, "The cells did not grow in the last two passages: step back.", value="no growth")
        return found(Mark.HOLD, "The cells did not grow in the last passage: wait for the next.", value="no growth")
    ratio = _ratio_to_control(facts)
    if isinstance(ratio, str):
        return found(Mark.NOT_ASSESSED, ratio)
    value = f"{shown(ratio, 2, most, back)}×"
    found = partial(found, value=value)
    if _side(ratio, most) <= 0:
        return found(Mark.PASS, f"Doubling time is {value} the control's; at most {_exactly(most, 2)}× is wanted.")
    if _side(ratio, back) <= 0:
        return found(Mark.HOLD, f"Doubling time is {value} the control's; at most {_exactly(most, 2)}× is wanted.")
    return found(Mark.BACK, f"Doubling time is {value} the control's, above {_exactly(back, 2)}×: step back.")


def _did_not_grow(passage: Passage) -> bool:
    return _is_known(passage.pd) and passage.pd <= 0


def _ratio_to_control(facts: Facts) -> float | str:
    """Doubling time of the last passage in parts of the control's, or why there is none."""
    last = facts.passages[-1]
    own, control = last.doubling_time_h, last.control_doubling_time_h
    if not _is_known(last.pd) or not _is_known(own) or own <= 0:
        return "The last passage has no doubling time: count the cells at seeding and harvest."
    if not facts.has_control:
        return "There is no matched control to compare the doubling time with: start one."
    if not _is_known(control) or control <= 0:
        return "The control has no doubling time near the last passage: passage and count it too."
    return own / control


def passages(facts: Facts, rules: Rules) -> Finding:
    done, least = facts.passages_at_dose, rules.min_passages
    found = partial(Finding, "passages", "Passages at dose", value=str(done), limit=f"≥ {least}")
    sentence = f"{_so_many(str(done), 'passage')} at this dose; at least {least} wanted." if done else NO_PASSAGE
    return found(Mark.PASS if done >= least else Mark.HOLD, sentence)


def days(facts: Facts, rules: Rules) -> Finding:
    done, least = facts.days_at_dose, rules.min_days
    found = partial(Finding, "days", "Days at dose", limit=f"≥ {least}")
    if not _is_known(done):
        return found(Mark.NOT_ASSESSED, "The days at this dose are not known: look through the feeds.")
    value = shown(done, 0, least)
    found = partial(found, value=value)
    if not facts.passages_at_dose:
        return found(Mark.HOLD, NO_PASSAGE)
    mark = Mark.PASS if _side(done, least) >= 0 else Mark.HOLD
    return found(mark, f"{_so_many(value, 'day')} at this dose; at least {least} wanted.")


def _so_many(number: str, noun: str) -> str:
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def confluence(facts: Facts, rules: Rules) -> Finding:
    """How many of the last harvests in a row had grown to confluence. One that nobody noted may have or not."""
    percent, least = rules.confluent_pct, rules.confluent_passages
    found = partial(Finding, "confluence", "Confluence reached in a row", limit=f"≥ {least}")
    if not facts.passages:
        return found(Mark.HOLD, NO_PASSAGE, value="0")
    newest_first = [one.confluence_pct for one in reversed(facts.passages)]
    run = sum(1 for _ in takewhile(lambda seen: _is_known(seen) and seen >= percent, newest_first))
    found = partial(found, value=str(run))
    if run < least and run < len(newest_first) and not _is_known(newest_first[run]):
        return found(Mark.NOT_ASSESSED, "The confluence at a harvest is not known: note it at the next ones.")
    mark = Mark.PASS if run >= least else Mark.HOLD
    return found(mark, f"{percent} % confluence was reached {run}× in a row; at least {least}× is wanted.")


def net_loss(facts: Facts, rules: Rules) -> Finding:
    """For how long, up to now, fewer cells were harvested than seeded."""
    found = partial(Finding, "net_loss", "Net loss of cells", unit="d", limit="0 d")
    if not facts.passages:
        return found(Mark.NOT_ASSESSED, NO_PASSAGE)
    lost = list(takewhile(lambda one: _is_known(one.pd) and one.pd < 0, reversed(facts.passages)))
    in_days = sum(one.hours for one in lost) / 24
    if not _is_known(facts.passages[-1].pd) or not _is_known(in_days):
        return found(Mark.NOT_ASSESSED, "The last passage has no count: count the cells at the next.")
    if not lost:
        return found(Mark.PASS, "No cells were lost in the last passage.", value="0")
    value = shown(in_days, 1, rules.loss_days)
    found = partial(found, value=value)
    if _side(in_days, rules.loss_days) >= 0:
        return found(Mark.BACK, f"Cells have been lost for {value} days, {rules.loss_days} or more: step back.")
    return found(Mark.HOLD, f"Cells have been lost for {value} days; from {rules.loss_days} on, step back.")


GATES: tuple[Gate, ...] = (viability, doubling_time, passages, days, confluence, net_loss)

ON_HOLIDAY = Finding(
    "on_drug", "Drug in the medium", Mark.HOLD, "The cells are without drug: give them their dose again first.", "none"
)
GRAVEST_FIRST = (
    (Mark.BACK, Verdict.STEP_BACK),
    (Mark.HOLD, Verdict.HOLD),
    (Mark.NOT_ASSESSED, Verdict.NOT_ASSESSED),
)


def judge(facts: Facts, rules: Rules, others: Sequence[Finding] = ()) -> Judgement:
    """The verdict, and the first of the gravest findings in words.

    `others` are findings of other domains (mycoplasma, backup vials), in any order.

    >>> grown = Passage(datetime.fromisoformat("2026-03-09T09:00Z"), 96, 94.2, 2.0, 48.0, 85, 44.0)
    >>> facts = Facts([grown, grown], 2, 17.0, has_control=True, viability_pct=72, is_on_drug=True)
    >>> judge(facts, Rules()).verdict.value, judge(facts, Rules()).sentence
    ('hold', 'Viability is 72.0 %; at least 85 % is wanted.')
    """
    findings = [gate(facts, rules) for gate in GATES]
    if not facts.is_on_drug:
        findings.insert(0, ON_HOLIDAY)
    findings += sorted(others, key=astuple)
    for mark, verdict in GRAVEST_FIRST:
        for finding in findings:
            if finding.mark is mark and (finding.blocks or mark is not Mark.NOT_ASSESSED):
                return Judgement(verdict, findings, finding.sentence)
    return Judgement(Verdict.READY, findings, "Everything asked for is met.")
