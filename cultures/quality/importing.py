"""What a file of the luminometer would mean for a run, row by row, before anything is entered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cultures.quality.errors.samples import BadReadings
from cultures.quality.luminometer import Light, read_export
from cultures.quality.methods.base import Method, Sample, read
from cultures.quality.models import QCRun, QCTest
from cultures.quality.run_sheets import RunSheet

V = QCTest.Verdict


@dataclass(frozen=True)
class PreviewRow:
    """A sample of the file: its readings and what they would mean, or what is wrong with them."""

    code: str
    test: QCTest | None
    light: Light
    verdict: str = ""
    sentence: str = ""
    error: str = ""

    def get_verdict_display(self) -> str:
        return V(self.verdict).label


@dataclass(frozen=True)
class Preview:
    controls: dict[str, str]
    is_valid: bool
    sentence: str
    rows: list[PreviewRow]
    control_error: str = ""
    missing: list[QCTest] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(bool(row.error) for row in self.rows)

    @property
    def can_be_entered(self) -> bool:
        return not self.errors and not self.missing and not self.control_error

    @property
    def readings(self) -> dict[str, Mapping[str, Any]]:
        return {row.code: row.light for row in self.rows}


def preview(run: QCRun, sheet: RunSheet, method: Method, content: bytes, decimal: str, read_at: datetime) -> Preview:
    """Raises FileNotUnderstood for what has no single meaning, naming the row or well."""
    found = read_export(content, layout=sheet.layout, decimal=decimal)
    controls = {f"{which}_{name}": light[name] for which, light in found.controls.items() for name in ("a", "b")}
    is_valid, sentence, wrong = _judge_run(run, method, controls)
    waiting = {test.code: test for test in sheet.tests if test.is_pending}
    rows = []
    for named, light in found.samples.items():
        code = sheet.code_of_culture.get(named, named)
        rows.append(_row(run, method, code, waiting.get(code), light, read_at, is_valid, sentence))
    told = {row.code for row in rows}
    missing = [test for code, test in waiting.items() if code not in told]
    return Preview(controls, is_valid, sentence, rows, wrong, missing)


def _judge_run(run: QCRun, method: Method, controls: Mapping[str, str]) -> tuple[bool, str, str]:
    """Whether it is valid, why, and what is wrong with the readings of its controls."""
    if method.controls is None or method.judge_run is None:
        return True, "This method has no controls.", ""
    try:
        return *method.judge_run(read(method.controls, controls), run.kit), ""
    except BadReadings as refusal:
        return False, "", str(refusal)


def _row(
    run: QCRun,
    method: Method,
    code: str,
    test: QCTest | None,
    light: Light,
    read_at: datetime,
    is_valid: bool,
    why: str,
) -> PreviewRow:
    if test is None:
        return PreviewRow(
            code, None, light, error="No sample of this run waits under this code. Is it another run's file?"
        )
    try:
        judged = method.judge(read(method.form, light), Sample(test.culture, test.at, run.kit, run, read_at))
    except BadReadings as refusal:
        return PreviewRow(code, test, light, error=str(refusal))
    if not is_valid:
        return PreviewRow(code, test, light, V.INVALID, why)
    return PreviewRow(code, test, light, judged.verdict, judged.sentence)
