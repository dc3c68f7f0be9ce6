"""STR profiles over REST: read, set as a reference, and searched with the alleles of a sample. Values are made up."""

from typing import Any

import pytest

from cultures.quality.models import STRProfile
from cultures.quality.services import state_shared_donor
from cultures.quality.services.identity import set_reference_profile, withdraw_profile
from tests import lab
from tests.api.conftest import done, refused
from tests.api.test_quality import read
from tests.api.test_reading import queries
from tests.cultures.quality import qc

PROFILES = "/api/v1/str-profiles/"
ONE = {
    "TH01": "6,9.3",
    "TPOX": "8",
    "vWA": "16,17",
    "CSF1PO": "10,12",
    "D5S818": "11,12",
    "D13S317": "9,11",
    "D7S820": "8,10",
    "D16S539": "11,12",
}
OTHER = dict.fromkeys(ONE, "7") | {"TH01": "6,9.3"}


def reference(line: str, markers: dict[str, str]) -> STRProfile:
    return set_reference_profile(
        line_id=lab.line(line).pk, markers=markers, source="made up", is_demonstration=True, by=lab.manager()
    )


def test_a_profile_tells_its_alleles_with_their_sources_and_conflicts(counter):
    profile = reference("SKBR3", ONE)
    told = read(counter, f"{PROFILES}{profile.pk}/")
    assert (told["kind"], told["line"]["name"], told["is_demonstration"]) == ("reference", "SKBR3", True)
    assert told["markers"]["TH01"] == [{"alleles": ["6", "9.3"], "sources": []}]
    assert told["conflicts"] == []


def test_profiles_are_listed_by_name_filtered_and_cost_the_same(counter):
    profile = reference("SKBR3", ONE)
    few = queries(counter, PROFILES)
    for name in ("BT474", "HCC1954", "MCF7"):
        reference(name, OTHER)
    assert queries(counter, PROFILES) == few <= 4
    names = [row["name"] for row in read(counter, PROFILES)["results"]]
    assert names == ["BT474", "HCC1954", "MCF7", "SKBR3"]
    withdraw_profile(profile_id=profile.pk, reason="the wrong sheet", by=lab.manager())
    (gone,) = read(counter, PROFILES, {"is_standing": "false"})["results"]
    assert (gone["id"], gone["withdrawn_reason"]) == (profile.pk, "the wrong sheet")
    assert read(counter, PROFILES, {"line": profile.line_id, "is_standing": "true"})["results"] == []


def test_the_house_is_searched_and_the_most_alike_comes_first(counter):
    mine, other = reference("SKBR3", ONE), reference("BT474", OTHER)
    with lab.nothing_written():
        told = done(counter.post(f"{PROFILES}search/", {"markers": ONE | {"THO1": "6,9.30"} | {"TH01": ""}}), 200)
    best, worst = told["hits"]
    assert (best["profile"], best["score_pct"], best["verdict"]) == (mine.pk, 100.0, "related")
    assert (worst["profile"], worst["verdict"]) == (other.pk, "unrelated")
    assert told["searched"] == 2
    (only,) = done(counter.post(f"{PROFILES}search/", {"markers": ONE, "most": 1}), 200)["hits"]
    assert only == best


@pytest.mark.parametrize(
    "markers", [{}, {"TH01": "9.33"}, {"TH01": ""}, {"": "7"}, {"TH01": 9.3}, {"TH01": ["7"]}, ["TH01"]]
)
def test_what_is_no_profile_is_refused(counter, markers):
    answer = counter.post(f"{PROFILES}search/", {"markers": markers})
    assert refused(answer) == (400, "invalid")
    assert list(answer.json()["fields"]) == ["markers"]


# --- whose it should be -----------------------------------------------------------------------------------------------
def searched(caller: Any, markers: dict[str, str], **said: Any) -> dict[str, Any]:
    return done(caller.post(f"{PROFILES}search/", {"markers": markers} | said), 200)


def test_said_whose_it_should_be_its_reference_stands_apart_and_a_closer_stranger_is_an_alarm(counter):
    mine, other = reference("SKBR3", ONE), reference("BT474", ONE | {"TPOX": "9"})
    told = searched(counter, ONE | {"TPOX": "9"}, line="sk-br-3")
    (own,), (hit,) = told["own"], told["hits"]
    assert (own["profile"], own["verdict"], own["markers"]) == (mine.pk, "related", 8)
    assert (hit["profile"], hit["score_pct"], hit["is_same_donor"], told["alarm"]) == (other.pk, 100.0, False, other.pk)
    assert searched(counter, ONE, line="SKBR3")["alarm"] is None
    nobody = searched(counter, ONE)
    assert (nobody["own"], nobody["alarm"], len(nobody["hits"])) == ([], None, 2)


def test_lines_known_to_share_a_donor_are_never_called_unrelated_and_never_alarmed(counter):
    mine, other, drifted = reference("SKBR3", ONE), reference("BT474", OTHER), reference("MCF7", ONE | {"TPOX": "9"})
    for shared in (other, drifted):
        said = {"line_id": mine.line_id, "other_line_id": shared.line_id, "reason": "one patient"}
        state_shared_donor(**said, by=lab.manager())
    told = searched(counter, ONE | {"TPOX": "9"}, line="SKBR3")
    assert told["alarm"] is None
    assert [(hit["profile"], hit["verdict"], hit["is_same_donor"]) for hit in told["hits"]] == [
        (drifted.pk, "related", True),
        (other.pk, "ambiguous", True),
    ]
    other_way = searched(counter, OTHER, line="BT474")
    assert {hit["verdict"] for hit in other_way["hits"]} == {"ambiguous"}


