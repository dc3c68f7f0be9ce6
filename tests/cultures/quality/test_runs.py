from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.quality.errors.files import FileKnown, FileNotUnderstood, FileTooLarge
from cultures.quality.errors.samples import (
    BadReadings,
    KitMissing,
    NoRunsOf,
    NoSuchRun,
    NotAliveThen,
    NotInRun,
    ReadingsMissing,
    ResultBeforeSample,
    ResultInTheFuture,
    RunClosed,
    RunTooLarge,
    SampleInRun,
)
from cultures.quality.luminometer import read_export
from cultures.quality.models import QCRun, QCTest, QuarantineMember, RawFile
from cultures.quality.run_sheets import sheet_of
from cultures.quality.services import abandon_run, correct_run, enter_results, keep_raw_file
from cultures.quality.services.files import MOST_BYTES, content_of
from lims.clock import now
from lims.tabular.text import BadText
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR, another_technician, discarded, growing, nothing_written, technician

pytestmark = pytest.mark.django_db


def three():
    return [growing() for _ in range(3)]


def verdicts(run: QCRun) -> list[str]:
    return [test.verdict for test in QCTest.objects.standing().filter(run=run).order_by("code", "pk")]


def held() -> int:
    return QuarantineMember.objects.filter(until=None).count()


# --- a run ------------------------------------------------------------------------------------------------------------


def test_a_run_begins_with_a_waiting_sample_of_each_culture():
    run = qc.run_of(three(), kit_lot_id=qc.kit_lot().pk)
    tests = list(QCTest.objects.filter(run=run))
    assert {(test.verdict, test.kit, test.kit_lot) for test in tests} == {("pending", qc.kit(), qc.kit_lot())}
    assert (run.state, len(tests)) == ("open", 3)


def test_a_run_is_started_for_all_or_for_none():
    cultures = three()
    discarded(cultures[1])
    with pytest.raises(NotAliveThen):
        qc.run_of(cultures, at=FRIDAY + 9 * DAY)
    assert not QCRun.objects.exists()
    assert not QCTest.objects.exists()


def test_what_cannot_be_run_together_is_refused():
    cultures = three()
    with pytest.raises(NoRunsOf):
        qc.run_of(cultures, "sterility")
    with pytest.raises(KitMissing):
        qc.run_of(cultures, kit_id=None)
    with pytest.raises(RunTooLarge, match="94 samples"):
        qc.run_of(cultures * 32)


def test_each_sample_of_a_valid_run_gets_its_own_verdict():
    one, other, third = three()
    run = qc.read(qc.run_of([one, other, third]), {other: (1000, 1000), third: (1000, 5000)})
    assert (run.state, run.read_by) == ("valid", technician())
    assert [qc.QCTest.objects.standing().get(culture=culture).verdict for culture in (one, other, third)] == [
        "pass",
        "inconclusive",
        "fail",
    ]
    assert held() == 2


def test_reading_a_run_takes_the_same_queries_however_many_samples_are_clean():
    counted = []
    for many in (2, 12):
        run = qc.run_of([growing() for _ in range(many)])
        with CaptureQueriesContext(connection) as queries:
            qc.read(run)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_run_whose_controls_failed_says_nothing_of_any_sample():
    one, other = growing(), growing()
    run = qc.read(qc.run_of([one, other]), {other: (1000, 9000)}, qc.BAD_CONTROLS)
    assert (run.state, verdicts(run)) == ("invalid", ["invalid", "invalid"])
    assert "positive control 1.100, not above 1.2" in QCTest.objects.standing().filter(run=run)[0].sentence
    assert held() == 0


def test_controls_that_were_typed_wrong_are_corrected_and_all_results_judged_anew():
    one, other = growing(), growing()
    run = qc.read(qc.run_of([one, other]), {other: (1000, 9000)}, qc.BAD_CONTROLS)
    correct_run(run_id=run.pk, controls={"positive_b": 9000}, reason="1100 was the blank", by=technician())
    assert sorted(verdicts(run)) == ["fail", "pass"]
    assert held() == 1
    correct_run(run_id=run.pk, controls={"positive_b": 1100}, reason="no, it was not", by=technician())
    assert verdicts(run) == ["invalid", "invalid"]
    assert held() == 0


