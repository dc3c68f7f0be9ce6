"""The trajectory chart: what it draws, as data."""

import doctest
import json
from dataclasses import replace

import pytest

from cultures.dosing import forecasting, trajectory_frame, trajectory_rows, trajectory_words
from cultures.dosing.figures import trajectory_chart
from cultures.dosing.models import Ladder
from cultures.dosing.trajectory import QcMark, Trajectory
from cultures.dosing.trajectory_growth import control_pace
from cultures.dosing.trajectory_room import Box, Room
from cultures.passaging.models import Culture
from lims.charts.theme import STYLES
from tests.cultures.dosing.told import decided, grown, likely, planned, point, told
from tests.lab import DAY, FRIDAY


def spec_of(found: Trajectory) -> dict:
    return trajectory_chart(found).spec


def panel(found: Trajectory, title: str) -> dict:
    """The panel of a title; the rows of marks have none."""
    return next(one for one in spec_of(found)["vconcat"] if one.get("title", {}).get("text", "").startswith(title))


def layers(one: dict, kind: str, *styles: str) -> list[dict]:
    marks = [layer for layer in one["layer"] if layer["mark"]["type"] == kind]
    return [layer for layer in marks if not styles or layer["mark"]["style"] in styles]


def rows(some: list[dict]) -> list[dict]:
    return [row for layer in some for row in layer["data"]["values"]]


def texts(one: dict) -> list[str]:
    return [row["text"] for row in rows(layers(one, "text"))]


def events(found: Trajectory) -> dict:
    return spec_of(found)["vconcat"][-1]


def rows_axis(one: dict) -> dict:
    return next(layer["encoding"]["y"] for layer in one["layer"] if "axis" in layer["encoding"].get("y", {}))


# --- the dose --------------------------------------------------------------------------------------------------------


def test_the_dose_given_breaks_at_a_holiday_and_not_at_a_step():
    drawn = rows(layers(panel(told(), "Dose"), "line", "treated-line"))
    runs = {row["run"]: [] for row in drawn}
    for row in drawn:
        runs[row["run"]].append((row["d"], row["dose"]))
    assert runs[0] == [(0, 10), (20, 10), (20, 20), (42, 20), (42, 40), (60, 40)]
    assert runs[1] == [(70, 20), (90, 20), (90, 40), (100, 40)]


def test_a_gap_breaks_the_line_between_two_ticks_at_the_dose_before_it():
    found = told(media=[(0, 10, ""), (30, 10, "")], today=40)
    ticks = rows(layers(panel(found, "Dose"), "tick", "due-tick"))
    assert [(row["d"], row["dose"]) for row in ticks] == [(25, 10), (30, 10)]
    assert "gap 5 d" in texts(panel(found, "Dose"))


def test_a_tread_bears_the_days_in_the_drug_without_its_gap():
    found = told(media=[(0, 10, ""), (30, 10, "")], today=40)
    assert [(visit.dose, visit.days) for visit in found.visits] == [(10, 35)]
    assert "35 d+" in texts(panel(found, "Dose"))


def test_a_holiday_is_hatched_and_pale_through_all_panels():
    found = told()
    hatch = rows(layers(panel(found, "Dose"), "rule", "hatch"))
    assert len(hatch) > 10
    assert all(0 <= row["y2"] <= row["y"] <= 190 and row["x"] <= row["x2"] + 0.1 for row in hatch)
    for one in spec_of(found)["vconcat"]:
        assert rows(layers(one, "rect", "wash")) == [{"d": 60, "d2": 70}]


def test_holds_steps_back_and_holidays_are_named():
    said = texts(panel(told(), "Dose"))
    assert {"hold 10 d", "back to 20 nM", "drug holiday 10 d"} <= set(said)


def test_pauses_between_pulses_are_hatched_without_words():
    found = told()
    found.ladder.rung.on_days, found.ladder.rung.off_days = 7, 3
    assert not [text for text in texts(panel(found, "Dose")) if text.startswith(("drug holiday", "pause"))]
    assert "pause of 10 d" in trajectory_chart(found).words


def test_labels_cover_neither_each_other_nor_the_staircase():
    room = Room(200, 100)
    room.take_line(0, 50, 200, 50)
    placed = [next(room.place("a label", "t2", 100, 50)) for _ in range(3)]
    middles = [(layer["encoding"]["x"]["value"], layer["encoding"]["y"]["value"]) for layer in placed]
    boxes = [Box(x, y - 6.5, x + 6.4 * 7, y + 6.5) for x, y in middles]
    assert not any(one.meets(other) for one in boxes for other in boxes if one is not other)
    assert all(abs(y - 50) > 10 for _, y in middles)
    assert list(Room(20, 10).place("too long for this room", "t2", 10, 5)) == []


