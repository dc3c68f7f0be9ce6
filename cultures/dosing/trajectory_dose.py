"""The first panel of a trajectory: the dose that was planned and the dose that was given, on a log scale."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from math import log

from cultures.dosing.models import Decision, Ladder
from cultures.dosing.trajectory import Trajectory
from cultures.dosing.trajectory_frame import AXIS_PX, Frame, Row, Spec, layer, said_dose
from cultures.dosing.trajectory_notes import Notes
from cultures.dosing.trajectory_room import Room
from cultures.passaging.growth_spec import LINE_PX
from cultures.science.exposure import Interval
from cultures.science.stays import Kind

HEIGHT, BAND_PX, HATCH_PX = 190, 10, 7
STATE = Ladder.State
NOW = {STATE.HOLDING: ", on hold", STATE.HOLIDAY: ", on holiday"}


class DosePanel:
    def __init__(self, frame: Frame) -> None:
        self.frame, self.trajectory = frame, frame.trajectory
        self.room = Room(frame.width, HEIGHT)
        self.doses = sorted({*_planned(self.trajectory), *(visit.dose for visit in self.trajectory.visits)})
        self.low, self.high = float(self.doses[0]) / 1.9, float(self.doses[-1]) * 1.5

    def spec(self) -> Spec:
        found, compound = self.trajectory, self.trajectory.ladder.model.compound
        unit = "" if found.unit == "nM" else f", {found.unit}"  # nM and µM share an axis: there each dose bears its own
        versions = [f"v{climb.version}" for climb in found.climbs]
        planned = f"dotted plan {', '.join(versions)}" if versions else "without a plan"
        lines = [*self._hatches(), *self._plans(), *self._holds(), *self._given(), *self._gaps(), *self._target()]
        notes = Notes(self.frame, self.room, self.y_px, self.holds).layers()  # they keep clear of the lines
        return self.frame.panel(
            f"Dose of {compound} in the medium{unit}",
            HEIGHT,
            [*lines, *notes, *self._gutter()],
            subtitle=f"log scale; solid given, {planned}, number: days in the drug",
        )

    # --- scale --------------------------------------------------------------------------------------------------------
    def y_px(self, dose: Decimal | float) -> float:
        return HEIGHT * (log(self.high) - log(float(dose))) / (log(self.high) - log(self.low))

    def _y(self) -> Spec:
        number = "format(datum.value, '~r')"
        molar = f"datum.value >= 1000 ? format(datum.value / 1000, '~r') + ' µM' : {number} + ' nM'"
        values: list[float] = []
        for dose in reversed(self.doses):
            if not values or self.y_px(dose) - self.y_px(values[-1]) >= LINE_PX:
                values.append(float(dose))
        label = molar if self.trajectory.unit == "nM" else number
        axis = {"title": None, "values": values, "minExtent": AXIS_PX, "maxExtent": AXIS_PX, "labelExpr": label}
        scale = {"type": "log", "domain": [self.low, self.high], "nice": False}
        return {"field": "dose", "type": "quantitative", "scale": scale, "axis": axis}

    # --- lines --------------------------------------------------------------------------------------------------------
    def _plans(self) -> Iterator[Spec]:
        """Each version from when it held; those that were replaced are fainter."""
        for climb in self.trajectory.climbs:
            spans = ((self._clipped(step.start, step.end), float(step.dose)) for step in climb.steps)
            rows = [{"d": day, "dose": dose} for span, dose in spans for day in span or ()]
            faint = {} if climb is self.trajectory.climbs[-1] else {"opacity": 0.6}
            yield layer("line", "plan-line", rows, {"y": self._y()}, interpolate="step-after", **faint)

    def _given(self) -> Iterator[Spec]:
        """The exposure ledger: one line for each time in the drug, so that a gap or a holiday is a break."""
        rows: list[Row] = []
        run, before = 0, None
        for interval in self._on():
            run += before is not None and before.end != interval.start
            span = self.frame.span(interval)
            rows += [{"d": day, "dose": float(interval.dose), "run": run} for day in span]
            before = interval
        for one, other in pairwise(rows):
            if one["run"] == other["run"]:
                x, x2 = (self.frame.px(row["d"]) for row in (one, other))
                self.room.take_line(x, self.y_px(one["dose"]), x2, self.y_px(other["dose"]))
        if rows:
            encoding = {"y": self._y(), "detail": {"field": "run"}}
            yield layer("line", "treated-line", rows, encoding, interpolate="step-after", strokeCap="butt")

    def _gaps(self) -> Iterator[Spec]:
        """A tick at either end of each break that nobody meant, at the dose before it."""
        rows = [
            {"d": day, "dose": float(dose)}
            for gap in self.trajectory.ledger.gaps
            if (dose := self.trajectory.dose_before(gap))
            for day in self.frame.span(gap)
        ]
        if rows:
            tick = {"orient": "vertical", "thickness": 1.6, "size": 11, "opacity": 1}
            yield layer("tick", "due-tick", rows, {"y": self._y()}, **tick)

    def _on(self) -> list[Interval]:
        return [interval for interval in self.trajectory.ledger.intervals if interval.kind is Kind.ON]

    @property
    def holds(self) -> list[tuple[Decimal, datetime, datetime]]:
        """Dose, beginning and end of each hold."""
        decisions = self.trajectory.decisions
        ends = [*(decision.at for decision in decisions[1:]), self.trajectory.at]
        return [
            (one.to_rung.dose_canonical, one.at, until)
            for one, until in zip(decisions, ends, strict=False)
            if one.kind == Decision.Kind.HOLD and one.to_rung
        ]

    def _holds(self) -> Iterator[Spec]:
        day = self.trajectory.day
        if rows := [{"d": day(start), "d2": day(end), "dose": float(dose)} for dose, start, end in self.holds]:
            yield layer("rule", "hold-bar", rows, {"x2": {"field": "d2"}, "y": self._y()})

    def _hatches(self) -> Iterator[Spec]:
        """Lines at 45 degrees, clipped here: Vega has no fill patterns."""
        rows: list[Row] = []
        for holiday in self.trajectory.ledger.holidays:
            left, right = map(self.frame.px, self.frame.span(holiday))
            self.room.take(left, 0, right, HEIGHT)
            for sum_px in range(HATCH_PX, int(right - left) + HEIGHT, HATCH_PX):  # x + y along one line
                top, bottom = max(sum_px - (right - left), 0), min(sum_px, HEIGHT)
                ends = {"x": left + sum_px - bottom, "y": bottom, "x2": left + sum_px - top, "y2": top}
                rows.append({name: round(value, 1) for name, value in ends.items()})
        if rows:
            in_px = {"type": "quantitative", "scale": None}
            encoding = {"x": {"field": "x", **in_px}, "y": {"field": "y", **in_px}}
            yield layer("rule", "hatch", rows, encoding | {"x2": {"field": "x2"}, "y2": {"field": "y2"}})

    def _target(self) -> Iterator[Spec]:
        """When the target dose is likely: 80 % and half of all cases, and the median."""
        if not (found := self.trajectory.forecast):
            return
        y, today, median = self.y_px(found.target.dose_canonical), self.frame.today, found.forecast.median_days
        for low, high in (found.forecast.wide, found.forecast.half):
            if span := self.frame.clipped(today + low, today + high):
                encoding = {"x2": {"field": "d2"}, "y": {"value": y - BAND_PX / 2}, "y2": {"value": y + BAND_PX / 2}}
                yield layer("rect", "accent-band", [{"d": span[0], "d2": span[1]}], encoding, opacity=0.28)
                self.room.take(self.frame.px(span[0]), y - BAND_PX, self.frame.px(span[1]), y + BAND_PX)
        if today + median <= self.frame.domain[1]:
            encoding = {"y": {"value": y - 8}, "y2": {"value": y + 8}}
            yield layer("rule", "accent-line", [{"d": today + median}], encoding, strokeWidth=2.4)

    def _clipped(self, start: datetime, end: datetime) -> tuple[float, float] | None:
        return self.frame.clipped(self.trajectory.day(start), self.trajectory.day(end))

    def _gutter(self) -> list[Spec]:
        found, ladder = self.trajectory, self.trajectory.ladder
        y = self.y_px(found.target)
        said = [(y, f"target {said_dose(found.target, found.unit)}", "t-accent")]
        if found.forecast:
            said.append((y + 0.1, f"{'' if self.frame.is_narrow else 'likely '}{found.forecast.span}", "t2"))
        if found.visits and ladder.is_open:
            visit = found.visits[-1]
            text = f"{said_dose(visit.dose, found.unit)}, {visit.days:.0f} d{NOW.get(STATE(ladder.state), '')}"
            said.append((self.y_px(visit.dose) + 0.2, text, "t-treated"))
        return self.frame.gutter(said)


def _planned(found: Trajectory) -> set[Decimal]:
    return {found.ladder.rung.dose_canonical, *(step.dose for climb in found.climbs for step in climb.steps)}
