"""The lab of these tests begins on Monday 2 March 2026, 09:00 UTC; days and hours are counted from there."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultures.science.exposure import NOTHING, Kind, Ledger, Medium, State, Stay, fold, intervals, ledger

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUBLIN = ZoneInfo("Europe/Dublin")
THREE_DAYS = timedelta(days=3)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def fresh(on_day: float, dose: int | str, without: str = "", stock: str = "") -> Medium:
    return Medium(day(on_day), Decimal(dose), without, stock)


def flask(first: float, last: float | None, *media: Medium, passaged: bool = True) -> Stay:
    return Stay(day(first), None if last is None else day(last), media, passaged)


def told(*stays: Stay, now: float, redose_every: timedelta | None = None) -> list[tuple[str, int, float]]:
    """Kind, dose and days of every interval."""
    found = intervals(stays, redose_every=redose_every, now=day(now))
    return [(one.kind.value, int(one.dose), one.days) for one in found]


# --- examples ---------------------------------------------------------------------------------------------------------


def test_before_the_first_dose_cells_are_neither_exposed_nor_in_a_gap():
    parental = flask(0, None, fresh(0, 0), fresh(4, 0, "holiday"), fresh(6, 10))
    assert told(parental, now=7) == [("before", 0, 6), ("on", 10, 1)]


def test_a_dose_lasts_until_the_next_medium():
    assert told(flask(0, None, fresh(0, 10), fresh(3, 20)), now=5) == [("on", 10, 3), ("on", 20, 2)]


def test_feeding_the_same_dose_again_is_one_interval():
    assert told(flask(0, None, fresh(0, 10), fresh(3, "10.0")), now=5) == [("on", 10, 5)]


def test_a_dose_that_is_not_renewed_in_time_becomes_a_gap():
    late = flask(0, None, fresh(0, 10), fresh(5, 10))
    assert told(late, now=6, redose_every=THREE_DAYS) == [("on", 10, 3), ("gap", 0, 2), ("on", 10, 1)]


def test_renewing_exactly_at_the_limit_is_no_gap():
    punctual = flask(0, None, fresh(0, 10), fresh(3, 10))
    assert told(punctual, now=6, redose_every=THREE_DAYS) == [("on", 10, 6)]
    assert fold([punctual], THREE_DAYS).until(day(6), THREE_DAYS).longest_gap_s == 0


def test_without_a_redosing_limit_a_dose_lasts():
    assert told(flask(0, None, fresh(0, 10)), now=90) == [("on", 10, 90)]


@pytest.mark.parametrize(
    ("stated", "kind"), [("holiday", "holiday"), ("washout", "washout"), ("gap", "gap"), ("", "gap")]
)
def test_a_medium_without_drug_is_what_was_stated_else_a_gap(stated: str, kind: str):
    assert told(flask(0, None, fresh(0, 10), fresh(2, 0, stated)), now=5) == [("on", 10, 2), (kind, 0, 3)]


def test_a_gap_of_both_kinds_is_one():
    lapsed_then_plain = flask(0, None, fresh(0, 10), fresh(4, 0))
    assert told(lapsed_then_plain, now=6, redose_every=THREE_DAYS) == [("on", 10, 3), ("gap", 0, 3)]


def test_freeze_and_thaw_add_frozen_time_and_no_gap():
    before, after = flask(0, 2, fresh(0, 10), passaged=False), flask(62, None, fresh(62, 10))
    assert told(before, after, now=63, redose_every=THREE_DAYS) == [("on", 10, 2), ("frozen", 0, 60), ("on", 10, 1)]
    found = ledger([before, after], redose_every=THREE_DAYS, now=day(63))
    assert (found.days_on, found.longest_gap, found.passages_at_dose) == (3, timedelta(0), 0)


def test_a_dose_goes_on_decaying_only_after_the_thaw():
    before, after = flask(0, 2, fresh(0, 10), passaged=False), flask(62, None)
    assert told(before, after, now=65, redose_every=THREE_DAYS) == [
        ("on", 10, 2), ("frozen", 0, 60), ("on", 10, 1), ("gap", 0, 2)]  # fmt: skip


def test_a_daughter_without_medium_of_its_own_goes_on_in_its_parents():
    mother, daughter = flask(0, 2, fresh(0, 10)), flask(2, None, fresh(3, 20))
    assert told(mother, daughter, now=4) == [("on", 10, 3), ("on", 20, 1)]
    resting = flask(2, 3, fresh(2, 0, "holiday"))
    assert told(mother, resting, flask(3, None), now=5) == [("on", 10, 2), ("holiday", 0, 3)]


def test_two_freezes_are_two_gaps():
    """Time in a vial is no part of a gap, so it does not join them either."""
    stays = [flask(0, 4, fresh(0, 10), passaged=False), flask(10, None)]
    found = ledger(stays, redose_every=THREE_DAYS, now=day(12))
    assert [gap.days for gap in found.gaps] == [1, 2]
    assert fold(stays, THREE_DAYS).until(day(12), THREE_DAYS).longest_gap_s == found.longest_gap.total_seconds()


def test_the_last_interval_is_open_while_the_cells_live():
    growing, over = flask(0, None, fresh(0, 10), fresh(3, 10)), flask(0, 5, fresh(0, 10))
    (still,) = intervals([growing], redose_every=None, now=day(9))
    assert (still.is_open, still.end) == (True, day(9))
    (closed,) = intervals([over], redose_every=None, now=day(9))
    assert (closed.is_open, closed.end) == (False, day(5))


def test_the_ledger_as_it_was_on_an_earlier_day_knows_nothing_later():
    stays = [flask(0, 4, fresh(0, 10, stock="ST-1"), fresh(3, 20, stock="ST-2")), flask(4, None, fresh(4, 20))]
    found = ledger(stays, redose_every=None, now=day(2))
    assert (found.dose, found.days_on, found.stocks, found.passages_at_dose) == (10, 2, ["ST-1"], 0)
    assert ledger(stays, redose_every=None, now=day(-1)) == Ledger()


def test_what_was_given_after_the_cells_had_left_is_not_theirs():
    stays = [flask(0, 2, fresh(0, 10), fresh(3, 20)), flask(2, None)]
    assert told(*stays, now=5) == [("on", 10, 5)]
    assert ledger(stays, redose_every=None, now=day(5)).dose == fold(stays, None).dose == 10


def test_a_stay_is_over_when_the_next_begins():
    assert told(flask(0, None, fresh(0, 10), fresh(3, 40)), flask(2, None, fresh(2, 20)), now=3) == [
        ("on", 10, 2), ("on", 20, 1)]  # fmt: skip


def test_days_at_dose_are_those_since_the_dose_was_reached_without_holidays_and_gaps():
    climb = flask(0, None, fresh(0, 10), fresh(10, 20), fresh(14, 0, "holiday"), fresh(20, 20))
    found = ledger([climb], redose_every=None, now=day(25))
    assert (found.dose, found.at_dose_since, found.days_at_dose) == (20, day(10), 9)
    assert [one.days for one in found.by_dose()[Decimal(20)]] == [4, 5]


def test_after_a_step_back_and_up_again_the_days_at_dose_begin_anew():
    steps = flask(0, None, fresh(0, 8), fresh(10, 4), fresh(20, 8))
    found = ledger([steps], redose_every=None, now=day(23))
    assert (found.at_dose_since, found.days_at_dose) == (day(20), 3)
    assert sum(one.days for one in found.by_dose()[Decimal(8)]) == 13


def test_days_at_dose_begin_anew_even_after_another_dose_that_lasted_no_time():
    stays = [flask(0, 2, fresh(0, 8)), flask(2, 2, fresh(2, 4)), flask(2, None, fresh(2, 8))]
    found = ledger(stays, redose_every=None, now=day(5))
    assert (found.days_on, found.at_dose_since, found.days_at_dose) == (5, day(2), 3)
    assert fold(stays, None).until(day(5), None).days_at_dose == 3


def test_a_medium_stated_before_the_seeding_counts_from_the_seeding():
    stay = flask(1, None, fresh(0, 10))
    assert told(stay, now=5, redose_every=THREE_DAYS) == [("on", 10, 3), ("gap", 0, 1)]


def test_on_a_holiday_the_last_dose_is_spoken_of():
    resting = flask(0, None, fresh(0, 10), fresh(6, 0, "holiday"))
    found = ledger([resting], redose_every=None, now=day(9))
    assert (found.dose, found.kind, found.last_dose) == (0, Kind.HOLIDAY, 10)
    assert (found.dosed_at, found.at_dose_since, found.days_at_dose) == (day(0), day(0), 6)


def test_passages_count_when_the_cells_stood_in_the_dose():
    stays = [
        flask(0, 4, fresh(0, 10)),  # another dose
        flask(4, 8, fresh(4, 20)),  # counts
        flask(8, 12, fresh(8, 0, "holiday")),  # on holiday
        flask(12, 16, fresh(12, 20)),  # lapsed on day 15
        flask(16, 18, fresh(16, 20), passaged=False),  # frozen
        flask(30, 32, fresh(30, 20)),  # counts
        flask(32, None, fresh(32, 20)),  # still growing
    ]
    assert ledger(stays, redose_every=THREE_DAYS, now=day(33)).passages_at_dose == 1
    assert ledger(stays, redose_every=5 * THREE_DAYS, now=day(33)).passages_at_dose == 3


def test_stocks_are_told_in_the_order_of_their_first_use():
    used = flask(0, None, fresh(3, 10, stock="ST-B"), fresh(0, 10, stock="ST-C"), fresh(6, 10, stock="ST-C"))
    assert ledger([used], redose_every=None, now=day(7)).stocks == ["ST-C", "ST-B"]


def test_cumulative_exposure_is_dose_times_days_in_it():
    climb = flask(0, None, fresh(0, "0.5"), fresh(4, 2), fresh(10, 0, "holiday"))
    assert ledger([climb], redose_every=None, now=day(20)).cumulative == 0.5 * 4 + 2 * 6


@pytest.mark.parametrize(("monday", "hours"), [((2026, 3, 23), 167), ((2026, 10, 19), 169)])
def test_a_week_by_the_wall_clock_over_the_switch_is_counted_as_it_passed(monday: tuple[int, int, int], hours: int):
    begun = datetime(*monday, 9, tzinfo=DUBLIN)
    now = begun + timedelta(days=7)  # Monday 09:00 again
    assert now.hour == 9
    stay = Stay(begun, None, [Medium(begun, Decimal(10))])
    assert ledger([stay], redose_every=None, now=now).days_on * 24 == pytest.approx(hours)
    assert fold([stay], None).until(now, None).seconds_on == hours * 3600


def test_the_hour_that_comes_twice_is_told_apart():
    first = datetime(2026, 10, 25, 1, 30, tzinfo=DUBLIN)
    stay = Stay(first, None, [Medium(first, Decimal(10)), Medium(first.replace(fold=1), Decimal(20))])
    (one, _) = intervals([stay], redose_every=None, now=first + HOUR)
    assert (one.dose, one.days * 24) == (10, 1)


def test_nothing_given_is_nothing_found():
    assert intervals([], redose_every=None, now=START) == []
    assert ledger([], redose_every=None, now=START) == Ledger()
    assert fold([], None) == NOTHING == NOTHING.until(START, None)


@pytest.mark.parametrize("dose", ["-1", "NaN", "Infinity"])
def test_a_dose_that_is_no_dose_is_refused(dose: str):
    with pytest.raises(ValueError, match="from 0 on"):
        fresh(0, dose)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Medium(datetime(2026, 3, 2, 9), Decimal(1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        ledger([], redose_every=None, now=datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_a_stay_that_ends_before_it_began_is_refused():
    with pytest.raises(ValueError, match="before it began"):
        flask(2, 1)


# --- properties -------------------------------------------------------------------------------------------------------

doses = st.sampled_from([Decimal(0), Decimal(0), Decimal(5), Decimal(10), Decimal("10.0"), Decimal(20)])
reasons = st.sampled_from(["", "gap", "holiday", "washout"])
limits = st.sampled_from([None, 24 * HOUR, 72 * HOUR, 100 * HOUR])
few = settings(max_examples=40)  # the unit part is to stay quick


@st.composite
def ways(draw: st.DrawFn, least: int = 1) -> tuple[list[Stay], datetime]:
    """Stays in whole hours, now and then frozen between, and a now that is not before the last event."""
    stays: list[Stay] = []
    clock = START
    number = draw(st.integers(least, 5))
    for nth in range(number):
        began = clock + HOUR * draw(st.sampled_from([0, 0, 0, 1, 500]))
        hours = draw(st.integers(0, 200))
        fed = draw(st.lists(st.integers(0, hours), unique=True, max_size=4))
        media = [Medium(began + HOUR * at, draw(doses), draw(reasons), f"ST-{at}") for at in fed]
        clock = began + HOUR * hours
        is_open = nth == number - 1 and draw(st.booleans())
        stays.append(Stay(began, None if is_open else clock, media, draw(st.booleans())))
    return stays, clock + HOUR * draw(st.integers(0, 200))


def numbers(state: State, redose_every: timedelta | None) -> dict[str, object]:
    return {
        "kind": state.kind(redose_every),
        "dose": state.dose,
        "last_dose": state.last_dose,
        "dosed_at": state.dosed_at,
        "at_dose_since": state.at_dose_since,
        "days_on": pytest.approx(state.days_on),
        "days_at_dose": pytest.approx(state.days_at_dose),
        "cumulative": pytest.approx(state.dose_days),
        "longest_gap": timedelta(seconds=state.longest_gap_s),
        "passages_at_dose": state.passages_at_dose,
    }


@given(ways(), limits)
def test_the_ledger_and_the_folded_state_tell_the_same(way: tuple[list[Stay], datetime], limit: timedelta | None):
    stays, now = way
    found = ledger(stays, redose_every=limit, now=now)
    told_by_state = numbers(fold(stays, limit).until(now, limit), limit)
    assert {name: getattr(found, name) for name in told_by_state} == told_by_state


@given(ways(), limits)
def test_hour_by_hour_the_cells_stand_in_what_the_ledger_says(
    way: tuple[list[Stay], datetime], limit: timedelta | None
):
    """A third way, as one would by hand: for each hour look up the medium and how long it has been on living cells."""
    stays, now = way
    by_hand: Counter[tuple[Kind, Decimal]] = Counter()
    medium, age, is_dosed = None, timedelta(0), False
    hour, end = stays[0].began, stays[-1].ended or now
    while hour < end:
        home = [stay for stay in stays if stay.began <= hour and (stay.ended is None or hour < stay.ended)]
        for given_now in [one for stay in stays for one in stay.media if one.at == hour]:
            medium, age, is_dosed = given_now, timedelta(0), is_dosed or given_now.dose > 0
        if not home:
            by_hand[Kind.FROZEN, Decimal(0)] += 1
        elif not is_dosed:
            by_hand[Kind.BEFORE, Decimal(0)] += 1
        elif medium.dose and limit is not None and age >= limit:
            by_hand[Kind.GAP, Decimal(0)] += 1
        else:
            by_hand[medium.kind, medium.dose] += 1
        age += HOUR if home else timedelta(0)
        hour += HOUR
    found: Counter[tuple[Kind, Decimal]] = Counter()
    for one in intervals(stays, redose_every=limit, now=now):
        found[one.kind, one.dose] += round(one.days * 24)
    assert found == by_hand


@few
@given(ways(), limits)
def test_intervals_follow_each_other_without_overlap(way: tuple[list[Stay], datetime], limit: timedelta | None):
    stays, now = way
    found = intervals(stays, redose_every=limit, now=now)
    end = stays[-1].ended or now
    assert sum((one.end - one.start for one in found), timedelta(0)) == max(end - stays[0].began, timedelta(0))
    assert all(one.start < one.end for one in found)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all((one.kind, one.dose) != (other.kind, other.dose) for one, other in pairwise(found))
    assert all((one.dose > 0) == (one.kind is Kind.ON) for one in found)
    assert not any(one.is_open for one in found[:-1])


@few
@given(ways(), limits, st.randoms())
def test_the_order_in_which_media_are_handed_over_changes_nothing(
    way: tuple[list[Stay], datetime], limit: timedelta | None, chance: Random
):
    stays, now = way
    shuffled = [replace(stay, media=chance.sample(stay.media, len(stay.media))) for stay in stays]
    assert ledger(shuffled, redose_every=limit, now=now) == ledger(stays, redose_every=limit, now=now)
    assert fold(shuffled, limit) == fold(stays, limit)


@few
@given(ways(), limits, st.integers(0, 300), st.integers(0, 300))
def test_looking_at_the_clock_twice_changes_nothing(
    way: tuple[list[Stay], datetime], limit: timedelta | None, first: int, second: int
):
    stays, now = way
    state = fold(stays, limit)
    early, late = now + HOUR * first, now + HOUR * (first + second)
    in_two = state.until(early, limit).until(late, limit)
    at_once = state.until(late, limit)
    assert replace(in_two, dose_days=0) == replace(at_once, dose_days=0)
    assert in_two.dose_days == pytest.approx(at_once.dose_days)


@few
@given(ways(), limits)
def test_a_way_folded_stay_by_stay_is_the_same_as_at_once(way: tuple[list[Stay], datetime], limit: timedelta | None):
    stays, _ = way
    state = NOTHING
    for stay in stays:
        state = fold([stay], limit, start=state)
    assert state == fold(stays, limit)


@few
@given(ways(), limits, st.integers(0, 600))
def test_exposure_of_two_stretches_adds_up(way: tuple[list[Stay], datetime], limit: timedelta | None, hours: int):
    stays, now = way
    moment = min(START + HOUR * hours, now)
    before, whole = (ledger(stays, redose_every=limit, now=at) for at in (moment, now))
    later = sum(
        float(one.dose) * ((one.end - max(one.start, moment)) / timedelta(days=1))
        for one in whole.intervals
        if one.end > moment
    )
    assert before.cumulative + later == pytest.approx(whole.cumulative)


@few
@given(ways(least=2), limits, st.integers(1, 5_000))
def test_a_longer_time_in_the_freezer_changes_no_day_in_drug(
    way: tuple[list[Stay], datetime], limit: timedelta | None, hours: int
):
    stays, now = way
    first, *later = stays
    shift = timedelta(hours=hours)
    moved = [
        Stay(
            stay.began + shift,
            stay.ended and stay.ended + shift,
            [replace(medium, at=medium.at + shift) for medium in stay.media],
            stay.passaged,
        )
        for stay in later
    ]
    there = ledger(stays, redose_every=limit, now=now)
    longer = ledger([first, *moved], redose_every=limit, now=now + shift)
    assert (longer.days_on, longer.cumulative) == pytest.approx((there.days_on, there.cumulative))
    assert sum(gap.days for gap in longer.gaps) == pytest.approx(sum(gap.days for gap in there.gaps))
    assert longer.passages_at_dose == there.passages_at_dose
