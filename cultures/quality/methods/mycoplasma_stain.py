"""Mycoplasma by DNA stain: fluorescence outside the nuclei, seen under the microscope."""

from collections.abc import Mapping
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
from cultures.quality.models import QCTest

V = QCTest.Verdict
SAID = {
    "nuclei_only": Judgement(V.PASS, "Only nuclei are stained: no mycoplasma seen."),
    "outside_nuclei": Judgement(V.FAIL, "DNA is stained outside the nuclei: mycoplasma."),
    "doubtful": Judgement(V.INCONCLUSIVE, "Specks or debris outside the nuclei: doubtful. Test again another way."),
    "too_few_cells": Judgement(V.INVALID, "Too few cells to tell. Take another sample."),
}


class Stain(Readings):
    staining = ways_to_read(
        ("nuclei_only", "nuclei only"),
        ("outside_nuclei", "outside the nuclei too"),
        ("doubtful", "doubtful"),
        ("too_few_cells", "too few cells"),
        label="Where DNA is stained",
    )


def judge_stain(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    return SAID[readings["staining"]]


METHOD = Method(
    code="mycoplasma_stain",
    title="mycoplasma by DNA stain",
    short="DNA stain",
    family=MYCOPLASMA,
    form=Stain,
    judge=judge_stain,
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=MYCOPLASMA_RELEASE,
)
