"""IC50 of both arms with RI: a panel that is there once assays have measured any."""

from collections.abc import Iterator, Sequence
from math import isfinite, log

from cultures.dosing.evidence import Point
from cultures.dosing.trajectory_frame import AXIS_PX, Frame, Row, Spec, layer
from cultures.science.resistance import LEAST_RI

HEIGHT, RI_PX, CI_PX = 118, -21, -9  # RI and its interval stand so far over their point


def assays_panel(frame: Frame) -> Spec | None:
    points = [point for point in frame.trajectory.points if _top(point) or point.control_ic50]
    return AssaysPanel(frame, points).spec() if points else None


def _top(point: Point) -> float | None:
    """The highest that is drawn of the treated arm: beyond the highest dose tested that is the bound."""
    return point.ic50_high or point.ic50 or point.ic50_low


class AssaysPanel:
    def __init__(self, frame: Frame, points: Sequence[Point]) -> None:
        self.frame, self.points = frame, points
        every = [(point.ic50, point.ic50_low, point.ic50_high, point.control_ic50) for point in points]
        values = [value for some in every for value in some if value]
        self.low, self.high = min(values) / 2, max(values) * 8  # room for RI over the highest

    def spec(self) -> Spec:
        arms = [*self._control(), *self._treated(), *self._beyond()]
        title = f"Absolute IC50 of {self.frame.trajectory.ladder.model.compound} with 95 % CI, {self.points[-1].unit}"
        return self.frame.panel(title, HEIGHT, [*self._limit(), *arms, *self._indices(), *self._gutter()])

    def y_px(self, value: float) -> float:
        return HEIGHT * (log(self.high) - log(value)) / (log(self.high) - log(self.low))

    def _y(self) -> Spec:
        powers = [mantissa * 10.0**power for power in range(-6, 9) for mantissa in (1, 3)]
        values = [value for value in powers if self.low <= value <= self.high]
        label = "format(datum.value, ',~r')"
        axis = {"title": None, "values": values, "minExtent": AXIS_PX, "maxExtent": AXIS_PX, "labelExpr": label}
        scale = {"type": "log", "domain": [self.low, self.high], "nice": False}
        return {"field": "v", "type": "quantitative", "scale": scale, "axis": axis}

    def _row(self, point: Point, value: float | None) -> Row:
        return {"d": self.frame.trajectory.day(point.at), "v": value}

    def _limit(self) -> Iterator[Spec]:
        if controls := [point.control_ic50 for point in self.points if point.control_ic50]:
            across = {"y": self._y(), "x": {"value": 0}, "x2": {"value": self.frame.width}}
            yield layer("rule", "limit-hold", [{"v": LEAST_RI * controls[-1]}], across)

    def _control(self) -> Iterator[Spec]:
        if rows := [self._row(point, point.control_ic50) for point in self.points if point.control_ic50]:
            yield layer("line", "control-line", rows, {"y": self._y()})
            yield layer("point", "control-open", rows, {"y": self._y()}, size=40)

    def _treated(self) -> Iterator[Spec]:
        if rows := [self._row(point, point.ic50) for point in self.points if point.ic50]:
            yield layer("line", "treated-thin", rows, {"y": self._y()}, strokeWidth=1)
            yield layer("point", "treated", rows, {"y": self._y()}, size=46)
        whole = [point for point in self.points if point.ic50_low and point.ic50_high]
        if rows := [self._row(point, point.ic50_low) | {"v2": point.ic50_high} for point in whole]:
            yield layer("rule", "treated-thin", rows, {"y": self._y(), "y2": {"field": "v2"}})

    def _beyond(self) -> Iterator[Spec]:
        """A triangle at the bound, where the IC50 lies beyond the highest dose tested."""
        bounds = [point for point in self.points if not point.ic50 and point.ic50_low]
        if rows := [self._row(point, point.ic50_low) for point in bounds]:
            yield layer("point", "treated", rows, {"y": self._y()}, shape="triangle-up", size=70)

    def _indices(self) -> Iterator[Spec]:
        """RI with its interval over each point; the ground under the words, so that no line crosses them."""
        for point in self.points:
            run, top = point.run, _top(point)
            if not top or run.censored == "undefined":
                continue
            interval = f"[{run.low:.3g}, {run.high:.3g}]" if isfinite(run.high) and not run.censored else ""
            index = f"RI {'≥ ' if run.censored else ''}{run.low if run.censored else run.ri:.3g}"
            for text, style, dy in ((index, "t-treated", RI_PX if interval else CI_PX), (interval, "t2", CI_PX)):
                rows = [self._row(point, top) | {"text": text}]
                for look in ("t-halo", style) if text else ():
                    encoding = {"y": self._y(), "text": {"field": "text"}}
                    yield layer("text", look, rows, encoding, baseline="middle", dy=dy)

    def _gutter(self) -> list[Spec]:
        last, said = self.points[-1], []
        if value := last.ic50 or last.ic50_low:
            said.append((self.y_px(value), f"treated {last.ic50_said}", "t-treated"))
        if control := last.control_ic50:
            said.append((self.y_px(control), f"control {last.control_ic50_said}", "t2"))
            text = f"RI {LEAST_RI:g}" if self.frame.is_narrow else f"RI {LEAST_RI:g}: {LEAST_RI:g} × control"
            said.append((self.y_px(LEAST_RI * control), text, "t-due"))
        return self.frame.gutter(said)