def test_sublines_share_the_donor_of_their_parent_unasked(counter):
    parent = reference("SKBR3", ONE).line
    for name, markers in (("SKBR3-L", ONE), ("SKBR3-M", OTHER)):
        lab.line(name, parent=parent), reference(name, markers)
    told = searched(counter, ONE, line="SKBR3-L")
    assert [own["line"] for own in told["own"]] == ["SKBR3-L", "SKBR3"]
    (sister,) = told["hits"]
    assert (sister["line"], sister["verdict"], sister["is_same_donor"]) == ("SKBR3-M", "ambiguous", True)


def test_a_search_tells_the_names_of_today(counter):
    profile = reference("SKBR3", ONE)
    searched(counter, ONE)
    STRProfile.objects.filter(pk=profile.pk).update(name="renamed")
    assert searched(counter, ONE)["hits"][0]["name"] == "renamed"


def test_a_search_costs_the_same_in_a_small_and_in_a_large_house(counter, django_assert_max_num_queries):
    for name in ("SKBR3", "BT474", "HCC1954", "MCF7"):
        reference(name, ONE)
    searched(counter, ONE)
    with django_assert_max_num_queries(10):
        searched(counter, ONE, line="SKBR3")


def test_a_line_nobody_knows_is_refused(counter):
    answer = counter.post(f"{PROFILES}search/", {"markers": ONE, "line": "no such line"})
    assert (refused(answer), list(answer.json()["fields"])) == ((400, "invalid"), ["line"])


# --- a reference is set and withdrawn ---------------------------------------------------------------------------------
def a_reference(**changes: Any) -> dict[str, Any]:
    return {"line": "SKBR3", "markers": ONE, "came_from": "the supplier's sheet"} | changes


def test_a_reference_is_set_and_samples_are_compared_with_it(manager):
    lab.line("SKBR3")
    told = done(manager.post(PROFILES, a_reference(markers=ONE | {"AMEL": "X", "FGA": "ND"})))
    assert (told["kind"], told["line"]["name"], told["source"]) == ("reference", "SKBR3", "the supplier's sheet")
    assert (told["by"], told["is_demonstration"], "FGA" in told["markers"]) == (lab.manager().username, False, False)
    assert read(manager, f"{PROFILES}{told['id']}/") == told
    assert qc.profiled(lab.growing("SKBR3"), ONE).verdict == "pass"


def test_another_reference_takes_the_place_of_the_former_with_a_reason_only(manager):
    former = reference("SKBR3", ONE)
    with lab.nothing_written():
        assert refused(manager.post(PROFILES, a_reference())) == (409, "reference_known")
        answer = manager.post(PROFILES, a_reference(markers=OTHER))
        assert (refused(answer)[0], answer.json()["field"]) == (409, "reason")
    told = done(manager.post(PROFILES, a_reference(markers=OTHER, reason="the wrong sheet")))
    (gone,) = read(manager, PROFILES, {"is_standing": "false"})["results"]
    assert (gone["id"], gone["withdrawn_reason"]) == (former.pk, "the wrong sheet")
    assert [row["id"] for row in read(manager, PROFILES, {"is_standing": "true"})["results"]] == [told["id"]]


def test_a_reference_sent_again_under_its_key_is_one(manager):
    lab.line("SKBR3")
    first, again = (manager.post(PROFILES, a_reference(), key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert STRProfile.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"line": "no such line"},
        {"markers": {}},
        {"markers": {"TH01": "9.33"}},
        {"markers": {"TH01": ""}},
        {"markers": {"TH01": "6", "THO1": "7"}},
        {"markers": {"TH01": [{"alleles": ["6"], "sources": []}]}},
        {"came_from": ""},
        {"source": "x"},
        {"is_demonstration": True},
        {"kind": "library"},
    ],
)
def test_what_is_no_reference_is_refused(manager, changes):
    lab.line("SKBR3")
    with lab.nothing_written():
        assert refused(manager.post(PROFILES, a_reference(**changes))) == (400, "invalid")


def test_a_withdrawn_profile_is_compared_with_no_more_and_stays_readable(manager):
    profile = reference("SKBR3", ONE)
    path = f"{PROFILES}{profile.pk}/withdraw/"
    with lab.nothing_written():
        assert refused(manager.post(path, {"reason": " "})) == (400, "invalid")
        assert refused(manager.post(f"{PROFILES}999999/withdraw/", {"reason": "x"})) == (404, "not_found")
    told = done(manager.post(path, {"reason": "of another tube"}))
    assert (told["withdrawn_reason"], bool(told["withdrawn_at"])) == ("of another tube", True)
    assert read(manager, f"{PROFILES}{profile.pk}/") == told
    assert searched(manager, ONE)["hits"] == []
    assert refused(manager.post(path, {"reason": "x"})) == (409, "profile_gone")


def test_the_profile_of_a_sample_leaves_only_by_a_correction_of_its_test(manager):
    profile = qc.profile_of(qc.profiled(lab.growing("SKBR3"), ONE))
    answer = manager.post(f"{PROFILES}{profile.pk}/withdraw/", {"reason": "x"})
    assert refused(answer) == (409, "profile_of_a_test")


def test_references_are_for_leads(anna, counter):
    profile = reference("SKBR3", ONE)
    for caller in (anna, counter):
        assert refused(caller.post(PROFILES, a_reference(reason="x"))) == (403, "not_allowed")
        answer = caller.post(f"{PROFILES}{profile.pk}/withdraw/", {"reason": "x"})
        assert refused(answer) == (403, "not_allowed")
