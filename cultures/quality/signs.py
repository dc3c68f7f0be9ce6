"""How verdicts, and the state of a culture, are shown: a colour, an icon and a word, never a colour alone."""

from dataclasses import dataclass

from cultures.quality.models import QCRun, QCTest


@dataclass(frozen=True)
class Sign:
    colour: str
    icon: str
    word: str


VERDICTS = {
    QCTest.Verdict.PASS: Sign("green", "ok", "pass"),
    QCTest.Verdict.FAIL: Sign("red", "stop", "fail"),
    QCTest.Verdict.INCONCLUSIVE: Sign("amber", "warn", "inconclusive"),
    QCTest.Verdict.INVALID: Sign("", "x", "invalid"),
    QCTest.Verdict.PENDING: Sign("", "clock", "pending"),
}
RUNS = {
    QCRun.State.OPEN: Sign("blue", "clock", "open"),
    QCRun.State.VALID: Sign("", "ok", "valid"),
    QCRun.State.INVALID: Sign("red", "stop", "invalid"),
    QCRun.State.ABANDONED: Sign("", "x", "abandoned"),
}
