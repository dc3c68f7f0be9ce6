"""An instrument posts a whole run with its controls: once, in its run, or in the inbox; never lost, never twice."""

from typing import Any

import pytest

from cultures.passaging.models import Culture
from cultures.quality.errors.samples import NoSuchSample, NotInRun
from cultures.quality.models import QCRun, QCTest, Quarantine
from lims.clock import now
from lims.instruments import inbox
from lims.instruments.models import Delivery
from lims.instruments.services import assign_delivery
from tests import lab
from tests.api.conftest import Caller, machine, refused
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

RUNS = "/api/v1/instruments/runs/"


@pytest.fixture
def reader(db: None) -> Caller:
    """The luminometer, which may post results."""
    return machine(("post_test", "read_bench"))


def a_run(*cultures: Culture) -> QCRun:
    return qc.run_of(cultures or [lab.growing(), lab.growing("BT474")])


def codes_of(run: QCRun) -> list[str]:
    return list(run.tests.filter(withdrawn_at=None).order_by("pk").values_list("code", flat=True))


def results(of: QCRun, **changes: Any) -> dict[str, Any]:
    readings = {code: {"a": 1000, "b": 500.5} for code in codes_of(of)}
    said = {"run": of.pk, "controls": qc.GOOD_CONTROLS, "readings": readings}
    return said | {"read_at": (of.started_at + HOUR).isoformat()} | changes


def waits(caller: Caller, said: dict[str, Any], key: str = "k") -> Delivery:
    answer = caller.post(RUNS, said, key=key)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.content
    return Delivery.objects.get(pk=answer.json()["delivery"])


# --- placed -----------------------------------------------------------------------------------------------------------
def test_a_posted_run_stands_as_if_it_had_been_typed(reader):
    run = a_run()
    answer = reader.post(RUNS, results(run), key="k")
    assert (answer.status_code, answer.json()["state"]) == (201, "saved"), answer.content
    told = answer.json()["run"]
    assert (told["state"], told["read_by"], told["samples"]) == ("valid", None, 2)
    assert [(one["verdict"], one["instrument"], one["source"]) for one in told["tests"]] == [
        ("pass", "Vi-CELL 1", "instrument")
    ] * 2
    assert reader.get(f"/api/v1/qc/runs/{run.pk}/").json() == told
    for test in QCTest.objects.standing().filter(run=run):
        assert (test.delivery, test.taken_by, test.kit) == (Delivery.objects.get(), lab.technician(), qc.kit())


def test_a_fail_in_a_posted_run_puts_the_cells_apart_like_any_other(reader):
    clean, dirty = lab.growing(), lab.growing("BT474")
    run = a_run(clean, dirty)
    said = results(run)
    said["readings"][run.tests.get(culture=dirty).code]["b"] = 9000
    assert {one["verdict"] for one in reader.post(RUNS, said, key="k").json()["run"]["tests"]} == {"pass", "fail"}
    assert Quarantine.objects.get().members.get().culture == dirty


def test_when_its_controls_fail_nothing_of_a_posted_run_counts(reader):
    told = reader.post(RUNS, results(a_run(), controls=qc.BAD_CONTROLS), key="k").json()["run"]
    assert (told["state"], {one["verdict"] for one in told["tests"]}) == ("invalid", {"invalid"})


def test_the_codes_of_samples_may_be_spelled_as_they_are_typed(reader):
    run = a_run()
    readings = {f" {code.lower()} ": light for code, light in results(run)["readings"].items()}
    assert reader.post(RUNS, results(run, readings=readings), key="k").status_code == 201


# --- sent twice -------------------------------------------------------------------------------------------------------
def test_a_retry_is_answered_letter_for_letter(reader):
    run = a_run()
    first, again = (reader.post(RUNS, results(run), key="k") for _ in range(2))
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (201, first.content, "true")


def test_the_same_results_under_another_key_are_those_there_are(reader):
    run = a_run()
    first, again = (reader.post(RUNS, results(run), key=key) for key in ("a", "b"))
    assert (again.status_code, again.json()) == (201, first.json())
    assert QCTest.objects.filter(run=run).count() == 4  # as they waited, and the results
    assert not inbox.waiting().exists()


def test_other_results_of_a_run_wait_for_a_person(reader):
    run = a_run()
    reader.post(RUNS, results(run), key="a")
    later, other = (run.started_at + 2 * HOUR).isoformat(), qc.GOOD_CONTROLS | {"positive_b": 9001}
    readings = {code: {"a": 1000, "b": 501} for code in codes_of(run)}
    for key, changes in enumerate(({"read_at": later}, {"controls": other}, {"readings": readings})):
        assert "was read on" in waits(reader, results(run, **changes), key=str(key)).waits_because
    assert {test.readings["b"] for test in QCTest.objects.standing().filter(run=run)} == {"500.5"}


