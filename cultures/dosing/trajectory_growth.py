"""Viability and doubling time of both arms, with the limits of the readiness rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from math import ceil, floor
from statistics import fmean

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.dosing.trajectory import Grown
from cultures.dosing.trajectory_frame import AXIS_PX, Frame, Row, Spec, layer
from cultures.dosing.trajectory_room import Room
from cultures.passaging.growth_spec import LABEL_PX

CEILING_PX = 8
LAST = 3  # the control's pace: the mean of its last three passages
MOST_OF_USUAL = 3.0  # a doubling time beyond so many times the control's would press the rest flat

Measure = Callable[[Grown], float | None]


@dataclass(frozen=True)
class Panel:
    """One measure of both arms over time; what lies above the domain, or is a net loss, gets a triangle."""

    frame: Frame
    title: str
    unit: str
    measure: Measure
    height: int
    domain: tuple[float, float]
    step: int

    def spec(self, limits: Sequence[Spec], said: Sequence[tuple[float, str, str]], *more: Spec) -> Spec:
        found = self.frame.trajectory
        layers = [
            *limits,
            *self._line(found.control, "control-line"),
            *self._line(found.treated, "treated-thin"),
            *self._dots(found.control, "control-open", "control"),
            *self._dots(found.treated, "treated", "treated"),
            *more,
            *self.frame.gutter([*self._newest(), *((self.y_px(value), text, style) for value, text, style in said)]),
        ]
        return self.frame.panel(f"{self.title}, {self.unit}", self.height, layers)

    def y_px(self, value: float) -> float:
        low, high = self.domain
        return (high - min(max(value, low), high)) / (high - low) * self.height

    def y(self, field: str = "v") -> Spec:
        low, high = self.domain
        values = [value for value in range(int(low), int(high) + 1) if value % self.step == 0]
        axis = {"title": None, "values": values, "minExtent": AXIS_PX, "maxExtent": AXIS_PX}
        scale = {"domain": [low, high], "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def across(self, value: float, style: str) -> Spec:
        over = {"x": {"value": 0}, "x2": {"value": self.frame.width}}
        return layer("rule", style, [{"v": value}], {"y": self.y(), **over})

    def shown(self, one: Grown) -> float | None:
        """The value where the panel has it."""
        value = self.measure(one)
        return value if value is not None and self.domain[0] <= value <= self.domain[1] else None

    def row(self, one: Grown) -> Row:
        return {
            "d": self.frame.trajectory.day(one.at),
            "v": None if (value := self.shown(one)) is None else round(value, 1),
            "p": f"p{one.culture.passage_number}",
            "code": one.culture.code,
            "when": date_format(localtime(one.at), "j M Y"),
        }

    def place(self, one: Grown) -> tuple[float, float]:
        return self.frame.px(self.frame.trajectory.day(one.at)), self.y_px(self.measure(one) or 0.0)

    def room(self) -> Room:
        """What the lines of both arms leave for words."""
        found, room = self.frame.trajectory, Room(self.frame.width, self.height)
        for one, other in (*pairwise(found.treated), *pairwise(found.control)):
            if self.shown(one) is not None and self.shown(other) is not None:
                room.take_line(*self.place(one), *self.place(other))
        return room

    def _line(self, grown: Sequence[Grown], style: str) -> Iterator[Spec]:
        """From passage to passage; broken where nothing grew or nobody counted."""
        day = self.frame.trajectory.day
        rows = [
            {"d": day(one.at), "v": round(value, 1), "d2": day(other.at), "v2": round(after, 1)}
            for one, other in pairwise(grown)
            if (value := self.shown(one)) is not None and (after := self.shown(other)) is not None
        ]
        if rows:
            yield layer("rule", style, rows, {"y": self.y(), "x2": {"field": "d2"}, "y2": {"field": "v2"}})

    def _dots(self, grown: Sequence[Grown], style: str, arm: str) -> Iterator[Spec]:
        rows = [self.row(one) | {"arm": arm} for one in grown if self.shown(one) is not None]
        if rows:
            yield layer("point", style, rows, {"y": self.y(), "tooltip": self.tooltip()}, size=26)

    def tooltip(self, field: str = "v") -> list[Spec]:
        told = {
            "arm": "arm",
            "p": "passage",
            "code": "culture",
            "when": "harvested",
            field: f"{self.title}, {self.unit}",
        }
        return [{"field": name, "title": words} for name, words in told.items()]

    def _newest(self) -> Iterator[tuple[float, str, str]]:
        found = self.frame.trajectory
        for grown, arm, style in ((found.control, "control", "t2"), (found.treated, "treated", "t-treated")):
            value = self.shown(grown[-1]) if grown else None
            if value is not None:
                yield self.y_px(value), f"{arm} {value:.{1 if self.unit == '%' else 0}f} {self.unit}", style


def viability_panel(frame: Frame) -> Spec:
    rules, grown = frame.trajectory.rules, [*frame.trajectory.treated, *frame.trajectory.control]
    ready, back = rules.min_viability_pct, rules.back_viability_pct
    values = [one.viability_pct for one in grown if one.viability_pct is not None]
    bottom = max(0, floor((min([back, *values]) - 4) / 10) * 10)
    panel = Panel(
        frame, "Viability at harvest", "%", lambda one: one.viability_pct, 104, (bottom, 100), 20 if bottom < 60 else 10
    )
    limits = [panel.across(ready, "limit-ready"), panel.across(back, "limit-back")]
    said = [(ready, f"ready from {ready:g} %", "t-ok"), (back, f"step back below {back:g} %", "t-fail")]
    return panel.spec(limits, said, *_lows(panel, back))


def doubling_panel(frame: Frame) -> Spec:
    rules, found = frame.trajectory.rules, frame.trajectory
    pace = control_pace(found.control)
    times = [one.doubling_time_h for one in (*found.treated, *found.control) if one.doubling_time_h]
    usual = pace[-1][1] if pace else min(times, default=40.0)
    top = min(
        max([*times, *(rules.back_doubling_ratio * each for _, each in pace)], default=80.0), MOST_OF_USUAL * usual
    )
    low = min([usual, *times])
    step = next((step for step in (10, 20, 50) if (top - low) / step <= 5), 100)
    domain = (floor(low / 10) * 10, ceil(top / step) * step)
    panel = Panel(frame, "Doubling time", "h", lambda one: one.doubling_time_h, 96, domain, step)
    limits, said = [], []
    for ratio, style, words, text in (
        (rules.back_doubling_ratio, "limit-back", "back above", "t-fail"),
        (rules.max_doubling_ratio, "limit-ready", "ready to", "t-ok"),
    ):
        rows = [{"d": found.day(at), "v": round(ratio * each, 1)} for at, each in pace if ratio * each <= domain[1]]
        if rows:
            limits.append(layer("line", style, rows, {"y": panel.y()}))
            of_control = "" if frame.is_narrow else " control"
            said.append((rows[-1]["v"], f"{words} {ratio:g} ×{of_control}", text))
    return panel.spec(limits, said, *_losses(panel))


def control_pace(control: Sequence[Grown]) -> list[tuple[datetime, float]]:
    """At each passage of the control: when, and the mean doubling time of its last three, in h."""
    known = [(one.at, one.doubling_time_h) for one in control if one.doubling_time_h]
    last = [known[max(place - LAST, 0) : place] for place in range(1, len(known) + 1)]
    return [(some[-1][0], fmean(time for _, time in some)) for some in last]


def _lows(panel: Panel, back_pct: float) -> Iterator[Spec]:
    """The lowest of each run of harvests below the limit, in numbers."""
    room = panel.room()
    for is_low, run in groupby(panel.frame.trajectory.treated, key=lambda one: (one.viability_pct or 100) < back_pct):
        if is_low:
            lowest = min(run, key=lambda one: one.viability_pct or 100)
            x, y = panel.place(lowest)
            yield from room.place(f"{lowest.viability_pct:.0f} %", "t-fail", x, y, beside=8)


def _losses(panel: Panel) -> Iterator[Spec]:
    """A triangle at the ceiling: nothing grew, or so slowly that it is drawn nowhere else."""
    rows = []
    for one in panel.frame.trajectory.treated:
        time = one.doubling_time_h
        if one.is_net_loss or (time is not None and time > panel.domain[1]):
            why = "net loss" if one.is_net_loss else f"{time:.0f} h"
            rows.append(panel.row(one) | {"arm": "treated", "why": why})
    if rows:
        encoding = {"y": {"value": CEILING_PX}, "tooltip": panel.tooltip("why")}
        yield layer("point", "fail", rows, encoding, shape="triangle-up", size=48)
    room = panel.room()
    for row in _one_of_each_group(panel.frame, rows):
        yield from room.place(row["why"], "t-fail", panel.frame.px(row["d"]), CEILING_PX, beside=8)


def _one_of_each_group(frame: Frame, rows: Sequence[Row]) -> list[Row]:
    """Its last triangle, with one word for all."""
    found: list[Row] = []
    for row in rows:
        if found and frame.px(row["d"]) - frame.px(found[-1]["d"]) < LABEL_PX * (len(found[-1]["why"]) + 2):
            why = found.pop()["why"]
            row = row | {"why": why if why == row["why"] else "no or slow growth"}
        found.append(row)
    return found
