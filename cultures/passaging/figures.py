"""Growth over passages as a chart: viability, population doublings and doubling time on one axis of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil, floor
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.passaging.selectors import GrowthPoint, Marked
from lims.charts.chart import Chart

Spec = dict[str, Any]
NARROW_PX, WIDE_PX = 560, 1010  # the plot itself: beside the family strip, and across the page
GUTTER_PX, AXIS_PX = 128, 36
LABEL_PX, LINE_PX = 6.4, 13  # one sign of a label; the height of a line of text
DAY_MS = 86_400_000
COLUMNS = ("Passage", "Code", "Harvested", "Viability (%)", "PD", "Doubling time (h)", "cPDL", "Events")
NO_DRUG = "no drug"


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


def growth_chart(
    points: Sequence[GrowthPoint], *, viability_limit_pct: float, reference_h: float | None, is_wide: bool = False
) -> Chart:
    """The chart of a line of ancestors; two points at least. Figures, like the spec, know nothing of colour."""
    series = _Series(points)
    panels = [_viability(series, viability_limit_pct), _doublings(series), _doubling_time(series, reference_h)]
    width = WIDE_PX if is_wide else NARROW_PX
    return Chart(
        id="growth",
        title="Growth over passages: viability in %, population doublings, doubling time in h",
        words=growth_in_words(points, reference_h),
        spec=series.spec(panels, width),
        narrow_spec=series.spec(panels, NARROW_PX),
    )


def growth_in_words(points: Sequence[GrowthPoint], reference_h: float | None) -> str:
    first, last = points[0], points[-1]
    said = [f"{len(points)} harvests, p{first.passage_number} to p{last.passage_number}"]
    viabilities = [point.viability_pct for point in points if point.viability_pct is not None]
    if viabilities:
        low, high = min(viabilities), max(viabilities)
        said.append(f"viability between {low:.1f} and {high:.1f} %, last {viabilities[-1]:.1f} %")
    times = [point.doubling_time_h for point in points if point.doubling_time_h is not None]
    if times:
        against = f", reference {reference_h:.0f} h" if reference_h else ""
        said.append(f"doubling time between {min(times):.0f} and {max(times):.0f} h, last {times[-1]:.0f} h{against}")
    if losses := [f"p{point.passage_number}" for point in points if point.pd is not None and point.pd <= 0]:
        said.append(f"no growth at {', '.join(losses)}")
    if doses := [mark.label for mark in marks_of(points) if mark.kind == "dose"]:
        said.append(f"medium: {', then '.join(dict.fromkeys(doses))}")
    return "; ".join(said) + "."


def marks_of(points: Sequence[GrowthPoint]) -> list[Marked]:
    """What is marked on the axis of time, oldest first."""
    return sorted((mark for point in points for mark in point.events), key=lambda mark: mark.at)


def growth_rows(points: Sequence[GrowthPoint]) -> list[tuple[str, ...]]:
    """The numbers of the chart, newest first, as a table shows them."""
    return [
        (
            f"p{point.passage_number}",
            point.culture.code,
            date_format(localtime(point.at), "j M Y"),
            _shown(point.viability_pct, 1),
            _shown(point.pd, 2),
            _shown(point.doubling_time_h, 0),
            _shown(point.cpdl, 1),
            ", ".join(mark.label for mark in point.events),
        )
        for point in reversed(points)
    ]


def _shown(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}".replace("-", "\u2212")


# --- the three measures ---------------------------------------------------------------------------------------------
def _viability(series: "_Series", limit: float) -> Panel:
    low = min([limit, *series.values("viability")])
    bottom = max(0, floor((low - 2) / 10) * 10)
    said = (limit, f"{limit:.0f} %, limit", "limit-hold", "t-due")
    return Panel("Viability, %", "viability", 92, (bottom, 100), "%", 10 if bottom >= 60 else 20, said)


def _doublings(series: "_Series") -> Panel:
    values = series.values("pd")
    low, high = floor(min([0, *values])), max(ceil(max([1, *values])), 2)
    return Panel("Population doublings", "pd", 62, (low, high), "", 1 if high - low <= 4 else 2)


def _doubling_time(series: "_Series", reference_h: float | None) -> Panel:
    values = series.values("time") or [reference_h or 48]
    usual = reference_h or sorted(values)[len(values) // 2]
    ceiling = min(max([*values, usual]), 4 * usual)
    step = 20 if ceiling < 120 else 50 if ceiling < 300 else 100
    bottom = floor(min([*values, usual]) / step) * step
    said = (reference_h, f"{reference_h:.0f} h, reference", "half", "t2") if reference_h else None
    top = max(ceil(ceiling / step) * step, bottom + 2 * step)
    return Panel("Doubling time, h", "time", 92, (bottom, top), "h", step, said, tells_losses=True)


# --- the spec ---------------------------------------------------------------------------------------------------------
class _Series:
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
            treated = [is_on for at, is_on in changes if at <= point.at]
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
            "spacing": 10,
            "bounds": "flush",
            "padding": {"left": AXIS_PX, "right": GUTTER_PX, "top": 18 + 2 * LINE_PX, "bottom": 22},
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
            layers += self._losses(panel)
        layers += self._gutter(panel, width)
        if is_first:
            layers += self._event_labels(width)
        offset = 8 + 2 * LINE_PX if is_first and self.marks else 6
        return {
            "width": width,
            "height": panel.height,
            "title": {"text": panel.title, "offset": offset},
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

    def _losses(self, panel: Panel) -> list[Spec]:
        """A triangle at the ceiling: nothing grew, or so slowly that it would press the rest flat."""
        rows = [
            row | {"why": "no growth" if row["time"] is None else f"{row['time']:.0f} h"}
            for row in self.rows
            if (row["time"] is None and row["pd"] is not None) or (row["time"] or 0) > panel.domain[1]
        ]
        tooltip = [{"field": "p", "title": "passage"}, {"field": "why", "title": "doubling time"}]
        triangle = {"type": "point", "style": "fail", "shape": "triangle-up", "size": 50, "yOffset": 5}
        at_the_top = {"y": {"value": 0}}
        apart = (self.domain[1] - self.domain[0]) / 8
        said = [row for row, one in zip(rows, [None, *rows], strict=False) if not one or row["d"] - one["d"] > apart]
        words = {"type": "text", "style": "t-fail", "align": "left", "dx": 9, "dy": 5, "baseline": "middle"}
        return (
            [
                {"data": {"values": rows}, "mark": triangle, "encoding": at_the_top | {"tooltip": tooltip}},
                {"data": {"values": said}, "mark": words, "encoding": at_the_top | {"text": {"field": "why"}}},
            ]
            if rows
            else []
        )

    def _gutter(self, panel: Panel, width: int) -> list[Spec]:
        """The last value and the limit, in words at the line's end, pushed apart until they can be read."""
        low, high = panel.domain
        words = [(panel.limit[0], panel.limit[1], panel.limit[3])] if panel.limit else []
        newest = self.rows[-1]
        if _within(value := newest[panel.key], low, high):
            shown = f"{value:.1f}" if panel.key != "time" else f"{value:.0f}"
            words.append((value, f"{shown} {panel.unit}".strip(), "t-treated" if newest["treated"] else "t-bold"))
        placed, lowest = [], -LINE_PX
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

    def _event_labels(self, width: int) -> list[Spec]:
        """Over the first panel in two lines; what has no room there is in the table."""
        ends, rows = [-1e9, -1e9], []
        previous = ""
        for mark in self.marks:
            text = _short(mark.label, previous) if mark.kind == "dose" else mark.label
            previous = mark.label if mark.kind == "dose" else previous
            x = self.px(self.day(mark.at), width)
            line = next((line for line in (0, 1) if ends[line] < x), None)
            if line is not None:
                ends[line] = x + LABEL_PX * len(text) + 8
                is_dose = mark.kind == "dose" and mark.label != NO_DRUG
                style = "t-treated" if is_dose else "t2"
                rows.append((mark, text, style, -4 - LINE_PX * line))
        return [
            {
                "data": {"values": [{"d": self.day(mark.at), "text": text}]},
                "mark": {"type": "text", "style": style, "align": "left", "baseline": "bottom", "dx": -2},
                "encoding": {"y": {"value": y}, "text": {"field": "text"}},
            }
            for mark, text, style, y in rows
        ]

    def _passages(self, width: int) -> Spec:
        """A tick for each harvest, the passage number where there is room, and the dates."""
        end, named = -1e9, []
        for row in self.rows:
            if (x := self.px(row["d"], width)) > end:
                named.append(row)
                end = x + LABEL_PX * len(row["p"]) + 14
        tick = {"type": "tick", "style": "ink-thin", "size": 7, "thickness": 1, "yOffset": 9}
        words = {"type": "text", "style": "t2", "baseline": "top"}
        day_0 = int(self.start.astimezone(UTC).timestamp() * 1000)
        labels = f"utcFormat({day_0} + {DAY_MS} * datum.value, '{'%b %Y' if self.domain[1] > 90 else '%-d %b'}')"
        axis = {"title": None, "labelExpr": labels, "tickCount": max(width // 110, 3), "grid": False, "offset": 2}
        return {
            "width": width,
            "height": 22,
            "layer": [
                {"data": {"values": self.rows}, "mark": tick, "encoding": {"y": {"value": 0}}},
                {
                    "data": {"values": named},
                    "mark": words,
                    "encoding": {"y": {"value": 8}, "text": {"field": "p"}},
                },
            ],
            "encoding": {"x": self._x(axis=axis)},
        }


def _y(panel: Panel, field: str) -> Spec:
    low, high = panel.domain
    values = list(range(int(low), int(high) + 1, panel.steps))
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
