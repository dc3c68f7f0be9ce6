"""The board: every ladder at a glance, narrowed by chips, in as many queries for two hundred as for ten."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.dosing import services
from cultures.dosing.models import (
    Decision,
    DosingState,
    EscalationPlan,
    Ladder,
    Mechanism,
    ResistanceModel,
    Rung,
)
from cultures.dosing.services.mechanisms import propose_hypothesis
from cultures.passaging.models import Culture
from lims.clock import now
from lims.codes import new_codes
from tests import lab, ladders
from tests.cultures.dosing import stories
from tests.cultures.dosing.stories import signed_in, text_of
from tests.lab import DAY, HOUR

pytestmark = pytest.mark.django_db


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
    for said in ("BT474 in trastuzumab, 1 µg/mL", "rung 1 of 5, day 19", "target 10 µg/mL", "19 d at dose"):
        assert said in text
    for said in (
        "Ready for 2 µg/mL.",
        "<dt>Treated</dt><dd>1</dd>",
        "<dt>Control</dt><dd>1</dd>",
        "<dt>Banked</dt><dd>–",
    ):
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
def many(number: int, at: datetime) -> None:
    """Ladders like the one there is, written straight into the tables: the board reads, it does not ask how they came."""
    like = Ladder.objects.select_related("model", "rung__plan").get(name="A", model__name="BT474-T")
    flask = DosingState.objects.select_related("culture").get(
        ladder=like, culture__arm="treated", culture__ended_at=None
    )
    for code in new_codes("M", number):
        model = ResistanceModel.objects.create(
            code=code,
            name=f"model {code}",
            parental_line=like.model.parental_line,
            compound=like.model.compound,
            keeper=lab.technician(),
            status="deriving",
        )
        plan = EscalationPlan.objects.create(
            model=model, version=1, strategy="explicit", vehicle_pct=Decimal("0.1"), made_by=lab.manager()
        )
        rungs = [
            Rung(plan=plan, number=nth, dose=nth, dose_unit="µg/mL", dose_canonical=nth, planned_days=28, min_days=14,
                 min_passages=2)
            for nth in (1, 2, 3)
        ]  # fmt: skip
        Rung.objects.bulk_create(rungs)
        ladder = Ladder.objects.create(model=model, name="A", rung=rungs[0], started_at=at)
        Decision.objects.create(
            model=model, ladder=ladder, number=1, kind="start", at=at, by=lab.technician(), to_rung=rungs[0]
        )
        for arm in ("treated", "vehicle"):
            culture = Culture.objects.get(pk=flask.culture_id)
            culture.pk, culture.arm, culture.code = None, arm, new_codes("C")[0]
            culture.save()
            values = {field.name: getattr(flask, field.name) for field in DosingState._meta.concrete_fields}
            DosingState.objects.create(**values | {"culture": culture, "ladder": ladder})


@pytest.mark.parametrize("query", ["", "?mine=1", "?q=model&ended=1"])
def test_two_hundred_ladders_cost_as_many_queries_as_ten(
    bench, query: str, django_assert_max_num_queries: DjangoAssertNumQueries
):
    ladder = stories.ready()
    many(9, ladder.started_at)
    with django_assert_max_num_queries(40) as few:
        assert len(names_on(bench, query)) >= 9
    for nth in range(190):
        ladder_of = Ladder.objects.filter(model__name__startswith="model").order_by("pk").first()
        Ladder.objects.create(
            model=ladder_of.model, name=f"L{nth}", rung=ladder_of.rung, started_at=ladder_of.started_at
        )
    with django_assert_max_num_queries(40) as lots:
        assert len(names_on(bench, query)) >= 199
    assert len(lots) == len(few)
