"""Builders of STR profiles."""

from hypothesis import strategies as st

from cultures.science.str_profiles import AMELOGENIN, CORE_13, Profile

BANKED = dict(zip(CORE_13, ["11,12", "9", "8,10", "11,13", "16,18", "6,9.3", "8", "10,12", "13", "15,17", "12,16",
                            "29,31.2", "20,23"], strict=True))  # fmt: skip


def banked(**changed: str) -> Profile:
    """A profile of 13 markers and 23 alleles."""
    return Profile.of(BANKED | changed)


def told(profile: Profile) -> dict[str, list[str]]:
    return {marker: [str(call) for call in calls] for marker, calls in profile.calls.items()}


def profiles() -> st.SearchStrategy[Profile]:
    """Few markers and alleles, so that much is shared; with conflicts, peaks outside the ladder, unknown markers."""
    alleles = st.lists(st.sampled_from(["8", "9", "9.3", "10", "11", "OL"]), max_size=3)
    sources = st.lists(st.sampled_from(["ATCC", "DSMZ", "JCRB"]), max_size=2)
    row = st.tuples(st.sampled_from([*CORE_13[:10], "marker1"]), alleles, sources)
    sex = st.sampled_from([(AMELOGENIN, ["X"], []), (AMELOGENIN, ["X", "Y"], ["ATCC"])])
    return st.lists(st.one_of(row, row, row, sex), max_size=14).map(Profile.read)
