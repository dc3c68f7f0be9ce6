"""What speaks for and against a hypothesis, and models found by how they resist."""

import pytest
from django.db import IntegrityError, transaction

from cultures.dosing.errors.mechanisms import (
    EvidenceSaysNothing,
    EvidenceStandsAlready,
    EvidenceWithdrawn,
    NotADoi,
    ReferenceWithoutDoi,
    WithdrawnWithoutReason,
)
from cultures.dosing.mechanism_selectors import mechanisms_matching, models_by_mechanism, with_models
from cultures.dosing.models import Mechanism
from cultures.dosing.services import mechanisms as services
from cultures.dosing.services.mechanisms import clean_doi
from cultures.passaging.errors import NotAChoice
from lims.audit.models import Entry
from tests.cultures.dosing.test_mechanisms import DOI, evidence, mechanism, model, note, proposed, stated
from tests.lab import another_technician, manager, nothing_written, technician

pytestmark = pytest.mark.django_db


# --- evidence ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        DOI,
        f"  {DOI} ",
        f"https://doi.org/{DOI}",
        f"http://dx.doi.org/{DOI}",
        f"doi:{DOI}",
        f"DOI: {DOI}.",
        f"doi {DOI}",
    ],
)
def test_a_doi_is_tidied_whichever_way_it_was_copied(typed: str):
    assert evidence(proposed(), text="", kind="reference", doi=typed).doi == DOI


def test_an_address_with_escaped_signs_gives_the_doi_itself():
    assert clean_doi("https://doi.org/10.1002/x(199901)85%3A1%3C1") == "10.1002/x(199901)85:1<1"


@pytest.mark.parametrize(
    "typed", ["19461", "10.1/x", "10.18632", "pubmed 28977927", "https://example.org/10.1", f"10.1234/{'x' * 120}"]
)
def test_what_is_no_doi_is_refused(typed: str):
    with pytest.raises(NotADoi, match=r"It begins with 10\. and has a stroke"), nothing_written():
        services.add_evidence(hypothesis_id=0, kind="reference", doi=typed, by=technician())


def test_a_reference_needs_its_doi_and_may_go_without_words():
    hypothesis = proposed()
    with pytest.raises(ReferenceWithoutDoi, match="named by its DOI"), nothing_written():
        evidence(hypothesis, "Scaltriti 2007", kind="reference")
    assert evidence(hypothesis, "", kind="reference", doi=DOI).text == ""


@pytest.mark.parametrize("kind", ["assay", "rppa", "variant"])
def test_other_evidence_says_what_was_found(kind: str):
    hypothesis = proposed()
    with pytest.raises(EvidenceSaysNothing, match="Write what was found"), nothing_written():
        evidence(hypothesis, "", kind=kind, doi=DOI)
    assert evidence(hypothesis, "H1047R in 40 % of reads", kind=kind, doi=DOI).doi == DOI


def test_a_kind_of_evidence_we_do_not_know_is_refused():
    with pytest.raises(NotAChoice, match="no kind of evidence we know"):
        evidence(proposed(), kind="rumour")


def test_the_same_evidence_stands_once():
    hypothesis = proposed()
    evidence(hypothesis, "", kind="reference", doi=DOI)
    with pytest.raises(EvidenceStandsAlready, match="stands since 28 Feb 2026, by AM"), nothing_written():
        evidence(hypothesis, "", kind="reference", doi=DOI.upper())
    assert evidence(hypothesis, "", kind="reference", doi=DOI, speaks_for=False).pk


def test_withdrawn_evidence_stays_with_its_reason_and_may_be_added_again():
    hypothesis = proposed()
    said = evidence(hypothesis)
    services.withdraw_evidence(evidence_id=said.pk, reason="the antibody was the wrong one", by=another_technician())
    evidence(hypothesis)
    standing, withdrawn = note(hypothesis).evidence
    assert (standing.withdrawn_at, withdrawn.withdrawn_reason) == (None, "the antibody was the wrong one")
    assert (note(hypothesis).pieces_for, note(hypothesis).pieces_against) == (1, 0)


def test_evidence_is_withdrawn_for_a_reason_and_once():
    said = evidence(proposed())
    with pytest.raises(WithdrawnWithoutReason, match="withdrawn for a reason"), nothing_written():
        services.withdraw_evidence(evidence_id=said.pk, reason="  ", by=technician())
    services.withdraw_evidence(evidence_id=said.pk, reason="wrong lane", by=technician())
    with pytest.raises(EvidenceWithdrawn, match="because: wrong lane"), nothing_written():
        services.withdraw_evidence(evidence_id=said.pk, reason="wrong blot", by=technician())


def test_the_ledger_names_the_verbs_and_the_reason():
    hypothesis = proposed()
    said = evidence(hypothesis)
    stated(hypothesis, "supported")
    services.withdraw_evidence(evidence_id=said.pk, reason="wrong lane", by=technician())
    verbs = list(Entry.objects.exclude(verb="sql").order_by("pk").values_list("verb", "reason"))
    assert verbs[-3:] == [("add_evidence", ""), ("state_hypothesis", ""), ("withdraw_evidence", "wrong lane")]


def test_nothing_of_a_note_can_be_deleted():
    hypothesis = proposed()
    evidence(hypothesis)
    for rows in (hypothesis.evidence, hypothesis.statements):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().delete()


# --- found by them ----------------------------------------------------------------------------------------------------
def test_models_are_found_by_their_mechanism_and_by_what_is_held_of_it():
    proposed("p95HER2", of="BT474-RES", status="supported")
    proposed("p95HER2", of="SKBR3-T")
    proposed("PTEN loss", of="HCC1954-L")
    assert {one.name for one in models_by_mechanism("P95 her2")} == {"BT474-RES", "SKBR3-T"}
    assert [one.name for one in models_by_mechanism("p95", "supported")] == ["BT474-RES"]
    assert list(models_by_mechanism("p95", "refuted")) == []
    assert [one.name for one in models_by_mechanism([mechanism("PTEN loss").pk])] == ["HCC1954-L"]
    assert list(models_by_mechanism("")) == []


def test_a_model_that_bears_two_of_the_mechanisms_is_found_once():
    services.register_standard_mechanisms(by=manager())
    proposed("PTEN loss")
    proposed("PIK3CA mutation")
    assert list(models_by_mechanism("PI3K")) == [model()]


@pytest.mark.parametrize("words", ["beta2 adrenergic", "β2", "ADRB2", "other receptors"])
def test_a_mechanism_is_found_by_any_way_of_writing_it(words: str):
    services.register_standard_mechanisms(by=manager())
    assert "β2-adrenergic receptor (ADRB2)" in [one.name for one in mechanisms_matching(words)]


def test_each_word_says_of_how_many_models_it_is_held_now():
    first, second = proposed(of="BT474-RES"), proposed(of="SKBR3-T")
    stated(first, "supported", "seen")
    proposed(of="HCC1954-L", status="refuted")
    word = with_models(Mechanism.objects.filter(pk=second.mechanism_id)).get()
    assert (word.suspected, word.supported, word.refuted) == (1, 1, 1)
