"""QC tests, runs, and what is due, over REST: the same verbs as on the pages, with the same refusals."""

import csv
from typing import Any

import pytest

from cultures.passaging.models import Culture
from cultures.quality.models import QCTest, QuarantineMember
from cultures.quality.services import adopt_standard_policy
from lims.clock import now
from tests import lab
from tests.api.conftest import done, refused
from tests.api.test_bench_verbs import receipt
from tests.api.test_reading import queries
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

QC = "/api/v1/qc/"
TESTS, RUNS, DUE = f"{QC}tests/", f"{QC}runs/", f"{QC}due/"


def read(caller, path: str, query: dict | None = None) -> Any:
    answer = caller.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def light(culture: Culture, **changes: Any) -> dict[str, Any]:
    at = culture.seeded_at + DAY
    said = {"culture": culture.code, "method": qc.LUMINESCENCE, "kit": str(qc.kit()), "readings": {"a": 1000, "b": 500}}
    return said | {"at": at.isoformat(), "resulted_at": (at + HOUR).isoformat()} | changes


# --- tests ------------------------------------------------------------------------------------------------------------
def test_a_test_is_recorded_and_read_again(anna):
    culture = lab.growing()
    told = done(anna.post(TESTS, light(culture)))
    assert (told["culture"], told["verdict"], told["family"]) == (culture.code, "pass", "mycoplasma")
    assert (told["taken_by"], told["run_by"], told["source"], told["kit"]) == ("anna", "anna", "api", "MycoAlert v1")
    assert read(anna, f"{TESTS}{told['code'].lower()}/") == told


def test_a_reading_that_cannot_be_is_refused_at_its_name(anna):
    culture = lab.growing()
    with lab.nothing_written():
        answer = anna.post(TESTS, light(culture, readings={"a": 0, "b": 500}))
        assert refused(answer) == (400, "bad_readings")
        assert answer.json()["field"] == "a"
        assert refused(anna.post(TESTS, light(culture, readings={"a": -1, "b": 500})))[0] == 400
        assert refused(anna.post(TESTS, light(culture, method="tea leaves"))) == (400, "invalid")
        assert refused(anna.post(TESTS, light(culture, at="2026-01-01T09:00:00Z"))) == (409, "not_alive_then")
        assert refused(anna.post(TESTS, {"kit": "", **light(culture)} | {"kit": "MycoAlert v2"})) == (400, "invalid")


def test_samples_are_taken_of_several_cultures_and_get_their_results(anna, jonas):
    cultures = [lab.growing(), lab.growing("BT474")]
    said = {"cultures": [one.code for one in cultures], "method": qc.PCR, "at": (lab.FRIDAY + DAY).isoformat()}
    first, second = done(anna.post(f"{TESTS}take/", said))["tests"]
    assert (first["verdict"], second["culture"]) == ("pending", cultures[1].code)
    result = {"readings": {"target": "detected", "internal_control": "detected"}}
    told = done(jonas.post(f"{TESTS}{first['code']}/result/", result))
    assert (told["verdict"], told["taken_by"], told["run_by"]) == ("fail", "anna", "jonas")
    answer = anna.post(f"{TESTS}{first['code']}/result/", result)
    assert refused(answer) == (409, "result_known")
    assert "Jonas Thiel" in answer.json()["detail"]


@pytest.mark.parametrize("codes", [["C-00000"], [], ["twice", "twice"]])
def test_cultures_are_named_once_and_by_codes_that_are_known(anna, codes):
    culture = lab.growing()
    said = {"cultures": [culture.code if code == "twice" else code for code in codes], "method": qc.PCR}
    answer = anna.post(f"{TESTS}take/", said)
    assert refused(answer) == (400, "invalid")
    assert list(answer.json()["fields"]) == ["cultures"]


def test_a_correction_supersedes_and_both_stay_readable(anna):
    test = qc.positive(lab.growing())
    path = f"{TESTS}{test.code}/"
    told = done(anna.post(f"{path}correct/", {"changes": {"readings": {"b": 500}}, "reason": "a 9 for a 5"}))
    assert (told["verdict"], told["reason"]) == ("pass", "a 9 for a 5")
    now_pass, was_fail = read(anna, f"{path}history/")["versions"]
    assert (now_pass["verdict"], now_pass["is_standing"]) == ("pass", True)
    assert (was_fail["verdict"], was_fail["withdrawn_by"]) == ("fail", "anna")
    assert not QuarantineMember.objects.filter(until=None).exists()
    assert refused(anna.post(f"{path}correct/", {"changes": {}, "reason": "x"}))[0] == 409
    assert refused(anna.post(f"{path}correct/", {"changes": {"note": "y"}})) == (400, "invalid")


