from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import exp, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.forecast import Forecast, RungNeed, forecast, needs

PLANNED = 30.0


def expected(
    rungs_left: int = 3,
    *,
    own: list[float] | None = None,
    comparable: list[float] | None = None,
    planned: list[float] | None = None,
    spent: float = 10,
) -> Forecast:
    found = forecast(
        rungs_left=rungs_left,
        own_days=[30, 34, 41] if own is None else own,
        comparable_days=[28, 36, 45, 30] if comparable is None else comparable,
        planned_days=[PLANNED] * rungs_left if planned is None else planned,
        days_at_current=spent,
    )
    assert found is not None
    return found


# How often the intervals hold


@dataclass(frozen=True)
class Truth:
    """How ladders really climb: log of their usual pace over the plan, and spreads of log days within and between."""

    bias: float
    within: float
    between: float

    def ladder(self, random: Random, rungs: int) -> list[float]:
        pace = random.gauss(log(PLANNED) + self.bias, self.between)
        return [exp(random.gauss(pace, self.within)) for _ in range(rungs)]

    def comparable(self, random: Random) -> list[float]:
        days: list[float] = []
        wanted = random.randint(0, 20)
        while len(days) < wanted:
            days += self.ladder(random, random.randint(2, 7))
        return days[:wanted]


TRUTHS = [Truth(*each) for each in product((-0.4, 0.0, 0.4), (0.2, 0.35, 0.5), (0.15, 0.3))]
LADDERS = 112  # of each truth


def on_random_days(truth: Truth, random: Random) -> Iterator[tuple[Forecast, float]]:
    """Forecasts of ladders of eight raises that stand on their third to sixth rung that day, and what came of them.

    A slow ladder is met on more days than a fast one, as in the lab.
    """
    met = 0
    while met < LADDERS:
        days, spent, done = truth.ladder(random, 8), random.uniform(0, 600), 0
        while done < 6 and spent >= days[done]:
            spent, done = spent - days[done], done + 1
        if 2 <= done < 6:
            met += 1
            found = expected(8 - done, own=days[:done], comparable=truth.comparable(random), spent=spent)
            yield found, sum(days[done:]) - spent


def test_the_intervals_hold_as_often_as_they_say():
    """2,016 simulated ladders that are up to 1.5 times faster or slower than planned, of even to ragged rungs.

    Measured: the 80 % interval holds in 82.7 % of all cases, and in 75.0 to 93.8 % of those of one truth; the 50 %
    interval in 54.2 % (44.6 to 66.1 %); 51.4 % come before the median. Even rungs get too broad an interval, ragged
    ones too narrow a one. Outside of these truths it is worse: of ladders twice as fast as planned with rungs of a
    spread of 0.7 and nothing to compare with, the 80 % interval holds six in ten.
    """
    random, wide, half, early, late = Random(20261123), [], [], 0, 0
    for truth in TRUTHS:
        cases = list(on_random_days(truth, random))
        wide.append(sum(found.wide[0] <= came <= found.wide[1] for found, came in cases) / LADDERS)
        half.append(sum(found.half[0] <= came <= found.half[1] for found, came in cases) / LADDERS)
        early += sum(came < found.median_days for found, came in cases)
        late += sum(came > found.median_days for found, came in cases)
    assert 0.72 <= sum(wide) / len(wide) <= 0.90
    assert 0.40 <= sum(half) / len(half) <= 0.62
    assert min(wide) >= 0.65
    assert 0.8 <= early / late <= 1.25  # the median is neither hope nor fear


# What moves a forecast

days = st.floats(1, 400)
many_days = st.lists(days, max_size=8)
climbs = st.integers(1, 9).flatmap(lambda left: st.lists(days, min_size=left, max_size=left))


@given(own=many_days, comparable=many_days, planned=climbs, spent=st.floats(0, 500))
def test_the_intervals_lie_in_each_other_and_in_the_future(
    own: list[float], comparable: list[float], planned: list[float], spent: float
):
    found = expected(len(planned), own=own, comparable=comparable, planned=planned, spent=spent)
    assert 0 <= found.wide[0] <= found.half[0] <= found.median_days <= found.half[1] <= found.wide[1]
    assert found.wide[1] < float("inf")


@given(own=many_days, comparable=many_days, planned=climbs, spent=st.floats(0, 500), times=st.floats(0.5, 10))
def test_a_ladder_that_is_slower_throughout_arrives_later_in_proportion(
    own: list[float], comparable: list[float], planned: list[float], spent: float, times: float
):
    found = expected(len(planned), own=own, comparable=comparable, planned=planned, spent=spent)
    slower = expected(
        len(planned),
        own=[each * times for each in own],
        comparable=[each * times for each in comparable],
        planned=[each * times for each in planned],
        spent=spent * times,
    )
    assert slower.median_days == pytest.approx(found.median_days * times, rel=1e-6)
    assert slower.wide == pytest.approx([bound * times for bound in found.wide], rel=1e-6)


def test_at_the_target_dose_there_is_nothing_to_forecast():
    assert forecast(rungs_left=0, own_days=[30], comparable_days=[], planned_days=[], days_at_current=3) is None


