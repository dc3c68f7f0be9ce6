"""Gates that other domains fill: mycoplasma, backup vials. Until one does, its gate is not assessed and blocks nothing.

register_gate("mycoplasma", judge)   judge(questions) -> {ladder id: Finding}, in a fixed number of queries
register_bar(why)                    why(culture ids) -> {culture id: sentence}: cultures that may not be escalated from
                                     at all, such as those in quarantine
register_proof(lack)                 lack(cultures, at) -> {culture id: sentence}: what cells lack before a model
                                     of them is confirmed, such as a test of identity
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cultures.dosing.members import members_of
from cultures.dosing.models import Ladder, ReadinessRules, ResistanceModel
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
Proof = Callable[[Sequence[Culture], datetime], Mapping[int, str]]

OUTSIDE = {"mycoplasma": "Mycoplasma", "backup_vials": "Backup vials at this rung"}  # code -> title, in their order
JUDGES: dict[str, Judge] = {}
BARS: list[Bar] = []
PROOFS: list[Proof] = []


def register_gate(code: str, judge: Judge) -> None:
    if code not in OUTSIDE:
        raise ValueError(f"{code} is no gate that another domain fills: {', '.join(OUTSIDE)}")
    JUDGES[code] = judge


def register_bar(bar: Bar) -> None:
    BARS.append(bar)


def register_proof(proof: Proof) -> None:
    PROOFS.append(proof)


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


def leads_of(model: ResistanceModel) -> list[Culture]:
    """The treated flask that leads each ladder of a model, or did."""
    leads: dict[int, Culture] = {}
    for member in members_of(model.ladders.values_list("pk", flat=True)):
        known = leads.get(member.ladder_id)
        if member.is_treated and (known is None or (known.ended_at and not member.culture.ended_at)):
            leads[member.ladder_id] = member.culture
    return list(leads.values())


def lacks(model: ResistanceModel, at: datetime) -> list[tuple[Culture, str]]:
    """What the flasks that lead lack before their model is confirmed."""
    cultures = leads_of(model)
    said = [proof(cultures, at) for proof in PROOFS]
    return [(culture, found[culture.pk]) for culture in cultures for found in said if culture.pk in found]
