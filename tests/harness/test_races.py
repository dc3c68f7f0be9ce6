"""Races with real connections: many people at once, and exactly one of them is right."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum

from cultures.passaging import services
from cultures.passaging.commands import Plan
from cultures.passaging.errors import CultureNotGrowing, NotEnoughCells
from cultures.passaging.models import Culture, Feed, Harvest
from lims.clock import now
from lims.errors import DomainError
from tests.lab import (
    FRIDAY,
    HOUR,
    another_technician,
    counted,
    discarded,
    fed,
    growing,
    harvest,
    hood,
    line_of_passages,
    lot,
    manager,
    medium,
    pooled,
    seeding,
    split,
    technician,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
PEOPLE = 32


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Each act on a connection of its own, all let go together; what it returned, or the refusal it raised."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(outcomes: Sequence[object]) -> list[DomainError]:
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


def test_of_32_simultaneous_passages_exactly_one_succeeds():
    parent = growing()
    person, plan, count = technician(), Plan(daughters=[seeding()]), counted()

    def passage() -> Harvest:
        return services.passage_culture(
            culture_id=parent.pk, count=count, volume_ml=Decimal(10), plan=plan, at=FRIDAY + HOUR, by=person
        )

    outcomes = at_once([passage] * PEOPLE)
    assert len(refusals(outcomes)) == PEOPLE - 1
    assert all(isinstance(refusal, CultureNotGrowing) for refusal in refusals(outcomes))
    assert Harvest.objects.count() == 1
    assert Culture.objects.filter(passage_number=9).count() == 1


def test_pools_that_share_a_flask_do_not_both_stand():
    flasks = [growing() for _ in range(4)]
    pairs = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 0), (0, 2)]
    outcomes = at_once([lambda pair=pair: pooled([flasks[number] for number in pair]) for pair in pairs])
    done = [outcome for outcome in outcomes if not isinstance(outcome, DomainError)]
    used = list(Harvest.objects.values_list("sources__culture", flat=True))
    assert 1 <= len(done) <= 2
    assert len(used) == len(set(used)) == 2 * len(done)


def test_a_passage_and_a_discard_do_not_both_stand():
    for _ in range(4):
        parent = growing()
        outcomes = at_once([lambda flask=parent: split(flask), lambda flask=parent: discarded(flask)])
        assert len(refusals(outcomes)) == 1


def test_a_late_feed_and_a_passage_end_in_order():
    parent = growing()
    outcomes = at_once([lambda: split(parent, at=FRIDAY + 5 * HOUR), lambda: fed(parent, at=FRIDAY + 9 * HOUR)])
    assert len(refusals(outcomes)) == 1  # the feed after the end, or the passage before the feed
    parent.refresh_from_db()
    assert not Feed.objects.filter(culture=parent, at__gt=parent.ended_at or now()).exists()


def test_what_a_harvest_holds_is_not_given_away_twice():
    made = harvest(growing(), (), harvested=2_500_000, discard_rest=False)
    person, wanted = technician(), seeding("T75", cells=1_000_000)
    outcomes = at_once([lambda: services.seed_culture(harvest_id=made.pk, seeding=wanted, at=made.at, by=person)] * 8)
    assert len(refusals(outcomes)) == 6
    assert all(isinstance(refusal, NotEnoughCells) for refusal in refusals(outcomes))
    assert made.allocations.aggregate(taken=Sum("cells"))["taken"] == 2_000_000


def test_a_count_is_used_by_one_harvest():
    one, other = growing(), growing()
    count = services.count_culture(culture_id=one.pk, count=counted(), at=FRIDAY + HOUR, by=technician())
    person = technician()

    def pool(flasks: list[Culture]) -> Harvest:
        return services.harvest_culture(
            culture_ids=[flask.pk for flask in flasks], count=count.pk, volume_ml=Decimal(10), plan=Plan(),
            at=FRIDAY + HOUR, by=person,
        )  # fmt: skip

    at_once([lambda: pool([one]), lambda: pool([one, other]), lambda: pool([other, one])])
    assert Harvest.objects.filter(used_count=count).count() == 1


def test_a_passage_during_a_correction_upstream_is_recomputed_or_seeded_right():
    for _ in range(3):
        founder = growing(passage=8)
        chain = line_of_passages(founder, 3)
        receipt, boss = founder.receipts.get(), manager()

        def correct(event_id: int = receipt.pk, by: object = boss) -> object:
            return services.correct_entry(
                kind="receipt", event_id=event_id, changes={"label_passage_number": 18}, reason="label", at=now(), by=by
            )  # type: ignore[arg-type]  # both are what they are called

        outcomes = at_once([correct, lambda last=chain[-1]: split(last), lambda first=chain[-1]: fed(first)])
        refused = refusals(outcomes)
        assert len(refused) <= 1  # the feed, when it came after the end
        assert Culture.objects.filter(descents_up__parent=chain[-1]).get().passage_number == 22


def test_one_entry_is_corrected_by_one_person():
    receipt, person = growing(passage=8).receipts.get(), manager()

    def correct(passage: int) -> object:
        return services.correct_entry(
            kind="receipt", event_id=receipt.pk, changes={"label_passage_number": passage}, reason="label", at=now(),
            by=person,
        )  # fmt: skip

    outcomes = at_once([lambda passage=passage: correct(passage) for passage in range(20, 28)])
    assert len(refusals(outcomes)) == 7


def test_one_bottle_opened_by_many_hands_is_opened_once():
    bottle = lot("DMEM", "fresh", opened_on=None)
    flasks, what = [growing() for _ in range(6)], medium(lots=[bottle])
    outcomes = at_once([lambda flask=flask: fed(flask, medium=what) for flask in flasks])
    assert refusals(outcomes) == []
    bottle.refresh_from_db()
    assert f"{bottle.opened_on}" == "2026-03-02"


def test_a_person_who_sits_down_twice_sits_at_one_hood():
    hoods, person = [hood("Hood 1").pk, hood("Hood 2").pk], technician()
    at = now() - timedelta(minutes=5)
    at_once([lambda pk=pk: services.start_bench_session(hood_id=pk, at=at, by=person) for pk in hoods * 4])
    assert person.bench_sessions.filter(ended_at=None).count() == 1


@pytest.mark.proof
def test_many_passages_raced_many_times():
    people = [technician(), another_technician()]
    for number in range(40):
        parent = growing()
        outcomes = at_once([lambda who=who, flask=parent: split(flask, by=who) for who in people * 16])
        assert len(refusals(outcomes)) == PEOPLE - 1, f"round {number}"


@pytest.mark.proof
def test_crossing_pools_never_deadlock_into_an_error():
    pairs = [(a, b) for a in range(6) for b in range(6) if a != b][:24]
    for _ in range(40):
        flasks = [growing() for _ in range(6)]
        outcomes = at_once([partial(pooled, [flasks[a], flasks[b]]) for a, b in pairs])
        used = Harvest.objects.filter(sources__culture__in=flasks).values_list("sources__culture", flat=True)
        assert len(used) == len(set(used))
        assert len(refusals(outcomes)) >= len(pairs) - 3
