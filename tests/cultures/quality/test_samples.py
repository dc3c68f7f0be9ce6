from datetime import timedelta

import pytest

from cultures.passaging.errors import (
    CultureNotGrowing,
    InTheFuture,
    LotOfWrongKind,
    NotCorrectable,
    NothingChanged,
    ReasonMissing,
)
from cultures.passaging.services import undo_entry
from cultures.quality.errors.samples import (
    BadReadings,
    KitMissing,
    MethodRetired,
    NoCultureChosen,
    NoResultYet,
    NoSuchSample,
    NotAliveThen,
    ResultBeforeSample,
    ResultInTheFuture,
    ResultKnown,
    SampleKnown,
    SampleWithdrawn,
    UnknownMethod,
)
from cultures.quality.models import QCStanding, QCTest, QuarantineMember
from cultures.quality.services import define_method, record_test, retire_method, take_samples
from cultures.quality.warnings import sample_warnings
from lims.audit.context import acting
from lims.clock import now
from lims.codes import is_code
from lims.rules import RefusedByTheDatabase
from tests.cultures.quality import qc
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    again,
    another_technician,
    counter,
    discarded,
    fed,
    growing,
    harvest,
    lot,
    manager,
    medium,
    nothing_written,
    observed,
    pooled,
    split,
    technician,
)

pytestmark = pytest.mark.django_db


def clean_of(culture):
    return QCStanding.objects.get(culture=culture, method="mycoplasma").clean


def is_held(culture):
    return QuarantineMember.objects.filter(culture=culture, until=None).exists()


# --- samples ----------------------------------------------------------------------------------------------------------


def test_a_sample_waits_for_its_result_under_a_code_of_its_own():
    test = qc.sampled(growing())
    assert (test.verdict, test.resulted_at, test.taken_by) == ("pending", None, technician())
    assert is_code(test.code)
    assert test.code.startswith("Q-")


def test_several_cultures_are_sampled_together_or_not_at_all():
    one, other = growing(), growing()
    discarded(other)
    with pytest.raises(NotAliveThen), nothing_written():
        take_samples(culture_ids=[one.pk, other.pk], method=qc.PCR, at=FRIDAY + 9 * DAY, by=technician())
    tests = take_samples(culture_ids=[other.pk, one.pk], method=qc.PCR, at=FRIDAY + DAY, by=technician())
    assert [test.culture for test in tests] == [other, one]


def test_somebody_is_sampled():
    with pytest.raises(NoCultureChosen):
        take_samples(culture_ids=[], method=qc.PCR, at=FRIDAY, by=technician())


def test_a_sample_before_the_seeding_names_the_flask_the_cells_were_in():
    mother = growing()
    (daughter,) = split(mother)
    with pytest.raises(NotAliveThen, match=f"Its cells were in {mother.code}") as refused, nothing_written():
        qc.negative(daughter, daughter.seeded_at - DAY)
    assert refused.value.field == "at"
    assert refused.value.extra["alive_then"] == [mother.code]


def test_a_sample_before_the_seeding_of_a_pool_names_all_its_flasks():
    one, other = growing(), growing()
    (daughter,) = pooled([one, other])
    with pytest.raises(NotAliveThen) as refused:
        qc.sampled(daughter, at=daughter.seeded_at - DAY)
    assert refused.value.extra["alive_then"] == [one.code, other.code]


def test_a_sample_after_the_end_names_the_daughters_that_grew_then():
    mother = growing()
    daughters = split(mother, ["T75", "T25"])
    ended = again(mother)
    with pytest.raises(NotAliveThen, match="ended on") as refused, nothing_written():
        qc.negative(ended, ended.ended_at + HOUR)
    assert refused.value.extra["alive_then"] == [daughter.code for daughter in daughters]


def test_a_sample_at_the_harvest_itself_is_one_of_the_culture_that_ended():
    mother = growing()
    (daughter,) = split(mother)
    test = qc.negative(mother, again(mother).ended_at)
    assert clean_of(daughter).code == test.code


