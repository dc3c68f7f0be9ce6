from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from cultures.passaging.errors import NothingToUndo, NotThere, TooLateToUndo
from cultures.passaging.lineage import descendants
from cultures.passaging.models import Count, Culture, Event, Feed, Harvest
from cultures.passaging.services import may_undo, undo_entry
from lims.clock import now
from tests.lab import (
    DAY,
    FRIDAY,
    again,
    another_technician,
    count_of,
    discarded,
    fed,
    growing,
    harvest,
    medium,
    moved,
    nothing_written,
    observed,
    recipe,
    shelf,
    split,
    technician,
)

pytestmark = pytest.mark.django_db


def undone(event: Event, kind: str | None = None, **options: object) -> None:
    kind = kind or type(event).__name__.lower()
    undo_entry(kind=kind, event_id=event.pk, **{"at": now(), "by": technician(), **options})


def test_an_undone_passage_never_was():
    parent = growing()
    made = harvest(parent, ("T75", "T25"))
    daughters = list(made.daughters)
    undone(made)
    assert again(parent).is_growing
    assert {again(daughter).fate for daughter in daughters} == {"entered_in_error"}
    assert not Feed.objects.standing().filter(culture__in=daughters).exists()
    assert not Count.objects.standing().filter(culture=parent).exists()
    assert descendants(parent.pk) == []


def test_a_culture_can_be_passaged_again_after_its_passage_was_undone():
    parent = growing()
    undone(harvest(parent))
    (daughter,) = split(parent)
    assert daughter.passage_number == 9


def test_a_posted_count_outlives_the_passage_it_was_used_for():
    parent = growing()
    reading = count_of(parent)
    with time_machine.travel(now() + timedelta(minutes=1)):
        undone(harvest(parent, count=reading.pk))
    reading.refresh_from_db()
    assert reading.stands


def test_a_passage_is_not_undone_once_something_was_logged_on_a_daughter():
    made = harvest(growing())
    fed(made.daughters.get(), at=FRIDAY + 8 * DAY)
    with pytest.raises(NothingToUndo, match=r"Something was logged on what it made\. Correct the entry instead\."):
        undone(made)


def test_a_passage_is_not_undone_once_a_daughter_was_passaged():
    made = harvest(growing())
    split(made.daughters.get())
    with pytest.raises(NothingToUndo), nothing_written():
        undone(made)


def test_after_a_quarter_of_an_hour_it_is_corrected():
    feed = fed(growing())
    with (
        time_machine.travel(now() + timedelta(minutes=16)),
        pytest.raises(TooLateToUndo, match=r"for 15 minutes\. Correct it instead"),
    ):
        undone(feed)


def test_only_ones_own_entry_is_undone():
    with pytest.raises(NothingToUndo, match="Somebody else"):
        undone(fed(growing()), by=another_technician())


def test_only_the_last_entry_is_undone():
    culture = growing()
    first = fed(culture)
    observed(culture)
    with pytest.raises(NothingToUndo, match="since"):
        undone(first)


def test_an_entry_of_another_person_does_not_stand_in_the_way():
    culture = growing()
    feed = fed(culture)
    observed(culture, by=another_technician())
    undone(feed)


def test_an_entry_is_undone_once():
    feed = fed(growing())
    undone(feed)
    with pytest.raises(NothingToUndo, match="already"):
        undone(feed)


def test_an_undone_feed_leaves_the_medium_as_it_was():
    culture, other = growing(), recipe("McCoy 5A + 10 % FBS")
    feed = fed(culture, medium=replace(medium(lots=[]), recipe_id=other.pk))
    undone(feed)
    assert again(culture).medium == recipe()


def test_an_undone_move_brings_the_culture_back():
    culture = growing(where=shelf("shelf A"))
    undone(moved(culture, shelf("shelf B")))
    assert again(culture).place == shelf("shelf A")


def test_an_undone_discard_lets_the_culture_grow_on():
    culture = growing()
    undone(discarded(culture))
    assert again(culture).is_growing


def test_an_undone_arrival_never_was():
    culture = growing()
    undone(culture.receipts.get())
    assert again(culture).fate == Culture.Fate.ENTERED_IN_ERROR
    assert not Culture.objects.growing().exists()


def test_an_arrival_with_a_later_entry_is_not_undone():
    culture = growing()
    observed(culture, by=another_technician())
    with pytest.raises(NothingToUndo):
        undone(culture.receipts.get())


def test_a_count_a_harvest_rests_on_is_not_undone():
    parent = growing()
    made = harvest(parent)
    with pytest.raises(NothingToUndo, match="A harvest rests on this count"):
        undone(made.used_count)


def test_the_medium_of_a_seeding_is_not_undone_alone():
    with pytest.raises(NothingToUndo, match="belongs to the seeding"):
        undone(growing().feeds.get())


def test_what_is_not_there_is_refused_in_words():
    with pytest.raises(NotThere):
        undo_entry(kind="harvest", event_id=999_999, at=now(), by=technician())
    with pytest.raises(NotThere):
        undo_entry(kind="user", event_id=1, at=now(), by=technician())


def test_a_page_knows_without_asking_whether_to_offer_undo(django_assert_num_queries):
    made, feed = harvest(growing()), fed(growing())
    imported = fed(growing(), source="demonstration")
    with django_assert_num_queries(0):
        assert may_undo(made, now())
        assert may_undo(feed, now())
        assert not may_undo(imported, now())
        assert not may_undo(feed, now() + timedelta(minutes=16))
    undone(feed)
    feed.refresh_from_db()
    assert not may_undo(feed, now())


def test_an_undone_entry_says_who_and_why():
    feed = fed(growing())
    undone(feed)
    feed.refresh_from_db()
    assert (feed.withdrawn_by, feed.withdrawn_reason) == (technician(), "undone")
    assert Harvest.objects.count() == 0
