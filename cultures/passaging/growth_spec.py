"""Panels of growth on one axis of time, as a Vega-Lite spec. It names styles of lims.charts.theme and no colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.passaging.growth import NO_DRUG, marks_of
from cultures.passaging.selectors import GrowthPoint, Marked

Spec = dict[str, Any]
AXIS_PX = 30
LABEL_PX, LINE_PX = 6.4, 13  # one sign of a label; the height of a line of text
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Panel:
    """One measure over time. `ceiling` is the highest value drawn; what lies above, or is unknown, gets a triangle."""

    title: str
    key: str
    height: int
    domain: tuple[float, float]
    unit: str
    steps: int
    limit: tuple[float, str, str, str] | None = None  # value, its words, style of line and of words
    tells_losses: bool = False


class Series:
    """The points on an axis of days: a day number, so that no summer time and no zone bends it."""

    def __init__(self, points: Sequence[GrowthPoint]) -> None:
        self.points, self.marks = points, marks_of(points)
        self.start = min([points[0].at, *(mark.at for mark in self.marks)])
        self.rows = list(self._rows())
        last = max(self.rows[-1]["d"], 1.0)
        self.domain = (-0.02 * last, 1.02 * last)

    def day(self, at: datetime) -> float:
        return round((at - self.start).total_seconds() / 86_400, 2)

    def px(self, day: float, width: int) -> float:
        low, high = self.domain
        return (day - low) / (high - low) * width

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A dose holds from its mark until the next."""
        changes = [(mark.at, mark.label != NO_DRUG) for mark in self.marks if mark.kind == "dose"]
        for point in self.points:
            treated = [is_on for at, is_on in changes if at < point.at]  # at that very moment its daughters began
            yield {
                "d": self.day(point.at),
                "p": f"p{point.passage_number}",
                "when": date_format(localtime(point.at), "j M Y"),
                "viability": point.viability_pct and round(point.viability_pct, 1),
                "pd": None if point.pd is None else round(point.pd, 2),
                "time": point.doubling_time_h and round(point.doubling_time_h, 1),
                "treated": bool(treated and treated[-1]),
            }

    def values(self, key: str) -> list[float]:
        return [row[key] for row in self.rows if row[key] is not None]

    def spec(self, panels: Sequence[Panel], width: int) -> Spec:
        charts = [self._panel(panel, width, is_first=panel is panels[0]) for panel in panels]
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "vconcat": [*charts, self._passages(width)],
            "spacing": 38,
            "bounds": "flush",
            "padding": 4,
        }

    def _panel(self, panel: Panel, width: int, *, is_first: bool) -> Spec:
        layers = [self._event_rules(panel.height)]
        if panel.key == "pd" and panel.domain[0] < 0:
            layers.append(_across(0, "hair", panel, width))
        if panel.limit:
            layers.append(_across(panel.limit[0], panel.limit[2], panel, width))
        layers += [self._steps(panel, is_on) for is_on in (False, True)]
        layers += [self._dots(panel, is_on) for is_on in (False, True)]
        if panel.tells_losses:
            layers += self._losses(panel, width)
        layers += self._gutter(panel, width)
        labels = self._labels(width) if is_first else []
        layers += self._event_labels(labels)
        return {
            "width": width,
            "height": panel.height,
            "title": {"text": panel.title, "offset": 7},
            "layer": layers,
            "encoding": {"x": self._x(axis={"labels": False, "ticks": False, "domain": False, "title": None})},
        }

    def _x(self, **more: Any) -> Spec:
        scale = {"domain": list(self.domain), "nice": False, "zero": False}
        return {"field": "d", "type": "quantitative", "scale": scale, **more}

    def _steps(self, panel: Panel, is_on: bool) -> Spec:
        """From point to point, violet while in drug; broken where nothing grew."""
        low, high = panel.domain
        rows = [
            {"d": one["d"], "v": one[panel.key], "d2": other["d"], "v2": other[panel.key]}
            for one, other in pairwise(self.rows)
            if other["treated"] is is_on and all(_within(row[panel.key], low, high) for row in (one, other))
        ]
        style = "treated-thin" if is_on else "control-solid"
        encoding = {"y": _y(panel, "v"), "x2": {"field": "d2"}, "y2": {"field": "v2"}}
        return {"data": {"values": rows}, "mark": {"type": "rule", "style": style}, "encoding": encoding}

    def _dots(self, panel: Panel, is_on: bool) -> Spec:
        rows = [row for row in self.rows if row["treated"] is is_on and _within(row[panel.key], *panel.domain)]
        tooltip = [
            {"field": "p", "title": "passage"},
            {"field": "when", "title": "harvested"},
            {"field": panel.key, "title": panel.title},
        ]
        mark = {"type": "point", "style": "treated" if is_on else "control-open", "size": 30}
        return {"data": {"values": rows}, "mark": mark, "encoding": {"y": _y(panel, panel.key), "tooltip": tooltip}}

    def _losses(self, panel: Panel, width: int) -> list[Spec]:
        """A triangle at the ceiling: nothing grew, or so slowly that it would press the rest flat."""
        rows = [
            row | {"why": "no growth" if row["time"] is None else f"{row['time']:.0f} h"}
            for row in self.rows
            if (row["time"] is None and row["pd"] is not None) or (row["time"] or 0) > panel.domain[1]
        ]
        tooltip = [{"field": "p", "title": "passage"}, {"field": "why", "title": "doubling time"}]
        triangle = {"type": "point", "style": "fail", "shape": "triangle-up", "size": 50, "yOffset": 5}
        words = {"type": "text", "style": "t-fail", "align": "left", "dx": 8, "dy": 5, "baseline": "middle"}
        top = {"y": {"value": 0}}
        return (
            [
                {"data": {"values": rows}, "mark": triangle, "encoding": top | {"tooltip": tooltip}},
                {
                    "data": {"values": self._said(rows, width)},
                    "mark": words,
                    "encoding": top | {"text": {"field": "said"}},
                },
            ]
            if rows
            else []
        )

    def _said(self, rows: list[dict[str, Any]], width: int) -> list[dict[str, Any]]:
        """One word for each group of triangles, after its last."""
        found: list[dict[str, Any]] = []
        for row in rows:
            if found and self.px(row["d"], width) - self.px(found[-1]["d"], width) < LABEL_PX * 12:
                why = found.pop()["why"]
                row = row | {"why": why if why == row["why"] else "no or slow growth"}
            found.append(row)
        return [row | {"said": row["why"]} for row in found]

    def _gutter(self, panel: Panel, width: int) -> list[Spec]:
        """The last value and the limit, in words at the line's end, pushed apart until they can be read."""
        low, high = panel.domain
        words = [(panel.limit[0], panel.limit[1], panel.limit[3])] if panel.limit else []
        newest = self.rows[-1]
        if _within(value := newest[panel.key], low, high):
            shown = f"{value:.1f}" if panel.key != "time" else f"{value:.0f}"
            words.append((value, f"{shown} {panel.unit}".strip(), "t-treated" if newest["treated"] else "t-bold"))
        placed, lowest = [], float(-LINE_PX)
        for value, text, style in sorted(words, key=lambda word: -word[0]):
            lowest = max((high - value) / (high - low) * panel.height, lowest + LINE_PX)
            placed.append((lowest, text, style))
        return [
            {
                "data": {"values": [{"text": text}]},
                "mark": {"type": "text", "style": style, "align": "left", "baseline": "middle"},
                "encoding": {"x": {"value": width + 8}, "y": {"value": y}, "text": {"field": "text"}},
            }
            for y, text, style in placed
        ]

    def _event_rules(self, height: int) -> Spec:
        rows = [{"d": self.day(mark.at)} for mark in self.marks]
        encoding = {"y": {"value": 0}, "y2": {"value": height}}
        return {"data": {"values": rows}, "mark": {"type": "rule", "style": "plan-line"}, "encoding": encoding}

    def _labels(self, width: int) -> list[tuple[Marked, str, int]]:
        """What is written over the first panel, in the lower or the upper line; the table has what finds no room."""
        ends, dose = [-1e9, -1e9], ""
        placed: list[tuple[Marked, str, int]] = []
        for mark in self.marks:
            text = _short(mark.label, dose) if mark.kind == "dose" else mark.label
            dose = mark.label if mark.kind == "dose" else dose
            x = self.px(self.day(mark.at), width)
            if (line := next((line for line in (0, 1) if ends[line] < x), None)) is not None:
                ends[line] = x + LABEL_PX * len(text) + 8
                placed.append((mark, text, line))
        return placed

    def _event_labels(self, labels: list[tuple[Marked, str, int]]) -> list[Spec]:
        return [
            {
                "data": {"values": [{"d": self.day(mark.at), "text": text}]},
                "mark": {
                    "type": "text",
                    "style": "t-treated" if mark.kind == "dose" and mark.label != NO_DRUG else "t2",
                    "align": "left",
                    "baseline": "bottom",
                    "dx": -2,
                },
                "encoding": {"y": {"value": -4 - LINE_PX * line}, "text": {"field": "text"}},
            }
            for mark, text, line in labels
        ]

    def _passages(self, width: int) -> Spec:
        """A tick for each harvest, the passage number where there is room, and the dates."""
        end, named = -1e9, []
        for row in self.rows:
            if (x := self.px(row["d"], width)) > end:
                named.append(row)
                end = x + LABEL_PX * len(row["p"]) + 14
        tick = {"type": "tick", "style": "ink-thin", "size": 6, "thickness": 1, "orient": "vertical", "yOffset": 3}
        words = {"type": "text", "style": "t2", "baseline": "top"}
        axis = {"title": None, "grid": False, "offset": 2} | self._dates(width)
        return {
            "width": width,
            "height": 26,
            "layer": [
                {"data": {"values": self.rows}, "mark": tick, "encoding": {"y": {"value": 0}}},
                {
                    "data": {"values": named},
                    "mark": words,
                    "encoding": {"y": {"value": 9}, "text": {"field": "p"}},
                },
            ],
            "encoding": {"x": self._x(axis=axis)},
        }

    def _dates(self, width: int) -> Spec:
        """The first of a month where there is room for its name; of a few weeks, days."""
        day_0 = int(self.start.astimezone(UTC).timestamp() * 1000)
        if self.domain[1] < 75:
            return {"tickCount": 6, "labelExpr": f"utcFormat({day_0} + {DAY_MS} * datum.value, '%-d %b')"}
        every = ceil(70 / (self.px(30, width) - self.px(0, width)))  # months from one name to the next
        month, values = self.start.date().replace(day=1), []
        while (day := (month - self.start.date()).days) <= self.domain[1]:
            if day >= self.domain[0] and month.month % every == 0:
                values.append(day)
            month = (month + timedelta(days=32)).replace(day=1)
        return {"values": values, "labelExpr": f"utcFormat({day_0} + {DAY_MS} * datum.value, '%b %Y')"}


def _y(panel: Panel, field: str) -> Spec:
    low, high = panel.domain
    values = [value for value in range(int(low), int(high) + 1) if value % panel.steps == 0]
    axis = {"title": None, "values": values, "minExtent": AXIS_PX, "maxExtent": AXIS_PX}
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": axis,
    }


def _across(value: float, style: str, panel: Panel, width: int) -> Spec:
    encoding = {"y": _y(panel, "v"), "x": {"value": 0}, "x2": {"value": width}}
    return {"data": {"values": [{"v": value}]}, "mark": {"type": "rule", "style": style}, "encoding": encoding}


def _within(value: float | None, low: float, high: float) -> bool:
    return value is not None and low <= value <= high


def _short(dose: str, previous: str) -> str:
    """20 nM after lapatinib 10 nM: the compound is said once."""
    compound, _, amount = dose.partition(" ")
    return amount if " + " not in dose and previous.startswith(f"{compound} ") and amount else dose
