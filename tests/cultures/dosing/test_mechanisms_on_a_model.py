"""The notes on a model: the panel on its page, and the page of a hypothesis with its forms."""

import pytest
from django.test import Client

from cultures.dosing.models import Hypothesis
from cultures.dosing.services import mechanisms as services
from tests.cultures.dosing.test_mechanisms import DOI, evidence, mechanism, model, note, proposed, stated
from tests.cultures.dosing.test_mechanisms_pages import after_sending, page_of, panel, signed_in, text_of
from tests.lab import manager, nothing_written, technician, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_the_bench(client: Client) -> Client:
    return signed_in(client, technician())


def test_a_mechanism_is_proposed_and_then_asks_for_its_evidence(at_the_bench: Client):
    said = {"mechanism_id": mechanism("p95HER2").pk, "held": "suspected", "note": "truncated band"}
    text = after_sending(at_the_bench, f"/models/{model().code}/hypotheses/new/", said)
    assert "p95HER2 is noted for BT474-RES. Now add what speaks for it" in text
    assert note(Hypothesis.objects.get(model=model())).now.note == "truncated band"


def test_a_second_proposal_is_refused_with_the_way_to_the_first(at_the_bench: Client):
    held = proposed()
    said = {"mechanism_id": held.mechanism_id, "held": "suspected", "note": "again"}
    answer = at_the_bench.post(f"/models/{held.model.code}/hypotheses/new/", said)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "p95HER2 is noted for BT474-RES already" in text
    assert f'href="{page_of(held)}"' in text
    assert answer.context["form"]["note"].value() == "again"


def test_a_retired_word_is_not_offered(at_the_bench: Client):
    mechanism("p95HER2")
    services.retire_mechanism(mechanism_id=mechanism("HSP90").pk, by=manager())
    text = text_of(at_the_bench, f"/models/{model().code}/hypotheses/new/")
    assert "p95HER2" in text
    assert "HSP90" not in text


def test_what_is_held_is_stated_anew_and_the_past_stays_on_the_page(at_the_bench: Client):
    hypothesis = proposed()
    said = {"held": "refuted", "note": "the band was actin"}
    text = after_sending(at_the_bench, f"{page_of(hypothesis)}state/", said)
    assert "p95HER2 is refuted now" in text
    assert "the band was actin" in text
    assert "seen before in this line" in text
    assert f'<a href="/models/{hypothesis.model.code}/">BT474-RES</a>' in text


def test_a_refused_statement_stays_typed_on_the_page(at_the_bench: Client):
    hypothesis = proposed()
    with nothing_written():
        answer = at_the_bench.post(f"{page_of(hypothesis)}state/", {"held": "supported", "note": ""})
    assert answer.status_code == 422
    assert "Nothing says why it is supported" in answer.content.decode()
    assert answer.context["statement_form"]["held"].value() == "supported"


def test_a_reference_is_added_and_linked_without_saying_where_from(at_the_bench: Client):
    hypothesis = proposed()
    said = {"kind": "reference", "speaks_for": "for", "text": "truncated HER2", "doi": f"https://doi.org/{DOI}"}
    text = after_sending(at_the_bench, f"{page_of(hypothesis)}evidence/", said)
    assert f'<a href="https://doi.org/{DOI}" rel="noreferrer">{DOI}</a>' in text


def test_the_signs_of_a_doi_are_escaped_in_its_link(at_the_bench: Client):
    hypothesis = proposed()
    evidence(hypothesis, doi='10.1002/x(1999)85:1<1::AID-"C">3.0')
    assert 'href="https://doi.org/10.1002/x(1999)85:1%3C1::AID-%22C%22%3E3.0"' in text_of(
        at_the_bench, page_of(hypothesis)
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": "reference", "text": "a paper", "doi": ""}, "A reference is named by its DOI"),
        ({"kind": "reference", "text": "", "doi": "PMID 28977927"}, "is not a DOI"),
        ({"kind": "rppa", "text": "", "doi": ""}, "Write what was found"),
        ({"kind": "", "text": "a band", "doi": ""}, "Still empty"),
    ],
)
def test_evidence_that_says_too_little_is_refused_at_its_field(at_the_bench: Client, said: dict, sentence: str):
    hypothesis = proposed()
    with nothing_written():
        answer = at_the_bench.post(f"{page_of(hypothesis)}evidence/", {"speaks_for": "against", **said})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["evidence_form"]["speaks_for"].value() == "against"


def test_evidence_is_withdrawn_with_its_reason_and_stays_to_be_read(at_the_bench: Client):
    hypothesis = proposed()
    at = f"{page_of(hypothesis)}evidence/{evidence(hypothesis).pk}/withdraw/"
    assert "95 kDa band" in text_of(at_the_bench, at)
    assert at_the_bench.post(at, {"reason": ""}).status_code == 422
    text = after_sending(at_the_bench, at, {"reason": "wrong lane"})
    assert "withdrawn" in text
    assert "wrong lane" in text
    assert at_the_bench.post(at, {"reason": "once more"}).status_code == 422
    assert "withdrew evidence" in text_of(at_the_bench, f"{page_of(hypothesis)}history/").lower()


def test_a_hypothesis_is_found_under_its_own_model_only(at_the_bench: Client):
    hypothesis, other = proposed(), model("SKBR3-T")
    assert at_the_bench.get(f"/models/{other.code}/hypotheses/{hypothesis.pk}/").status_code == 404
    assert at_the_bench.get("/models/M-0/hypotheses/new/").status_code == 404
    foreign = evidence(proposed(of="SKBR3-T"))
    assert at_the_bench.get(f"{page_of(hypothesis)}evidence/{foreign.pk}/withdraw/").status_code == 404


def test_a_viewer_reads_and_changes_nothing(client: Client):
    hypothesis = proposed()
    said, reader = evidence(hypothesis), signed_in(client, viewer())
    assert "State anew" not in text_of(reader, page_of(hypothesis))
    assert "Propose" not in panel(hypothesis.model, viewer())
    for path in ("state/", "evidence/", f"evidence/{said.pk}/withdraw/"):
        assert reader.post(page_of(hypothesis) + path, {"held": "refuted", "note": "x"}).status_code == 403


def test_the_panel_tells_what_is_held_why_by_whom_and_what_was_before():
    hypothesis = proposed()
    evidence(hypothesis, "95 kDa band", doi=DOI)
    evidence(hypothesis, "no shift in mass", speaks_for=False)
    stated(hypothesis, "supported", "seen in three lysates")
    text = panel(hypothesis.model, technician())
    for said in ("p95HER2", "supported", "seen in three lysates", "AM", "for", "against", "no shift in mass"):
        assert said in text
    assert f'href="https://doi.org/{DOI}" rel="noreferrer"' in text
    assert "<details" in text
    assert "seen before in this line" in text.split("<details")[1]
    for way in (f"{page_of(hypothesis)}#evidence", f"{page_of(hypothesis)}#state", "hypotheses/new/", "/withdraw/"):
        assert way in text


def test_the_panel_of_a_model_without_notes_says_what_a_note_is():
    assert "Nothing is noted yet" in panel(model(), technician())


def test_supported_notes_are_read_before_suspected_ones_and_refuted_ones_last():
    proposed("PTEN loss", status="refuted")
    proposed("HSP90")
    proposed("p95HER2", status="supported")
    text = panel(model(), technician())
    assert text.index("p95HER2") < text.index("HSP90") < text.index("PTEN loss")
