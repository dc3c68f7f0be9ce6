from datetime import timedelta
from decimal import Decimal

import pytest

from cultures.quality.errors.samples import BadReadings, UnknownMethod
from cultures.quality.methods import METHODS, family_of, method_of, methods_in_use
from cultures.quality.methods.base import Effect, Release, Sample, read
from cultures.quality.models import KitRecord
from cultures.quality.services import define_method, retire_method
from lims.clock import now
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR, growing, manager

KIT = KitRecord(
    name="MycoAlert", version=1, negative_below=Decimal("0.9"), positive_above=Decimal("1.2"),
    positive_control_above=Decimal("1.2"), negative_control_below=Decimal("0.9"), least_reading_a=100,
)  # fmt: skip


def judged(code: str, *, days_after: int | None = None, **readings):
    method = METHODS[code]
    resulted_at = None if days_after is None else FRIDAY + timedelta(days=days_after)
    return method.judge(read(method.form, readings), Sample(None, FRIDAY, KIT, None, resulted_at))


# --- what a fail does, and what lets cells out ------------------------------------------------------------------------


@pytest.mark.parametrize("code", [qc.LUMINESCENCE, qc.PCR, qc.CULTURE, qc.STAIN])
def test_mycoplasma_puts_apart_until_two_clean_samples_14_days_apart_and_a_lead(code):
    method = METHODS[code]
    assert (method.family, method.on_fail, method.on_inconclusive) == ("mycoplasma", Effect.QUARANTINE, Effect.HOLD)
    assert method.release == Release(passes=2, apart=timedelta(days=14), needs_lead=True)


@pytest.mark.parametrize(
    ("code", "on_fail", "passes"),
    [("str", Effect.QUARANTINE, 1), ("sterility", Effect.QUARANTINE, 0), ("post_thaw_viability", Effect.FLAG, 1)],
)
def test_the_other_methods_do_as_the_lab_decided(code, on_fail, passes):
    assert (METHODS[code].on_fail, METHODS[code].release.passes) == (on_fail, passes)


def test_every_method_is_known_by_its_code_and_family():
    assert all(method.code == code and len(code) <= 24 for code, method in METHODS.items())
    assert {family_of(code) for code in METHODS} == {"mycoplasma", "str", "sterility", "post_thaw_viability"}
    assert family_of("some_lab_method") == "some_lab_method"


def test_runs_are_of_methods_with_controls():
    assert {code for code, method in METHODS.items() if method.in_runs} == {qc.LUMINESCENCE, qc.PCR}
    assert all(method.controls and method.judge_run for method in METHODS.values() if method.in_runs)


# --- readings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"a": "0", "b": "1"}, "a"), ({"a": "", "b": "1"}, "a"), ({"b": "1"}, "a"), ({"a": "-5", "b": "1"}, "a"),
        ({"a": "1", "b": "0"}, "b"), ({"a": "1", "b": None}, "b"), ({"a": "1", "b": "-0.5"}, "b"),
        ({"a": "1,5", "b": "1"}, "a"), ({"a": "NaN", "b": "1"}, "a"), ({"a": "Infinity", "b": "1"}, "a"),
        ({"a": "1e999", "b": "1"}, "a"), ({"a": "١٢", "b": "1"}, "a"), ({"a": "1", "b": "2e13"}, "b"),
        ({"a": "1" * 4301, "b": "1"}, "a"), ({"a": ["1"], "b": "1"}, "a"), ({"a": True, "b": "1"}, "a"),
        ({"a": "1", "b": "1", "c": "1"}, "c"), ({"a": "1", "b": "1", "verdict": "pass"}, "verdict"),
    ],
)  # fmt: skip
def test_a_reading_that_is_none_is_refused_by_its_field(said, field):
    with pytest.raises(BadReadings) as refused:
        read(METHODS[qc.LUMINESCENCE].form, said)
    assert refused.value.field == field


