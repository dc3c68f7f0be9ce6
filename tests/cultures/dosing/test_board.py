"""The board: every ladder at a glance, narrowed by chips, in as many queries for two hundred as for ten."""

import pytest
from django.test import Client

from cultures.dosing import services
from cultures.dosing.models import (
    DosingState,
    Ladder,
    Mechanism,
    ResistanceModel,
)
from cultures.dosing.services.mechanisms import propose_hypothesis
from lims.clock import now
from lims.codes import new_codes
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import cost, signed_in, text_of
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def bench() -> Client:
    return signed_in(lab.technician())


def names_on(client: Client, query: str = "") -> list[str]:
    cards = client.get(f"/models/{query}").context["cards"]
    return [f"{card.model.name} {card.view.ladder.name}" if card.view else card.model.name for card in cards]


# --- what a card says -------------------------------------------------------------------------------------------------
def test_an_empty_board_teaches_what_a_model_is_and_offers_to_register_one(bench):
    text = text_of(bench, "/models/")
    assert "No model yet." in text
    assert "/models/new/" not in text
    assert "/models/new/" in text_of(signed_in(lab.manager()), "/models/")


def test_a_card_says_rung_days_verdict_copies_and_what_blocks(bench):
    stories.ready()
    text = text_of(bench, "/models/")
    for said in ("BT474 in trastuzumab, 1 µg/mL", "rung 1 of 5, 19 d at dose, day 19", "target 10 µg/mL"):
        assert said in text
    for said in ("Ready for 2 µg/mL.", "<dt>Treated</dt><dd>1</dd>", "<dt>Control</dt><dd>1</dd>"):
        assert said in text
    assert "19 days in one flask" in text


def test_a_card_says_what_is_wrong(bench):
    ladder = stories.young()
    lab.discarded(ladders.control(ladder), at=now() - HOUR)
    ladders.decided(ladder, "escalate", at=now() - HOUR, reason="the deadline")
    text = text_of(bench, "/models/")
    assert "vehicle control lost" in text
    assert "a decision waits for a second person" in text


def test_a_model_without_a_ladder_is_on_the_board_too(bench):
    ladders.planned()
    assert names_on(bench) == ["BT474-T"]
    assert "No ladder climbs yet." in text_of(bench, "/models/")


def test_a_candidate_at_its_target_is_called_so(bench):
    stories.ready(doses=(1,))
    (card,) = bench.get("/models/").context["cards"]
    assert card.sign.word == "candidate"


def test_the_head_tells_how_many_stand_how(bench):
    stories.ready()
    stories.young(model=ladders.planned("SKBR3-T", line="SKBR3"))
    ladders.planned("SKBR3-L", "lapatinib", line="SKBR3")
    tally = bench.get("/models/").context["tally"]
    assert sorted((number, sign.word) for number, sign in tally) == [(1, "hold"), (1, "planned"), (1, "ready")]


# --- which are shown --------------------------------------------------------------------------------------------------
@pytest.fixture
def three() -> None:
    """Two of trastuzumab, one of lapatinib kept by somebody else."""
    stories.young()
    ladders.planned("SKBR3-T", line="SKBR3")
    other = ladders.planned("SKBR3-L", "lapatinib", line="SKBR3")
    ResistanceModel.objects.filter(pk=other.pk).update(keeper=lab.another_technician())


@pytest.mark.usefixtures("three")
def test_chips_narrow_the_board(bench):
    assert names_on(bench) == ["BT474-T A", "SKBR3-L", "SKBR3-T"]
    assert names_on(bench, f"?compound={lab.compound('lapatinib').pk}") == ["SKBR3-L"]
    assert names_on(bench, f"?keeper={lab.another_technician().pk}") == ["SKBR3-L"]
    assert names_on(bench, "?mine=1") == ["BT474-T A", "SKBR3-T"]
    assert names_on(bench, "?status=deriving") == ["BT474-T A"]
    assert names_on(bench, "?status=eaten&compound=x&keeper=99999999999999999999") == names_on(bench)


@pytest.mark.usefixtures("three")
def test_the_search_finds_by_code_name_line_and_drug(bench):
    code = ResistanceModel.objects.get(name="BT474-T").code
    for words in (code, code.lower(), "bt474-t", "BT-474"):
        assert names_on(bench, f"?q={words}") == ["BT474-T A"]
    assert names_on(bench, "?q=sk-br-3") == ["SKBR3-L", "SKBR3-T"]
    assert names_on(bench, "?q=lapat") == ["SKBR3-L"]
    assert "No model fits." in text_of(bench, "?q=nothing".replace("?", "/models/?"))


@pytest.mark.usefixtures("three")
def test_a_model_is_found_by_the_mechanism_it_may_resist_by(bench):
    word = Mechanism.objects.get_or_create(name="p95HER2", defaults={"group": "HER2 itself"})[0]
    model = ResistanceModel.objects.get(name="SKBR3-T")
    propose_hypothesis(model_id=model.pk, mechanism_id=word.pk, status="suspected", note="a band", by=lab.technician())
    assert names_on(bench, f"?mechanism={word.pk}") == ["SKBR3-T"]


def test_what_has_ended_is_shown_only_when_asked_for(bench):
    ladder = stories.young()
    ladders.climbing(ladder.model, "B", at=now() - DAY)
    ladders.decided(ladder, "lost", at=now() - HOUR, reason="contaminated")
    assert names_on(bench) == ["BT474-T B"]
    assert names_on(bench, "?ended=1") == ["BT474-T A", "BT474-T B"]
    services.abandon_model(model_id=ladder.model_id, reason="no use", at=now(), by=lab.manager())
    assert names_on(bench) == []
    assert "No model is being derived." in text_of(bench, "/models/")
    assert names_on(bench, "?status=abandoned") == ["BT474-T A", "BT474-T B"]


# --- what it costs ----------------------------------------------------------------------------------------------------
def copied(like: Ladder, numbers: range) -> None:
    """Models with a ladder and living flasks like those there are, written straight into the tables."""
    for number in numbers:
        model = ladders.planned(f"copy {number}", doses=(1, 2, 4))
        rung = model.plans.get().rungs.get(number=1)
        ladder = Ladder.objects.create(model=model, name="A", rung=rung, started_at=like.started_at)
        for state in DosingState.objects.filter(ladder=like, culture__ended_at=None).select_related("culture"):
            culture = state.culture
            culture.pk, culture.code = None, new_codes("C")[0]
            culture.save()
            state.culture, state.ladder = culture, ladder
            state.save(force_insert=True)


@pytest.mark.parametrize("query", ["", "?mine=1", "?q=copy&ended=1"])
def test_two_hundred_ladders_cost_as_many_queries_as_ten(bench, query: str):
    ladder = stories.ready()
    copied(ladder, range(9))
    few = cost(bench, f"/models/{query}")
    copied(ladder, range(9, 29))
    for number in range(180):
        rung, at = ladder.rung, ladder.started_at
        Ladder.objects.create(model=ladder.model, name=f"copy {number}", rung=rung, started_at=at)
    assert cost(bench, f"/models/{query}") == few < 40
    assert len(names_on(bench, query)) >= 29
