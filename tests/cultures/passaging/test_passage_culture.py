import pytest

from cultures.passaging.errors import CultureNotGrowing, NotEnoughCells
from tests.lab import growing, nothing_written, split

pytestmark = pytest.mark.django_db


def test_daughters_are_one_passage_on_from_their_parent():
    parent = growing("SKBR3", passage=8)
    t75, t25 = split(parent, into=("T75", "T25"))
    assert t75.passage_number == t25.passage_number == 9
    assert list(t75.parents) == [parent]


def test_a_culture_is_passaged_only_once():
    parent = growing("SKBR3")
    split(parent)
    with pytest.raises(CultureNotGrowing, match=r"\(SKBR3 p8, T75\) was passaged on 05 Mar 2026 by AM\."):
        split(parent)


def test_seeding_more_cells_than_were_harvested_changes_nothing():
    parent = growing("SKBR3")
    with pytest.raises(NotEnoughCells), nothing_written():
        split(parent, harvested=600_000)
