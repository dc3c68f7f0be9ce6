"""Whose cells a sample is of: judged against its own kind and the whole house, and what follows for the cultures."""

from collections.abc import Mapping
from typing import Any

import pytest

from cultures.passaging.errors import NotThere
from cultures.passaging.models import Culture
from cultures.quality.donors import known_donors, line
from cultures.quality.errors.identity import (
    DonorGone,
    DonorKnown,
    DonorOfItself,
    ImportEmpty,
    ImportKnown,
    NoAlleles,
    NotAProfileOfAlleles,
    OneLineTwice,
    ProfileGone,
    ProfileOfATest,
    ReferenceKnown,
)
from cultures.quality.errors.policies import PolicyChangedMeanwhile, PolicyUnchanged, RuleIncomplete
from cultures.quality.errors.samples import BadReadings
from cultures.quality.house import house
from cultures.quality.identity import Whose, identify
from cultures.quality.models import IdentityPolicy, QCTest, Quarantine, SharedDonor, STRProfile
from cultures.quality.services import (
    change_identity_policy,
    import_profiles,
    set_reference_profile,
    state_shared_donor,
    withdraw_profile,
    withdraw_shared_donor,
)
from cultures.quality.standing import held
from cultures.quality.str_files import NamedProfile
from cultures.science.str_profiles import Profile
from lims.tabular.text import BadText
from tests import lab
from tests.cultures.quality import qc
from tests.cultures.quality.qc import str_profile, stranger
from tests.lab import DAY

pytestmark = pytest.mark.django_db

# 23 alleles, and each of these is a whole other profile of 13 markers
ALIKE = str_profile(FGA="20")  # 22 of 23: 97.8 %
DRIFTED = str_profile(FGA="20", D21S11="29", D18S51="12", D3S1358="15", D8S1179="14", TPOX="9")  # 17 of 23
SHARED_8 = list(str_profile())[:8]


def kept(culture: Culture) -> set[str]:
    return {row.quarantine.kind for row in held([culture.pk]).get(culture.pk, [])}


def subline(name: str, of: str = "SKBR3"):
    return lab.line(name, parent=lab.line(of))


def policy(**changed: Any) -> IdentityPolicy:
    now = IdentityPolicy.current()
    said = {name: getattr(now, name) for name in ("code", "mode", "marker_set", "with_amelogenin")}
    options = {"reason": "as the test needs it", "based_on": now.version, "by": lab.manager()}
    return change_identity_policy(**said | options | changed)


def donors_known(one: str, other: str) -> bool:
    _, profiles, donors = house()
    assert donors.parents == known_donors(profiles.values()).parents
    return donors.are_one(line(lab.line(one).pk), line(lab.line(other).pk))


def named(name: str, markers: Mapping[str, str] | None = None, **facts: Any) -> NamedProfile:
    return NamedProfile(name, Profile.of(markers or str_profile()), **facts)


def imported(*found: NamedProfile, lines: Mapping[int, int] | None = None, **options: Any) -> list[STRProfile]:
    return import_profiles(found=found, lines=lines or {}, **{"source": "eurofins.csv", "by": lab.manager(), **options})


# --- the verdict ------------------------------------------------------------------------------------------------------


def test_a_sample_like_its_reference_passes_and_says_with_what_it_was_compared():
    qc.reference("SKBR3")
    test = qc.profiled(lab.growing("SKBR3"), ALIKE)
    assert (test.verdict, test.findings["identity"]) == ("pass", "related")
    assert test.sentence == "97.8 % to the reference of SKBR3: related (Tanabe 90/60)."
    assert (test.findings["lost"], test.findings["gained"]) == ({"FGA": ["23"]}, {})


def test_an_ambiguous_sample_holds_the_culture_until_the_retest():
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3")
    test = qc.profiled(flask, DRIFTED)
    assert (test.verdict, test.findings["identity"], kept(flask)) == ("inconclusive", "ambiguous", {"hold"})
    qc.profiled(flask, at=test.at + DAY)
    assert kept(flask) == set()


def test_an_unrelated_sample_puts_the_culture_and_its_descendants_into_quarantine():
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3")
    daughters = lab.split(flask, into=("T75", "T25"))
    test = qc.profiled(flask, stranger())
    assert test.verdict == "fail"
    assert all(kept(culture) == {"quarantine"} for culture in (flask, *daughters))
    assert Quarantine.objects.get().passes_needed == 1


