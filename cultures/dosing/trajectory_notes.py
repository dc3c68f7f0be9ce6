"""What is written into the panel of the dose: days on each tread, and why the dose departs from its plan."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from math import floor

from cultures.dosing.models import Decision
from cultures.dosing.trajectory_frame import APART, Frame, Spec, said_dose, words
from cultures.dosing.trajectory_room import Room
from cultures.passaging.growth_spec import LABEL_PX
from cultures.science.exposure import Interval
from cultures.science.stays import Kind

KIND = Decision.Kind
DAY_STEPS = (1, 2, 7, 14, 28, 56, 112, 224)
OVER_PX = -9  # over the panel


class Notes:
    """holds   dose, beginning and end of each"""

    def __init__(
        self,
        frame: Frame,
        room: Room,
        y_px: Callable[[Decimal], float],
        holds: Sequence[tuple[Decimal, datetime, datetime]],
    ) -> None:
        self.frame, self.trajectory = frame, frame.trajectory
        self.room, self.y_px, self.holds = room, y_px, holds

    def layers(self) -> list[Spec]:
        today = self.frame.px(self.frame.today)
        self.room.take(today - 2, 0, today + 2, self.room.height)
        return [*self._treads(), *self._held(), *self._without(), *self._steps_back(), *self._days()]

    def _treads(self) -> Iterator[Spec]:
        """Over the longest piece of each tread, where they have room."""
        for visit in self.trajectory.visits:
            goes_on = visit.is_open and self.trajectory.ladder.is_open
            text = f"{visit.days:.0f} d{'+' if goes_on else ''}"
            pieces = [tuple(map(self.frame.px, self.frame.span(one))) for one in visit.intervals]
            left, right = max(pieces, key=lambda piece: piece[1] - piece[0])
            middle, y, half = (left + right) / 2, self.y_px(visit.dose) - 10, LABEL_PX * len(text) / 2
            if right - left >= 2 * half - 4:
                self.room.take(middle - half, y - 6, middle + half, y + 6)
                yield words(text, "t-treated", middle, y, "center", fontSize=10)

    def _held(self) -> Iterator[Spec]:
        for dose, start, end in self.holds:
            middle = (self._px(start) + self._px(end)) / 2
            days = self.trajectory.day(end) - self.trajectory.day(start)
            yield from self.room.place(f"hold {days:.0f} d", "t-due", middle, self.y_px(dose) + 3)

    def _without(self) -> Iterator[Spec]:
        for interval in self.trajectory.seen:
            left, right = map(self.frame.px, self.frame.span(interval))
            middle, text = (left + right) / 2, f"{self.trajectory.why_without(interval.kind)} {interval.days:.0f} d"
            if interval.kind is Kind.GAP and (dose := self.trajectory.dose_before(interval)):
                yield from self.room.place(text, "t-due", middle, self.y_px(dose) + 3)
            elif interval.kind in APART and not self._is_pause(interval):
                beside = (right - left) / 2 + 6
                yield from self.room.place(text, "t2", middle, self.room.height - 12, beside=beside)

    def _is_pause(self, interval: Interval) -> bool:
        """Between two pulses: so many are hatched that words would only repeat the plan."""
        return interval.kind is Kind.HOLIDAY and self.trajectory.is_pulsed

    def _steps_back(self) -> Iterator[Spec]:
        """Where the lower dose was given; before it is, where that was decided."""
        for one in self.trajectory.decisions:
            if one.kind == KIND.STEP_BACK and one.to_rung:
                dose, starts = one.to_rung.dose_canonical, [visit.intervals[0] for visit in self.trajectory.visits]
                given = (first.start for first in starts if first.start >= one.at and first.dose == dose)
                text = f"back to {said_dose(dose, self.trajectory.unit)}"
                yield from self.room.place(text, "t-fail", self._px(next(given, one.at)), self.y_px(dose))

    def _px(self, at: datetime) -> float:
        return self.frame.px(self.trajectory.day(at))

    def _days(self) -> Iterator[Spec]:
        """Over the panel: today, or how the ladder ended, and day numbers where there is room."""
        ladder, today = self.trajectory.ladder, self.frame.today
        text = f"{'today' if ladder.is_open else ladder.get_state_display()}, d {floor(today)}"
        half = LABEL_PX * len(text) / 2
        middle = min(max(self.frame.px(today), half), self.frame.width - half)
        yield words(text, "t-accent" if ladder.is_open else "t-bold", middle, OVER_PX, "center")
        low, high = self.frame.domain
        apart = (step for step in DAY_STEPS if self.frame.px(step) - self.frame.px(0) >= 80)
        step = next(apart, DAY_STEPS[-1])
        for day in range(int(low // step) * step, int(min(today, high)) + 1, step):
            if day >= low and abs(self.frame.px(day) - middle) > half + 24:
                number = f"d {day}".replace("-", "\u2212")
                yield words(number, "tq", self.frame.px(day), OVER_PX, "center", fontSize=11)
