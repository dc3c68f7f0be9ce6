"""Two flasks of a round that grew like each other: pointed out at the harvest and on the page, never asserted."""

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cultures.passaging.commands import Plan
from cultures.passaging.models import Culture
from cultures.passaging.services import start_bench_session
from cultures.passaging.warnings import warnings_for
from cultures.quality.mix_ups import hints_of
from cultures.science.mix_up import LEAST_HISTORY, Grown, grew_like
from lims.clock import now
from tests import lab
from tests.lab import DAY

SLOW, FAST = 2_600_000, 12_000_000  # harvested of a million after six days: doubling in 104 h and in 40 h


def grown(doubling_h: float | None, per_cm2: float | None = 1e5) -> Grown:
    return Grown(doubling_h, per_cm2)


# --- the rule --------------------------------------------------------------------------------------------------------


def test_a_jump_that_the_cells_have_made_before_is_nothing_odd():
    wild = [grown(hours) for hours in (30, 52, 80)]
    assert grew_like(grown(30), wild, [grown(30)] * 4) is None


def test_lines_that_grow_alike_cannot_be_told_apart():
    assert grew_like(grown(40), [grown(52)] * 4, [grown(40)] * 4) is None


def test_the_doubling_time_decides_where_it_can_be_told():
    slow, fast = [grown(52, 9e4)] * 4, [grown(30, 2e5)] * 4
    assert grew_like(grown(52, 2e5), slow, fast) is None  # it only stood longer
    assert grew_like(grown(None, 2e5), slow, fast).measure == "per_cm2"


@pytest.mark.parametrize("history", range(LEAST_HISTORY))
def test_few_passages_are_no_history(history):
    assert grew_like(grown(30), [grown(52)] * history, [grown(30)] * 8) is None
    assert grew_like(grown(30), [grown(52)] * 8, [grown(30)] * history) is None


def test_the_usual_spread_of_a_line_hardly_ever_makes_a_hint():
    """Of ten thousand passages of a line beside one that is much faster, each with a spread of 15 %."""
    chance = Random(7)
    hints = 0
    for _ in range(10_000):
        slow, fast = ([grown(usual * chance.lognormvariate(0, 0.15)) for _ in range(6)] for usual in (52, 30))
        hints += grew_like(grown(52 * chance.lognormvariate(0, 0.15)), slow, fast) is not None
    assert hints < 50


def test_a_swap_of_two_established_lines_is_mostly_seen():
    chance = Random(8)
    seen = 0
    for _ in range(1_000):
        slow, fast = ([grown(usual * chance.lognormvariate(0, 0.08)) for _ in range(6)] for usual in (60, 28))
        seen += grew_like(grown(28 * chance.lognormvariate(0, 0.08)), slow, fast) is not None
    assert seen > 900


# --- at the bench ----------------------------------------------------------------------------------------------------


def passaged(flask: Culture, times: int, harvested: int) -> Culture:
    for _ in range(times):
        (flask,) = lab.split(flask, harvested=harvested)
    return flask


@pytest.fixture
def pair() -> tuple[Culture, Culture]:
    """A slow and a fast line, passaged by one person on the same days, four times."""
    start = (now() - 40 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
    slow, fast = lab.growing("BT474", at=start), lab.growing("SKBR3", at=start)
    return passaged(slow, 4, SLOW), passaged(fast, 4, FAST)


def at_harvest(flask: Culture, harvested: int, at: datetime | None = None) -> list[str]:
    at = at or flask.seeded_at + 6 * DAY
    found = warnings_for([flask], lab.counted(harvested), 10, Plan(daughters=()), at)
    return [warning.sentence for warning in found if warning.code == "grew_like_neighbour"]


@pytest.mark.django_db
def test_a_harvest_that_grew_like_its_neighbour_is_pointed_out_before_it_is_saved(pair):
    slow, fast = pair
    (sentence,) = at_harvest(slow, FAST)
    assert f"{slow.code} (BT474) grew like" in sentence
    assert "of SKBR3, passaged in the same round" in sentence
    assert sentence.endswith("Were the flasks swapped?")
    assert at_harvest(fast, SLOW)


@pytest.mark.django_db
def test_a_harvest_as_ever_says_nothing(pair):
    slow, fast = pair
    assert at_harvest(slow, SLOW) == at_harvest(fast, FAST) == []


@pytest.mark.django_db
def test_what_was_passaged_on_another_day_by_another_person_is_no_neighbour(pair):
    slow, _ = pair
    stranger = lab.growing("HCC1954", at=slow.seeded_at - 24 * DAY - timedelta(hours=30), keeper="JT")
    for _ in range(4):
        (stranger,) = lab.split(stranger, harvested=FAST, by=lab.another_technician())
    lab.harvest(stranger, harvested=FAST, by=lab.another_technician())
    assert not any("HCC1954" in sentence for sentence in at_harvest(slow, FAST))


@pytest.mark.django_db
def test_flasks_of_one_session_are_neighbours_whoever_keeps_them():
    start = (now() - 20 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
    slow, fast = lab.growing("BT474", at=start), lab.growing("SKBR3", at=start, keeper="JT")
    for _ in range(3):
        (slow,) = lab.split(slow, harvested=1_560_000, at=slow.seeded_at + 5 * DAY)
        (fast,) = lab.split(fast, harvested=8_000_000, at=fast.seeded_at + 5 * DAY, by=lab.another_technician())
    assert at_harvest(slow, 8_000_000, now()) == []
    start_bench_session(hood_id=lab.hood().pk, at=now() - timedelta(hours=1), by=lab.another_technician())
    lab.harvest(fast, harvested=8_000_000, at=now() - timedelta(minutes=20), by=lab.another_technician())
    assert at_harvest(slow, 8_000_000, now())


@pytest.mark.django_db
def test_the_page_of_the_flask_and_of_its_daughter_shows_the_hint_and_asserts_nothing(client: Client, pair):
    slow, _ = pair
    (daughter,) = lab.split(slow, harvested=FAST)
    client.force_login(lab.technician())
    for flask in (slow, daughter):
        assert hints_of(flask)
        page = client.get(f"/cultures/{flask.code}/").content.decode()
        assert "A hint, not a finding." in page
        assert f"{reverse('cultures:culture_qc', args=[flask.code])}?family=str" in page
    assert hints_of(passaged(daughter, 1, SLOW)) == []


@pytest.mark.django_db
def test_a_hint_costs_the_same_in_a_round_of_two_and_of_ten(pair):
    slow, _ = pair
    at_harvest(slow, FAST)  # the lab's settings are read once
    with CaptureQueriesContext(connection) as few:
        at_harvest(slow, FAST)
    start = slow.seeded_at - 24 * DAY
    for number in range(8):
        passaged(lab.growing(f"LINE{number}", at=start), 4, FAST)
    with CaptureQueriesContext(connection) as many:
        at_harvest(slow, FAST)
    assert len(many) == len(few)
