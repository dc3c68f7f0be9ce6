import pytest
from django.db import IntegrityError, transaction

from cultures.passaging.lineage import ancestors, descendants, family, main_line, with_descendants
from cultures.passaging.models import Descent
from cultures.passaging.services import undo_entry
from lims.clock import now
from tests.lab import drug, growing, harvest, line_of_passages, medium, pooled, seeding, split, technician

pytestmark = pytest.mark.django_db


def test_ancestors_are_found_nearest_first():
    chain = line_of_passages(growing(passage=8), 4)
    found = ancestors(chain[-1].pk)
    assert [one.code for one in found] == [culture.code for culture in reversed(chain[:-1])]
    assert [one.depth for one in found] == [1, 2, 3, 4]
    assert found[-1].passage_number == 8


def test_descendants_are_all_that_was_made_of_it():
    founder = growing()
    one, other = split(founder, ("T75", "T25"))
    (deeper,) = split(one)
    assert {relative.id for relative in descendants(founder.pk)} == {one.pk, other.pk, deeper.pk}
    assert descendants(other.pk) == []


def test_a_pool_is_reached_by_each_of_its_flasks_and_counted_once():
    founder = growing()
    one, other = split(founder, ("T75", "T75"))
    (joined,) = pooled([one, other])
    assert [relative.id for relative in descendants(founder.pk)] == [one.pk, other.pk, joined.pk]
    assert {relative.id for relative in ancestors(joined.pk)} == {one.pk, other.pk, founder.pk}


def test_the_longest_way_gives_the_depth():
    founder, other = growing(), growing()
    (daughter,) = split(founder)
    (joined,) = pooled([other, daughter])
    depth = {relative.id: relative.depth for relative in ancestors(joined.pk)}
    assert depth == {daughter.pk: 1, other.pk: 1, founder.pk: 2}


def test_what_was_entered_in_error_is_no_descendant():
    founder = growing()
    undo_entry(kind="harvest", event_id=harvest(founder).pk, at=now(), by=technician())
    assert descendants(founder.pk) == []
    assert with_descendants([founder.pk]) == [founder.pk]


def test_the_main_line_follows_the_oldest_flask_of_a_pool():
    young, old = growing(passage=5), growing(passage=9)
    (joined,) = pooled([young, old])
    assert main_line(joined.pk) == [joined.pk, old.pk]


def test_parents_come_before_daughters_in_what_is_recomputed():
    chain = line_of_passages(growing(), 5)
    assert with_descendants([chain[2].pk]) == [culture.pk for culture in chain[2:]]


def test_a_family_holds_siblings_and_their_doses():
    founder = growing("SKBR3")
    treated = seeding(said=medium(drugs=[drug(dose=100)]))
    one, other = split(founder, [treated, "T25"])
    graph = family(one.pk)
    assert set(graph.by_id) == {founder.pk, one.pk, other.pk}
    assert graph.by_id[one.pk].dose == "lapatinib 100 nM"
    assert graph.by_id[other.pk].dose == ""
    assert sorted(graph.descents) == [(founder.pk, one.pk), (founder.pk, other.pk)]


def test_a_family_too_large_keeps_what_is_nearest():
    chain = line_of_passages(growing(), 6)
    graph = family(chain[3].pk, limit=3)
    assert len(graph.by_id) == 3
    assert chain[3].pk in graph.by_id


def test_lineage_is_one_round_trip(django_assert_num_queries):
    chain = line_of_passages(growing(), 10)
    with django_assert_num_queries(1):
        ancestors(chain[-1].pk)
    with django_assert_num_queries(1):
        descendants(chain[0].pk)
    with django_assert_num_queries(5):
        family(chain[5].pk)


def test_no_culture_can_become_its_own_ancestor():
    made = harvest(growing())
    parent, daughter = made.sources.get().culture, made.daughters.get()
    for upper, lower in ((daughter, parent), (parent, parent)):
        with pytest.raises(IntegrityError, match="descent_runs_forward"), transaction.atomic():
            Descent.objects.create(parent=upper, daughter=lower, harvest=made, kind="split")