def test_every_version_of_the_plan_is_a_dotted_staircase_and_the_replaced_ones_are_faint():
    found = told(climbs=[planned(), planned(2, since=50, doses=(40, 60, 80))])
    first, second = layers(panel(found, "Dose"), "line", "plan-line")
    assert first["mark"]["opacity"] < 1
    assert "opacity" not in second["mark"]
    assert first["data"]["values"][0] == {"d": 0, "dose": 10}
    assert second["data"]["values"][0] == {"d": 50, "dose": 40}
    assert "plan v1, v2" in panel(found, "Dose")["title"]["subtitle"]


def test_the_dose_is_on_a_log_scale_with_a_tick_at_each_rung():
    axis = rows_axis(panel(told(climbs=[planned(doses=(10, 20, 40, 2000))]), "Dose"))
    assert axis["scale"]["type"] == "log"
    assert axis["axis"]["values"] == [2000, 40, 20, 10]
    assert "µM" in axis["axis"]["labelExpr"]


def test_an_antibody_has_its_unit_in_the_title_and_no_nanomolar_on_the_axis():
    one = panel(told("trastuzumab"), "Dose")
    assert one["title"]["text"] == "Dose of trastuzumab in the medium, µg/mL"
    assert "nM" not in rows_axis(one)["axis"]["labelExpr"]


def test_the_target_is_a_band_of_days_with_its_median_and_its_words():
    one = panel(told(), "Dose")
    assert not layers(one, "rect", "accent-band")
    one = panel(told(forecast=likely()), "Dose")
    assert [(row["d"], row["d2"]) for row in rows(layers(one, "rect", "accent-band"))] == [(120, 160), (124, 150)]
    assert rows(layers(one, "rule", "accent-line")) == [{"d": 130}]
    assert "target 80 nM" in texts(one)
    assert "likely 27 Jun to 6 Aug" in texts(one)


def test_a_forecast_of_decades_does_not_press_the_past_flat():
    one = panel(told(forecast=likely(2000, 9000, 30_000)), "Dose")
    assert one["encoding"]["x"]["scale"]["domain"][1] < 1250


def test_today_is_a_line_and_an_ended_ladder_says_how_it_ended():
    assert "today, d 100" in texts(panel(told(), "Dose"))
    lost = told(state=Ladder.State.LOST)
    assert "lost, d 100" in texts(panel(lost, "Dose"))
    assert not layers(panel(lost, "Dose"), "rule", "today")


# --- growth of both arms ---------------------------------------------------------------------------------------------


def test_treated_is_solid_and_filled_and_control_dashed_and_open():
    one = panel(told(), "Viability")
    assert len(rows(layers(one, "rule", "treated-thin"))) == 14
    assert len(rows(layers(one, "rule", "control-line"))) == 14
    assert len(rows(layers(one, "point", "treated"))) == len(rows(layers(one, "point", "control-open"))) == 15


def test_the_newest_values_are_rounded_once():
    found = told()
    found.treated[-1] = replace(found.treated[-1], doubling_time_h=41.47, viability_pct=88.449)
    assert "treated 41 h" in texts(panel(found, "Doubling"))
    assert "treated 88.4 %" in texts(panel(found, "Viability"))


def test_the_limits_are_lines_with_words():
    one = panel(told(), "Viability")
    assert rows(layers(one, "rule", "limit-ready")) == [{"v": 85}]
    assert rows(layers(one, "rule", "limit-back")) == [{"v": 50}]
    assert {"ready from 85 %", "step back below 50 %"} <= set(texts(one))


def test_a_viability_below_the_limit_stands_in_numbers():
    assert "43 %" in texts(panel(told(), "Viability"))


def test_the_limit_of_the_doubling_time_follows_the_controls_last_three_passages():
    control = [grown(6 * n, n, hours=hours) for n, hours in enumerate((30.0, 36.0, 42.0, 48.0, None))]
    assert [round(hours, 1) for _, hours in control_pace(control)] == [30, 33, 36, 42]
    one = panel(told(control=control), "Doubling")
    assert [row["v"] for row in rows(layers(one, "line", "limit-ready"))] == [39, 42.9, 46.8, 54.6]


def test_a_net_loss_is_a_triangle_at_the_ceiling_and_breaks_the_line():
    one = panel(told(), "Doubling")
    lost = rows(layers(one, "point", "fail"))
    assert [(row["p"], row["why"]) for row in lost] == [("p17", "net loss")]
    joined = rows(layers(one, "rule", "treated-thin"))
    assert len(joined) == 12
    assert not [row for row in joined if lost[0]["d"] in (row["d"], row["d2"])]
    assert "net loss" in texts(one)


def test_what_grew_too_slowly_to_be_drawn_is_told_in_hours():
    found = told()
    found.treated[3] = replace(found.treated[3], doubling_time_h=900.0)
    assert "900 h" in texts(panel(found, "Doubling"))
    assert rows_axis(panel(found, "Doubling"))["scale"]["domain"][1] <= 150