def test_a_result_of_an_ended_culture_is_taken_when_its_sample_was_of_its_life():
    mother = growing()
    sample = qc.sampled(mother, at=FRIDAY + DAY)
    (daughter,) = split(mother)
    late = qc.result(sample, at=FRIDAY + 20 * DAY)
    assert (late.verdict, late.at) == ("pass", FRIDAY + DAY)
    assert clean_of(daughter) == late


def test_a_late_positive_keeps_the_daughters_apart_that_were_seeded_since():
    mother = growing()
    sample = qc.sampled(mother, qc.CULTURE, at=FRIDAY + DAY)
    (daughter,) = split(mother)
    qc.result(sample, at=FRIDAY + 28 * DAY, readings={"growth": "seen", "days": 27})
    assert is_held(daughter)


def test_a_culture_entered_in_error_is_not_sampled():
    mother = growing()
    passage = harvest(mother, at=now() - HOUR)
    (daughter,) = passage.daughters
    undo_entry(kind="harvest", event_id=passage.pk, at=now(), by=technician())
    with pytest.raises(CultureNotGrowing, match="entered in error"):
        qc.sampled(daughter, at=now() - timedelta(minutes=5))


@pytest.mark.parametrize("verb", [qc.sampled, qc.negative])
def test_a_sample_of_the_future_is_refused(verb):
    culture = growing()
    with pytest.raises(InTheFuture), nothing_written():
        verb(culture, at=now() + HOUR)


def test_a_result_of_the_future_is_refused():
    culture = growing()
    with pytest.raises(ResultInTheFuture) as refused, nothing_written():
        qc.tested(culture, at=now() - HOUR, resulted_at=now() + HOUR)
    assert (refused.value.code, refused.value.field) == ("in_the_future", "resulted_at")


def test_a_result_before_its_sample_is_refused():
    culture = growing()
    sample = qc.sampled(culture, at=FRIDAY + DAY)
    with pytest.raises(ResultBeforeSample, match="Its result comes after that") as refused, nothing_written():
        qc.result(sample, at=FRIDAY)
    assert refused.value.field == "resulted_at"
    with pytest.raises(ResultBeforeSample):
        qc.tested(culture, at=FRIDAY + 2 * DAY, resulted_at=FRIDAY + DAY)


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_result_stands_in_the_place_of_the_waiting_row_under_the_same_code():
    sample = qc.sampled(growing())
    test = qc.result(sample, by=another_technician())
    assert (test.code, test.supersedes, test.at) == (sample.code, sample, sample.at)
    assert (test.taken_by, test.run_by, test.by) == (technician(), another_technician(), another_technician())
    assert list(QCTest.objects.standing().filter(code=sample.code)) == [test]


def test_a_second_result_is_told_who_entered_the_first_and_when():
    sample = qc.sampled(growing())
    qc.result(sample, by=another_technician())
    with pytest.raises(ResultKnown, match=rf"{sample.code} has its result: pass, entered by Jonas Thiel \(JT\) on"):
        qc.result(sample)


def test_the_same_sample_recorded_twice_is_told_of_the_first():
    culture = growing()
    qc.negative(culture)
    with pytest.raises(ResultKnown, match="Anna Meier"), nothing_written():
        qc.positive(culture)


def test_a_result_recorded_beside_its_waiting_sample_is_sent_to_it():
    culture = growing()
    sample = qc.sampled(culture)
    with pytest.raises(SampleKnown, match=sample.code), nothing_written():
        qc.negative(culture)
    with pytest.raises(SampleKnown):
        qc.sampled(culture)


def test_another_method_at_the_same_time_is_another_sample():
    culture = growing()
    assert qc.sampled(culture).code != qc.sampled(culture, qc.PCR).code


def test_there_is_no_result_without_a_sample():
    with pytest.raises(NoSuchSample):
        qc.result(QCTest(code="Q-00000", method=qc.LUMINESCENCE, at=FRIDAY))


def test_a_code_is_read_as_it_was_scanned():
    sample = qc.sampled(growing())
    sample.code = f" {sample.code.lower()} "
    assert qc.result(sample).verdict == "pass"


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownMethod):
        qc.sampled(growing(), "tea_leaves")


