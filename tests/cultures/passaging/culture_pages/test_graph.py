"""The drawing of a family: what is folded, and that nothing overlaps."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from cultures.passaging.graph import BUDGET, Family, Mark, Member, fold
from cultures.passaging.layout import LEFT, Layout, lay_out

DAY_0, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)


def member(pk, day, *, days=7, growing=False, dose="", passage=None):
    start = DAY_0 + timedelta(days=day)
    end = None if growing else start + timedelta(days=days)
    return Member(pk, f"C-{pk}", "SKBR3", pk if passage is None else passage, start, end, dose=dose)


def chain(length, current=None):
    """Passaged weekly, one daughter each; the last one grows."""
    members = [member(pk, 7 * pk, growing=pk == length - 1) for pk in range(length)]
    return Family(members, [(pk, pk + 1) for pk in range(length - 1)], length - 1 if current is None else current)


def with_spares(length):
    """Each passage seeds a second flask that is discarded."""
    members, descents = [member(0, 0)], []
    for passage in range(1, length):
        parent = 2 * passage - 3 if passage > 1 else 0
        growing = passage == length - 1
        members += [member(2 * passage - 1, 7 * passage, growing=growing, passage=passage)]
        members += [member(2 * passage, 7 * passage, days=3, passage=passage)]
        descents += [(parent, 2 * passage - 1), (parent, 2 * passage)]
    return Family(members, descents, 2 * length - 3)


def random_family(seed, size=60):
    """Splits, pools, ends and doses at random, in an order of time; all related to the current one."""
    dice = random.Random(seed)
    members, descents, ended = [], [], []
    for pk in range(size):
        how_many = 0 if dice.random() < 0.04 else dice.choice([1, 1, 1, 1, 2, 3])
        parents = dice.sample(ended, min(len(ended), how_many))
        day = max([(parent.end - DAY_0).days for parent in parents], default=dice.randrange(20))
        day += dice.choice([0, 0, 0, 30])
        growing, dose = dice.random() < 0.1, dice.choice(["", "", "lapatinib 10 nM"])
        members.append(member(pk, day, days=dice.randrange(12), growing=growing, dose=dose))
        descents += [(parent.id, pk) for parent in parents]
        ended += [] if growing else members[-1:]
    family = Family(members, descents, current := dice.randrange(size))
    related = family.reach([current], {pk: family.up[pk] + family.down[pk] for pk in family.by_id})
    return Family([one for one in members if one.id in related], descents, current)


def laid_out(family, opened=()) -> Layout:
    marks = fold(family, opened)
    main = next(mark for mark in marks if any(one.id == family.current for one in mark.members) and not mark.is_bundle)
    return lay_out(marks, main, lambda mark: (f"p{mark.first.passage}", mark.first.dose, "discarded"), NOW)


def shown(marks: list[Mark]) -> list[str]:
    return [
        ("+" if mark.is_bundle else "") + ("-".join(dict.fromkeys([mark.first.code, mark.last.code]))) for mark in marks
    ]


def test_an_unbranched_run_is_one_pill_up_to_the_current_culture():
    assert shown(fold(chain(30))) == ["C-0-C-28", "C-29"]


def test_the_current_culture_stands_alone_in_the_middle_of_its_run():
    assert shown(fold(chain(30, current=12))) == ["C-0-C-11", "C-12", "C-13-C-28", "C-29"]


def test_a_change_of_dose_begins_a_new_pill():
    members = [member(pk, 7 * pk, dose="10 nM" if pk > 4 else "") for pk in range(10)]
    assert shown(fold(Family(members, [(pk, pk + 1) for pk in range(9)], 9))) == ["C-0-C-4", "C-5-C-8", "C-9"]


def test_a_run_opens_by_the_code_of_its_first_culture():
    assert shown(fold(chain(6), ["C-0"])) == ["C-0", "C-1", "C-2", "C-3", "C-4", "C-5"]


def test_a_long_run_opens_into_shorter_runs():
    opened = fold(chain(200), ["C-0"])
    assert 20 <= len(opened) <= BUDGET
    assert [one.id for mark in opened for one in mark.members] == list(range(200))
    assert len(fold(chain(200), ["C-0", opened[3].first.code])) > len(opened)


def test_spare_flasks_are_bundled_once_there_are_too_many_marks():
    marks = fold(with_spares(60))
    assert shown(marks) == ["C-0-C-115", "C-117", "+C-2-C-118"]
    assert len(marks[2].members) == 59


def test_a_small_family_is_drawn_with_all_its_branches():
    assert len(fold(with_spares(6))) == 11


def test_a_bundle_opens_by_the_code_of_its_first_culture():
    marks = fold(with_spares(60), ["C-2"])
    assert sum(mark.is_bundle for mark in marks) == 1
    assert len([one for mark in marks if not mark.is_bundle for one in mark.members]) == 60 + 24


def test_a_pool_joins_its_parents():
    members = [member(0, 0), member(1, 0), member(2, 7, growing=True)]
    layout = laid_out(Family(members, [(0, 2), (1, 2)], 2))
    pool = next(box for box in layout.boxes.values() if box.mark.first.id == 2)
    assert len(pool.mark.parents) == 2
    assert {layout.boxes[parent].row for parent in pool.mark.parents} == {0, 1}


@pytest.mark.parametrize("seed", range(15))
def test_no_two_marks_overlap_and_every_edge_runs_left_to_right(seed):
    layout = laid_out(random_family(seed))
    for one, other in combinations(layout.boxes.values(), 2):
        apart = one.right <= other.x or other.right <= one.x
        assert one.row != other.row or apart, (one, other)
    for box, child in layout.edges():
        assert child.x > (box.x if box.mark.is_bundle or child.mark.is_bundle else box.right)
    assert min(box.x for box in layout.boxes.values()) == LEFT


@pytest.mark.parametrize("seed", range(15))
def test_every_culture_is_in_exactly_one_mark(seed):
    family = random_family(seed, size=200)
    in_marks = sorted(one.id for mark in fold(family, [family.members[0].code, "C-150"]) for one in mark.members)
    assert in_marks == sorted(family.by_id)


@pytest.mark.parametrize("seed", range(10))
def test_time_runs_left_to_right_in_all_rows_alike(seed):
    boxes = [box for box in laid_out(random_family(seed)).boxes.values() if not box.mark.is_bundle]
    for one, other in combinations(boxes, 2):
        if one.mark.first.start < other.mark.first.start:
            assert one.x <= other.x


@pytest.mark.parametrize("seed", range(2))
def test_ten_thousand_cultures_stay_within_the_budget(seed):
    family = random_family(seed, size=10_000)
    marks = fold(family)
    assert len([mark for mark in marks if not mark.is_bundle]) <= BUDGET
    assert lay_out(marks, marks[0], lambda mark: ("p", "", ""), NOW).height < 10_000


def test_bad_dates_do_not_turn_an_edge_round():
    members = [member(0, 50), member(1, 10, growing=True)]
    layout = laid_out(Family(members, [(0, 1)], 1))
    [(parent, child)] = layout.edges()
    assert child.x > parent.right


def test_a_daughter_of_what_still_grows_stays_right_of_it():
    members = [member(0, 0, growing=True), member(1, 5, growing=True)]
    [(parent, child)] = laid_out(Family(members, [(0, 1)], 1)).edges()
    assert child.x > parent.right
