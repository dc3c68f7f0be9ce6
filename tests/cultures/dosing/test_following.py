"""The dosing states that follow from events: whatever the order of entry, they are what the events say."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.dosing import bench
from cultures.dosing.exposure import exposure_of, exposures_of
from cultures.dosing.following import differences, recompute, refold, state_of
from cultures.dosing.models import DosingState
from cultures.passaging.models import Culture
from cultures.passaging.services import correct_entry, undo_entry
from cultures.science.exposure import State
from cultures.science.stays import Kind
from lims.clock import now
from tests import lab, ladders
from tests.lab import DAY, FRIDAY

pytestmark = pytest.mark.django_db


def state(culture) -> State:
    return state_of(DosingState.objects.get(culture=culture))


def test_daughters_inherit_what_their_parent_has_been_through():
    ladder = ladders.climbing()
    at = ladders.passaged(ladder)
    daughter = state(ladders.lead(ladder))
    assert (daughter.began, daughter.at_dose_since, daughter.passages_at_dose) == (FRIDAY, FRIDAY, 1)
    assert daughter.dose_days == pytest.approx(6)
    assert daughter.until(at + 2 * DAY, 7 * DAY).dose_days == pytest.approx(8)


def test_cells_that_leave_the_arms_stay_known_and_other_cultures_are_not():
    ladder = ladders.climbing()
    lead = ladders.lead(ladder)
    side, treated = lab.split(
        lead,
        (
            lab.seeding("T25", arm="", cells=100_000),
            lab.seeding("T75", said=lab.medium(15, drugs=[lab.drug("trastuzumab", 1)])),
        ),
    )
    lab.growing("BT474")
    assert set(DosingState.objects.filter(culture__ended_at=None).values_list("culture", flat=True)) == {
        side.pk,
        treated.pk,
        ladders.control(ladder).pk,
    }
    assert state(side).dose == 0


def test_an_undone_passage_leaves_the_states_as_if_it_had_never_been():
    ladder = ladders.climbing()
    lead, before = ladders.lead(ladder), state(ladders.lead(ladder))
    harvest = lab.harvest(lead, [lab.seeding(said=lab.medium(drugs=[lab.drug("trastuzumab", 1)]))], at=FRIDAY + 6 * DAY)
    undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=lab.technician())
    assert ladders.lead(ladder) == lead
    assert state(lead) == before
    assert DosingState.objects.count() == 2


def test_a_corrected_dose_is_followed_by_all_that_descends():
    ladder = ladders.climbing()
    first = ladders.lead(ladder)
    feed = ladders.fed(first, FRIDAY + 3 * DAY)
    ladders.passaged(ladder)
    correct_entry(
        kind="feed",
        event_id=feed.pk,
        changes={"drugs": (lab.drug("trastuzumab", "0.5"),)},
        reason="the wrong pipette",
        at=now(),
        by=lab.technician(),
    )
    daughter = state(ladders.lead(ladder))
    assert daughter.dose_days == pytest.approx(3 * 1 + 3 * 0.5)
    assert daughter.at_dose_since == FRIDAY + 6 * DAY
    assert differences() == []


@pytest.mark.parametrize("seed", range(4))
def test_events_entered_in_any_order_come_to_the_same_state(seed: int):
    """Two flasks of one story: entered as it happened, and shuffled, with the passages first."""
    chance = Random(seed)
    days = sorted(chance.sample(range(1, 60), 12))
    doses = [chance.choice(("1", "1.5", "2", "")) for _ in days]

    def live(order: list[int]) -> State:
        ladder = ladders.climbing(ladders.planned(f"model {chance.random()}"))
        flask = ladders.lead(ladder)
        for number in order:
            at = FRIDAY + timedelta(hours=6 * days[number])
            if doses[number]:
                ladders.fed(
                    flask, at, drugs=(lab.drug("trastuzumab", doses[number]),), without_drug="", override="as it was"
                )
            else:
                ladders.fed(flask, at, drugs=(), without_drug="holiday")
        return state(flask)

    in_order = live(list(range(12)))
    shuffled = list(range(12))
    chance.shuffle(shuffled)
    assert live(shuffled) == in_order
    assert differences() == []


def test_what_is_stored_is_what_the_events_come_to():
    ladder = ladders.climbing()
    for _ in range(2):
        ladders.climbed(ladder)
    DosingState.objects.update(dose_days=1)
    assert len(differences()) == DosingState.objects.count()
    assert recompute() == DosingState.objects.count()
    assert differences() == []


def test_exposure_is_elapsed_time_over_a_change_of_the_clocks():
    """Europe/Dublin, 29 March 2026: a week on the wall has 167 hours."""
    start = datetime(2026, 3, 24, 9, tzinfo=UTC)
    ladder = ladders.climbing(at=start)
    found = exposure_of(ladders.lead(ladder).pk, datetime(2026, 3, 31, 8, tzinfo=UTC)).ledger
    assert found.days_on * 24 == pytest.approx(167)


def test_the_ledger_of_a_culture_tells_every_drug_its_cells_ever_got():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    ladders.fed(flask, FRIDAY + 2 * DAY, drugs=(lab.drug("trastuzumab", 1), lab.drug("lapatinib", 50)))
    told = {one.compound.name: one.ledger for one in exposures_of(flask.pk, FRIDAY + 4 * DAY)}
    assert told["lapatinib"].cumulative == pytest.approx(100)
    assert told["trastuzumab"].cumulative == pytest.approx(4)


def test_a_holiday_and_a_gap_are_told_apart():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    ladders.fed(flask, FRIDAY + 2 * DAY, drugs=(), without_drug="holiday")
    ladders.fed(flask, FRIDAY + 4 * DAY, drugs=(), without_drug="gap")
    kinds = [one.kind for one in exposure_of(flask.pk, FRIDAY + 5 * DAY).ledger.intervals]
    assert kinds == [Kind.BEFORE, Kind.ON, Kind.HOLIDAY, Kind.GAP]


def test_following_a_ladder_costs_the_same_however_old_it_is(django_assert_max_num_queries):
    ladder = ladders.climbing()
    for _ in range(6):
        ladders.passaged(ladder)
    flask = ladders.lead(ladder)
    with django_assert_max_num_queries(10):
        refold([flask.pk])


def test_where_no_state_changed_nothing_is_written_and_no_model_is_looked_at():
    ladder = ladders.climbing()
    flask = ladders.lead(ladder)
    with CaptureQueriesContext(connection) as asked:
        bench.follow([flask.pk])
    assert not [one["sql"] for one in asked if re.search("INSERT|UPDATE|DELETE|cultures_decision", one["sql"])]

    DosingState.objects.filter(pk=flask.pk).update(dose=0)
    assert refold([flask.pk]) == [ladder]
    assert refold([flask.pk]) == []
    DosingState.objects.filter(pk=flask.pk).delete()
    assert refold([flask.pk]) == [ladder]
    assert differences() == []


def test_a_flask_that_ends_at_the_moment_of_its_medium_changes_its_state():
    """So that a model does not stay a candidate by a flask that is gone."""
    ladder = ladders.climbing()
    flask, at = ladders.lead(ladder), FRIDAY + 2 * DAY
    ladders.fed(flask, at)
    before = state(flask)
    Culture.objects.filter(pk=flask.pk).update(ended_at=at, fate=Culture.Fate.DISCARDED)
    assert refold([flask.pk]) == [ladder]
    assert state(flask) == replace(before, is_frozen=True)