def test_fewer_than_eight_markers_in_common_are_flagged_and_stop_nothing():
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3")
    test = qc.profiled(flask, {marker: str_profile()[marker] for marker in SHARED_8[:7]})
    assert (test.verdict, test.findings["effect"], kept(flask)) == ("inconclusive", "flag", set())
    assert test.sentence.startswith("Only 7 markers in common with the reference of SKBR3: too few to tell, 8")


def test_without_anything_to_compare_with_a_sample_is_flagged_and_says_what_to_do():
    test = qc.profiled(lab.growing("SKBR3"))
    assert (test.verdict, test.findings["effect"]) == ("inconclusive", "flag")
    assert test.sentence == "There is no profile of SKBR3 to compare with. Enter or import its reference."


@pytest.mark.parametrize(("shared", "verdict"), [(9, "pass"), (8, "inconclusive"), (6, "inconclusive"), (5, "fail")])
def test_a_score_at_a_limit_belongs_to_the_better_band(shared, verdict):
    """Of ten alleles on each side: 90, 80, 60 and 50 %."""
    qc.reference("SKBR3", dict.fromkeys(SHARED_8, "8") | {"D5S818": "8,9,10"})
    said = dict.fromkeys(SHARED_8, "8") | {"D5S818": "8,9,11" if shared == 9 else "8,12,11"}
    said |= dict.fromkeys(SHARED_8[1 : 9 - shared], "7")
    test = qc.profiled(lab.growing("SKBR3"), said)
    assert (test.findings["score"], test.verdict) == (10 * shared, verdict)


def test_a_mixture_is_pointed_out():
    qc.reference("SKBR3")
    crowded = str_profile(**dict.fromkeys(SHARED_8[:4], "8,9,10,11,12"))
    assert "It may be a mixture" in qc.profiled(lab.growing("SKBR3"), crowded).sentence


# --- the alarm --------------------------------------------------------------------------------------------------------


def test_closer_to_another_donor_than_to_its_own_reference_is_an_alarm_and_a_hold():
    qc.reference("SKBR3")
    qc.reference("BT474", ALIKE)
    flask = lab.growing("SKBR3")
    test = qc.profiled(flask, ALIKE)
    assert (test.verdict, test.findings["alarm"], kept(flask)) == ("inconclusive", "the reference of BT474", {"hold"})
    assert "Closer to the reference of BT474, of another donor: 100.0 %." in test.sentence


def test_without_a_reference_a_related_stranger_is_an_alarm():
    qc.reference("BT474")
    flask = lab.growing("SKBR3")
    test = qc.profiled(flask)
    assert (test.verdict, test.findings["effect"], kept(flask)) == ("inconclusive", "hold", {"hold"})
    assert qc.profiled(lab.growing("HCC1954"), DRIFTED).findings["alarm"] == ""  # ambiguous: nobody's


def test_cells_that_are_as_close_to_both_are_no_alarm():
    qc.reference("SKBR3")
    qc.reference("BT474")
    assert qc.profiled(lab.growing("SKBR3")).verdict == "pass"


def test_lines_known_to_share_a_donor_are_never_unrelated_and_never_alarmed():
    qc.reference("SKBR3")
    qc.reference("BT474", ALIKE)
    qc.reference("HCC1954", stranger())
    for other in ("BT474", "HCC1954"):
        state_shared_donor(
            line_id=lab.line("SKBR3").pk, other_line_id=lab.line(other).pk, reason="one patient", by=lab.technician()
        )
    test = qc.profiled(lab.growing("SKBR3"), ALIKE)
    assert (test.verdict, test.findings["alarm"]) == ("pass", "")
    by_name = {one["name"]: one for one in test.findings["nearest"]}
    assert by_name["the reference of BT474"]["same_donor"]
    found = identify(Profile.of(str_profile(TH01="7,14.2")), Whose(lab.line("SKBR3").pk))
    assert {one.name: one.verdict for one in found.neighbours}["the reference of HCC1954"] == "ambiguous"