def test_a_test_entered_in_error_says_nothing_from_then_on(anna):
    test = qc.negative(lab.growing())
    told = done(anna.post(f"{TESTS}{test.code}/void/", {"reason": "the wrong tube"}))
    assert (told["verdict"], told["is_void"]) == ("invalid", True)
    assert refused(anna.post(f"{TESTS}{test.code}/void/", {"reason": "again"})) == (409, "sample_withdrawn")


def test_a_command_with_a_key_is_done_once(anna):
    culture = lab.growing()
    first, again = (anna.post(TESTS, light(culture), key="k") for _ in range(2))
    assert first.content == again.content
    assert QCTest.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["waits", "clean", "dirty", "sterile"]),
        ({"verdict": "fail"}, ["dirty"]),
        ({"verdict": "pending"}, ["waits"]),
        ({"method": "mycoplasma_pcr"}, ["waits"]),
        ({"family": "mycoplasma"}, ["waits", "clean", "dirty"]),
        ({"family": "sterility"}, ["sterile"]),
        ({"sampled_after": "2026-03-02T00:00:00Z"}, ["waits", "clean"]),
        ({"sampled_before": "2026-03-02T00:00:00Z"}, ["dirty", "sterile"]),
        ({"is_standing": "false"}, ["old"]),
        ({"is_standing": "true", "verdict": "fail"}, ["dirty"]),
    ],
)
def test_tests_are_filtered(counter, query, found):
    sk, bt = lab.growing(), lab.growing("BT474")
    made = {"sterile": qc.tested(bt, method="sterility", at=bt.seeded_at + DAY, readings=GROWTH, resulted_at=now())}
    made["dirty"] = qc.positive(bt, bt.seeded_at + 2 * DAY)
    made["old"] = qc.positive(sk, sk.seeded_at + 4 * DAY)
    made["clean"] = qc.corrected(made["old"], readings={"b": 500})
    made["waits"] = qc.sampled(sk, qc.PCR, sk.seeded_at + 5 * DAY)
    rows = read(counter, TESTS, query)["results"]
    expected = [(made[name].code, made[name].verdict) for name in found]
    assert [(row["code"], row["verdict"]) for row in rows] == expected
    assert {row["code"] for row in read(counter, TESTS, {"line": sk.line_id})["results"]} == {
        made["clean"].code,
        made["waits"].code,
    }
    assert len(read(counter, TESTS, {"culture": bt.code.lower()})["results"]) == 2


GROWTH = {"growth": "none", "days": 14}


@pytest.mark.parametrize(
    "query", ["verdict=clean", "method=tea", "family=tea", "sampled_after=x", "mthod=str", "run=x"]
)
def test_a_strange_filter_is_refused(counter, query):
    assert refused(counter.get(f"{TESTS}?{query}"))[0] == 400


def test_a_page_of_tests_costs_the_same_at_one_and_at_many(counter):
    culture = lab.growing()
    qc.negative(culture)
    few = queries(counter, TESTS)
    for hours in range(30):
        qc.tested(culture, at=culture.seeded_at + (25 + hours) * HOUR, kit_lot_id=qc.kit_lot().pk)
    assert queries(counter, TESTS) == few <= 5
    page = read(counter, TESTS, {"size": 20})
    rest = read(counter, page["next"].removeprefix("http://testserver"))
    assert len({row["code"] for row in page["results"] + rest["results"]}) == 31


# --- runs -------------------------------------------------------------------------------------------------------------
def a_run(*cultures: Culture, **changes: Any) -> dict[str, Any]:
    said = {"cultures": [one.code for one in cultures], "method": qc.LUMINESCENCE, "kit": str(qc.kit())}
    return said | {"at": (lab.FRIDAY + DAY).isoformat()} | changes


def readings_of(run: dict[str, Any]) -> dict[str, Any]:
    return {test["code"]: {"a": 1000, "b": 500} for test in run["tests"]}


