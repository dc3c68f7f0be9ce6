"""Gates that other domains fill: mycoplasma, backup vials. Until one does, its gate is not assessed and blocks nothing.

register_gate("mycoplasma", judge)   judge(questions) -> {ladder id: Finding}, in a fixed number of queries
register_bar(why)                    why(culture ids) -> {culture id: sentence}: cultures that may not be escalated from
                                     at all, such as those in quarantine
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cultures.dosing.models import Ladder, ReadinessRules
from cultures.passaging.models import Culture
from cultures.science.readiness import Finding, Mark


@dataclass(frozen=True)
class Question:
    """What a gate is asked about: a ladder and the flask that leads it."""

    ladder: Ladder
    culture: Culture
    rules: ReadinessRules
    at: datetime


Judge = Callable[[Sequence[Question]], Mapping[int, Finding]]
Bar = Callable[[Sequence[int]], Mapping[int, str]]

OUTSIDE = {"mycoplasma": "Mycoplasma", "backup_vials": "Backup vials at this rung"}  # code -> title, in their order
JUDGES: dict[str, Judge] = {}
BARS: list[Bar] = []


def register_gate(code: str, judge: Judge) -> None:
    if code not in OUTSIDE:
        raise ValueError(f"{code} is no gate that another domain fills: {', '.join(OUTSIDE)}")
    JUDGES[code] = judge


def register_bar(bar: Bar) -> None:
    BARS.append(bar)


def ask(questions: Sequence[Question]) -> dict[int, list[Finding]]:
    """By ladder: the findings of other domains."""
    found: dict[int, list[Finding]] = {question.ladder.pk: [] for question in questions}
    for code, title in OUTSIDE.items():
        answers = JUDGES[code](questions) if code in JUDGES else {}
        for question in questions:
            found[question.ladder.pk].append(answers.get(question.ladder.pk) or not_assessed(code, title))
    return found


def not_assessed(code: str, title: str) -> Finding:
    return Finding(code, title, Mark.NOT_ASSESSED, f"{title} are not kept here yet.", blocks=False)


def barred(culture_ids: Sequence[int]) -> dict[int, str]:
    """By culture: why it may not be escalated from, in a sentence."""
    return {pk: sentence for bar in BARS for pk, sentence in bar(culture_ids).items()}
