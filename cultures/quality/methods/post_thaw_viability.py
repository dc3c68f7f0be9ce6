"""Viability of a test vial after thawing. It flags; it keeps nothing apart."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cultures.quality.methods.base import Effect, Judgement, Method, Readings, Release, Sample
from cultures.quality.models import QCTest
from lims.web.forms import NumberField

PASSES_FROM_PCT = Decimal(70)  # 70 to 80 % is usual for the release of a bank


class Viability(Readings):
    viability_pct = NumberField(label="Viability", unit="%", least=0, most=100, places=1)


def judge_viability(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    found = Decimal(readings["viability_pct"])
    if found >= PASSES_FROM_PCT:
        return Judgement(QCTest.Verdict.PASS, f"{found} % viable; it passes from {PASSES_FROM_PCT} %.")
    return Judgement(QCTest.Verdict.FAIL, f"{found} % viable, below {PASSES_FROM_PCT} %.")


METHOD = Method(
    code="post_thaw_viability",
    title="post-thaw viability",
    short="viability",
    form=Viability,
    judge=judge_viability,
    on_fail=Effect.FLAG,
    on_inconclusive=Effect.FLAG,
    release=Release(passes=1, needs_lead=False),
)