def test_readings_are_kept_as_they_were_written():
    assert read(METHODS[qc.LUMINESCENCE].form, {"a": "1.50e3", "b": 500}) == {"a": "1500", "b": "500"}
    assert read(METHODS[qc.PCR].form, {"target": "not_detected", "internal_control": "detected", "target_ct": ""}) == {
        "target": "not_detected",
        "internal_control": "detected",
    }


# --- luminescence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "verdict", "words"),
    [
        (1000, 899, "pass", "Ratio 0.899, below 0.9: negative"),
        (1000, 900, "inconclusive", "Ratio 0.900, 0.9 to 1.2: borderline"),
        (1000, 1200, "inconclusive", "borderline"),
        (1000, 1201, "fail", "Ratio 1.201, above 1.2: positive"),
        (99, 10, "invalid", "no evidence"),
        (99, 500, "inconclusive", "yet not negative"),
        (100, 500, "fail", "positive"),
        (1000, "OVRFLW", "inconclusive", "Reading B is more light than the luminometer reads"),
        ("OVRFLW", 1000, "inconclusive", "Reading A is more light"),
        ("*****", 1000, "invalid", "did not read this well"),
        (1000, "*****", "invalid", "did not read this well"),
    ],
)
def test_luminescence_is_judged_by_the_kits_cut_offs(a, b, verdict, words):
    found = judged(qc.LUMINESCENCE, a=a, b=b)
    assert found.verdict == verdict
    assert words in found.sentence


def test_the_ratio_and_the_kits_version_are_kept_with_the_verdict():
    found = judged(qc.LUMINESCENCE, a=3000, b=2000).findings
    assert found == {"ratio": "0.6666667", "says": "negative", "kit": "MycoAlert v1"}


@pytest.mark.parametrize(
    ("controls", "is_valid", "words"),
    [
        ({}, True, "Positive control 9.000, negative control 0.400: valid."),
        ({"positive_b": 1200}, False, "positive control 1.200, not above 1.2"),
        ({"negative_b": 900}, False, "negative control 0.900, not below 0.9"),
        ({"positive_b": 100, "negative_b": 5000}, False, "and negative control 5.000"),
    ],
)
def test_controls_decide_whether_a_run_says_anything(controls, is_valid, words):
    method = METHODS[qc.LUMINESCENCE]
    found, sentence = method.judge_run(read(method.controls, qc.GOOD_CONTROLS | controls), KIT)
    assert found is is_valid
    assert words in sentence


@pytest.mark.parametrize("word", ["OVRFLW", "*****"])
def test_a_control_is_a_number(word):
    with pytest.raises(BadReadings):
        read(METHODS[qc.LUMINESCENCE].controls, qc.GOOD_CONTROLS | {"positive_b": word})


# --- the other ways ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "control", "verdict", "words"),
    [
        ("not_detected", "detected", "pass", "the internal control came up"),
        ("detected", "detected", "fail", "was detected (Ct 24.1)"),
        ("detected", "not_detected", "fail", "was detected"),
        ("not_detected", "not_detected", "inconclusive", "Inhibited"),
    ],
)
def test_pcr_without_its_internal_control_is_inhibited_and_shows_nothing(target, control, verdict, words):
    found = judged(qc.PCR, target=target, target_ct="24.1", internal_control=control)
    assert found.verdict == verdict
    assert words in found.sentence


@pytest.mark.parametrize(
    ("positive", "negative", "is_valid"),
    [("detected", "not_detected", True), ("not_detected", "not_detected", False), ("detected", "detected", False)],
)
def test_a_pcr_run_needs_its_controls(positive, negative, is_valid):
    found, _ = METHODS[qc.PCR].judge_run({"positive_control": positive, "negative_control": negative}, None)
    assert found is is_valid


