"""An instrument or a core facility posts a result: once, at its sample, or in the inbox; never lost, never twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cultures.quality.errors.samples import DeliveryHasNoMethod, ResultOfAnotherMethod
from cultures.quality.models import QCTest, Quarantine
from lims.clock import now
from lims.instruments import inbox
from lims.instruments.models import Delivery
from lims.instruments.services import assign_delivery
from tests import lab
from tests.api.conftest import TESTS, Caller, machine, refused
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

BANDS = {"target": "not_detected", "internal_control": "detected", "internal_control_ct": 24.5}


@pytest.fixture
def core(db: None) -> Caller:
    """The core facility, which may post results."""
    return machine(("post_test", "read_bench"))


def a_result(of: QCTest | None = None, **changes: Any) -> dict[str, Any]:
    resulted_at = ((of.at if of else lab.FRIDAY + DAY) + HOUR).isoformat()
    said = {"sample": of and of.code, "readings": BANDS, "resulted_at": resulted_at} | changes
    return {name: value for name, value in said.items() if value is not None}


def of_a_culture(code: str, **changes: Any) -> dict[str, Any]:
    taken_at = (lab.FRIDAY + DAY).isoformat()
    return a_result(culture=code, method=qc.PCR, taken_at=taken_at, **changes)


def pcr(**options: Any) -> QCTest:
    return qc.sampled(lab.growing(), qc.PCR, **options)


# --- placed -----------------------------------------------------------------------------------------------------------
def test_a_result_stands_at_its_sample(core):
    sample = pcr()
    answer = core.post(TESTS, a_result(sample, note="plate 12"), key="run-1")
    assert answer.status_code == 201, answer.content
    told, test = answer.json(), qc.now_of(sample)
    assert (told["state"], told["code"], told["verdict"]) == ("saved", sample.code, "pass")
    assert (told["culture"], told["instrument"], told["family"]) == (sample.culture.code, "Vi-CELL 1", "mycoplasma")
    assert (test.by, test.instrument, test.source) == (None, lab.counter(), "instrument")
    assert (test.supersedes, test.taken_by) == (sample, lab.technician())
    assert test.delivery == Delivery.objects.get()
    assert test.readings["internal_control_ct"] == "24.5"


def test_sample_and_result_of_a_culture_may_come_in_one_go(core):
    culture = lab.growing()
    answer = core.post(TESTS, of_a_culture(f" {culture.code.lower()} "), key="k")
    assert answer.status_code == 201, answer.content
    assert QCTest.objects.get().culture == culture


def test_a_posted_fail_puts_the_cells_apart_like_any_other(core):
    sample = pcr()
    answer = core.post(TESTS, a_result(sample, readings=BANDS | {"target": "detected"}), key="k")
    assert answer.json()["verdict"] == "fail"
    assert Quarantine.objects.get().members.get().culture == sample.culture


def test_the_ratio_is_judged_by_the_kit_that_is_named(core):
    sample = qc.sampled(lab.growing())
    said = a_result(sample, readings={"a": 1000, "b": "500.5"}, kit=str(qc.kit()), kit_lot=qc.kit_lot().code)
    answer = core.post(TESTS, said, key="k")
    assert (answer.status_code, answer.json()["kit"]) == (201, "MycoAlert v1"), answer.content


def test_alleles_are_posted_by_marker(core):
    sample = qc.sampled(lab.growing(), "str")
    said = a_result(sample, readings={"markers": {"THO1": "6,9.30", "TPOX": "8", "D5S818": "OL"}})
    told = core.post(TESTS, said, key="k").json()
    assert told["readings"]["markers"]["TH01"] == [{"alleles": ["6", "9.3"], "sources": []}], told


def test_a_slow_culture_is_looked_at_and_goes_on_waiting(core):
    sample = qc.sampled(lab.growing(), qc.CULTURE, at=lab.FRIDAY + DAY)
    said = a_result(
        sample, readings={"growth": "none", "days": 7}, resulted_at=(sample.at + timedelta(days=7)).isoformat()
    )
    assert core.post(TESTS, said, key="k").json()["verdict"] == "pending"
    late = {"readings": {"growth": "none", "days": 28}, "resulted_at": (sample.at + timedelta(days=28)).isoformat()}
    assert core.post(TESTS, a_result(sample, **late), key="k2").json()["verdict"] == "pass"


# --- sent twice -------------------------------------------------------------------------------------------------------
def test_a_retry_is_answered_letter_for_letter(core):
    sample = pcr()
    first, again = (core.post(TESTS, a_result(sample), key="run-1") for _ in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"


def test_the_same_result_under_another_key_is_the_one_there_is(core):
    sample = pcr()
    first, again = (core.post(TESTS, a_result(sample), key=key) for key in ("a", "b"))
    assert (again.status_code, again.json()) == (201, first.json())
    assert QCTest.objects.filter(code=sample.code).count() == 2  # as it waited, and the result
    assert not inbox.waiting().exists()


def test_the_same_sample_of_a_culture_under_another_key_is_the_one_there_is(core):
    culture = lab.growing()
    first, again = (core.post(TESTS, of_a_culture(culture.code), key=key) for key in ("a", "b"))
    assert again.json() == first.json()
    assert QCTest.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"readings": BANDS | {"target": "detected"}}, {"resulted_at": "2026-03-03T09:00Z"}]
)
def test_another_result_of_a_sample_waits_for_a_person(core, changes):
    sample = pcr()
    core.post(TESTS, a_result(sample), key="a")
    answer = core.post(TESTS, a_result(sample, **changes), key="b")
    assert answer.status_code == 202, answer.content
    assert "has its result: pass" in answer.json()["because"]
    assert qc.now_of(sample).verdict == "pass"


def test_the_result_of_a_withdrawn_sample_is_not_taken_for_its_twin(core):
    sample = pcr()
    core.post(TESTS, a_result(sample), key="a")
    qc.voided(qc.now_of(sample))
    assert core.post(TESTS, a_result(sample), key="b").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_32_simultaneous_posts_one_result_comes_and_all_hear_the_same(core):
    sample, answers, barrier = pcr(), [], threading.Barrier(32)

    def post(number: int) -> None:
        try:
            caller = Caller(type(core.client)(), core.headers)
            barrier.wait()
            answers.append(caller.post(TESTS, a_result(sample), key=f"run-{number % 2}"))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}, {answer.content for answer in answers}
    assert len({answer.content for answer in answers}) == 1
    assert QCTest.objects.filter(code=sample.code).count() == 2


# --- refused to the sender --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"readings": {"target": "detected"}}, "bad_readings"),
        ({"readings": BANDS | {"ratio": 1}}, "bad_readings"),
        ({"readings": BANDS | {"target": "maybe"}}, "bad_readings"),
        ({"readings": {"target": True}}, "invalid"),
        ({"readings": [1, 2]}, "invalid"),
        ({"resulted_at": "2026-03-05T14:03:00"}, "invalid"),
        ({"resulted_at": (now() + HOUR).isoformat()}, "invalid"),
        ({"resulted_at": None}, "invalid"),
        ({"kit": "MycoAlert v9"}, "invalid"),
        ({"culture": "C-0000X"}, "invalid"),
        ({"sample": None}, "invalid"),
        ({"verdict": "pass"}, "invalid"),
        ({"by": "anna"}, "invalid"),
    ],
)
def test_a_result_that_cannot_be_is_refused_and_leaves_nothing(core, changes, code):
    sample = pcr()
    with lab.nothing_written():
        assert refused(core.post(TESTS, a_result(sample, **changes), key="k")) == (400, code)


def test_without_the_kit_of_its_cut_offs_a_ratio_goes_back_to_the_sender(core):
    sample, culture = qc.sampled(lab.growing()), lab.growing()
    light = {"readings": {"a": 1000, "b": 500}}
    with lab.nothing_written():
        assert refused(core.post(TESTS, a_result(sample, **light), key="k"))[1] == "kit_missing"
        said = of_a_culture(culture.code, **light) | {"method": qc.LUMINESCENCE}
        assert refused(core.post(TESTS, said, key="k"))[1] == "kit_missing"


def test_a_sample_taken_after_it_was_read_is_refused(core):
    said = of_a_culture(lab.growing().code, resulted_at=lab.FRIDAY.isoformat())
    assert refused(core.post(TESTS, said, key="k")) == (400, "invalid")


def test_a_key_without_the_scope_may_not_post_and_a_person_never(counter, anna):
    for caller in (counter, anna):
        assert refused(caller.post(TESTS, a_result(pcr()), key="k"))[0] == 403


def test_without_a_key_of_its_own_nothing_is_taken(core):
    with lab.nothing_written():
        assert refused(core.post(TESTS, a_result())) == (400, "key_missing")


# --- the inbox --------------------------------------------------------------------------------------------------------
def test_a_result_of_an_unknown_sample_waits_with_what_was_said(core):
    answer = core.post(TESTS, a_result(sample="Q-00000"), key="k")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    delivery = Delivery.objects.get()
    (shown,) = inbox.shown([delivery])
    assert (shown.noun, shown.goes_to) == ("test result", "sample")
    assert ("Sample", "Q-00000") in shown.told
    assert any("target not_detected" in value for _, value in shown.told)


@pytest.mark.parametrize("taken_at", [lab.FRIDAY - DAY, lab.FRIDAY + 30 * DAY])
def test_a_result_of_an_ended_or_later_culture_waits(core, taken_at):
    culture = lab.growing()
    lab.split(culture)
    said = of_a_culture(culture.code) | {"taken_at": taken_at.isoformat(), "resulted_at": taken_at.isoformat()}
    assert core.post(TESTS, said, key="k").status_code == 202


def test_a_sample_of_a_run_waits_for_the_controls_of_its_run(core):
    run = qc.run_of([lab.growing()], qc.PCR)
    answer = core.post(TESTS, a_result(run.tests.get()), key="k")
    assert answer.status_code == 202
    assert "whose controls decide" in answer.json()["because"]


def test_a_sample_whose_code_is_one_slip_away_is_proposed_and_takes_the_result(core):
    sample = pcr()
    slip = sample.code[:-1] + next(sign for sign in "ABC" if sign != sample.code[-1])
    core.post(TESTS, a_result(sample, sample=slip), key="k")
    delivery = Delivery.objects.get()
    (shown,) = inbox.shown([delivery])
    assert [(one.code, one.why) for one in shown.proposals] == [(sample.code, "one sign differs")]
    taken = assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=sample.code)
    test = qc.now_of(sample)
    assert (test.verdict, test.delivery, test.instrument) == ("pass", delivery, lab.counter())
    assert taken.url == test.get_absolute_url()


def test_a_result_of_a_culture_goes_to_the_sample_that_waits_for_it(core):
    sample = pcr()
    said = of_a_culture(sample.culture.code)
    core.post(TESTS, said, key="k")  # the very sample: taken at the same time, by the same method
    delivery = Delivery.objects.get()
    assert "waits for its result" in delivery.waits_because
    assert [one.code for one in inbox.shown([delivery])[0].proposals] == [sample.code]
    assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=sample.code)
    assert qc.now_of(sample).verdict == "pass"


def test_a_result_of_a_mistyped_culture_is_assigned_to_the_culture(core):
    culture = lab.growing()
    core.post(TESTS, of_a_culture("C-00000"), key="k")
    assign_delivery(by=lab.technician(), delivery_id=Delivery.objects.get().pk, code=culture.code)
    assert QCTest.objects.get().culture == culture


def test_a_result_that_named_only_a_sample_does_not_begin_one_at_a_culture(core):
    core.post(TESTS, a_result(sample="Q-00000"), key="k")
    with pytest.raises(DeliveryHasNoMethod):
        assign_delivery(by=lab.technician(), delivery_id=Delivery.objects.get().pk, code=lab.growing().code)
    assert Delivery.objects.get().state == Delivery.State.WAITING


def test_a_result_is_not_assigned_to_a_sample_of_another_method(core):
    """Sterility and mycoplasma culture have the same readings."""
    sample = qc.sampled(lab.growing(), "sterility")
    growth = {"growth": "none", "days": 0}
    core.post(TESTS, of_a_culture("C-00000", readings=growth) | {"method": qc.CULTURE}, key="k")
    with pytest.raises(ResultOfAnotherMethod, match="waits for one of sterility"):
        assign_delivery(by=lab.technician(), delivery_id=Delivery.objects.get().pk, code=sample.code)


def test_the_inbox_shows_times_however_they_were_spelled(core):
    core.post(TESTS, a_result(sample="Q-00000", resulted_at="2026-3-5 9:03+01:00"), key="k")
    (shown,) = inbox.shown(list(inbox.waiting()))
    assert ("Read", "Thu 05 Mar 2026, 08:03 UTC") in shown.told


def test_the_inbox_costs_the_same_for_one_result_and_for_many(core, django_assert_num_queries):
    for number in range(4):
        core.post(TESTS, of_a_culture("C-00000"), key=f"k{number}")
    waiting = list(inbox.waiting())
    with django_assert_num_queries(2):
        inbox.shown(waiting)
