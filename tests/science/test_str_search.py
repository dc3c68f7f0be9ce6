from random import Random
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from cultures.science.str_match import Verdict
from cultures.science.str_profiles import CORE_13, Profile
from cultures.science.str_search import Index
from tests.science.str_lab import banked, profiles


def test_the_own_parent_comes_before_strangers():
    stranger = banked(**dict.fromkeys(CORE_13[:8], "14"))
    hits = Index({"parent": banked(), "stranger": stranger}).search(banked(TH01="6"))
    assert [(hit.key, hit.verdict) for hit in hits] == [
        ("parent", Verdict.RELATED),
        ("stranger", Verdict.UNRELATED),
    ]


def test_of_equal_scores_the_one_of_more_markers_comes_first():
    index = Index({"few": Profile.of({"TH01": "6"}), "many": Profile.of({"TH01": "6", "TPOX": "8"})})
    assert [hit.key for hit in index.search(banked(TH01="6"))] == ["many", "few"]


def test_an_allele_nobody_has_counts_for_the_query():
    [hit] = Index({"one": Profile.of({"TH01": "6"})}).search(Profile.of({"TH01": "6,13.3"}))
    assert (hit.shared, hit.query_alleles, hit.reference_alleles) == (1, 2, 1)


def test_nothing_is_found_among_nothing():
    assert Index({}).search(banked()) == []


def test_ten_thousand_profiles_are_searched_in_well_under_a_second():
    chance = Random(1)
    some = [
        Profile.of({marker: f"{chance.randint(6, 20)},{chance.randint(6, 20)}" for marker in CORE_13})
        for _ in range(100)
    ]
    index = Index({key: some[key % 100] for key in range(10_000)})
    took = []
    for _ in range(3):  # the least of three: a collection of garbage is not the search
        started = process_time()
        assert len(index.search(banked())) == 10_000
        took.append(process_time() - started)
    assert min(took) < 0.8


@given(st.lists(profiles(), max_size=5), st.lists(profiles(), max_size=5), st.sets(st.integers(0, 4)), profiles())
def test_an_index_with_changes_answers_like_one_made_anew(first, more, removed, query):
    before, added = dict(enumerate(first)), dict(enumerate(more, start=10))
    index = Index(before)
    told = index.search(query)
    changed = index.changed(added, removed)
    assert changed.search(query) == Index({k: p for k, p in before.items() if k not in removed} | added).search(query)
    assert index.search(query) == told
