"""Cells that are kept apart, and how far a contamination reached, over REST."""

from datetime import datetime

import pytest

from cultures.passaging.models import Culture
from cultures.quality.models import ContaminationTrace, CureMark, PlannedTest, Quarantine
from tests import lab
from tests.api.conftest import done, refused, signed_in
from tests.api.test_quality import TESTS, read
from tests.api.test_reading import queries
from tests.cultures.quality import qc
from tests.lab import DAY

QUARANTINES, TRACES = "/api/v1/quarantines/", "/api/v1/traces/"


def failed(culture: Culture | None = None) -> Quarantine:
    return qc.positive(culture or lab.growing()).quarantines.get()


def after(culture: Culture, days: int) -> datetime:
    return culture.seeded_at + days * DAY


def a_release(*cultures: Culture) -> dict:
    return {"cultures": [one.code for one in cultures], "reason": "clean twice"}


# --- quarantine -------------------------------------------------------------------------------------------------------
def test_a_quarantine_tells_its_cause_what_releases_it_and_whom_it_holds(counter):
    culture = lab.growing()
    (daughter,) = lab.split(culture)
    quarantine = failed(culture)
    told = read(counter, f"{QUARANTINES}{quarantine.pk}/")
    assert (told["kind"], told["cause"], told["family"]) == ("quarantine", "test", "mycoplasma")
    assert (told["test"], told["trace"]) == (quarantine.test.code, None)
    assert (told["passes_needed"], told["days_between_passes"], told["needs_lead"]) == (2, 14, True)
    assert (told["held"], told["growing"], told["released"]) == (2, 1, 0)
    parent, child = read(counter, f"{QUARANTINES}{quarantine.pk}/members/")["results"]
    assert [(row["culture"], row["is_growing"]) for row in (parent, child)] == [
        (culture.code, False),
        (daughter.code, True),
    ]
    assert child["why"] == f"descends from {culture.code}"


def test_cultures_are_put_apart_by_a_person(anna):
    culture = lab.growing()
    said = {"cultures": [culture.code], "reason": "cloudy medium", "family": "sterility"}
    told = done(anna.post(QUARANTINES, said))
    assert (told["cause"], told["family"], told["held"], told["by"]) == ("person", "sterility", 1, "anna")
    assert refused(anna.post(QUARANTINES, said | {"family": "tea"})) == (400, "invalid")
    assert refused(anna.post(QUARANTINES, said | {"reason": ""})) == (400, "invalid")


def test_members_tell_the_samples_their_release_can_rest_on_and_a_lead_lets_them_out(anna, manager):
    culture = lab.growing()
    quarantine = failed(culture)
    path = f"{QUARANTINES}{quarantine.pk}/"
    first = qc.negative(culture, after(culture, 10))
    (row,) = read(manager, f"{path}members/")["results"]
    assert [(one["code"], one["verdict"]) for one in row["samples_since"]] == [(first.code, "pass")]
    assert refused(anna.post(f"{path}release/", a_release(culture))) == (403, "not_allowed")
    answer = manager.post(f"{path}release/", a_release(culture))
    assert refused(answer) == (409, "not_clean_yet")
    assert answer.json()["extra"] == {"needed": 2, "found": [first.code]}
    second = qc.negative(culture, after(culture, 24))
    told = done(manager.post(f"{path}release/", a_release(culture)), 200)
    assert told["released"][0]["released_on"] == [first.code, second.code]
    (row,) = read(manager, f"{path}members/")["results"]
    assert (row["released_by"], row["release_reason"]) == ("lena", "clean twice")
    assert refused(manager.post(f"{path}release/", a_release(culture))) == (409, "not_in_that_quarantine")


def test_a_treated_culture_that_was_tested_clean_is_marked_for_ever(anna, manager):
    culture = lab.growing()
    test = qc.unsterile(culture)
    path = f"{QUARANTINES}{test.quarantines.get().pk}/release/"
    assert refused(manager.post(path, a_release(culture))) == (409, "nothing_releases_it")
    said = {"culture": culture.code, "agent": "Normocin 100 µg/mL", "days": 14, "at": after(culture, 3).isoformat()}
    assert done(anna.post(f"{QUARANTINES}treat/", said))["quarantine"] == test.quarantines.get().pk
    readings = {"growth": "none", "days": 14}
    qc.tested(culture, method="sterility", at=after(culture, 20), readings=readings, resulted_at=after(culture, 34))
    done(manager.post(path, a_release(culture)), 200)
    assert CureMark.objects.get().culture == culture
    assert read(anna, f"/api/v1/cultures/{culture.code}/")["qc"]["is_cured"]


