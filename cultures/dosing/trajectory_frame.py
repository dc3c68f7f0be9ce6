"""What the panels of a trajectory share: one axis of days, what is pale or ends in all of them, the gutter of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any

from cultures.dosing.trajectory import Trajectory
from cultures.passaging.growth_spec import DAY_MS, LINE_PX, Spec
from cultures.science.exposure import Interval
from cultures.science.stays import Kind

Row = dict[str, Any]
AXIS_PX = 58  # left of the plot: doses with their unit, and the names of the rows of marks
MOST_AHEAD = 1096  # days that are drawn after today: beyond three years a forecast is words
APART = (Kind.HOLIDAY, Kind.FROZEN, Kind.WASHOUT)  # pale through all panels: no doubling there tells of the dose


def said_dose(dose: Decimal, unit: str) -> str:
    """
    >>> said_dose(Decimal("640.000000"), "nM"), said_dose(Decimal(1280), "nM"), said_dose(Decimal("0.5"), "µg/mL")
    ('640 nM', '1.28 µM', '0.5 µg/mL')
    """
    if unit == "nM" and dose >= 1000:
        dose, unit = dose / 1000, "µM"
    return f"{dose.normalize():f} {unit}"


def layer(kind: str, style: str, rows: Sequence[Row], encoding: Spec, **mark: Any) -> Spec:
    return {"data": {"values": list(rows)}, "mark": {"type": kind, "style": style, **mark}, "encoding": encoding}


def words(text: str, style: str, x: float, y: float, align: str = "left", **mark: Any) -> Spec:
    """A text at a place in pixels of its panel."""
    encoding = {"x": {"value": round(x, 1)}, "y": {"value": round(y, 1)}, "text": {"field": "text"}}
    return layer("text", style, [{"text": text}], encoding, align=align, baseline="middle", **mark)


@dataclass(frozen=True)
class Frame:
    """The axis of time of one drawing, `width` pixels wide; day numbers, so that no summer time bends it."""

    trajectory: Trajectory
    width: int
    is_narrow: bool

    @cached_property
    def today(self) -> float:
        return self.trajectory.day(self.trajectory.at)

    @cached_property
    def domain(self) -> tuple[float, float]:
        """From the first dose, or day 0, to the end of the forecast and of the newest plan."""
        found, today = self.trajectory, self.today
        first = min([0.0, *(found.day(interval.start) for interval in found.seen[:1])])
        last = max(today, 1.0)
        if found.ladder.is_open and found.forecast:
            planned = found.climbs[-1].steps[-1].start if found.climbs else found.at
            last = max(last, today + found.forecast.forecast.wide[1], found.day(planned))
        last = min(last, today + MOST_AHEAD)
        return first - 0.012 * (last - first), last + 0.02 * (last - first)

    def px(self, day: float) -> float:
        low, high = self.domain
        return (day - low) / (high - low) * self.width

    def x(self, *, dates: bool = False) -> Spec:
        low, high = self.domain
        days = self._days()
        axis: Spec = {"title": None, "grid": True, "values": days}
        if dates:
            at = f"{int(self.trajectory.start.astimezone(UTC).timestamp() * 1000)} + {DAY_MS} * datum.value"
            months = f"datum.value == {days[0] if days else 0} || utcmonth({at}) == 0 ? '%b %Y' : '%b'"
            axis |= {"labelExpr": f"utcFormat({at}, {months if self._is_long else repr('%-d %b')})"}
        else:
            axis |= {"labels": False, "ticks": False, "domain": False}
        scale = {"domain": [low, high], "nice": False, "zero": False}
        return {"field": "d", "type": "quantitative", "scale": scale, "axis": axis}

    @property
    def _is_long(self) -> bool:
        return self.domain[1] - self.domain[0] > 75

    def _days(self) -> list[int]:
        """The first of a month where there is room for its name; of a few weeks, every so many days."""
        low, high = self.domain
        a_day = self.width / (high - low)
        if not self._is_long:
            step = next((step for step in (1, 2, 5, 7) if step * a_day >= 60), 14)
            return list(range(0, int(high) + 1, step))
        every, start, values = ceil(44 / (30 * a_day)), self.trajectory.start.astimezone(UTC).date(), []
        month = (start + timedelta(days=ceil(low))).replace(day=1)
        while (day := (month - start).days) <= high:
            if day >= low and (month.month - 1) % every == 0:
                values.append(day)
            month = (month + timedelta(days=32)).replace(day=1)
        return values

    def panel(self, title: str, height: int, layers: Sequence[Spec], *, subtitle: str = "") -> Spec:
        text: Spec = {"text": title, "offset": 7} | ({"subtitle": subtitle} if subtitle else {})
        return {
            "width": self.width,
            "height": height,
            **({"title": text} if title else {}),
            "layer": [*self._washes(height), *self._end(height), *layers],
            "encoding": {"x": self.x()},
        }

    def _washes(self, height: int) -> list[Spec]:
        spans = [self.span(interval) for interval in self.trajectory.seen if interval.kind in APART]
        rows = [{"d": start, "d2": end} for start, end in spans]
        encoding = {"x2": {"field": "d2"}, "y": {"value": 0}, "y2": {"value": height}}
        return [layer("rect", "wash", rows, encoding)] if rows else []

    def _end(self, height: int) -> list[Spec]:
        """Today, or where an ended ladder ends."""
        style = "today" if self.trajectory.ladder.is_open else "half"
        encoding = {"y": {"value": 0}, "y2": {"value": height}}
        return [layer("rule", style, [{"d": self.today}], encoding)]

    def span(self, interval: Interval) -> tuple[float, float]:
        return self.trajectory.day(interval.start), self.trajectory.day(interval.end)

    def holds(self, at: datetime) -> bool:
        return self.domain[0] <= self.trajectory.day(at) <= self.domain[1]

    def clipped(self, start: float, end: float) -> tuple[float, float] | None:
        """What of a span of days lies in the drawing."""
        low, high = max(start, self.domain[0]), min(end, self.domain[1])
        return (low, high) if low < high else None

    def gutter(self, said: Iterable[tuple[float, str, str]]) -> list[Spec]:
        """(y, text, style) in words at the right, pushed apart until they can be read."""
        found, lowest = [], float(-LINE_PX)
        for y, text, style in sorted(said, key=lambda word: word[0]):
            lowest = max(y, lowest + LINE_PX)
            found.append(words(text, style, self.width + 8, lowest))
        return found