def test_relatives_that_cellosaurus_names_share_a_donor():
    mine = lab.line("SKBR3", rrid="CVCL_0033")
    qc.reference("SKBR3")
    imported(named("SK-BR-3/TR", ALIKE, accession="CVCL_AB12", same_individual=("CVCL_0033",)))
    assert qc.profiled(lab.growing("SKBR3"), ALIKE).verdict == "pass"
    assert mine.str_profiles.filter(kind="sample").count() == 1


def test_a_fusion_of_two_donors_does_not_make_them_one():
    lab.line("SKBR3", rrid="CVCL_0033")
    lab.line("BT474", rrid="CVCL_0179")
    imported(named("hybrid", accession="CVCL_AB12", parents=("CVCL_0033", "CVCL_0179")))
    assert not donors_known("SKBR3", "BT474")


def test_a_flask_of_other_cells_speaks_for_those_and_not_for_its_line():
    """BT474 found in a flask of SKBR3 does not put the true BT474 under suspicion."""
    qc.reference("SKBR3", stranger())
    qc.reference("BT474")
    wrong = qc.profiled(lab.growing("SKBR3"), ALIKE)
    assert wrong.verdict == "fail"
    test = qc.profiled(lab.growing("BT474"), ALIKE)
    assert (test.verdict, test.findings["alarm"]) == ("pass", "")


# --- what is compared -------------------------------------------------------------------------------------------------


def test_a_subline_is_compared_with_the_reference_of_the_line_it_derives_from():
    qc.reference("SKBR3")
    subline("SKBR3-R1")
    subline("SKBR3-R1-c4", "SKBR3-R1")
    test = qc.profiled(lab.growing("SKBR3-R1-c4"), ALIKE)
    assert (test.verdict, test.findings["against"]) == ("pass", "the reference of SKBR3")


def test_its_own_reference_decides_and_that_of_the_parental_line_is_told_beside_it():
    qc.reference("SKBR3")
    subline("SKBR3-R1")
    qc.reference("SKBR3-R1", ALIKE)
    test = qc.profiled(lab.growing("SKBR3-R1"), ALIKE)
    assert (test.findings["against"], test.findings["score"]) == ("the reference of SKBR3-R1", 100)
    (besides,) = test.findings["besides"]
    assert (besides["against"], round(besides["score"], 1)) == ("the reference of SKBR3", 97.8)


def test_a_sample_is_also_compared_with_that_of_its_nearest_sampled_ancestor():
    qc.reference("SKBR3")
    parent = lab.growing("SKBR3")
    qc.profiled(parent, DRIFTED)
    older = qc.profiled(parent, ALIKE, at=parent.seeded_at + 2 * DAY)
    (daughter,) = lab.split(parent)
    (granddaughter,) = lab.split(daughter)
    test = qc.profiled(granddaughter, ALIKE)
    (besides,) = test.findings["besides"]
    assert besides["against"] == f"the sample of {qc.profile_of(older).name}"
    assert besides["score"] == 100


def test_without_a_reference_the_sample_of_the_parent_decides():
    parent = lab.growing("SKBR3")
    qc.profiled(parent)
    (daughter,) = lab.split(parent)
    test = qc.profiled(daughter, stranger())
    assert (test.verdict, kept(daughter), kept(parent)) == ("fail", {"quarantine"}, set())


def test_of_sources_in_conflict_the_best_and_the_worst_are_told_and_the_best_decides():
    qc.reference("SKBR3", str_profile(TH01="6,9.3 (ATCC) | 7,8,10,11,12,13,14 (DSMZ)"))
    test = qc.profiled(lab.growing("SKBR3"))
    assert (test.verdict, test.findings["score"]) == ("pass", 100)
    assert test.findings["worst"] == pytest.approx(200 * 21 / (23 + 28))
    assert "Ambiguous with 82.4 % if other sources are right." in test.sentence


def test_a_profile_with_two_calls_in_the_sample_itself_is_scored_over_both():
    qc.reference("SKBR3")
    test = qc.profiled(lab.growing("SKBR3"), str_profile(TH01="6,9.3 | 6,9"))
    assert qc.profile_of(test).alleles["TH01"] == [
        {"alleles": ["6", "9"], "sources": []},
        {"alleles": ["6", "9.3"], "sources": []},
    ]
    assert test.findings["score"] == 100 > test.findings["worst"]


