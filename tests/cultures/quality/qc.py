"""Builders of quality control beside tests/lab.py: samples, results, kits, runs. Use as `qc.tested(...)`."""

# ruff: noqa: PT028 (`tested` is no test)

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from cultures.compounds.models import Lot
from cultures.passaging.models import Culture
from cultures.quality.models import KitRecord, LabMethod, QCPolicy, QCRun, QCTest, STRProfile
from cultures.quality.services import (
    change_qc_policy,
    correct_test,
    define_method,
    enter_results,
    record_result,
    record_test,
    set_reference_profile,
    start_run,
    take_samples,
)
from cultures.quality.services.policies import STANDARD, Rule
from tests.lab import DAY, HOUR, line, lot, manager, technician
from tests.science.str_lab import BANKED

LUMINESCENCE, PCR, CULTURE, STAIN = (f"mycoplasma_{how}" for how in ("luminescence", "pcr", "culture", "stain"))
GOOD_CONTROLS = {"positive_a": 1000, "positive_b": 9000, "negative_a": 1000, "negative_b": 400}
BAD_CONTROLS = GOOD_CONTROLS | {"positive_b": 1100}


def kit(name: str = "MycoAlert", **fields: Any) -> KitRecord:
    """The newest record of a kit; with the cut-offs 0.9 and 1.2, and no least reading A, when it is new."""
    if known := KitRecord.objects.filter(name=name).first():
        return known
    cut_offs = {
        "negative_below": Decimal("0.9"),
        "positive_above": Decimal("1.2"),
        "positive_control_above": Decimal("1.2"),
        "negative_control_below": Decimal("0.9"),
    }
    made = {"name": name, "version": 1, **cut_offs, **fields}
    return KitRecord.objects.create(**made)


def kit_lot(number: str = "K-1") -> Lot:
    return lot("MycoAlert", number, Lot.Kind.KIT)


def sampled(culture: Culture, method: str = LUMINESCENCE, at: datetime | None = None, **options: Any) -> QCTest:
    """A sample that waits for its result; a day after seeding when no time is said."""
    at, by = at or culture.seeded_at + DAY, options.pop("by", None) or technician()
    (test,) = take_samples(culture_ids=[culture.pk], method=method, at=at, by=by, **options)
    return test


def result(test: QCTest, *, at: datetime | None = None, a: Any = 1000, b: Any = 500, **options: Any) -> QCTest:
    """What came of a sample, an hour after it was taken when no time is said: clean unless readings are given."""
    readings = options.pop("readings", None) or {"a": a, "b": b}
    if test.method == LUMINESCENCE:
        options = {"kit_id": kit().pk, **options}
    by = options.pop("by", None) or technician()
    return record_result(code=test.code, readings=readings, resulted_at=at or test.at + HOUR, by=by, **options)


def tested(
    culture: Culture,
    a: Any = 1000,
    b: Any = 500,
    *,
    method: str = LUMINESCENCE,
    at: datetime | None = None,
    readings: Mapping[str, Any] | None = None,
    **options: Any,
) -> QCTest:
    """A sample with its result; a day after seeding, and read an hour later, when no times are said."""
    at, by = at or culture.seeded_at + DAY, options.pop("by", None) or technician()
    if method == LUMINESCENCE:
        options = {"kit_id": kit().pk, **options}
    options = {"resulted_at": at + HOUR, **options}
    return record_test(
        culture_id=culture.pk, method=method, at=at, readings=readings or {"a": a, "b": b}, by=by, **options
    )


def negative(culture: Culture, at: datetime | None = None, **options: Any) -> QCTest:
    return tested(culture, 1000, 500, at=at, **options)


def borderline(culture: Culture, at: datetime | None = None, **options: Any) -> QCTest:
    return tested(culture, 1000, 1000, at=at, **options)


def positive(culture: Culture, at: datetime | None = None, **options: Any) -> QCTest:
    return tested(culture, 1000, 9000, at=at, **options)


