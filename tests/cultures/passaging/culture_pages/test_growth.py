"""The growth chart: what it draws, as data."""

import json
from dataclasses import replace

import pytest

from cultures.passaging.figures import growth_chart
from cultures.passaging.growth import growth_rows
from cultures.passaging.selectors import growth_series
from lims.charts.theme import STYLES
from tests import lab

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(story):
    return growth_chart(growth_series(story.treated), viability_limit_pct=70, reference_h=40)


def layers(chart, panel: int, kind: str) -> list[dict]:
    return [layer for layer in chart.spec["vconcat"][panel]["layer"] if layer["mark"]["type"] == kind]


def values(layers: list[dict]) -> list[dict]:
    return [row for layer in layers for row in layer["data"]["values"]]


def texts(chart, panel: int) -> list[str]:
    return [row["text"] for row in values(layers(chart, panel, "text")) if "text" in row]


def test_the_panels_share_one_axis_of_time(chart):
    domains = {json.dumps(panel["encoding"]["x"]["scale"]["domain"]) for panel in chart.spec["vconcat"]}
    assert len(domains) == 1
    titles = [panel["title"]["text"] for panel in chart.spec["vconcat"][:3]]
    assert titles == ["Viability, %", "Population doublings", "Doubling time, h"]


def test_a_net_loss_breaks_the_line_and_is_told(chart):
    dots = [row["p"] for row in values(layers(chart, 2, "point")[:2])]
    assert "p13" not in dots
    assert [row["p"] for row in values(layers(chart, 2, "point")[2:])] == ["p13"]
    loss = next(row["d"] for row in values(layers(chart, 1, "point")) if row["p"] == "p13")
    assert not [
        row for row in values(layers(chart, 2, "rule")) if loss in (row.get("d"), row.get("d2")) and "v2" in row
    ]
    assert [row["said"] for row in values(layers(chart, 2, "text")) if "said" in row] == ["no growth"]


def test_changes_of_dose_are_marked_with_the_compound_said_once(chart):
    assert texts(chart, 0)[-3:] == ["received", "lapatinib 10 nM", "40 nM"]


def test_the_reference_and_the_limit_are_dotted_lines_with_words(chart):
    assert "40 h, reference" in texts(chart, 2)
    assert "70 %, limit" in texts(chart, 0)


def test_treated_points_are_filled_and_the_others_open(chart):
    untreated, treated = ({row["p"] for row in layer["data"]["values"]} for layer in layers(chart, 1, "point"))
    assert untreated == {"p8"}
    assert len(treated) == 8


def test_a_spec_names_styles_of_the_theme_and_no_colour(chart):
    text = json.dumps(chart.spec)
    assert "#" not in text.replace(chart.spec["$schema"], "")
    used = {layer["mark"]["style"] for panel in chart.spec["vconcat"] for layer in panel["layer"]}
    assert used <= STYLES


def test_the_words_say_what_one_sees(chart):
    assert "9 harvests, p8 to p16" in chart.words
    assert "no growth at p13" in chart.words
    assert "lapatinib 10 nM, then lapatinib 40 nM" in chart.words


def test_the_table_has_a_row_for_each_harvest(story):
    rows = growth_rows(growth_series(story.treated))
    assert len(rows) == 9
    assert rows[-1][0] == "p8"
    loss = next(row for row in rows if row[0] == "p13")
    assert loss[4].startswith("\u2212")
    assert loss[5] == "–"


def test_the_page_and_its_csv_hold_the_same_harvests(reader, story):
    page = reader.get(f"{story.treated.get_absolute_url()}growth/")
    assert len(page.context["rows"]) == 9
    csv = b"".join(reader.get(f"{story.treated.get_absolute_url()}growth.csv").streaming_content).decode()
    assert len(csv.splitlines()) == 10


def test_without_two_harvests_there_is_a_sentence_instead(reader):
    flask = lab.growing("SKBR3")
    page = reader.get(flask.get_absolute_url())
    assert page.context["chart"] is None
    assert "Not harvested yet" in page.content.decode()
    assert reader.get(f"{flask.get_absolute_url()}growth/").status_code == 200


@pytest.mark.parametrize(("hours", "pd"), [(1, 0.001), (2000, 0.4), (168, -5)])
def test_extreme_growth_still_gives_an_axis(story, hours, pd):
    points = growth_series(story.treated)
    time = hours / pd if pd > 0 else None
    points[3] = replace(points[3], pd=pd, doubling_time_h=time, viability_pct=0.0 if pd < 0 else 100.0)
    chart = growth_chart(points, viability_limit_pct=70, reference_h=None)
    for panel in chart.spec["vconcat"][:3]:
        axis = next(layer["encoding"]["y"] for layer in panel["layer"] if "field" in layer["encoding"].get("y", {}))
        assert 2 <= len(axis["axis"]["values"]) <= 12
    assert json.dumps(chart.spec)


def test_two_harvests_at_one_moment_do_not_divide_by_zero(story):
    points = [replace(point, events=()) for point in growth_series(story.treated)[:2]]
    points[1] = replace(points[1], at=points[0].at)
    assert growth_chart(points, viability_limit_pct=70, reference_h=40).spec
