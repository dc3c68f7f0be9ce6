import pytest

from cultures.passaging.errors import (
    CultureNotGrowing,
    DuplicateCulture,
    PoolNeedsSeveral,
    PoolOfDifferentLines,
)
from cultures.passaging.models import Culture
from tests.lab import again, drug, growing, nothing_written, pooled, split

pytestmark = pytest.mark.django_db


def test_a_pool_is_as_old_as_its_oldest_flask():
    young, old = growing(passage=8, pdl=20.0), growing(passage=11, pdl=31.0)
    (daughter,) = pooled([young, old], harvested=4_000_000)
    assert daughter.passage_number == 12
    assert daughter.cpdl == pytest.approx(32.0)  # two million seeded, four harvested
    assert list(daughter.parents) == [young, old]
    assert daughter.origin == Culture.Origin.POOL


def test_every_flask_of_a_pool_has_ended():
    flasks = [growing(), growing(), growing()]
    pooled(flasks)
    assert {again(flask).fate for flask in flasks} == {"passaged"}


def test_passages_since_thaw_are_those_of_the_oldest():
    (once,) = split(growing())
    (daughter,) = pooled([growing(at=once.seeded_at), once])
    assert daughter.passages_since_thaw == 2


def test_unknown_doublings_of_one_flask_make_the_pools_unknown():
    (daughter,) = pooled([growing(pdl=None), growing(pdl=5.0)])
    assert daughter.cpdl is None


def test_a_pool_with_a_treated_flask_is_treated():
    (daughter,) = pooled([growing(), growing(arm="treated", drugs=[drug()])])
    assert daughter.arm == "treated"


def test_flasks_of_different_lines_are_not_pooled():
    flasks = [growing("SKBR3"), growing("BT474")]
    with pytest.raises(PoolOfDifferentLines, match=r"is SKBR3, .* is BT474"), nothing_written():
        pooled(flasks)


def test_the_same_flask_is_not_pooled_with_itself():
    flask = growing()
    with pytest.raises(DuplicateCulture):
        pooled([flask, flask])


def test_one_flask_is_no_pool():
    with pytest.raises(PoolNeedsSeveral):
        pooled([growing()])


def test_a_flask_that_has_ended_is_not_pooled():
    ended, fresh = growing(), growing()
    split(ended)
    with pytest.raises(CultureNotGrowing), nothing_written():
        pooled([fresh, ended])
    assert again(fresh).is_growing