@pytest.mark.parametrize(
    ("growth", "days", "verdict"),
    [
        ("seen", 3, "fail"), ("seen", 28, "fail"), ("none", 27, "pending"), ("none", 28, "pass"), ("none", 35, "pass"),
        ("incubating", 14, "pending"), ("incubating", 30, "pending"), ("unreadable", 10, "invalid"),
    ],
)  # fmt: skip
def test_mycoplasma_culture_is_clean_after_28_days_and_positive_on_any(growth, days, verdict):
    assert judged(qc.CULTURE, growth=growth, days=days).verdict == verdict
    assert METHODS[qc.CULTURE].pending_up_to == timedelta(days=28)


def test_incubation_is_not_longer_than_since_the_sample():
    assert judged(qc.CULTURE, growth="none", days=28, days_after=28).verdict == "pass"
    with pytest.raises(BadReadings, match="28 days of incubation are more than the 5") as refused:
        judged(qc.CULTURE, growth="none", days=28, days_after=5)
    assert refused.value.field == "days"


@pytest.mark.parametrize(("days", "verdict"), [(13, "pending"), (14, "pass")])
def test_sterility_takes_14_days(days, verdict):
    assert judged("sterility", growth="none", days=days).verdict == verdict


@pytest.mark.parametrize(
    ("staining", "verdict"),
    [("nuclei_only", "pass"), ("outside_nuclei", "fail"), ("doubtful", "inconclusive"), ("too_few_cells", "invalid")],
)
def test_a_stain_is_read_by_where_dna_lies(staining, verdict):
    assert judged(qc.STAIN, staining=staining).verdict == verdict


@pytest.mark.parametrize(("pct", "verdict"), [("70", "pass"), ("69.9", "fail"), ("100", "pass"), ("0", "fail")])
def test_post_thaw_viability_passes_from_70_percent(pct, verdict):
    assert judged("post_thaw_viability", viability_pct=pct).verdict == verdict


@pytest.mark.parametrize("pct", ["-1", "100.1", "68.25", ""])
def test_a_viability_is_a_percentage_with_one_decimal(pct):
    with pytest.raises(BadReadings) as refused:
        judged("post_thaw_viability", viability_pct=pct)
    assert refused.value.field == "viability_pct"


# --- methods of the laboratory ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_method_of_the_lab_is_used_without_code():
    culture = growing()
    row = define_method(title="Endotoxin (LAL)", kind="numeric", unit="EU/mL", passes_to=Decimal("0.5"), by=manager())
    assert row.code == "endotoxin_lal"
    assert qc.tested(culture, method=row.code, readings={"value": "0.5"}).verdict == "pass"
    high = qc.tested(culture, method=row.code, at=FRIDAY + 2 * DAY, readings={"value": "0.51"})
    assert (high.verdict, high.sentence) == ("fail", "0.51 EU/mL, above 0.5.")


@pytest.mark.django_db
def test_a_number_below_zero_is_one_for_a_method_of_the_lab():
    row = define_method(title="Drift", kind="numeric", passes_from=Decimal(-2), passes_to=Decimal(2), by=manager())
    assert qc.tested(growing(), method=row.code, readings={"value": "-1.5"}).verdict == "pass"


@pytest.mark.django_db
def test_pass_or_fail_is_said_at_the_bench():
    row = define_method(title="Morphology", kind="pass_fail", on_fail="quarantine", by=manager())
    method = method_of(row.code)
    assert (method.on_fail, method.on_inconclusive, method.family) == (Effect.QUARANTINE, Effect.HOLD, row.code)
    assert qc.tested(growing(), method=row.code, readings={"outcome": "inconclusive"}).verdict == "inconclusive"


@pytest.mark.django_db
def test_a_retired_method_is_known_but_not_offered():
    row = define_method(title="Smell", kind="pass_fail", by=manager())
    retire_method(code=row.code, by=manager())
    assert method_of(row.code).retired_at <= now() + HOUR
    assert row.code not in {method.code for method in methods_in_use()}
    with pytest.raises(UnknownMethod):
        method_of("never_heard_of")