def test_a_corrected_reading_of_an_invalid_run_stays_invalid():
    culture = growing()
    qc.read(qc.run_of([culture]), controls=qc.BAD_CONTROLS)
    test = QCTest.objects.standing().get(culture=culture)
    assert qc.corrected(test, readings={"b": 9000}).verdict == "invalid"


def test_a_run_by_pcr_is_judged_by_its_own_controls():
    culture = growing()
    run = qc.run_of([culture], qc.PCR)
    code = QCTest.objects.get(run=run).code
    enter_results(
        run_id=run.pk,
        controls={"positive_control": "detected", "negative_control": "detected"},
        readings={code: {"target": "detected", "internal_control": "detected"}},
        read_at=run.started_at + HOUR,
        by=technician(),
    )
    assert verdicts(run) == ["invalid"]


# --- what is refused --------------------------------------------------------------------------------------------------


def entered(run: QCRun, readings, controls=qc.GOOD_CONTROLS, **options):
    options = {"read_at": run.started_at + HOUR, "by": technician(), **options}
    return enter_results(run_id=run.pk, controls=controls, readings=readings, **options)


def codes(run: QCRun) -> list[str]:
    return list(QCTest.objects.standing().filter(run=run).order_by("pk").values_list("code", flat=True))


def test_every_sample_of_a_run_is_read():
    run = qc.run_of(three())
    first, *rest = codes(run)
    with pytest.raises(ReadingsMissing) as refused, nothing_written():
        entered(run, {first: {"a": 1, "b": 1}})
    assert refused.value.extra["missing"] == rest


def test_a_sample_that_was_withdrawn_is_not_waited_for():
    run = qc.run_of(three())
    gone, *rest = codes(run)
    qc.voided(QCTest.objects.get(code=gone))
    entered(run, {code: {"a": 1000, "b": 500} for code in rest})
    assert sorted(verdicts(run)) == ["invalid", "pass", "pass"]


def test_a_sample_of_another_run_is_refused():
    run, other = qc.run_of([growing()]), qc.run_of([growing()])
    with pytest.raises(NotInRun, match="Check the sheet"), nothing_written():
        entered(run, {code: {"a": 1, "b": 1} for code in codes(run) + codes(other)})


@pytest.mark.parametrize(("light", "at_fault"), [({"a": 0, "b": 1}, "a"), ({"a": 1}, "b"), ({"a": 1, "b": -1}, "b")])
def test_a_reading_at_fault_names_its_sample_and_nothing_is_entered(light, at_fault):
    run = qc.run_of(three())
    *good, bad = codes(run)
    with pytest.raises(BadReadings, match=bad) as refused, nothing_written():
        entered(run, {code: {"a": 1000, "b": 500} for code in good} | {bad: light})
    assert refused.value.field == f"{bad}.{at_fault}"


def test_a_control_at_fault_is_named():
    run = qc.run_of([growing()])
    with pytest.raises(BadReadings, match="Positive control, reading A") as refused:
        entered(run, {codes(run)[0]: {"a": 1, "b": 1}}, qc.GOOD_CONTROLS | {"positive_a": 0})
    assert refused.value.field == "controls.positive_a"


def test_a_run_is_read_once_and_after_its_start():
    run = qc.run_of([growing()])
    readings = {codes(run)[0]: {"a": 1000, "b": 500}}
    with pytest.raises(ResultBeforeSample) as refused:
        entered(run, readings, read_at=run.started_at - HOUR)
    assert refused.value.field == "read_at"
    with pytest.raises(ResultInTheFuture):
        entered(run, readings, read_at=now() + HOUR)
    entered(run, readings, by=another_technician())
    with pytest.raises(RunClosed, match=r"was read on .* by Jonas Thiel \(JT\)"), nothing_written():
        entered(run, readings)
    with pytest.raises(NoSuchRun):
        entered(QCRun(pk=0, started_at=FRIDAY), readings)


