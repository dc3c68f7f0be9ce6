"""Mycoplasma by PCR (16S): the target, and an internal control that shows whether the reaction ran at all."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cultures.quality.methods.base import (
    MYCOPLASMA,
    MYCOPLASMA_RELEASE,
    Effect,
    Judgement,
    Method,
    Readings,
    Sample,
    ways_to_read,
)
from cultures.quality.models import KitRecord, QCTest
from lims.web.forms import NumberField

V = QCTest.Verdict
DETECTED, NOT_DETECTED = "detected", "not_detected"
BAND = ((DETECTED, "detected"), (NOT_DETECTED, "not detected"))


class Bands(Readings):
    target = ways_to_read(*BAND, label="Mycoplasma band or Ct")
    target_ct = NumberField(label="Ct of the target", least=Decimal("0.01"), most=60, places=2, required=False)
    internal_control = ways_to_read(*BAND, label="Internal control")
    internal_control_ct = NumberField(
        label="Ct of the internal control", least=Decimal("0.01"), most=60, places=2, required=False
    )


class Controls(Readings):
    positive_control = ways_to_read(*BAND, label="Positive control")
    negative_control = ways_to_read(*BAND, label="Negative control (no template)")


def judge_bands(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    """A positive stands though the internal control is missing: much template outruns it (makers' manuals)."""
    ct = f" (Ct {readings['target_ct']})" if "target_ct" in readings else ""
    if readings["target"] == DETECTED:
        return Judgement(V.FAIL, f"Mycoplasma DNA was detected{ct}.")
    if readings["internal_control"] == NOT_DETECTED:
        return Judgement(
            V.INCONCLUSIVE,
            "Inhibited: the internal control did not come up, so nothing is shown. Dilute the sample, test again.",
            {"inhibited": True},
        )
    return Judgement(V.PASS, f"No mycoplasma DNA was detected{ct}; the internal control came up.")


def judge_controls(controls: Mapping[str, Any], kit: KitRecord | None) -> tuple[bool, str]:
    faults = []
    if controls["positive_control"] == NOT_DETECTED:
        faults.append("the positive control did not come up")
    if controls["negative_control"] == DETECTED:
        faults.append("the negative control came up")
    if faults:
        return False, f"The run is invalid: {' and '.join(faults)}."
    return True, "The positive control came up, the negative control did not: valid."


METHOD = Method(
    code="mycoplasma_pcr",
    title="mycoplasma by PCR",
    short="PCR",
    family=MYCOPLASMA,
    form=Bands,
    judge=judge_bands,
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=MYCOPLASMA_RELEASE,
    in_runs=True,
    controls=Controls,
    judge_run=judge_controls,
)