# --- what is entered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alleles", "says"),
    [
        ("9.33", "more than one digit after the point"),
        ("6,9,3", "may be 9.3, or 3 and 9"),
        ("eleven", "is no allele"),
    ],
)
def test_what_is_no_allele_is_refused_at_its_marker(alleles, says):
    flask = lab.growing("SKBR3")
    with pytest.raises(BadReadings, match=says), lab.nothing_written():
        qc.profiled(flask, {"TH01": alleles})


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        ({"THO1": "9.30, 06"}, ["6", "9.3"]),
        ({"th01": "10.0"}, ["10"]),
        ({"TH01": "OL, 6"}, ["6", "OL"]),
        ({"TH01": "<8 6"}, ["6", "<8"]),
        ({"TH01": "6,6"}, ["6"]),
        ({"TH01": "5,6,7,8"}, ["5", "6", "7", "8"]),
    ],
)
def test_alleles_are_kept_in_their_one_form(cells, stored):
    test = qc.profiled(lab.growing("SKBR3"), cells)
    assert qc.profile_of(test).alleles["TH01"][0]["alleles"] == stored


def test_a_marker_that_is_written_twice_is_refused():
    with pytest.raises(BadReadings, match="TH01 is written twice"):
        qc.profiled(lab.growing("SKBR3"), {"TH01": "6", "THO1": "9.3"})


def test_unknown_markers_are_kept_and_not_scored():
    qc.reference("SKBR3")
    test = qc.profiled(lab.growing("SKBR3"), str_profile() | {"D99S1": "5"})
    assert (test.findings["score"], test.findings["markers"]) == (100, 13)
    assert Profile.from_json(qc.profile_of(test).alleles).unknown == ("D99S1",)


@pytest.mark.parametrize(
    "text", ["TH01\t6\t9.3\nPenta_D\t9", "TH01 6,9.3\nPenta D: 9", "Sample\tTH01\tPenta D\nx\t6,9.3\t9"]
)
def test_pasted_lines_are_read_as_a_profile(text):
    test = qc.tested(lab.growing("SKBR3"), method="str", readings={"markers": text})
    assert {marker: calls[0]["alleles"] for marker, calls in test.readings["markers"].items()} == {
        "TH01": ["6", "9.3"],
        "Penta D": ["9"],
    }


def test_a_pasted_line_that_says_nothing_is_refused_and_not_dropped():
    with pytest.raises(BadReadings, match="“nonsense here” is no marker"):
        qc.tested(lab.growing("SKBR3"), method="str", readings={"markers": "TH01\t6\nnonsense here"})


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_sample_leaves_its_profile_in_the_house_when_its_result_comes():
    flask = lab.growing("SKBR3")
    pending = qc.sampled(flask, "str")
    assert not STRProfile.objects.exists()
    test = qc.result(pending, readings={"markers": str_profile()})
    profile = qc.profile_of(test)
    assert (profile.kind, profile.line, profile.source) == ("sample", flask.line, pending.code)
    assert profile.name == f"{flask.code} (SKBR3 p8)"


def test_a_correction_withdraws_the_profile_and_keeps_a_new_one():
    qc.reference("SKBR3")
    test = qc.profiled(lab.growing("SKBR3"), stranger())
    corrected = qc.corrected(test, "the wrong row of the sheet", readings={"markers": ALIKE})
    assert (corrected.verdict, qc.profile_of(corrected).alleles["FGA"][0]["alleles"]) == ("pass", ["20"])
    former = STRProfile.objects.get(test=test)
    assert (former.withdrawn_by, former.withdrawn_reason) == (
        lab.technician(),
        f"the result {test.code} was corrected",
    )
    qc.voided(corrected)
    assert not STRProfile.objects.filter(kind="sample", withdrawn_at=None).exists()


def test_a_sample_moved_to_its_true_culture_is_not_its_own_stranger():
    qc.reference("SKBR3", stranger())
    qc.reference("BT474")
    test = qc.profiled(lab.growing("SKBR3"), ALIKE)
    moved = qc.corrected(test, "the tubes were swapped", culture_id=lab.growing("BT474", at=test.at - DAY).pk)
    assert (moved.verdict, moved.findings["alarm"]) == ("pass", "")