def test_a_sample_of_an_open_run_gets_no_result_beside_its_controls():
    run = qc.run_of([growing()])
    with pytest.raises(SampleInRun):
        qc.result(QCTest.objects.get(run=run))


def test_an_abandoned_run_says_nothing_and_its_cultures_can_be_sampled_again():
    culture = growing()
    run = abandon_run(run_id=qc.run_of([culture]).pk, reason="the plate fell", by=technician())
    assert (run.state, verdicts(run)) == ("abandoned", ["invalid"])
    with pytest.raises(RunClosed, match="was abandoned"):
        entered(run, {})
    with pytest.raises(BadText):
        abandon_run(run_id=run.pk, reason=" ", by=technician())
    assert qc.negative(culture, FRIDAY + 2 * DAY).verdict == "pass"


# --- the sheet, and files ---------------------------------------------------------------------------------------------


def test_the_sheet_puts_controls_first_and_keeps_the_well_of_each_sample():
    cultures = three()
    run = qc.run_of(cultures)
    first, second, third = codes(run)
    sheet = sheet_of(run)
    assert sheet.layout == {"A1": "positive", "B1": "negative", "C1": first, "D1": second, "E1": third}
    assert sheet.code_of_culture[cultures[2].code] == third
    qc.voided(QCTest.objects.get(code=second))
    assert sheet_of(run).layout == {"A1": "positive", "B1": "negative", "C1": first, "E1": third}


def test_the_sheet_takes_two_queries(django_assert_num_queries):
    run = qc.run_of([growing() for _ in range(6)])
    with django_assert_num_queries(2):
        sheet_of(run)


def kept(content: bytes = b"Sample,A,B\n", name: str = "run 7.csv") -> RawFile:
    return keep_raw_file(upload=BytesIO(content), name=name, by=technician())


def test_a_file_is_kept_byte_for_byte_under_its_hash():
    raw = kept(b"\xff\xfeS\0", name="C:\\exports\\run\u202e 7.csv")
    assert (content_of(raw), raw.name, raw.by) == (b"\xff\xfeS\0", "run 7.csv", technician())
    assert raw.file.name == f"qc/{raw.sha256}"
    assert (Path(settings.MEDIA_ROOT) / raw.file.name).exists()


def test_a_file_that_is_refused_leaves_nothing_but_itself():
    run = qc.run_of([growing()])
    raw = kept(b"no list at all")
    with pytest.raises(FileNotUnderstood), nothing_written():
        read_export(content_of(raw), layout=sheet_of(run).layout)
    assert QCRun.objects.get().state == "open"
    assert kept(b"no list at all") == raw  # and may come again


def test_the_same_file_twice_is_told_who_imported_it_when_and_as_which_run():
    run, other = qc.run_of([growing()]), qc.run_of([growing()])
    raw = kept()
    qc.read(run, raw=raw)
    with pytest.raises(FileKnown, match=rf"imported by Anna Meier \(AM\) on .* as run {run.pk}, as run 7.csv") as again:
        kept(name="renamed.csv")
    assert again.value.extra["run"] == run.pk
    assert again.value.ways == ((f"Open run {run.pk}", run.get_absolute_url()),)
    with pytest.raises(FileKnown), nothing_written():  # it was looked at before the other was entered
        qc.read(other, raw=raw)


def test_a_file_of_one_result_is_known_too():
    test = qc.negative(growing(), raw=kept())
    with pytest.raises(FileKnown, match=test.code) as again:
        kept()
    assert again.value.ways == ((f"Open {test.code}", test.get_absolute_url()),)


def test_a_file_has_a_size():
    with pytest.raises(FileTooLarge, match="5 MB"), nothing_written():
        kept(b"x" * (MOST_BYTES + 1))
    assert not RawFile.objects.exists()
