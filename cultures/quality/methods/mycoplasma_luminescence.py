"""Mycoplasma by luminescence: two readings of each sample, judged by the cut-offs of the kit's record."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cultures.quality.errors.samples import KitMissing
from cultures.quality.methods.base import MYCOPLASMA, MYCOPLASMA_RELEASE, Effect, Judgement, Method, Readings, Sample
from cultures.quality.models import KitRecord, QCTest
from cultures.science.mycoplasma import CutOffs, Says, faults_of_controls, judge, ratio, shown
from lims.web.forms import NumberField

V = QCTest.Verdict
OVERFLOW, MASKED = "OVRFLW", "*****"  # as luminometers print them: more light than can be read; a well not read
LEAST_LIGHT, MOST_LIGHT = Decimal("0.000001"), Decimal("1e12")


class LightField(NumberField):
    """Relative light units. `may_be_unread`: the luminometer's own words for a well without a number are kept."""

    def __init__(self, *, may_be_unread: bool = False, **options: Any) -> None:
        super().__init__(unit="RLU", least=LEAST_LIGHT, most=MOST_LIGHT, **options)
        self.may_be_unread = may_be_unread

    def to_python(self, value: Any) -> Any:
        is_unread = self.may_be_unread and str(value).strip().upper() in (OVERFLOW, MASKED)
        return str(value).strip().upper() if is_unread else super().to_python(value)

    def validate(self, value: Any) -> None:
        if value not in (OVERFLOW, MASKED):
            super().validate(value)


class Light(Readings):
    a = LightField(label="Reading A", may_be_unread=True)
    b = LightField(label="Reading B", may_be_unread=True)


class Controls(Readings):
    positive_a = LightField(label="Positive control, reading A")
    positive_b = LightField(label="Positive control, reading B")
    negative_a = LightField(label="Negative control, reading A")
    negative_b = LightField(label="Negative control, reading B")


def cut_offs_of(kit: KitRecord) -> CutOffs:
    return CutOffs(
        negative_below=Decimal(kit.negative_below),
        positive_above=Decimal(kit.positive_above),
        positive_control_above=Decimal(kit.positive_control_above),
        negative_control_below=Decimal(kit.negative_control_below),
        least_a=Decimal(kit.least_reading_a),
    )


def judge_light(readings: Mapping[str, Any], sample: Sample) -> Judgement:
    if (kit := sample.kit) is None:
        raise KitMissing
    if MASKED in (readings["a"], readings["b"]):
        return Judgement(V.INVALID, "The luminometer did not read this well. Take another sample.")
    if OVERFLOW in (readings["a"], readings["b"]):
        which = "A" if readings["a"] == OVERFLOW else "B"
        return Judgement(
            V.INCONCLUSIVE, f"Reading {which} is more light than the luminometer reads: no ratio. Dilute, test again."
        )
    a, b, cut_offs = Decimal(readings["a"]), Decimal(readings["b"]), cut_offs_of(kit)
    found, says = ratio(a, b), judge(a, b, cut_offs)
    findings = {"ratio": f"{found:.7f}", "says": str(says), "kit": str(kit)}
    verdict, words = _in_words(says, kit, is_dim=a < cut_offs.least_a)
    return Judgement(verdict, f"Ratio {shown(found)}{words}", findings)


def _in_words(says: Says, kit: KitRecord, *, is_dim: bool) -> tuple[QCTest.Verdict, str]:
    low, high = (f"{Decimal(limit).normalize():f}" for limit in (kit.negative_below, kit.positive_above))
    dim = f"with reading A below {kit.least_reading_a} RLU, too few cells to tell"
    if says == Says.NOTHING:
        return V.INVALID, f" {dim}: no evidence. Take another sample."
    if is_dim:
        return V.INCONCLUSIVE, f" {dim}, yet not negative. Test again after 24 h."
    match says:
        case Says.NEGATIVE:
            return V.PASS, f", below {low}: negative ({kit})."
        case Says.POSITIVE:
            return V.FAIL, f", above {high}: positive ({kit})."
    return V.INCONCLUSIVE, f", {low} to {high}: borderline ({kit}). Test again after 24 h."


def judge_controls(controls: Mapping[str, Any], kit: KitRecord | None) -> tuple[bool, str]:
    """Whether the run speaks at all, and why."""
    if kit is None:
        raise KitMissing
    positive = Decimal(controls["positive_a"]), Decimal(controls["positive_b"])
    negative = Decimal(controls["negative_a"]), Decimal(controls["negative_b"])
    if faults := faults_of_controls(positive, negative, cut_offs_of(kit)):
        return False, f"The run is invalid: {' and '.join(faults)} ({kit})."
    return True, f"Positive control {shown(ratio(*positive))}, negative control {shown(ratio(*negative))}: valid."


METHOD = Method(
    code="mycoplasma_luminescence",
    title="mycoplasma by luminescence",
    short="luminescence",
    family=MYCOPLASMA,
    form=Light,
    judge=judge_light,
    on_fail=Effect.QUARANTINE,
    on_inconclusive=Effect.HOLD,
    release=MYCOPLASMA_RELEASE,
    needs_kit=True,
    in_runs=True,
    controls=Controls,
    judge_run=judge_controls,
)