def test_without_a_harvest_there_are_no_panels_of_growth():
    found = told(media=[(0, 10, "")], today=0.5, treated=[], control=[], decisions=[decided("start", 0, 1)], lots=[])
    titles = [one.get("title", {}).get("text", "") for one in spec_of(found)["vconcat"]]
    assert [title.split(" ")[0] for title in titles] == ["Dose", ""]


# --- assays and marks ------------------------------------------------------------------------------------------------


def test_ic50_and_ri_have_a_panel_once_there_are_points():
    assert len(spec_of(told())["vconcat"]) == 4
    one = panel(told(points=[point(30, 1.1, 61, low=46, high=80), point(90, 5.8, 318, low=236, high=428)]), "Absolute")
    assert [row["v"] for row in rows(layers(one, "point", "treated"))] == [61, 318]
    assert [row["v"] for row in rows(layers(one, "rule", "limit-hold"))] == [114]
    assert {"RI 1.1", "[0.88, 1.38]", "RI 5.8", "treated 318", "control 57"} <= set(texts(one))


def test_an_ic50_beyond_the_highest_dose_is_a_triangle_and_its_ri_a_bound():
    one = panel(told(points=[point(90, 30, None, low=4000, high=None, censored="above")]), "Absolute")
    assert [layer["mark"]["shape"] for layer in layers(one, "point", "treated")] == ["triangle-up"]
    assert {"RI ≥ 24", "treated >4000"} <= set(texts(one))


def test_decisions_are_marks_with_a_key_of_those_that_are_there():
    one = events(told())
    marks = [layer for layer in layers(one, "point") if layer["encoding"].get("tooltip")]
    assert {layer["mark"]["shape"]: len(layer["data"]["values"]) for layer in marks} == {
        "triangle-up": 3, "triangle-down": 1, "square": 1, "diamond": 1, "triangle-right": 2,
    }  # fmt: skip
    assert {"up", "back", "hold", "holiday", "resume"} <= set(texts(one))
    assert "lost" not in texts(one)


def test_decisions_of_one_hour_stand_side_by_side():
    found = told(decisions=[decided("step_back", 59, 2), decided("holiday", 59.01, 2)])
    one, other = (row["d"] for row in rows([x for x in layers(events(found), "point") if "tooltip" in x["encoding"]]))
    assert other - one > 0.5


def test_rows_of_marks_are_there_only_where_there_is_something():
    names = {"Passages", "Decisions", "Freezes", "QC", "Drug lots"}
    assert names & set(texts(events(told()))) == {"Passages", "Decisions", "Drug lots"}
    frozen = Culture(code="C-1", passage_number=12, ended_at=FRIDAY + 30 * DAY)
    tests = [QcMark(FRIDAY + 3 * DAY, "clean", "MycoAlert"), QcMark(FRIDAY + 60 * DAY, "fail", "MycoAlert")]
    said = set(texts(events(told(frozen=[frozen], qc=tests))))
    assert names <= said
    assert {"clean", "fail", "1 flask frozen", "fail, 28 Apr"} <= said


def test_each_change_of_stock_is_a_mark():
    ticks = rows(layers(events(told()), "tick", "ink"))
    assert [(row["d"], row["what"]) for row in ticks] == [(0, "S-1"), (70, "S-2")]


# --- the whole chart -------------------------------------------------------------------------------------------------


def test_all_panels_share_one_axis_of_days_and_the_months_are_on_the_last():
    spec = spec_of(told())
    assert len({json.dumps(one["encoding"]["x"]["scale"]) for one in spec["vconcat"]}) == 1
    assert [one["encoding"]["x"]["axis"].get("labels", True) for one in spec["vconcat"]] == [False, False, False, True]
    assert spec["vconcat"][-1]["encoding"]["x"]["axis"]["values"] == [2, 33, 63, 94]


def test_a_spec_names_styles_of_the_theme_and_no_colour():
    chart = trajectory_chart(told(points=[point(30, 1.1, 61, low=46, high=80)], forecast=likely()))
    for spec in (chart.spec, chart.narrow_spec):
        assert "#" not in json.dumps(spec)
        assert {layer["mark"]["style"] for one in spec["vconcat"] for layer in one["layer"]} <= STYLES


def test_the_narrow_drawing_is_for_hoods():
    chart = trajectory_chart(told())
    assert chart.narrow_spec["vconcat"][0]["width"] < 600 < chart.spec["vconcat"][0]["width"]


@pytest.mark.parametrize("module", [trajectory_frame, trajectory_rows, trajectory_words, forecasting])
def test_the_examples_in_the_docstrings_hold(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("state", Ladder.State.values)
@pytest.mark.parametrize("media", [[], [(0, 10, "")], [(0, 10, ""), (0, 10, "")], [(0, 0.001, ""), (99, 100_000, "")]])
def test_any_ladder_can_be_drawn(state, media):
    for today in (0, 0.01, 100, 1500):
        found = told(state=state, media=media, today=today, climbs=[], lots=[])
        assert json.dumps(trajectory_chart(found).drawing, allow_nan=False)
