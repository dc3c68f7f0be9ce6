"""The screens of the mechanism notes: vocabulary, the page of a word, the panel on a model, and a hypothesis."""

import doctest

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from cultures.dosing import mechanism_panel, vocabulary
from cultures.dosing.models import Hypothesis, HypothesisEvidence, HypothesisStatement, Mechanism, ResistanceModel
from cultures.dosing.services import mechanisms as services
from lims.accounts.models import User
from lims.web import panels, scanning
from tests.cultures.dosing.test_mechanisms import DOI, evidence, mechanism, model, note, proposed, stated
from tests.lab import DAY, FRIDAY, manager, nothing_written, technician

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_manager(client: Client) -> Client:
    return signed_in(client, manager())


@pytest.fixture
def at_the_bench(client: Client) -> Client:
    return signed_in(client, technician())


def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    client.get("/mechanisms/")  # the lab's settings are remembered from here on
    return client


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(hypothesis: Hypothesis) -> str:
    return f"/models/{hypothesis.model.code}/hypotheses/{hypothesis.pk}/"


def panel(of: ResistanceModel, person: User) -> str:
    request = RequestFactory().get("/")
    request.user = person
    return render_to_string(mechanism_panel.NOTES, mechanism_panel.notes_of_model(request, of), request)


def after_sending(client: Client, url: str, said: dict) -> str:
    """The page an entry leads to."""
    answer = client.post(url, said)
    assert answer.status_code == 303
    return text_of(client, answer["Location"])


def much_noted(names: range, of: str = "BT474-RES") -> ResistanceModel:
    """A model with hypotheses, each stated three times and with four pieces of evidence, one of them withdrawn."""
    found, by = model(of), technician()
    words = Mechanism.objects.bulk_create(Mechanism(name=f"word {n:03}", group=f"group {n % 3}") for n in names)
    for hypothesis in Hypothesis.objects.bulk_create(Hypothesis(model=found, mechanism=word) for word in words):
        hypothesis.statements.bulk_create(
            HypothesisStatement(hypothesis=hypothesis, status=status, note="seen", by=by, at=FRIDAY + number * DAY)
            for number, status in enumerate(("suspected", "supported", "refuted"))
        )
        withdrawn = {"withdrawn_at": FRIDAY + DAY, "withdrawn_reason": "wrong lane"}
        hypothesis.evidence.bulk_create(
            HypothesisEvidence(
                hypothesis=hypothesis,
                kind="assay",
                text=f"finding {n}",
                doi=DOI,
                by=by,
                **(withdrawn if n == 3 else {}),
            )
            for n in range(4)
        )
    return found


@pytest.mark.parametrize("module", [services, vocabulary], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


# --- the vocabulary ---------------------------------------------------------------------------------------------------
def test_the_vocabulary_counts_the_models_of_each_word(as_manager: Client):
    proposed("p95HER2", of="BT474-RES", status="supported")
    proposed("p95HER2", of="SKBR3-T")
    answer = as_manager.get("/mechanisms/", {"q": "p95"})
    (word,) = answer.context["rows"]
    assert (word.supported, word.suspected, word.refuted) == (1, 1, 0)
    assert "HER2 itself" in answer.content.decode()


def test_a_word_is_added_to_a_group_there_is_or_to_a_new_one(as_manager: Client):
    mechanism("p95HER2", "HER2 itself")
    known = {"name": "HER2 L755S", "group": "HER2 itself", "new_group": ""}
    assert as_manager.post("/mechanisms/new/", known).status_code == 303
    new = {"name": "CEACAM1 up", "group": "", "new_group": "Immune escape"}
    assert as_manager.post("/mechanisms/new/", new).status_code == 303
    assert "Immune escape" in text_of(as_manager, "/mechanisms/?q=CEACAM1")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": "X1", "group": "", "new_group": ""}, "Choose a group, or write a new one."),
        ({"name": "X1", "group": "HER2 itself", "new_group": "Ours"}, "or a new group, not both"),
        ({"name": "", "group": "HER2 itself", "new_group": ""}, "Still empty"),
        ({"name": "P95 HER2", "group": "HER2 itself", "new_group": ""}, "is in the vocabulary already"),
        ({"name": "X\x00", "group": "HER2 itself", "new_group": ""}, "invisible sign"),
    ],
)
def test_a_word_that_cannot_be_added_is_answered_with_the_sentence(as_manager: Client, said: dict, sentence: str):
    mechanism("p95HER2", "HER2 itself")
    with nothing_written():
        answer = as_manager.post("/mechanisms/new/", said)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_retired_word_is_shown_only_when_asked_for_and_keeps_its_models(as_manager: Client):
    hypothesis, _ = proposed("HSP90"), mechanism("PTK6 (BRK)")
    assert as_manager.post(f"/mechanisms/{hypothesis.mechanism_id}/retire/").status_code == 303
    assert "HSP90" not in text_of(as_manager, "/mechanisms/").split("<table")[-1]
    assert "HSP90" in text_of(as_manager, "/mechanisms/?retired=1")
    assert "BT474-RES" in text_of(as_manager, f"/mechanisms/{hypothesis.mechanism_id}/")