def test_findings_keep_the_version_of_the_policy_they_were_judged_by():
    qc.reference("SKBR3")
    by_default = qc.profiled(lab.growing("SKBR3"), DRIFTED)
    policy(code="asn-2011", mode="query", marker_set="8", with_amelogenin=True)
    test = qc.profiled(lab.growing("SKBR3"), DRIFTED)
    told = ("policy", "policy_version", "algorithm", "mode", "marker_set", "with_amelogenin")
    assert [by_default.findings[name] for name in told] == ["default", 0, "tanabe", "non-empty", "all", False]
    assert [test.findings[name] for name in told] == ["asn-2011", 1, "masters-query", "query", "8", True]
    assert "all markers of the sample, 8 core markers, amelogenin scored" in test.sentence
    assert qc.now_of(by_default).findings == by_default.findings


# --- references, imports, donors --------------------------------------------------------------------------------------


def test_a_reference_takes_the_place_of_the_former_with_a_reason():
    first = qc.reference("SKBR3", ALIKE)
    with pytest.raises(BadText, match="has a reference profile"):
        qc.reference("SKBR3", reason="")
    qc.reference("SKBR3", reason="the supplier's sheet came")
    first.refresh_from_db()
    assert (first.withdrawn_reason, first.withdrawn_by) == ("the supplier's sheet came", lab.manager())


def test_the_same_reference_is_not_entered_twice():
    qc.reference("SKBR3")
    with pytest.raises(ReferenceKnown, match="allele by allele"), lab.nothing_written():
        qc.reference("SKBR3", str_profile(TH01="9.30,6"))


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"markers": {"TH01": "ND"}}, NoAlleles),
        ({"markers": {"TH01": "six"}}, NotAProfileOfAlleles),
        ({"source": " "}, BadText),
        ({"line_id": 10**9}, NotThere),
    ],
)
def test_a_reference_without_what_it_needs_is_refused(said, refusal):
    known = {"line_id": lab.line().pk, "markers": str_profile(), "source": "a report", "by": lab.manager()}
    with pytest.raises(refusal), lab.nothing_written():
        set_reference_profile(**known | said)


def test_an_import_makes_references_of_the_lines_that_are_named_and_a_library_of_the_rest():
    mine = lab.line("SKBR3", rrid="CVCL_0033")
    found = [named("SK-BR-3"), named("HeLa", ALIKE, accession="CVCL_0030", problem="none")]
    reference, library = imported(*found, lines={0: mine.pk})
    assert (reference.kind, reference.line, reference.accession) == ("reference", mine, "CVCL_0033")
    assert (library.kind, library.line, library.source, library.problem) == ("library", None, "eurofins.csv", "none")


def test_the_same_file_twice_changes_nothing():
    mine = lab.line("SKBR3")
    found = [named("SK-BR-3"), named("HeLa", ALIKE, accession="CVCL_0030")]
    imported(*found, lines={0: mine.pk})
    with pytest.raises(ImportKnown, match="All 2 profiles of this file are in the house already") as again:
        imported(*found, lines={0: mine.pk})
    assert [label for label, _ in again.value.ways] == ["Open SKBR3", "Open HeLa"]
    (new,) = imported(*found, named("A431", stranger()), lines={0: mine.pk})
    assert new.name == "A431"


def test_a_newer_profile_of_the_library_takes_the_place_of_the_older():
    (old,) = imported(named("HeLa", accession="CVCL_0030"))
    imported(named("HeLa", ALIKE, accession="CVCL_0030"), source="cellosaurus.txt")
    old.refresh_from_db()
    assert old.withdrawn_reason == "imported anew from cellosaurus.txt"
    assert STRProfile.objects.get(withdrawn_at=None).alleles["FGA"][0]["alleles"] == ["20"]


def test_an_import_is_all_or_nothing():
    mine, found = lab.line("SKBR3"), [named("one"), named("two", ALIKE)]
    for lines, refusal in (
        ({0: mine.pk, 1: mine.pk}, OneLineTwice),
        ({0: 10**9}, NotThere),
        ({7: mine.pk}, NotThere),
    ):
        with pytest.raises(refusal), lab.nothing_written():
            imported(*found, lines=lines)
    with pytest.raises(ImportEmpty):
        imported(*found, left_out=[0, 1])


