"""The board's small staircases."""

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from cultures.dosing.board_drawing import HEIGHT, SHAPES, SIGNS, WIDTH, BoardClimb, board_svg_points, drawings_of
from cultures.dosing.models import Ladder
from cultures.science.readiness import Verdict
from tests import ladders
from tests.cultures.dosing.told import rung_of
from tests.lab import DAY, FRIDAY, HOUR

STEPS = [(0.0, Decimal(10)), (30.0, Decimal(20)), (60.0, Decimal(40))]


def climb(steps=STEPS, *, rests=(), end=90.0, target=4, sign=("f-b", "circle")) -> BoardClimb:
    return BoardClimb(list(steps), list(rests), end, Decimal(10), rung_of(target), sign)


def places(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", path)]


def test_a_staircase_rises_to_the_right():
    drawn = board_svg_points(climb(), 90)
    assert re.sub(r"[\d.]+", "1", drawn.treads) == "M1 1H1V1H1V1H1"
    heights = [float(height) for height in re.findall(r"(?:V|M6\.0 )([\d.]+)", drawn.treads)]
    assert heights == sorted(heights, reverse=True)
    assert places(drawn.treads)[-1] == WIDTH - 6


def test_days_are_as_wide_in_every_drawing_of_a_board():
    half = board_svg_points(climb(end=90), 180)
    assert max(places(half.treads)) == pytest.approx(6 + (WIDTH - 12) / 2)


def test_the_target_is_at_one_height_whatever_the_doses():
    one, other = board_svg_points(climb(target=4), 90), board_svg_points(climb(target=3), 90)
    assert one.target_line == other.target_line
    assert one.target_in_words == "target 80 nM"


def test_a_holiday_cuts_the_staircase_and_is_hatched():
    drawn = board_svg_points(climb(rests=[(40.0, 50.0)]), 90)
    assert drawn.treads.count("M") == 2
    assert drawn.rests.count("M") >= 5
    assert board_svg_points(climb(), 90).rests == ""


def test_a_holiday_that_goes_on_ends_the_staircase():
    drawn = board_svg_points(climb(rests=[(70.0, 90.0)]), 90)
    assert max(places(drawn.treads)) < 6 + (WIDTH - 12) * 71 / 90


@pytest.mark.parametrize("steps", [[], STEPS[:1], [(0.0, Decimal("0.001"))], [(5.0, Decimal(9999))]])
@pytest.mark.parametrize("end", [0.0, 3.0, 900.0])
def test_whatever_was_given_stays_inside_the_drawing(steps, end):
    drawn = board_svg_points(climb(steps, rests=[(2.0, 4.0)], end=end), 100)
    assert all(-0.1 <= place <= WIDTH for place in places(drawn.treads.replace("V", " ").replace("H", " ")))
    assert drawn.end.startswith("M")


def test_each_state_differs_by_shape_or_word_and_not_by_hue_alone():
    assert {shape for _, shape in SIGNS.values()} == set(SHAPES)
    assert SIGNS[Verdict.READY][1] != SIGNS[Verdict.STEP_BACK][1] != SIGNS[Verdict.HOLD][1]


def test_the_drawing_has_a_name_and_no_style():
    html = render_to_string(
        "cultures/dosing/_board_drawing.html", {"drawing": board_svg_points(climb(), 90), "label": "SKBR3-L, ladder A"}
    )
    assert 'aria-label="SKBR3-L, ladder A, target 80 nM"' in html
    assert "style" not in html
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in html


@pytest.mark.django_db
def test_the_staircase_is_drawn_of_doses_given_and_not_of_doses_decided():
    ladder = ladders.climbing()
    at = ladders.climbed(ladder, passages=2, days=7)
    one = [ladders.again(ladder)]
    assert drawings_of(one, at + DAY)[ladder.pk].treads.count("V") == 0
    ladders.fed(ladders.lead(ladder), at + DAY)
    assert drawings_of(one, at + 2 * DAY)[ladder.pk].treads.count("V") == 1


@pytest.mark.django_db
def test_it_ends_in_its_verdict_its_holiday_its_target_or_its_loss():
    ladder = ladders.climbing(doses=(1, 2))
    one = [ladders.again(ladder)]
    assert drawings_of(one, FRIDAY)[ladder.pk].end_class == "f-b"
    assert drawings_of(one, FRIDAY, {ladder.pk: Verdict.READY})[ladder.pk].end_class == "f-a"
    ladders.decided(ladder, "holiday", at=FRIDAY + HOUR, reason="few cells")
    on_holiday = drawings_of([ladders.again(ladder)], FRIDAY + 9 * DAY, {ladder.pk: Verdict.HOLD})[ladder.pk]
    assert on_holiday.end_class == "f-w"
    assert on_holiday.rests
    ladders.decided(ladder, "lost", at=FRIDAY + DAY, reason="contaminated")
    lost = ladders.again(ladder)
    assert lost.state == Ladder.State.LOST
    assert drawings_of([lost], FRIDAY + 90 * DAY)[ladder.pk].end_class == "f-r"


@pytest.mark.django_db
def test_the_board_costs_three_queries_however_long_it_is(django_assert_num_queries):
    found = []
    for number in range(2):
        found.append(ladders.again(ladders.climbing(ladders.planned(f"BT474-T{number}"))))
        with django_assert_num_queries(3):
            assert len(drawings_of(found, FRIDAY + DAY)) == len(found)
