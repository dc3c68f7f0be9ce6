"""STR profiles over REST: read, and searched with the alleles of a sample. Values are made up."""

import pytest

from cultures.quality.models import STRProfile
from cultures.quality.services.identity import set_reference_profile, withdraw_profile
from tests import lab
from tests.api.conftest import done, refused
from tests.api.test_quality import read
from tests.api.test_reading import queries

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