def test_a_run_is_started_and_read_with_its_controls(anna):
    run = done(anna.post(RUNS, a_run(lab.growing(), lab.growing("BT474"))))
    assert (run["state"], run["samples"], run["kit"]) == ("open", 2, "MycoAlert v1")
    path = f"{RUNS}{run['id']}/"
    said = {"controls": qc.GOOD_CONTROLS, "readings": readings_of(run)}
    told = done(anna.post(f"{path}results/", said))
    assert (told["state"], [test["verdict"] for test in told["tests"]]) == ("valid", ["pass", "pass"])
    assert read(anna, path) == told
    assert refused(anna.post(f"{path}results/", said)) == (409, "run_closed")


def test_when_the_controls_fail_no_sample_of_the_run_counts_until_they_are_corrected(anna):
    run = done(anna.post(RUNS, a_run(lab.growing())))
    path = f"{RUNS}{run['id']}/"
    told = done(anna.post(f"{path}results/", {"controls": qc.BAD_CONTROLS, "readings": readings_of(run)}))
    assert (told["state"], told["tests"][0]["verdict"]) == ("invalid", "invalid")
    mended = done(anna.post(f"{path}correct/", {"controls": {"positive_b": 9000}, "reason": "a digit was lost"}))
    assert (mended["state"], mended["tests"][0]["verdict"]) == ("valid", "pass")


def test_a_run_without_all_its_readings_is_refused_and_names_the_sample(anna):
    run = done(anna.post(RUNS, a_run(lab.growing(), lab.growing("BT474"))))
    path, readings = f"{RUNS}{run['id']}/results/", readings_of(run)
    first, second = sorted(readings)
    with lab.nothing_written():
        answer = anna.post(path, {"controls": qc.GOOD_CONTROLS, "readings": {first: readings[first]}})
        assert refused(answer) == (409, "readings_missing")
        assert answer.json()["extra"]["missing"] == [second]
        answer = anna.post(path, {"controls": qc.GOOD_CONTROLS, "readings": readings | {second: {"a": 0, "b": 1}}})
        assert refused(answer) == (400, "bad_readings")
        assert answer.json()["field"] == f"{second}.a"


def test_an_abandoned_run_leaves_no_sample_waiting(anna):
    run = done(anna.post(RUNS, a_run(lab.growing())))
    told = done(anna.post(f"{RUNS}{run['id']}/abandon/", {"reason": "the plate was dropped"}))
    assert (told["state"], told["tests"][0]["is_void"]) == ("abandoned", True)
    assert refused(anna.post(f"{RUNS}999/abandon/", {"reason": "x"})) == (404, "not_found")


def test_runs_are_listed_newest_first_and_cost_the_same(counter):
    qc.run_of([lab.growing()])
    few = queries(counter, RUNS)
    runs = [qc.run_of([lab.growing(), lab.growing()], at=lab.FRIDAY + number * DAY) for number in (2, 3)]
    assert queries(counter, RUNS) == few <= 5
    rows = read(counter, RUNS, {"state": "open"})["results"]
    assert [row["id"] for row in rows[:2]] == [run.pk for run in runs[::-1]]
    assert rows[0]["samples"] == 2
    assert queries(counter, f"{RUNS}{runs[0].pk}/") <= 6


# --- what is due ------------------------------------------------------------------------------------------------------
@pytest.fixture
def policy(db: None) -> Any:
    return adopt_standard_policy(by=lab.manager())


def test_what_is_due_says_since_when_a_culture_is_clean_and_why_it_is_due(counter, policy):
    culture = lab.growing(passage=12)
    clean = qc.negative(culture)
    (row,) = read(counter, DUE, {"culture": culture.code, "family": "mycoplasma"})["results"]
    assert (row["clean"], row["clean_at_passage"], row["why"]) == (clean.code, 12, "growing")
    assert row["clean_as_of"] == "2026-02-28T09:00:00Z"
    assert row["due_at"] == "2026-03-30T09:00:00Z"
    assert (row["last_verdict"], row["keeper"]) == ("pass", "anna")


def test_the_earliest_is_first_and_pages_follow_one_another(counter, policy):
    for number in range(3):
        qc.negative(lab.growing(at=lab.FRIDAY - number * DAY))
    page = read(counter, DUE, {"size": 4})
    rest = read(counter, page["next"].removeprefix("http://testserver"))
    rows = page["results"] + rest["results"]
    assert [row["due_at"] for row in rows] == sorted(row["due_at"] for row in rows)
    assert len({(row["culture"], row["family"]) for row in rows}) == len(rows) == 6
    before = read(counter, DUE, {"due_before": rows[2]["due_at"]})["results"]
    assert [row["culture"] for row in before] == [row["culture"] for row in rows if row["due_at"] < rows[2]["due_at"]]