def unsterile(culture: Culture, at: datetime | None = None, **options: Any) -> QCTest:
    return tested(culture, method="sterility", at=at, readings={"growth": "seen", "days": 0}, **options)


def corrected(test: QCTest, reason: str = "typed wrong", **changes: Any) -> QCTest:
    return correct_test(code=test.code, changes=changes, reason=reason, by=technician())


def voided(test: QCTest, reason: str = "the wrong tube") -> QCTest:
    return corrected(test, reason, void=True)


def run_of(
    cultures: Sequence[Culture], method: str = LUMINESCENCE, at: datetime | None = None, **options: Any
) -> QCRun:
    at = at or max(culture.seeded_at for culture in cultures) + DAY
    options = {"kit_id": kit().pk if method == LUMINESCENCE else None, "by": technician(), **options}
    return start_run(culture_ids=[culture.pk for culture in cultures], method=method, at=at, **options)


def read(
    run: QCRun,
    light: Mapping[Culture, tuple[Any, Any]] | None = None,
    controls: Mapping[str, Any] | None = None,
    **options: Any,
) -> QCRun:
    """The results of a run, an hour after its start: clean but for what `light` says of a culture."""
    samples = {test.culture: test.code for test in run.tests.filter(withdrawn_at=None).select_related("culture")}
    readings = {
        code: dict(zip("ab", (light or {}).get(culture, (1000, 500)), strict=True)) for culture, code in samples.items()
    }
    options = {"read_at": run.started_at + HOUR, "by": technician(), **options}
    return enter_results(run_id=run.pk, controls=controls or GOOD_CONTROLS, readings=readings, **options)


def now_of(test: QCTest) -> QCTest:
    """The row of a sample that stands now."""
    return QCTest.objects.standing().get(code=test.code)


def invalid(culture: Culture, at: datetime | None = None, **options: Any) -> QCTest:
    """The luminometer did not read the well."""
    return tested(culture, "*****", "*****", at=at, **options)


def policy(*rules: Rule, receives_into_quarantine: bool = True) -> QCPolicy:
    """The rules in force from now on: these; the usual ones when none are said."""
    newest = QCPolicy.current()
    return change_qc_policy(
        rules=rules or STANDARD,
        receives_into_quarantine=receives_into_quarantine,
        reason="as the test needs it",
        based_on=newest.version if newest else 0,
        by=manager(),
    )


def lab_method(title: str = "Endotoxin", **fields: Any) -> LabMethod:
    """One that is judged at the bench, unless its kind is said."""
    return define_method(**{"title": title, "kind": "pass_fail", "by": manager(), **fields})


# --- identity: made-up profiles, never those of a real line -----------------------------------------------------------
def str_profile(**changed: str) -> dict[str, str]:
    """Alleles at 13 markers, 23 of them; TH01="6" says otherwise at one."""
    return BANKED | changed


def stranger(**changed: str) -> dict[str, str]:
    """Of another donor: alleles that `str_profile` has at no marker."""
    return dict.fromkeys(BANKED, "7,14.2") | changed


def reference(of: str, markers: Mapping[str, str] | None = None, **options: Any) -> STRProfile:
    """What the line should be like; the usual made-up profile when nothing is said."""
    options = {"source": "made up", "reason": "as the test needs it", "by": manager(), **options}
    return set_reference_profile(line_id=line(of).pk, markers=markers or str_profile(), **options)


def profiled(
    culture: Culture, markers: Mapping[str, Any] | None = None, at: datetime | None = None, **options: Any
) -> QCTest:
    """An STR sample of a culture with its result."""
    return tested(culture, method="str", at=at, readings={"markers": markers or str_profile()}, **options)


def profile_of(test: QCTest) -> STRProfile:
    """The profile that a sample left in the house."""
    return STRProfile.objects.get(test=test, withdrawn_at=None)
