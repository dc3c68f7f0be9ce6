import csv
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultures.science.str_match import (
    DEFAULT,
    POLICIES,
    Algorithm,
    Comparison,
    Counts,
    Match,
    Mode,
    Policy,
    Verdict,
    match,
    score_of,
    verdict_of,
)
from cultures.science.str_profiles import AMELOGENIN, CORE_8, CORE_13, Profile
from cultures.science.str_search import Index
from tests.science.str_lab import BANKED, banked, profiles

POLICY = st.builds(
    replace,
    st.sampled_from(list(POLICIES.values())),
    algorithm=st.sampled_from(list(Algorithm)),
    mode=st.sampled_from(list(Mode)),
    with_amelogenin=st.booleans(),
    marker_set=st.sampled_from(["all", "13", "8"]),
    min_markers=st.sampled_from([0, 3, 8]),
)


def counts(found: Match) -> tuple[int, int, int, int]:
    return found.shared, found.query_alleles, found.reference_alleles, found.markers


# published


def clastr_cases(published: Path) -> list[dict]:
    return json.loads((published / "str" / "clastr_cases_1-5.json").read_text(encoding="utf-8"))


@pytest.mark.published
@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(("with_amelogenin", "expected"), [(True, "with_amel"), (False, "without_amel")])
def test_the_cases_of_clastr(published: Path, number: int, with_amelogenin: bool, expected: str):
    case = clastr_cases(published)[number]
    answer = case[expected]
    for algorithm, name in zip(Algorithm, ("tanabe", "mq", "mr"), strict=True):
        policy = replace(DEFAULT, algorithm=algorithm, with_amelogenin=with_amelogenin)
        found = match(Profile.of(case["query"]), Profile.of(case["reference"]), policy)
        assert counts(found) == tuple(answer[key] for key in ("hits", "nq", "nr", "nm"))
        assert found.score == pytest.approx(answer[name], abs=0.005)
        assert found.compared == 8


@pytest.mark.published
def test_the_scores_of_a_result_of_clastr(published: Path):
    with (published / "str" / "clastr_result_table_3.csv").open(encoding="utf-8", newline="") as file:
        head, query, *references = csv.reader(file)
    columns = [at for at, name in enumerate(head) if at > 3 and not name.startswith("#")]
    policy = replace(DEFAULT, algorithm=Algorithm.MASTERS_QUERY, mode=Mode.REFERENCE)

    def profile(row: list[str]) -> Profile:
        return Profile.of({head[at]: row[at] for at in columns})

    assert len(references) == 28
    for row in references:
        found = match(profile(query), profile(row), policy)
        assert f"{found.score:.2f}%" == row[3], row[0]


# modes, amelogenin, marker sets


def test_the_mode_says_which_markers_count():
    query, reference = Profile.of({"TH01": "6,9.3", "TPOX": "8,9"}), Profile.of({"TH01": "6", "vWA": "16,17,18"})
    found = {mode: counts(match(query, reference, replace(DEFAULT, mode=mode))) for mode in Mode}
    assert found == {Mode.NON_EMPTY: (1, 2, 1, 1), Mode.QUERY: (1, 4, 1, 2), Mode.REFERENCE: (1, 2, 4, 2)}


def test_amelogenin_is_scored_only_when_asked_and_never_counts_as_one_of_the_eight():
    eight = {marker: BANKED[marker] for marker in CORE_8[:7]} | {AMELOGENIN: "X"}
    for with_amelogenin, markers in ((False, 7), (True, 8)):
        found = match(Profile.of(eight), Profile.of(eight), replace(DEFAULT, with_amelogenin=with_amelogenin))
        assert (found.markers, found.compared, found.verdict) == (markers, 7, Verdict.INSUFFICIENT)


def test_a_lost_y_is_told_and_is_no_mismatch():
    found = match(banked(Amelogenin="X"), banked(Amelogenin="X,Y"))
    assert (found.score, found.verdict, found.lost) == (100.0, Verdict.RELATED, {AMELOGENIN: ["Y"]})


@pytest.mark.parametrize(("marker_set", "markers"), [("all", 14), ("13", 13), ("8", 8)])
def test_a_score_can_be_kept_to_a_set_of_markers(marker_set: str, markers: int):
    profile = banked(**{"Penta D": "9,13"})
    assert match(profile, profile, replace(DEFAULT, marker_set=marker_set)).markers == markers


def test_lost_and_gained_alleles_are_told_by_marker():
    found = match(banked(TH01="6", FGA="20,23,24"), banked())
    assert (found.lost, found.gained) == ({"TH01": ["9.3"]}, {"FGA": ["24"]})