def test_ended_cultures_are_due_for_nothing_and_those_kept_apart_still_are(counter, policy):
    ended, held = lab.growing(), lab.growing("BT474")
    qc.positive(held)
    lab.discarded(ended)
    assert {row["culture"] for row in read(counter, DUE)["results"]} == {held.code}


def test_what_is_due_costs_the_same_at_one_culture_and_at_many(counter, policy):
    qc.negative(lab.growing())
    few = queries(counter, DUE)
    for number in range(6):
        qc.negative(lab.growing(("SKBR3", "BT474")[number % 2]))
    assert queries(counter, DUE) == few <= 4
    assert queries(counter, f"{QC}due.csv") <= 4


def test_the_table_of_what_is_due_has_the_same_rows_and_no_formula(counter, policy):
    culture = lab.growing("=cmd|'/c calc'!A1")
    answer = counter.get(f"{QC}due.csv", {"family": "mycoplasma"})
    (row,) = csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines())
    assert (row["Culture"], row["Line"]) == (culture.code, "'=cmd|'/c calc'!A1")
    assert (bool(row["Due"]), row["Clean as of"]) == (True, "")
    assert refused(counter.get(f"{QC}due.csv", {"famly": "str"}))[0] == 400


# --- rules and facts --------------------------------------------------------------------------------------------------
def test_the_policy_in_force_is_read_and_there_is_none_before_anyone_decided(counter):
    assert read(counter, f"{QC}policy/") == {
        "version": 0,
        "receives_into_quarantine": True,
        "rules": [],
        "reason": "",
        "at": None,
        "by": None,
    }
    adopt_standard_policy(by=lab.manager())
    told = read(counter, f"{QC}policy/")
    monthly = next(rule for rule in told["rules"] if (rule["family"], rule["phase"]) == ("mycoplasma", "growing"))
    assert (told["version"], monthly["every_days"], monthly["line"]) == (1, 30.0, None)
    assert read(counter, f"{QC}identity-policy/")["version"] == 0


def test_methods_tell_the_readings_they_take(counter):
    methods = {one["code"]: one for one in read(counter, f"{QC}methods/")["methods"]}
    pcr = methods["mycoplasma_pcr"]
    target = next(one for one in pcr["readings"] if one["name"] == "target")
    assert (pcr["family"], target["kind"], target["choices"]) == ("mycoplasma", "choice", ["detected", "not_detected"])
    assert [one["name"] for one in methods["mycoplasma_luminescence"]["controls"]][:1] == ["positive_a"]
    assert methods["str"]["readings"][0]["kind"] == "alleles by marker"


def test_kits_are_told_as_results_name_them(counter):
    qc.kit()
    assert read(counter, f"{QC}kits/")["results"][0]["name_and_version"] == "MycoAlert v1"


def test_a_culture_tells_how_it_stands(counter, policy):
    culture = lab.growing()
    clean, dirty = qc.negative(culture), qc.positive(culture, culture.seeded_at + 2 * DAY)
    told = read(counter, f"/api/v1/cultures/{culture.code}/")["qc"]
    assert (told["kept_apart"], told["quarantines"]) == ("quarantine", [dirty.quarantines.get().pk])
    mycoplasma = next(one for one in told["tests"] if one["family"] == "mycoplasma")
    assert (mycoplasma["clean"], mycoplasma["clean_at_passage"]) == (clean.code, 8)
    assert not told["is_cured"]
    (listed,) = read(counter, "/api/v1/cultures/")["results"]
    assert listed["qc"] == told


def test_received_cells_start_in_quarantine_unless_they_grew_here_before(anna, policy):
    told = done(anna.post("/api/v1/cultures/receive/", receipt()))
    assert told["qc"]["kept_apart"] == "quarantine"
    told = done(anna.post("/api/v1/cultures/receive/", receipt(is_taken_over=True)))
    assert told["qc"]["kept_apart"] == ""
    assert refused(anna.post("/api/v1/cultures/thaw/", receipt(is_taken_over=True))) == (400, "invalid")