def test_a_profile_of_a_sample_is_withdrawn_by_correcting_its_test():
    reference = qc.reference("SKBR3")
    sample = qc.profile_of(qc.profiled(lab.growing("SKBR3")))
    with pytest.raises(ProfileOfATest, match="Correct its test instead"):
        withdraw_profile(profile_id=sample.pk, reason="swapped", by=lab.manager())
    withdraw_profile(profile_id=reference.pk, reason="the wrong line", by=lab.manager())
    with pytest.raises(ProfileGone):
        withdraw_profile(profile_id=reference.pk, reason="the wrong line", by=lab.manager())
    assert list(house()[1]) == [sample.pk]


def test_a_shared_donor_is_stated_once_with_its_reason_and_withdrawn_with_another():
    one, other = lab.line("SKBR3", rrid="CVCL_0033"), lab.line("BT474")
    said = {"line_id": one.pk, "by": lab.technician()}
    for wrong in ({}, {"other_line_id": one.pk}, {"other_accession": "CVCL_0033"}):
        with pytest.raises(DonorOfItself):
            state_shared_donor(**said, **wrong, reason="one patient")
    with pytest.raises(BadText, match="how it is known"):
        state_shared_donor(**said, other_line_id=other.pk, reason="")
    shared = state_shared_donor(**said, other_line_id=other.pk, reason="one patient")
    assert donors_known("SKBR3", "BT474")
    with pytest.raises(DonorKnown, match="SKBR3 and BT474 share a donor: one patient"):
        state_shared_donor(line_id=other.pk, other_line_id=one.pk, reason="again", by=lab.technician())
    with pytest.raises(BadText, match="do not share"):
        withdraw_shared_donor(shared_id=shared.pk, reason="", by=lab.manager())
    withdraw_shared_donor(shared_id=shared.pk, reason="a misprint", by=lab.manager())
    with pytest.raises(DonorGone):
        withdraw_shared_donor(shared_id=shared.pk, reason="a misprint", by=lab.manager())
    assert not donors_known("SKBR3", "BT474")
    assert SharedDonor.objects.count() == 1


def test_who_shares_a_donor_reaches_sublines_and_accessions():
    lab.line("BT474", rrid="CVCL_0179")
    subline("SKBR3-R1")
    said = {"line_id": lab.line("SKBR3").pk, "reason": "one patient", "by": lab.technician()}
    state_shared_donor(**said, other_accession="cvcl_0179")
    assert donors_known("SKBR3-R1", "BT474")
    assert not donors_known("SKBR3-R1", "HCC1954")


# --- the house and its policy -----------------------------------------------------------------------------------------


def test_the_house_is_read_anew_when_a_profile_comes_or_goes(django_assert_num_queries):
    first = qc.reference("SKBR3")
    assert set(house()[1]) == {first.pk}
    with django_assert_num_queries(3):
        house()
    second = qc.reference("BT474", ALIKE)
    assert set(house()[1]) == {first.pk, second.pk}
    withdraw_profile(profile_id=second.pk, reason="wrong", by=lab.manager())
    assert set(house()[1]) == {first.pk}


def test_of_two_that_come_at_once_the_one_that_commits_last_is_found_too():
    """Keys are given out when rows are written, not when they are committed."""
    late = qc.reference("SKBR3")
    early = qc.reference("BT474", ALIKE)
    STRProfile.objects.filter(pk=late.pk).update(withdrawn_at=late.at, withdrawn_reason="not yet committed")
    assert set(house()[1]) == {early.pk}
    STRProfile.objects.filter(pk=late.pk).update(withdrawn_at=None, withdrawn_reason="")
    assert set(house()[1]) == {late.pk, early.pk}


def test_the_policy_is_changed_as_a_next_version():
    changed = policy(code="atcc")
    assert (changed.version, IdentityPolicy.current()) == (1, changed)
    with pytest.raises(PolicyUnchanged):
        policy()
    with pytest.raises(PolicyChangedMeanwhile):
        policy(code="default", based_on=0)
    with pytest.raises(RuleIncomplete, match="is not known"):
        policy(code="rule of thumb")
    with pytest.raises(BadText, match="why the rules change"):
        policy(code="default", reason=" ")


def test_a_test_keeps_the_five_nearest_of_the_house():
    for number in range(7):
        imported(named(f"line {number}", str_profile(TH01=str(number + 5))))
    test = qc.profiled(lab.growing("SKBR3"))
    assert len(test.findings["nearest"]) == 5
    assert QCTest.objects.standing().get().findings == test.findings
