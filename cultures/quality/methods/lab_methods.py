"""Methods that the laboratory defined without code, as methods like the others."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cultures.quality.methods.base import Effect, Judge, Judgement, Method, Readings, Release, Sample, ways_to_read
from cultures.quality.models import LabMethod, QCTest
from lims.web.forms import NumberField

V = QCTest.Verdict
MOST = Decimal(10**11)
RELEASE = Release(passes=1)
OUTCOMES = ((V.PASS.value, "pass"), (V.FAIL.value, "fail"), (V.INCONCLUSIVE.value, "inconclusive"))


class Outcome(Readings):
    outcome = ways_to_read(*OUTCOMES, label="Outcome")


def method_from(row: LabMethod) -> Method:
    is_number = row.kind == LabMethod.Kind.NUMERIC
    return Method(
        code=row.code,
        title=row.title,
        short=row.title,
        form=_number_form(row) if is_number else Outcome,
        judge=_judge_number(row) if is_number else _judge_outcome,
        on_fail=Effect(row.on_fail),
        on_inconclusive=Effect.FLAG if row.on_fail == LabMethod.OnFail.FLAG else Effect.HOLD,
        release=RELEASE,
        retired_at=row.retired_at,
    )


def _number_form(row: LabMethod) -> type[Readings]:
    value = NumberField(label=row.title, unit=row.unit, least=-MOST, most=MOST, places=6)
    return type("Value", (Readings,), {"value": value})


def _judge_outcome(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    return Judgement(V(readings["outcome"]), f"Judged at the bench: {readings['outcome']}.")


def _judge_number(row: LabMethod) -> Judge:
    def judge(readings: Mapping[str, Any], sample: Sample) -> Judgement:
        found = Decimal(readings["value"])
        shown = f"{_plain(found)} {row.unit}".strip()
        if row.passes_from is not None and found < row.passes_from:
            return Judgement(V.FAIL, f"{shown}, below {_plain(row.passes_from)}.")
        if row.passes_to is not None and found > row.passes_to:
            return Judgement(V.FAIL, f"{shown}, above {_plain(row.passes_to)}.")
        return Judgement(V.PASS, f"{shown}, within its limits.")

    return judge


def _plain(number: Decimal) -> str:
    return f"{Decimal(number).normalize():f}"