def test_only_leads_change_the_vocabulary(at_the_bench: Client):
    word = mechanism()
    assert at_the_bench.post("/mechanisms/new/", {"name": "X1", "new_group": "Y"}).status_code == 403
    assert at_the_bench.post(f"/mechanisms/{word.pk}/retire/").status_code == 403
    assert "/mechanisms/new/" not in text_of(at_the_bench, "/mechanisms/")


def test_the_page_of_a_word_lists_its_models_and_narrows_them_by_status(as_manager: Client):
    word = proposed("p95HER2", of="BT474-RES", status="supported").mechanism
    proposed("p95HER2", of="SKBR3-T")
    text = text_of(as_manager, f"/mechanisms/{word.pk}/")
    assert "BT474-RES" in text
    assert "SKBR3-T" in text
    assert "SKBR3-T" not in text_of(as_manager, f"/mechanisms/{word.pk}/?status=supported")


def test_the_search_box_finds_a_word_by_each_of_its_names(monkeypatch):
    monkeypatch.setattr(scanning, "_searchers", {})
    monkeypatch.setattr(panels, "_panels", {})
    mechanism_panel.register()
    mechanism("p27 (CDKN1B)", "Apoptosis and cell cycle")
    proposed("p27 (CDKN1B)")
    ((title, (hit,)),) = scanning.search("cdkn1b")
    assert (title, hit.label, hit.is_exact) == ("Mechanisms", "p27 (CDKN1B)", True)
    assert hit.note == "Apoptosis and cell cycle, noted for 1 model"
    assert not scanning.search("cdkn1")[0][1][0].is_exact
    assert scanning.search("no such word") == []


# --- what it costs ----------------------------------------------------------------------------------------------------
def test_the_panel_costs_three_queries_however_much_is_noted(django_assert_num_queries: DjangoAssertNumQueries):
    person = technician()
    for names in (range(2), range(2, 12)):
        found = much_noted(names)
        with django_assert_num_queries(3):
            assert panel(found, person).count("wrong lane") == names.stop


@pytest.mark.parametrize("url", ["/mechanisms/", "/mechanisms/?q=word", "/mechanisms/?retired=1"])
def test_the_vocabulary_costs_the_same_for_few_and_many_words(
    url: str, as_manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    much_noted(range(2))
    few = queries(as_manager, url, django_assert_max_num_queries)
    Mechanism.objects.bulk_create(Mechanism(name=f"another {n:03}", group=f"group {n % 5}") for n in range(40))
    much_noted(range(2, 6), of="SKBR3-T")
    assert queries(as_manager, url, django_assert_max_num_queries) == few


def test_the_pages_of_a_word_and_of_a_hypothesis_cost_the_same_for_few_and_many(
    as_manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    hypothesis = proposed("p95HER2")
    urls = [f"/mechanisms/{hypothesis.mechanism_id}/", page_of(hypothesis)]
    evidence(hypothesis, "the first")
    few = [queries(as_manager, url, django_assert_max_num_queries) for url in urls]
    for number in range(8):
        evidence(hypothesis, f"finding {number}")
        stated(hypothesis, "supported", f"seen {number} times")
        evidence(proposed("p95HER2", of=f"model {number}"))
    assert len(note(hypothesis).evidence) == 9
    assert [queries(as_manager, url, django_assert_max_num_queries) for url in urls] == few


def queries(client: Client, url: str, django_assert_max_num_queries: DjangoAssertNumQueries) -> int:
    with django_assert_max_num_queries(15) as made:
        assert client.get(url).status_code == 200
    return len(made)
