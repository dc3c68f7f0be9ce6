import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultures.science.str_profiles import (
    CORE_8,
    CORE_13,
    MARKERS,
    MOST_VERSIONS,
    NotAMarker,
    NotAnAllele,
    NotAProfile,
    Profile,
    allele_name,
    marker_name,
)
from tests.science.str_lab import profiles, told


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Amel", "Amelogenin"),
        ("AM", "Amelogenin"),
        ("AMELOGENIN", "Amelogenin"),
        ("tho1", "TH01"),
        ("VWA", "vWA"),
        ("CSF1P0", "CSF1PO"),
        ("PentaD", "Penta D"),
        ("Penta_E", "Penta E"),
        ("penta d", "Penta D"),
        ("d 16 s539", "D16S539"),
        ("  Mouse   STR 4-2 ", "Mouse STR 4-2"),
    ],
)
def test_a_marker_has_one_name_however_it_is_written(written: str, name: str):
    assert marker_name(written) == name


def test_the_core_loci_are_eight_of_2011_and_thirteen_of_2022():
    assert (len(CORE_8), len(CORE_13), len(set(CORE_13))) == (8, 13, 13)
    assert set(CORE_8) < set(CORE_13) < set(MARKERS)


@pytest.mark.parametrize("written", ["", "   ", "TH\x0001", "x" * 41, "TH01\u202e"])
def test_a_marker_needs_a_name_that_can_be_shown(written: str):
    with pytest.raises(NotAMarker):
        marker_name(written)


@pytest.mark.parametrize(
    ("written", "allele"),
    [("10.0", "10"), ("10", "10"), ("9.30", "9.3"), (" 9.3 ", "9.3"), ("08", "8"), ("103", "103"), ("ol", "OL"),
     ("<8", "<8"), (">20", ">20"), ("?", "?")],
)  # fmt: skip
def test_an_allele_is_canonical_text(written: str, allele: str):
    assert allele_name(written, "TH01") == allele


@pytest.mark.parametrize(
    "written", ["9.33", "9.333", "9.", ".3", "0", "-9", "9e1", "NaN", "inf", "1000", "9,3", "X", "nine", "٩", "=1+1"]
)
def test_what_is_no_allele_is_refused_with_its_marker(written: str):
    with pytest.raises(NotAnAllele, match="at TH01") as refused:
        allele_name(written, "TH01")
    assert (refused.value.marker, refused.value.allele) == ("TH01", written)


def test_amelogenin_is_x_and_y():
    assert told(Profile.of({"AM": "x, y"})) == told(Profile.of({"Amel": "XY"})) == {"Amelogenin": ["X,Y"]}
    with pytest.raises(NotAnAllele, match="neither X nor Y"):
        Profile.of({"Amel": "11"})


def test_a_homozygote_has_one_allele():
    assert Profile.of({"TPOX": "12,12"}) == Profile.of({"TPOX": "12"})


def test_nothing_found_is_no_data():
    assert Profile.of({"TPOX": "ND", "TH01": "", "vWA": "-", "FGA": "n/a"}) == Profile.of({})


def test_peaks_outside_the_ladder_are_kept_and_are_no_alleles():
    profile = Profile.of({"FGA": "OL,21,< 16", "TH01": "?"})
    assert told(profile) == {"FGA": ["21,<16,OL"], "TH01": ["?"]}
    assert profile.versions == ({"FGA": frozenset({"21"})},)
    assert profile.off_ladder == {"FGA": ["<16", "OL"], "TH01": ["?"]}


def test_an_unknown_marker_is_kept_named_and_not_scored():
    profile = Profile.of({"D5S188": "11,12", "TH01": "6"})
    assert profile.unknown == ("D5S188",)
    assert profile.versions == ({"TH01": frozenset({"6"})},)


def test_three_alleles_at_more_than_three_markers_may_be_a_mixture():
    three = dict.fromkeys(CORE_8[:3], "10,11,12")
    assert not Profile.of(three).may_be_mixture
    assert Profile.of(three | {"TH01": "6,7,8,9.3"}).may_be_mixture


# rows and sources that do not agree


def test_rows_that_agree_are_one_and_rows_that_do_not_are_a_conflict():
    agreeing = Profile.read([("TH01", ["6", "9.3"], ["ATCC"]), ("THO1", ["9.3", "6.0"], ["DSMZ"])])
    assert agreeing.conflicts == ()
    assert agreeing.calls["TH01"][0].sources == ("ATCC", "DSMZ")
    assert Profile.read([("TH01", ["6"], []), ("TH01", ["6", "9.3"], [])]).conflicts == ("TH01",)


def test_sources_that_all_speak_at_every_conflict_give_a_version_each():
    profile = Profile.read(
        [
            ("TH01", ["6"], ["ATCC", "DSMZ"]),
            ("TH01", ["7"], ["JCRB"]),
            ("TPOX", ["8"], ["ATCC"]),
            ("TPOX", ["9"], ["DSMZ", "JCRB"]),
            ("vWA", ["16"], []),
        ]
    )
    versions = {(*version["TH01"], *version["TPOX"], *version["vWA"]) for version in profile.versions}
    assert versions == {("6", "8", "16"), ("6", "9", "16"), ("7", "9", "16")}


def test_sources_silent_somewhere_leave_every_combination_open():
    profile = Profile.read([("TH01", ["6"], ["ATCC"]), ("TH01", ["7"], ["JCRB"]), ("TPOX", ["8"], ["ATCC"]),
                            ("TPOX", ["9"], [])])  # fmt: skip
    assert len(profile.versions) == 4
    assert not profile.is_cut


def test_no_more_versions_are_compared_than_can_be():
    rows = [(marker, [str(allele)], []) for marker in CORE_8 for allele in (8, 9)]
    profile = Profile.read(rows)
    assert len(profile.versions) == MOST_VERSIONS
    assert profile.is_cut


# stored


@settings(max_examples=50)
@given(profiles())
def test_a_profile_comes_back_from_json_as_it_was(profile: Profile):
    assert Profile.from_json(json.loads(json.dumps(profile.to_json()))) == profile


@settings(max_examples=50)
@given(profiles())
def test_rows_in_any_order_are_the_same_profile(profile: Profile):
    rows = [(marker, [*call.alleles, *call.off_ladder], call.sources) for marker, calls in profile.calls.items()
            for call in calls]  # fmt: skip
    assert Profile.read(reversed(rows)) == profile


@pytest.mark.parametrize(
    "stored",
    [None, [], "TH01", {"TH01": "6"}, {"TH01": [["6"]]}, {"TH01": [{"alleles": "6"}]}, {"TH01": [{"alleles": [6]}]},
     {"TH01": [{"alleles": [float("nan")]}]}, {"TH01": [{}]}, {"TH01": [{"alleles": ["6"], "sources": None}]},
     {6: [{"alleles": ["6"]}]}],
)  # fmt: skip
def test_what_is_no_stored_profile_is_refused(stored: object):
    with pytest.raises(NotAProfile):
        Profile.from_json(stored)


@given(st.text())
def test_any_text_is_an_allele_or_refused(written: str):
    try:
        name = allele_name(written, "TH01")
    except NotAnAllele:
        return
    assert allele_name(name, "TH01") == name