# --- refused to the sender --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"controls": {"positive_a": 1000}}, "bad_readings"),
        ({"controls": qc.GOOD_CONTROLS | {"positive_a": 0}}, "bad_readings"),
        ({"controls": [1]}, "invalid"),
        ({"readings": {}}, "invalid"),
        ({"readings": [1]}, "invalid"),
        ({"read_at": "2026-03-05T14:03:00"}, "invalid"),
        ({"read_at": (now() + HOUR).isoformat()}, "invalid"),
        ({"run": "x"}, "invalid"),
        ({"run": 0}, "invalid"),
        ({"verdict": "pass"}, "invalid"),
        ({"kit": "MycoAlert v1"}, "invalid"),  # it is that of the run
    ],
)
def test_a_run_that_cannot_be_is_refused_and_leaves_nothing(reader, changes, code):
    run = a_run()
    with lab.nothing_written():
        assert refused(reader.post(RUNS, results(run, **changes), key="k")) == (400, code)


def test_an_impossible_reading_goes_back_and_names_its_sample(reader):
    run = a_run()
    said, (first, _) = results(run), codes_of(run)
    said["readings"][first] = {"a": 0, "b": 500}
    with lab.nothing_written():
        answer = reader.post(RUNS, said, key="k")
    assert (refused(answer), answer.json()["field"]) == ((400, "bad_readings"), f"{first}.a")


def test_a_key_without_the_scope_may_not_post_a_run_and_a_person_never(counter, anna):
    for caller in (counter, anna):
        assert refused(caller.post(RUNS, results(a_run()), key="k"))[0] == 403


def test_without_a_key_of_its_own_nothing_is_taken(reader):
    run = a_run()
    with lab.nothing_written():
        assert refused(reader.post(RUNS, results(run), key="")) == (400, "key_missing")


# --- the inbox --------------------------------------------------------------------------------------------------------
def test_results_of_an_unknown_run_wait_and_are_assigned_by_any_of_its_samples(reader):
    run = a_run()
    delivery = waits(reader, results(run, run=run.pk + 1000))
    (shown,) = inbox.shown([delivery])
    assert (shown.noun, shown.goes_to) == ("run", "run")
    assert [(one.code, one.why) for one in shown.proposals] == [(min(codes_of(run)), "2 of 2 samples are its own")]
    told = dict(shown.told)
    assert (told["Run"], "positive_b 9000" in told["Controls"]) == (str(run.pk + 1000), True)
    assert all(f"{code}: a 1000, b 500.5" in told["Samples"] for code in codes_of(run))
    taken = assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=codes_of(run)[1].lower())
    run.refresh_from_db()
    assert (run.state, run.read_by, taken.url) == ("valid", None, run.get_absolute_url())
    tests = QCTest.objects.standing().filter(run=run)
    assert {(test.instrument, test.delivery, test.verdict) for test in tests} == {(lab.counter(), delivery, "pass")}
    assert {(test.by, test.run_by) for test in tests} == {(lab.technician(), None)}  # who assigns it did not read it


def test_results_without_one_of_the_samples_wait_until_it_is_withdrawn(reader):
    run = a_run()
    said, (first, second) = results(run), codes_of(run)
    del said["readings"][second]
    delivery = waits(reader, said)
    assert f"There are no readings of {second}" in delivery.waits_because
    qc.voided(QCTest.objects.standing().get(code=second))
    assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=first)
    assert QCTest.objects.standing().get(code=first).verdict == "pass"


def test_results_with_a_strange_sample_wait_and_are_not_half_entered(reader):
    run = a_run()
    said = results(run)
    said["readings"]["Q-00000"] = {"a": 1000, "b": 500}
    delivery = waits(reader, said)
    assert "Q-00000 is no sample of run" in delivery.waits_because
    with pytest.raises(NotInRun):
        assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=codes_of(run)[0])
    assert Delivery.objects.get().state == Delivery.State.WAITING
    assert {test.verdict for test in QCTest.objects.standing().filter(run=run)} == {"pending"}


def test_results_that_were_read_before_the_samples_were_taken_wait(reader):
    run = a_run()
    waits(reader, results(run, read_at=(run.started_at - DAY).isoformat()))


def test_a_sample_that_is_in_no_run_does_not_take_a_run(reader):
    run, single = a_run(), qc.sampled(lab.growing("HCC1954"))
    delivery = waits(reader, results(run, run=run.pk + 1000))
    for code in (single.code, "Q-00000", lab.growing().code, ""):
        with pytest.raises(NoSuchSample):
            assign_delivery(by=lab.technician(), delivery_id=delivery.pk, code=code)


def test_a_read_run_is_proposed_to_nobody(reader):
    run = a_run()
    delivery = waits(reader, results(run, run=run.pk + 1000))
    qc.read(run)
    assert inbox.shown([delivery])[0].proposals == []


def test_the_inbox_costs_the_same_for_one_run_and_for_many(reader, django_assert_num_queries):
    for number in range(4):
        run = a_run(lab.growing())
        waits(reader, results(run, run=run.pk + 1000), key=f"k{number}")
    waiting = list(inbox.waiting())
    with django_assert_num_queries(1):
        assert len(inbox.shown(waiting)) == 4