def test_peaks_outside_the_ladder_and_unknown_markers_score_nothing():
    query, reference = banked(TH01="OL", marker1="11"), banked(TH01="OL", marker1="11")
    found = match(query, reference)
    assert (found.markers, found.shared, found.unknown) == (len(CORE_13) - 1, 21, ("marker1",))


def test_a_near_allele_is_another_allele():
    assert match(Profile.of({"TH01": "9.3"}), Profile.of({"TH01": "9"})).score == 0.0


# verdicts


def test_without_a_marker_in_common_there_is_no_score():
    for mode in Mode:
        found = match(Profile.of({"TH01": "6"}), Profile.of({"TPOX": "8"}), replace(DEFAULT, mode=mode))
        assert (found.score, found.worst, found.verdict) == (None, None, Verdict.INSUFFICIENT)
    assert match(Profile.of({}), Profile.of({})).score is None


@pytest.mark.parametrize(
    ("code", "shared", "verdict"),
    [
        ("default", 9, Verdict.RELATED), ("default", 6, Verdict.AMBIGUOUS),
        ("asn-2011", 8, Verdict.RELATED), ("clastr-tanabe", 8, Verdict.AMBIGUOUS), ("atcc", 9, Verdict.RELATED),
        ("clastr-masters", 6, Verdict.AMBIGUOUS), ("capes-davis-2013", 5, Verdict.AMBIGUOUS),
    ],
)  # fmt: skip
def test_a_score_on_the_limit_belongs_to_the_upper_band(code: str, shared: int, verdict: Verdict):
    policy = POLICIES[code]
    at, below = Counts(shared * 100, 1000, 1000, 13, 13), Counts(shared * 100 - 1, 1000, 1000, 13, 13)
    assert verdict_of(score_of(at, policy.algorithm), 13, policy) is verdict
    assert verdict_of(score_of(below, policy.algorithm), 13, policy) is not verdict


@given(st.integers(1, 200), st.integers(1, 200), st.data(), POLICY)
def test_no_score_is_rounded_across_a_limit(query: int, reference: int, data: st.DataObject, policy: Policy):
    shared = data.draw(st.integers(0, min(query, reference)))
    score = score_of(Counts(shared, query, reference, 8, 8), policy.algorithm)
    whole = {Algorithm.TANABE: (200 * shared, query + reference), Algorithm.MASTERS_QUERY: (100 * shared, query),
             Algorithm.MASTERS_REFERENCE: (100 * shared, reference)}  # fmt: skip
    above, below = whole[policy.algorithm]
    for limit in (policy.related_from, policy.unrelated_below):
        assert (score >= limit) == (above >= limit * below)


@pytest.mark.parametrize("code", POLICIES)
def test_a_policy_has_its_bands_in_order_and_a_source(code: str):
    policy = POLICIES[code]
    assert policy.code == code
    assert 0 < policy.unrelated_below < policy.related_from < 100
    assert policy.source


def test_sources_in_conflict_give_a_best_and_a_worst_score():
    rows = [(marker, cell.split(","), []) for marker, cell in BANKED.items() if marker != "TH01"]
    told = [("TH01", ["6", "9.3"], ["ATCC"]), ("TH01", ["7", "8"], ["JCRB"])]
    found = match(banked(), Profile.read([*rows, *told]))
    assert (found.score, found.worst) == (100.0, pytest.approx(200 * 21 / 46))
    assert (found.verdict, found.worst_verdict) == (Verdict.RELATED, Verdict.RELATED)


# properties


@settings(max_examples=40)
@given(profiles(), profiles())
def test_tanabe_is_the_same_both_ways(one: Profile, other: Profile):
    assert match(one, other).score == match(other, one).score


@settings(max_examples=40)
@given(profiles(), profiles(), POLICY)
def test_a_score_is_a_percentage(one: Profile, other: Profile, policy: Policy):
    found = match(one, other, policy)
    assert found.score is None or 0 <= found.worst <= found.score <= 100
    assert found.shared <= min(found.query_alleles, found.reference_alleles)


@settings(max_examples=40)
@given(profiles(), POLICY)
def test_a_profile_matches_itself(profile: Profile, policy: Policy):
    assert match(profile, profile, policy).score in (None, 100.0)


@settings(max_examples=60)
@given(profiles(), st.lists(profiles(), max_size=4), POLICY)
def test_a_search_finds_what_each_pair_gives(query: Profile, known: list[Profile], policy: Policy):
    hits = Index(dict(enumerate(known))).search(query, policy)
    for hit in hits:
        found = match(query, known[hit.key], policy)
        assert all(getattr(hit, one.name) == getattr(found, one.name) for one in fields(Comparison))
    order = [(-1.0 if hit.score is None else hit.score, hit.markers, -hit.key) for hit in hits]
    assert order == sorted(order, reverse=True)
    assert {hit.key for hit in hits} == set(range(len(known)))
