"""What quality control tells the ladders: whether the mycoplasma test is in date. Wired in cultures/apps.py.

The ladders' questions are read by their shape, for the two domains do not know each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from cultures.passaging.errors import day
from cultures.passaging.models import Culture
from cultures.quality.errors.quarantine import in_words
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import QuarantineMember
from cultures.quality.standing import Standing, held, standings_of
from cultures.science.readiness import Finding, Mark

TITLE = "Mycoplasma"


class Asked(Protocol):
    """A ladder, and the flask that leads it."""

    @property
    def ladder(self) -> Any: ...

    @property
    def culture(self) -> Culture: ...

    @property
    def at(self) -> datetime: ...


def mycoplasma(questions: Sequence[Asked]) -> Mapping[int, Finding]:
    """By ladder: clean and in date, overdue, or kept apart. Two queries."""
    ids = [question.culture.pk for question in questions]
    standings, kept = standings_of(ids), held(ids)
    return {
        question.ladder.pk: _finding(
            standings.get(question.culture.pk, {}).get(MYCOPLASMA), kept.get(question.culture.pk, []), question.at
        )
        for question in questions
    }


def _finding(standing: Standing | None, kept: Sequence[QuarantineMember], at: datetime) -> Finding:
    if kept:
        return _says(Mark.HOLD, f"It is {in_words(kept[0].quarantine)}.", value="kept apart")
    if standing is None or standing.due_at is None:
        return _says(Mark.NOT_ASSESSED, "No rule of the lab asks for a mycoplasma test.", blocks=False)
    if standing.clean is None:
        when = f"was due {day(standing.due_at)}" if standing.is_overdue(at) else f"is due {day(standing.due_at)}"
        return _says(
            Mark.HOLD, f"It was never tested clean of mycoplasma; a test {when}. Take a sample.", value="never"
        )
    clean = standing.clean_in_words
    if standing.is_overdue(at):
        sentence = f"The mycoplasma test is overdue since {day(standing.due_at)}: {clean}. Take a sample."
        return _says(Mark.HOLD, sentence, value=day(standing.clean.at), limit=f"due {day(standing.due_at)}")
    sentence = f"{clean.capitalize()}, next test due {day(standing.due_at)}."
    return _says(Mark.PASS, sentence, value=day(standing.clean.at), limit=f"due {day(standing.due_at)}")


def _says(mark: Mark, sentence: str, *, value: str = "", limit: str = "", blocks: bool = True) -> Finding:
    return Finding("mycoplasma", TITLE, mark, sentence, value=value, limit=limit, blocks=blocks)
