from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultures.science.mycoplasma import BadReading, CutOffs, Says, faults_of_controls, judge, ratio, shown

INSERT = CutOffs()  # Lonza MycoAlert: 0.9 and 1.2
OXFORD = CutOffs(negative_below=Decimal("0.99"))
light = st.integers(1, 10**9).map(Decimal)


@pytest.mark.parametrize(
    ("b", "says"),
    [
        ("1", "negative"), ("899.999", "negative"), ("900", "borderline"), ("900.001", "borderline"),
        ("1199.999", "borderline"), ("1200", "borderline"), ("1200.001", "positive"), ("90000", "positive"),
    ],
)  # fmt: skip
def test_both_cut_offs_themselves_are_borderline(b, says):
    assert judge(Decimal(1000), Decimal(b), INSERT) == says


def test_another_laboratory_draws_the_line_elsewhere():
    assert judge(Decimal(1000), Decimal(950), INSERT) == Says.BORDERLINE
    assert judge(Decimal(1000), Decimal(950), OXFORD) == Says.NEGATIVE


def test_the_verdict_is_decided_on_the_unrounded_ratio():
    assert judge(Decimal(3_000_000), Decimal(2_699_999), INSERT) == Says.NEGATIVE
    assert shown(ratio(Decimal(3_000_000), Decimal(2_699_999))) == "0.8999997"
    assert shown(Decimal("1.2")) == "1.200"


def test_with_too_little_light_a_low_ratio_says_nothing_and_a_high_one_stays_a_suspicion():
    dim = CutOffs(least_a=Decimal(500))
    assert judge(Decimal(499), Decimal(100), dim) == Says.NOTHING
    assert judge(Decimal(499), Decimal(500), dim) == Says.BORDERLINE
    assert judge(Decimal(499), Decimal(5000), dim) == Says.BORDERLINE
    assert judge(Decimal(500), Decimal(100), dim) == Says.NEGATIVE


@pytest.mark.parametrize("bad", [None, Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_reading_that_is_none_is_refused_by_its_letter(bad):
    with pytest.raises(BadReading, match="Reading A") as refused:
        judge(bad, Decimal(100), INSERT)
    assert refused.value.reading == "a"
    with pytest.raises(BadReading, match="Reading B") as refused:
        ratio(Decimal(100), bad)
    assert refused.value.reading == "b"


@given(a=light, b=light)
def test_exactly_one_word_holds_and_more_light_in_b_never_looks_cleaner(a, b):
    order = [Says.NEGATIVE, Says.BORDERLINE, Says.POSITIVE]
    assert order.index(judge(a, b, INSERT)) <= order.index(judge(a, b + 1, INSERT))


@given(a=light, b=light, factor=st.integers(2, 1000))
def test_the_luminometers_scale_does_not_matter(a, b, factor):
    assert judge(a, b, INSERT) == judge(a * factor, b * factor, INSERT)


def control(permille: int) -> tuple[Decimal, Decimal]:
    return Decimal(1000), Decimal(permille)


@pytest.mark.parametrize(
    ("positive", "negative", "faults"),
    [(1201, 899, 0), (1200, 899, 1), (1201, 900, 1), (1100, 1100, 2), (9000, 400, 0)],
)
def test_a_run_is_valid_when_each_control_is_beyond_its_limit(positive, negative, faults):
    assert len(faults_of_controls(control(positive), control(negative), INSERT)) == faults


def test_controls_that_were_not_read_are_refused():
    with pytest.raises(BadReading):
        faults_of_controls((Decimal(0), Decimal(1)), control(400), INSERT)