def test_what_is_not_in_quarantine_is_not_treated(anna):
    said = {"culture": lab.growing().code, "agent": "Plasmocin 25 µg/mL"}
    with lab.nothing_written():
        assert refused(anna.post(f"{QUARANTINES}treat/", said)) == (409, "not_in_quarantine")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"fail", "hold", "person"}),
        ({"kind": "hold"}, {"hold"}),
        ({"cause": "test"}, {"fail", "hold"}),
        ({"family": "str"}, set()),
        ({"is_open": "true"}, {"fail", "person"}),
        ({"is_open": "false"}, {"hold"}),
    ],
)
def test_quarantines_are_filtered(anna, query, found):
    culture, other = lab.growing(), lab.growing("BT474")
    made = {"fail": failed(culture).pk, "hold": qc.borderline(other).quarantines.get().pk}
    qc.negative(other, after(other, 2))  # the retest ends the hold
    made["person"] = done(anna.post(QUARANTINES, {"cultures": [other.code], "reason": "smell"}))["id"]
    assert {row["id"] for row in read(anna, QUARANTINES, query)["results"]} == {made[name] for name in found}
    mine = read(anna, QUARANTINES, {"culture": culture.code.lower()})["results"]
    assert [row["id"] for row in mine] == [made["fail"]]


def test_a_page_of_quarantines_and_of_members_costs_the_same_at_one_and_at_many(counter):
    quarantine = failed()
    members = f"{QUARANTINES}{quarantine.pk}/members/"
    few, few_members = queries(counter, QUARANTINES), queries(counter, members)
    for _ in range(4):
        culture = lab.growing()
        lab.split(culture, into=["T75", "T25"])
        many = failed(culture)
        qc.negative(culture, after(culture, 3))
    assert queries(counter, QUARANTINES) == few <= 4
    assert queries(counter, f"{QUARANTINES}{many.pk}/members/") == few_members <= 6


# --- traces -----------------------------------------------------------------------------------------------------------
def contaminated() -> tuple[Culture, list[Culture], str]:
    """A flask, its two daughters, and the code of the sample in which one of them was positive."""
    parent = lab.growing()
    daughters = lab.split(parent, into=["T75", "T25"])
    return parent, daughters, qc.positive(daughters[0]).code


def test_a_trace_tells_whom_a_contamination_reached_and_why_and_changes_nothing(counter):
    parent, (tested, sister), code = contaminated()
    with lab.nothing_written():
        told = read(counter, f"{TESTS}{code}/trace/")
    tiers = {row["culture"]: row["tier"] for row in told["cultures"]}
    assert (tiers[tested.code], tiers[parent.code], tiers[sister.code]) == (1, 3, 3)
    assert all(row["reasons"] for row in told["cultures"])
    assert (told["culture"], told["window_from"]) == (tested.code, None)
    assert told["ends"][0] == {"culture": parent.code, "clean": None, "came_in_at": "2026-02-27T09:00:00Z"}


def test_of_a_clean_sample_there_is_nothing_to_trace(counter):
    test = qc.negative(lab.growing())
    assert refused(counter.get(f"{TESTS}{test.code}/trace/")) == (409, "nothing_to_trace")
    assert refused(counter.get(f"{TESTS}Q-00000/trace/")) == (404, "not_found")


def test_acting_on_a_trace_puts_apart_plans_tests_and_keeps_what_was_known(anna):
    _, (_, sister), code = contaminated()
    said = {"quarantine": [sister.code], "test": [sister.code], "reason": "the same cells"}
    told = done(anna.post(f"{TESTS}{code}/trace/", said))
    assert (told["test"], told["put_apart"], told["tests_planned"], told["by"]) == (code, 1, 1, "anna")
    assert PlannedTest.objects.get().culture == sister
    assert read(anna, f"{TRACES}{told['id']}/") == told
    rows = read(anna, f"{TRACES}{told['id']}/members/")["results"]
    assert [row["tier"] for row in rows] == sorted(row["tier"] for row in rows)
    assert next(row for row in rows if row["culture"] == sister.code)["is_quarantined"]
    assert [row["id"] for row in read(anna, TRACES, {"test": code})["results"]] == [told["id"]]
    again = done(anna.post(f"{TESTS}{code}/trace/", said))
    assert again["id"] == told["id"]
    assert ContaminationTrace.objects.count() == 1


def test_whom_the_trace_does_not_reach_is_not_put_apart_by_it(anna):
    *_, code = contaminated()
    stranger = lab.growing("HCC1954", at=lab.FRIDAY - 20 * DAY)
    lab.discarded(stranger)  # before the others came in
    with lab.nothing_written():
        answer = anna.post(f"{TESTS}{code}/trace/", {"quarantine": [stranger.code]})
    assert refused(answer) == (409, "not_reached"), answer.content


def test_a_viewer_reads_traces_and_acts_on_none(db):
    *_, code = contaminated()
    viewer = signed_in("VW")
    assert viewer.get(f"{TESTS}{code}/trace/").status_code == 200
    assert refused(viewer.post(f"{TESTS}{code}/trace/", {})) == (403, "not_allowed")


def test_traces_cost_the_same_at_one_and_at_many(anna):
    *_, code = contaminated()
    trace = done(anna.post(f"{TESTS}{code}/trace/", {}))
    few = queries(anna, TRACES), queries(anna, f"{TRACES}{trace['id']}/members/")
    for _ in range(3):
        _, (_, sister), code = contaminated()
        many = done(anna.post(f"{TESTS}{code}/trace/", {"test": [sister.code]}))
    assert (queries(anna, TRACES), queries(anna, f"{TRACES}{many['id']}/members/")) == few
    assert max(few) <= 6