def test_a_retired_method_takes_no_samples_but_reads_those_it_has():
    culture = growing()
    method = define_method(title="Smell", kind="pass_fail", by=manager())
    waiting = qc.sampled(culture, method.code)
    retire_method(code=method.code, by=manager())
    with pytest.raises(MethodRetired):
        qc.sampled(culture, method.code, at=FRIDAY + 2 * DAY)
    assert qc.result(waiting, readings={"outcome": "fail"}).verdict == "fail"


def test_luminescence_needs_the_kits_record():
    sample = qc.sampled(growing())
    with pytest.raises(KitMissing) as refused:
        qc.result(sample, kit_id=None)
    assert refused.value.field == "kit"


def test_a_kit_lot_is_a_kit():
    with pytest.raises(LotOfWrongKind):
        qc.negative(growing(), kit_lot_id=lot("DMEM").pk)
    assert qc.negative(growing(), kit_lot_id=qc.kit_lot().pk).kit_lot == qc.kit_lot()


def test_a_reading_at_fault_is_named():
    culture = growing()
    with pytest.raises(BadReadings, match="Reading A: More than zero") as refused, nothing_written():
        qc.tested(culture, a=0)
    assert refused.value.field == "a"


def test_an_instrument_records_as_itself():
    reader = counter("Luminometer 1")
    test = record_test(
        culture_id=growing().pk,
        method=qc.LUMINESCENCE,
        at=FRIDAY + DAY,
        readings={"a": "1000", "b": "500"},
        resulted_at=FRIDAY + DAY,
        kit_id=qc.kit().pk,
        by=reader,
        source="instrument",
    )
    assert (test.instrument, test.by, test.run_by, test.source) == (reader, None, None, "instrument")


def test_what_still_grows_waits_on_and_keeps_what_was_seen():
    sample = qc.sampled(growing(), qc.CULTURE)
    looked = qc.result(sample, at=sample.at + 14 * DAY, readings={"growth": "none", "days": 14})
    assert (looked.verdict, looked.resulted_at, looked.readings["days"]) == ("pending", None, 14)
    done = qc.result(looked, at=sample.at + 28 * DAY, readings={"growth": "none", "days": 28})
    assert (done.verdict, done.supersedes) == ("pass", looked)


def test_a_recorded_result_is_never_edited():
    test = qc.negative(growing())
    with pytest.raises(RefusedByTheDatabase, match="kept as it is"), acting(technician(), "record_test"):
        QCTest.objects.filter(pk=test.pk).update(verdict="fail")


# --- corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_is_judged_anew_and_both_rows_stay_readable():
    wrong = qc.negative(growing())
    right = qc.corrected(wrong, "A and B swapped", readings={"a": 500, "b": 1000})
    assert (wrong.verdict, right.verdict, right.reason) == ("pass", "fail", "A and B swapped")
    assert right.supersedes == wrong
    wrong.refresh_from_db()
    assert (wrong.withdrawn_by, wrong.withdrawn_reason) == (technician(), "A and B swapped")
    assert is_held(right.culture)


def test_a_correction_says_who_corrected_and_leaves_who_did_it():
    wrong = qc.negative(growing(), by=another_technician())
    right = qc.corrected(wrong, readings={"b": 600})
    wrong.refresh_from_db()
    assert (right.by, wrong.withdrawn_by) == (another_technician(), technician())


def test_a_correction_needs_a_reason_and_a_difference():
    test = qc.negative(growing())
    with pytest.raises(ReasonMissing):
        qc.corrected(test, " ", readings={"b": 600})
    with pytest.raises(NothingChanged), nothing_written():
        qc.corrected(test, readings={"b": 500})
    with pytest.raises(NotCorrectable, match="verdict"):
        qc.corrected(test, verdict="fail")


def test_a_correction_of_the_culture_moves_the_test():
    one, other = growing(), growing()
    test = qc.positive(one)
    moved = qc.corrected(test, culture_id=other.pk)
    assert moved.culture == other
    assert (is_held(one), is_held(other)) == (False, True)
    assert not QCStanding.objects.filter(culture=one).exists()


