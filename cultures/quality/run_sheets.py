"""Which sample of a run stands in which well: controls first, then the samples in the order they were taken, down."""

from dataclasses import dataclass

from cultures.quality.luminometer import NEGATIVE, POSITIVE
from cultures.quality.models import QCRun, QCTest

WELLS = tuple(f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH")  # A1, B1 … H12: as one pipettes
MOST_SAMPLES = len(WELLS) - 2


@dataclass(frozen=True)
class RunSheet:
    """layout: by well, the code of a sample or the name of a control. code_of_culture: its sample in this run."""

    tests: list[QCTest]
    layout: dict[str, str]
    code_of_culture: dict[str, str]


def sheet_of(run: QCRun) -> RunSheet:
    """Two queries. A sample keeps its well when another is withdrawn."""
    rows = QCTest.objects.filter(run=run, supersedes=None).order_by("pk").values_list("code", flat=True)
    wells = dict(zip(WELLS, [POSITIVE, NEGATIVE, *rows], strict=False))
    standing = QCTest.objects.standing().filter(run=run)
    shown = standing.select_related("culture__line", "culture__vessel", "taken_by", "run_by", "kit")
    by_code = {test.code: test for test in shown}
    tests = [by_code[code] for code in wells.values() if code in by_code]
    waiting = {test.code for test in tests if test.is_pending}
    layout = {well: code for well, code in wells.items() if code in waiting or code in (POSITIVE, NEGATIVE)}
    return RunSheet(tests, layout, {test.culture.code: test.code for test in tests})
