"""The rows of marks under a trajectory: passages, decisions, freezes, tests and drug lots, and the dates."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.dosing.models import Decision
from cultures.dosing.trajectory_frame import Frame, Row, Spec, layer, words
from cultures.passaging.growth_spec import LABEL_PX

ROW_PX, KEY_PX, MARK_PX, MOST_SIGNS = 25, 15, 11, 8
KIND = Decision.Kind
DECIDED = {  # kind -> word, style, shape
    KIND.ESCALATE: ("up", "treated", "triangle-up"),
    KIND.STEP_BACK: ("back", "fail", "triangle-down"),
    KIND.HOLD: ("hold", "due", "square"),
    KIND.HOLIDAY: ("holiday", "due", "diamond"),
    KIND.RESUME: ("resume", "info", "triangle-right"),
    KIND.BRANCH: ("branched", "ink", "circle"),
    KIND.LOST: ("lost", "fail", "cross"),
}
TESTED = {  # verdict -> style, shape
    "clean": ("ok", "circle"),
    "retest": ("due", "circle"),
    "fail": ("fail", "cross"),
    "due": ("due", "square"),
}


class Rows:
    """All rows in one panel, so that they share the axis with the dates."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.trajectory = frame, frame.trajectory
        found = self.trajectory
        drawn = [("Passages", self._passages, True), ("Decisions", self._decisions, bool(self._shown())),
                 ("Freezes", self._freezes, bool(found.frozen)), ("QC", self._tests, bool(found.qc)),
                 ("Drug lots", self._lots, bool(found.lots))]  # fmt: skip
        self.rows = [(name, draw) for name, draw, is_there in drawn if is_there]

    def spec(self) -> Spec:
        height = ROW_PX * len(self.rows)
        layers: list[Spec] = []
        for place, (name, draw) in enumerate(self.rows):
            middle = ROW_PX * (place + 0.5)
            layers += [words(name, "t2", -8, middle, "right"), self._hair(ROW_PX * place), *draw(middle)]
        panel = self.frame.panel("", height, [*layers, *self._key()])
        return panel | {"encoding": {"x": self.frame.x(dates=True)}}

    def _hair(self, y: float) -> Spec:
        return layer("rule", "hair", [{}], {"x": {"value": 0}, "x2": {"value": self.frame.width}, "y": {"value": y}})

    def _marks(self, style: str, shape: str, rows: Sequence[Row], y: float, size: int = 60, **mark: object) -> Spec:
        tooltip = [
            {"field": name, "title": name} for name in ("when", "what", "why") if any(name in row for row in rows)
        ]
        return layer("point", style, rows, {"y": {"value": y}, "tooltip": tooltip}, shape=shape, size=size, **mark)

    def _key(self) -> list[Spec]:
        """Shape and word of each mark that is there, over the rows."""
        shown = {KIND(decision.kind) for decision in self._shown()}
        items = [look for kind, look in DECIDED.items() if kind in shown]
        items += [
            (verdict, *look)
            for verdict, look in TESTED.items()
            if verdict in {mark.verdict for mark in self.trajectory.qc}
        ]
        x, found = 62.0, [words("Events", "t-bold", 0, -KEY_PX, fontSize=12)]
        for word, style, shape in items:
            encoding = {"x": {"value": x}, "y": {"value": -KEY_PX}}
            found.append(layer("point", style, [{}], encoding, shape=shape, size=55, **_turned(shape)))
            found.append(words(word, "t2", x + 9, -KEY_PX))
            x += 9 + LABEL_PX * len(word) + 18
        return found

    def _passages(self, y: float) -> Iterator[Spec]:
        """A tick for each harvest of the treated arm, its number where there is room."""
        treated, beside = self.trajectory.treated, self.frame.width + 8
        days = [self.trajectory.day(one.at) for one in treated]
        numbers = [one.culture.passage_number for one in treated]
        ticks: list[Row] = [{"d": day, "what": f"p{number}"} for day, number in zip(days, numbers, strict=True)]
        tick = {"size": 8, "thickness": 1.2, "orient": "vertical", "opacity": 1}
        yield layer("tick", "ink-thin", ticks, {"y": {"value": y + 5}}, **tick)
        end = -1e9
        for day, number in zip(days, numbers, strict=True):
            x, half = self.frame.px(day), LABEL_PX * len(f"p{number}") / 2
            if x - half > end and (number % 5 == 0 or len(treated) < 12):
                yield words(f"p{number}", "t2", x, y - 5, "center", fontSize=10)
                end = x + half + 6
        if len(treated) > 1:
            every = (days[-1] - days[0]) / (len(days) - 1)
            yield words(f"p{numbers[-1]}, every {every:.1f} d", "t2", beside, y)
        elif treated:
            yield words(f"p{numbers[-1]}", "t2", beside, y)

    def _shown(self) -> list[Decision]:
        return [decision for decision in self.trajectory.decisions if decision.kind in DECIDED]

    def _decisions(self, y: float) -> Iterator[Spec]:
        shown = self._shown()
        for kind, (_, style, shape) in DECIDED.items():
            rows = [
                {
                    "d": day,
                    "when": date_format(localtime(one.at), "j M Y"),
                    "what": f"{one.get_kind_display()}: {one.to_rung}",
                    "why": one.reason or "–",
                }
                for one, day in zip(shown, self._apart([one.at for one in shown]), strict=True)
                if one.kind == kind
            ]
            if rows:
                yield self._marks(style, shape, rows, y, **_turned(shape))
        yield words(f"{len(shown)} decision{'' if len(shown) == 1 else 's'}", "t2", self.frame.width + 8, y)

    def _apart(self, times: Sequence[datetime]) -> list[float]:
        """Days at which marks of these times are drawn: side by side where they would cover each other."""
        low, high = self.frame.domain
        least, days = MARK_PX / self.frame.width * (high - low), list[float]()
        for at in times:
            days.append(max(self.trajectory.day(at), days[-1] + least if days else low))
        return days

    def _freezes(self, y: float) -> Iterator[Spec]:
        rows = [
            {
                "d": self.trajectory.day(culture.ended_at),
                "when": date_format(localtime(culture.ended_at), "j M Y"),
                "what": f"{culture.code} p{culture.passage_number} frozen",
            }
            for culture in self.trajectory.frozen
            if culture.ended_at
        ]
        yield self._marks("info", "diamond", rows, y)
        yield words(f"{len(rows)} flask{'' if len(rows) == 1 else 's'} frozen", "t2", self.frame.width + 8, y)

    def _tests(self, y: float) -> Iterator[Spec]:
        for verdict, (style, shape) in TESTED.items():
            rows = [
                {
                    "d": self.trajectory.day(mark.at),
                    "when": date_format(localtime(mark.at), "j M Y"),
                    "what": f"{verdict}: {mark.words}",
                }
                for mark in self.trajectory.qc
                if mark.verdict == verdict and self.frame.holds(mark.at)
            ]
            if rows:
                yield self._marks(style, shape, rows, y, **_turned(shape))
        newest = self.trajectory.qc[-1]
        yield words(f"{newest.verdict}, {date_format(localtime(newest.at), 'j M')}", "t2", self.frame.width + 8, y)

    def _lots(self, y: float) -> Iterator[Spec]:
        end = -1e9
        ticks = []
        for at, number in self.trajectory.lots:
            x = self.frame.px(self.trajectory.day(at))
            ticks.append({"d": self.trajectory.day(at), "what": number})
            if x > end:
                yield words(_short(number), "t2", x + 5, y)
                end = x + 5 + LABEL_PX * len(_short(number)) + 4
        tick = {"size": 14, "thickness": 2, "orient": "vertical", "opacity": 1}
        yield layer("tick", "ink", ticks, {"y": {"value": y}}, **tick)
        if stock := self.trajectory.stock:
            until = date_format(stock.expires_on, "j M Y")
            text = f"expires {until}" if self.frame.is_narrow else f"{_short(stock.number)} expires {until}"
            yield words(text, "t2", self.frame.width + 8, y)


def _short(number: str) -> str:
    """A lot number that would push the others aside; the table has all of it.

    >>> _short("S-2"), _short("2026-04-S12b")
    ('S-2', '2026-04…')
    """
    return number if len(number) <= MOST_SIGNS else f"{number[: MOST_SIGNS - 1]}…"


def _turned(shape: str) -> dict[str, int]:
    """A cross that stands on its legs."""
    return {"angle": 45} if shape == "cross" else {}
