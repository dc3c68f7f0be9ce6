"""Many people record one sample at once, each with a connection of their own: one is right, the others are told."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest

from cultures.quality.errors.files import FileKnown
from cultures.quality.errors.samples import ChangedMeanwhile, ResultKnown, RunClosed
from cultures.quality.models import QCTest, Quarantine, QuarantineMember
from cultures.quality.services import correct_test, enter_results, keep_raw_file, record_result, record_test
from cultures.quality.services.folding import differences
from tests.cultures.quality import qc
from tests.harness.test_races import at_once, refusals
from tests.lab import DAY, FRIDAY, HOUR, growing, split, technician

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
PEOPLE = 32


def test_of_32_results_of_one_sample_exactly_one_stands_and_the_others_are_told_whose():
    mother = growing()
    sample, kit, person = qc.sampled(mother), qc.kit(), technician()
    (daughter,) = split(mother)

    def record(b: int) -> QCTest:
        return record_result(
            code=sample.code, readings={"a": 1000, "b": b}, resulted_at=FRIDAY + 2 * DAY, kit_id=kit.pk, by=person
        )

    outcomes = at_once([lambda b=b: record(b) for b in [500, 5000] * (PEOPLE // 2)])
    assert len(refusals(outcomes)) == PEOPLE - 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {ResultKnown}
    assert all("Anna Meier (AM)" in str(refusal) for refusal in refusals(outcomes))
    standing = QCTest.objects.standing().get(code=sample.code)
    assert QCTest.objects.filter(code=sample.code).count() == 2
    assert Quarantine.objects.count() == (standing.verdict == "fail")
    assert QuarantineMember.objects.filter(culture=daughter).count() == (standing.verdict == "fail")
    assert differences() == []


def test_of_32_people_who_sample_and_read_in_one_go_exactly_one_succeeds():
    culture, kit, person = growing(), qc.kit(), technician()

    def record() -> QCTest:
        return record_test(
            culture_id=culture.pk, method=qc.LUMINESCENCE, at=FRIDAY + DAY, readings={"a": 1000, "b": 500},
            resulted_at=FRIDAY + DAY, kit_id=kit.pk, by=person,
        )  # fmt: skip

    outcomes = at_once([record] * PEOPLE)
    assert {type(refusal) for refusal in refusals(outcomes)} == {ResultKnown}
    assert QCTest.objects.count() == 1


def positive(sample: QCTest) -> Callable[[], QCTest]:
    return partial(
        record_result, code=sample.code, readings={"a": 1, "b": 9}, resulted_at=FRIDAY + 2 * DAY,
        kit_id=qc.kit().pk, by=technician(),
    )  # fmt: skip


def held() -> set[int]:
    return set(QuarantineMember.objects.filter(until=None).values_list("culture", flat=True))


def test_a_result_and_a_correction_of_its_culture_end_in_order():
    for _ in range(4):
        before, one, other = held(), growing(), growing()
        sample = qc.sampled(one)
        move = partial(
            correct_test, code=sample.code, changes={"culture_id": other.pk}, reason="wrong flask", by=technician()
        )
        outcomes = at_once([positive(sample), move])
        assert {type(refusal) for refusal in refusals(outcomes)} <= {ResultKnown, ChangedMeanwhile}
        standing = QCTest.objects.standing().get(code=sample.code)
        assert held() - before == ({standing.culture_id} if standing.verdict == "fail" else set())
    assert differences() == []


def test_a_positive_result_and_a_passage_leave_no_daughter_outside_the_quarantine():
    for _ in range(4):
        mother = growing()
        outcomes = at_once([positive(qc.sampled(mother)), partial(split, mother, at=FRIDAY + 3 * DAY)])
        assert len(refusals(outcomes)) <= 1  # the passage, when the result came first
        assert held() >= {mother.pk, *mother.descents_down.values_list("daughter", flat=True)}
    assert differences() == []


def test_a_run_is_entered_by_one_person_and_a_file_by_one_run():
    run, other = qc.run_of([growing(), growing()]), qc.run_of([growing(), growing()])
    person = technician()
    raw = keep_raw_file(upload=BytesIO(b"x"), name="x.csv", by=person)

    def enter(one) -> object:
        readings = {code: {"a": 1000, "b": 500} for code in one.tests.values_list("code", flat=True)}
        return enter_results(
            run_id=one.pk, controls=qc.GOOD_CONTROLS, readings=readings, read_at=FRIDAY + DAY + HOUR, by=person, raw=raw
        )

    outcomes = at_once([lambda one=one: enter(one) for one in [run, other] * 4])
    assert len(refusals(outcomes)) == 7
    assert {type(refusal) for refusal in refusals(outcomes)} <= {RunClosed, FileKnown}
    assert raw.runs.count() == 1