def test_the_same_facts_give_the_same_forecast():
    assert expected() == expected()


def test_the_plan_alone_is_a_forecast_with_a_broad_interval():
    from_plan, from_ladder = expected(own=[], comparable=[], spent=0), expected(own=[30.0] * 6, comparable=[], spent=0)
    assert from_plan.median_days == pytest.approx(3 * PLANNED, rel=0.15)
    assert from_ladder.median_days == pytest.approx(3 * PLANNED, rel=0.05)
    assert from_plan.wide[1] - from_plan.wide[0] > 2 * (from_ladder.wide[1] - from_ladder.wide[0])


def test_own_rungs_outweigh_other_ladders_and_other_ladders_the_plan():
    slow_self = expected(own=[60.0] * 5, comparable=[30.0] * 20, spent=0).median_days / 3
    slow_others = expected(own=[], comparable=[60.0] * 20, spent=0).median_days / 3
    assert 50 < slow_self < 60
    assert 45 < slow_others < 60


def test_a_rung_that_was_planned_longer_is_expected_to_take_longer():
    assert expected(planned=[30, 30, 60], spent=0).median_days == expected(planned=[30, 60, 30], spent=0).median_days
    nearly_over, to_come = expected(planned=[30, 30, 60], spent=28), expected(planned=[60, 30, 30], spent=28)
    assert nearly_over.median_days > to_come.median_days  # its long rung is still to come


def test_more_rungs_take_longer():
    medians = [expected(left).median_days for left in range(1, 8)]
    assert medians == sorted(medians)
    assert len(set(medians)) == 7


def test_days_spent_are_taken_off_until_the_stay_is_unusually_long():
    fresh, nearly_over, overdue, stuck = (expected(3, spent=spent).median_days for spent in (0, 25, 60, 300))
    assert fresh > nearly_over
    assert nearly_over < overdue < stuck  # the longer it stays beyond all rungs before, the slower it seems


def test_a_ladder_stuck_for_years_still_gets_a_forecast():
    assert 0 < expected(1, spent=5_000).wide[0] < float("inf")


@pytest.mark.parametrize(
    ("own", "comparable", "basis"),
    [
        ([], [], "from the plan alone"),
        ([30], [], "from 1 rung of this ladder and the plan"),
        ([], [30, 31], "from 2 rungs of comparable ladders and the plan"),
        ([30, 31], [30], "from 2 rungs of this ladder, 1 of comparable ladders and the plan"),
    ],
)
def test_a_forecast_says_what_it_is_based_on(own: list[float], comparable: list[float], basis: str):
    assert expected(own=own, comparable=comparable).basis == basis


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), 1e9])
@pytest.mark.parametrize("where", ["own", "comparable", "planned"])
def test_days_that_cannot_be_are_refused(where: str, wrong: float):
    with pytest.raises(ValueError, match="The days of a rung are above zero"):
        expected(**{where: [30, wrong, 30]})


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
def test_days_at_the_present_rung_are_not_negative(wrong: float):
    with pytest.raises(ValueError, match="zero or more"):
        expected(spent=wrong)


@pytest.mark.parametrize("planned", [[], [30.0, 30.0], [30.0] * 4])
def test_each_rung_left_has_its_planned_days(planned: list[float]):
    with pytest.raises(ValueError, match="Give one each"):
        expected(3, planned=planned)


def test_rungs_left_are_not_negative():
    with pytest.raises(ValueError, match="rungs are left"):
        expected(-1, planned=[])


# Medium and stock still needed


def test_medium_and_stock_are_counted_by_changes():
    found = needs(Decimal(15), 3.5, [(Decimal(640), 28), (Decimal(1000), 29)], Decimal(10_000_000))
    assert found.rungs == (
        RungNeed(Decimal(640), 8, Decimal(120), Decimal("7.68")),
        RungNeed(Decimal(1000), 9, Decimal(135), Decimal("13.5")),
    )
    assert (found.medium_ml, found.stock_ul) == (255, Decimal("21.18"))


def test_a_ladder_at_its_end_needs_nothing_more():
    assert needs(Decimal(15), 3.5, [], Decimal(1)).medium_ml == 0
    assert needs(Decimal(15), 3.5, [(Decimal(10), 0)], Decimal(100)).stock_ul == 0


@pytest.mark.parametrize("wrong", [0, -1, "NaN", "Infinity"])
def test_needs_are_counted_from_amounts_above_zero(wrong: int | str):
    rungs = [(Decimal(10), 28)]
    for volume, interval, stock in ((wrong, 3, 100), (15, wrong, 100), (15, 3, wrong)):
        with pytest.raises(ValueError, match="above zero"):
            needs(Decimal(volume), float(interval), rungs, Decimal(stock))


@pytest.mark.parametrize(
    "rung", [(Decimal(-1), 28), (Decimal("NaN"), 28), (Decimal(10), -1), (Decimal(10), float("nan"))]
)
def test_needs_are_counted_for_real_rungs(rung: tuple[Decimal, float]):
    with pytest.raises(ValueError, match="zero or more"):
        needs(Decimal(15), 3, [rung], Decimal(100))
