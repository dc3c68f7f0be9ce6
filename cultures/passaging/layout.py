"""Where the marks of a family stand: time runs left to right, branches are rows. Pure, no database.

x   grows with time, the same for all rows, and is stretched wherever a mark needs room for its words. A daughter
    therefore always begins right of the end of its parent.
y   the way to the current culture is the first row; a branch takes the first row below its parent that is free for
    its whole length. Later branches are placed first, so that the line down to an earlier one passes left of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from cultures.passaging.graph import Mark

ROW, PILL, GAP, LEFT, TOP = 64, 32, 28, 24, 52  # px: row pitch, pill height, room for an edge, margins
SIGN_PX, PADDING = 7.2, 24  # px: one sign of a label at 13 px; both ends of a pill
SPAN_PX = 640  # how wide the family's time would be if no mark needed room
BUNDLE_INSET = 22  # a bundle hangs under the left part of its mark


@dataclass
class Box:
    """A mark in its place. x, right and y in px; y is the middle."""

    mark: Mark
    label: str
    above: str  # the dose, over the pill
    tail: str  # the end and its reason, or the code of what grows, right of the pill
    x: float = 0
    right: float = 0
    row: int = 0

    @property
    def y(self) -> int:
        return TOP + self.row * ROW

    @property
    def width(self) -> float:
        return self.right - self.x

    @property
    def needed(self) -> float:
        return max(PADDING + SIGN_PX * len(self.label), SIGN_PX * len(self.above), 44)

    @property
    def tail_px(self) -> float:
        return 26 + SIGN_PX * len(self.tail) if self.tail else 0


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass
class Layout:
    boxes: dict[Mark, Box]
    ticks: list[Tick] = field(default_factory=list)
    today_x: float | None = None

    @property
    def width(self) -> float:
        return max(box.right + box.tail_px for box in self.boxes.values()) + LEFT

    @property
    def height(self) -> float:
        return TOP + max(box.row for box in self.boxes.values()) * ROW + ROW

    def edges(self) -> Iterator[tuple[Box, Box]]:
        for box in self.boxes.values():
            for child in box.mark.children:
                yield box, self.boxes[child]


def lay_out(marks: list[Mark], main: Mark, words: Callable[[Mark], tuple[str, str, str]], now: datetime) -> Layout:
    """Places all marks. `marks` has parents before daughters; `main` holds the current culture; `words` gives label,
    above and tail of a mark."""
    layout = Layout({mark: Box(mark, *words(mark)) for mark in marks})
    scale = _from_the_left_margin(layout, _place_in_time(layout, now))
    _Rows(layout).fill(marks, main)
    layout.ticks = _ticks(scale)
    if any(mark.growing and not mark.is_bundle for mark in marks):
        layout.today_x = scale[-1][1]
    return layout


# --- x: time --------------------------------------------------------------------------------------------------------
def _times(marks: list[Mark], now: datetime) -> dict[Mark, tuple[datetime, datetime]]:
    """Start and end of each mark, made consistent: no daughter before the end of its parent."""
    times: dict[Mark, tuple[datetime, datetime]] = {}
    for mark in marks:
        start = max([mark.first.start, *(times[up][1] for up in mark.parents if up in times)])
        ends = [down.first.start for down in mark.children if not down.is_bundle]
        times[mark] = start, max(start, min([mark.last.end or now, *ends]))
    return times


def _place_in_time(layout: Layout, now: datetime) -> list[tuple[datetime, float]]:
    """Gives every box its x and right; returns the points (time, px) of the time scale."""
    marks = [mark for mark in layout.boxes if not mark.is_bundle]
    times = _times(marks, now)
    first, last = min(start for start, _ in times.values()), max(end for _, end in times.values())
    px_per_s = SPAN_PX / max((last - first).total_seconds(), 1)
    order = {mark: at for at, mark in enumerate(marks)}
    moments = [(times[mark][is_end], order[mark], is_end, mark) for mark in marks for is_end in (0, 1)]
    moments.sort(key=lambda moment: moment[:3])
    scale, before, x = [], first, float(LEFT)
    for at, _, is_end, mark in moments:
        box = layout.boxes[mark]
        x += px_per_s * (at - before).total_seconds()
        if is_end:
            x = box.right = max(x, box.x + box.needed)
        else:
            x = box.x = max([x, *(layout.boxes[up].right + GAP for up in mark.parents if not up.is_bundle)])
        before = at
        scale.append((at, x))
    for mark, box in layout.boxes.items():
        if mark.is_bundle:
            _hang(box, layout)
        elif mark.last.is_growing and not mark.children:
            box.right = x
    return scale


def _hang(box: Box, layout: Layout) -> None:
    """A bundle hangs under the left part of its mark; one that runs into a mark ends before it."""
    if box.mark.parents:
        box.x = layout.boxes[box.mark.parents[0]].x + BUNDLE_INSET
    else:
        box.x = layout.boxes[box.mark.children[0]].x - GAP - box.needed
    box.right = box.x + box.needed


def _from_the_left_margin(layout: Layout, scale: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """Everything moved right by what hangs out on the left."""
    shift = LEFT - min(box.x for box in layout.boxes.values())
    for box in layout.boxes.values():
        box.x, box.right = box.x + shift, box.right + shift
    return [(at, x + shift) for at, x in scale]


def _ticks(scale: list[tuple[datetime, float]]) -> list[Tick]:
    """The first day of each month where there is room for its name."""
    (first, _), (last, _) = scale[0], scale[-1]
    ticks: list[Tick] = []
    month, year = date(first.year, first.month, 1), 0
    while month <= last.date():
        x = _x_of(datetime(month.year, month.month, 1, tzinfo=first.tzinfo), scale)
        far = not ticks or x - ticks[-1].x >= 56
        if x >= 0 and far:
            ticks.append(Tick(x, f"{month:%b}" if month.year == year else f"{month:%b %Y}"))
            year = month.year
        month = (month + timedelta(days=32)).replace(day=1)
    return ticks


def _x_of(at: datetime, scale: list[tuple[datetime, float]]) -> float:
    for before, point in pairwise(scale):
        if before[0] <= at < point[0]:
            return before[1] + (at - before[0]) / (point[0] - before[0]) * (point[1] - before[1])
    return scale[-1][1] if at >= scale[-1][0] else -1


# --- y: rows --------------------------------------------------------------------------------------------------------
class _Rows:
    """Which stretches of each row are taken."""

    def __init__(self, layout: Layout) -> None:
        self.boxes = layout.boxes
        self.taken: dict[int, list[tuple[float, float]]] = {}
        self.placed: set[Mark] = set()
        self.weight: dict[Mark, tuple[int, int, int]] = {}

    def fill(self, marks: list[Mark], main: Mark) -> None:
        on_the_way = _ancestors(main)
        for mark in reversed(marks):
            below = [self.weight[child] for child in mark.children if not child.is_bundle and child in self.weight]
            growing, size = mark.growing, len(mark.members)
            self.weight[mark] = (
                int(mark in on_the_way),
                growing + sum(weight[1] for weight in below),
                size + sum(weight[2] for weight in below),
            )
        roots = [mark for mark in marks if not mark.parents]
        for root in sorted(roots, key=lambda mark: (mark not in on_the_way, mark.is_bundle, self.boxes[mark].x)):
            self._place(root, 0)

    def _place(self, start: Mark, lowest_row: int) -> None:
        """A branch, from its first mark on, and then what branches off it, the latest first."""
        path = self._path(start)
        left = min([self.boxes[start].x, *(self.boxes[up].right for up in start.parents if not start.is_bundle)])
        last = self.boxes[path[-1]]
        joins = [self.boxes[child].x - GAP / 2 for child in path[-1].children if child in self.placed]
        right = max([last.right + last.tail_px, *joins])
        row = next(row for row in range(lowest_row, lowest_row + 10_000) if self._is_free(row, left, right))
        self.taken.setdefault(row, []).append((left, right))
        for mark in path:
            self.boxes[mark].row = row
        self.placed.update(path)
        aside = [child for mark in path for child in mark.children]
        for child in sorted(aside, key=lambda mark: -self.boxes[mark].x):
            if child not in self.placed:
                self._place(child, row + 1)

    def _path(self, start: Mark) -> list[Mark]:
        path = [start]
        while nexts := [mark for mark in path[-1].children if mark not in self.placed and not mark.is_bundle]:
            path.append(max(nexts, key=lambda mark: self.weight[mark]))
        return path

    def _is_free(self, row: int, left: float, right: float) -> bool:
        return all(right + GAP / 2 <= start or end + GAP / 2 <= left for start, end in self.taken.get(row, []))


def _ancestors(mark: Mark) -> set[Mark]:
    found, waiting = {mark}, [mark]
    while waiting:
        new = [up for up in waiting.pop().parents if up not in found]
        found.update(new)
        waiting.extend(new)
    return found