def test_a_test_is_moved_only_to_a_culture_that_was_alive_then():
    one, later = growing(), growing(at=FRIDAY + 5 * DAY)
    test = qc.positive(one)
    with pytest.raises(NotAliveThen), nothing_written():
        qc.corrected(test, culture_id=later.pk)


def test_a_test_is_not_moved_onto_another():
    one, other = growing(), growing()
    test = qc.negative(one)
    qc.negative(other)
    with pytest.raises(ResultKnown), nothing_written():
        qc.corrected(test, culture_id=other.pk)


def test_a_corrected_time_stays_before_the_result():
    test = qc.negative(growing(), FRIDAY + DAY)
    with pytest.raises(ResultBeforeSample):
        qc.corrected(test, at=FRIDAY + 3 * DAY)
    moved = qc.corrected(test, at=FRIDAY + 3 * DAY, resulted_at=FRIDAY + 4 * DAY)
    assert (moved.at, moved.resulted_at) == (FRIDAY + 3 * DAY, FRIDAY + 4 * DAY)


def test_the_kit_of_a_result_can_be_corrected_and_judges_anew():
    strict = qc.kit("Strict", negative_below="0.4", positive_above="0.45")
    test = qc.negative(growing())
    assert qc.corrected(test, kit_id=strict.pk).verdict == "fail"


def test_a_waiting_sample_is_moved_but_has_no_readings_to_correct():
    one, other = growing(), growing()
    sample = qc.sampled(one)
    with pytest.raises(NoResultYet):
        qc.corrected(sample, readings={"a": 1})
    moved = qc.corrected(sample, culture_id=other.pk)
    assert (moved.culture, moved.verdict, moved.code) == (other, "pending", sample.code)
    assert qc.result(moved).culture == other


@pytest.mark.parametrize("made", [qc.sampled, qc.negative, qc.positive])
def test_a_test_entered_in_error_says_nothing_any_more(made):
    culture = growing()
    test = made(culture)
    gone = qc.voided(test)
    assert (gone.verdict, gone.sentence, gone.code) == ("invalid", "Withdrawn: the wrong tube.", test.code)
    assert not QCStanding.objects.filter(culture=culture).exists()
    assert not is_held(culture)
    with pytest.raises(SampleWithdrawn), nothing_written():
        qc.voided(gone)


def test_only_who_may_correct_a_waiting_sample_and_a_withdrawn_one_gets_no_result():
    gone = qc.voided(qc.sampled(growing()))
    with pytest.raises(ResultKnown, match="invalid"):
        qc.result(gone)


# --- warnings ---------------------------------------------------------------------------------------------------------


def warned(culture, method=qc.PCR, at=None):
    return {warning.code for warning in sample_warnings(culture, method, at or FRIDAY + 4 * DAY)}


def test_a_sample_of_a_dense_culture_in_old_medium_without_antibiotics_is_fine():
    culture = growing()
    observed(culture, 90, at=FRIDAY + 3 * DAY)
    assert warned(culture) == set()


def test_antibiotics_in_the_medium_are_pointed_out():
    culture = growing()
    bottles = [lot("DMEM"), lot("Penicillin-Streptomycin", kind="supplement")]
    fed(culture, medium=medium(lots=bottles), at=FRIDAY + DAY)
    assert warned(culture) == {"antibiotics_in_medium"}
    assert warned(culture, "sterility") == {"antibiotics_in_medium"}
    assert warned(culture, "post_thaw_viability") == set()
    assert warned(culture, at=FRIDAY + DAY - HOUR) == {"medium_too_fresh"}  # that of the seeding, a day before


def test_fresh_medium_and_a_thin_culture_are_pointed_out():
    culture = growing()
    fed(culture, at=FRIDAY + 3 * DAY)
    observed(culture, 40, at=FRIDAY + 3 * DAY)
    assert warned(culture) == {"medium_too_fresh", "not_dense"}
    assert warned(culture, qc.STAIN) == set()


def test_a_warning_is_not_in_the_way():
    culture = growing()
    assert qc.negative(culture, FRIDAY + HOUR).verdict == "pass"
