"""Room for labels in a panel: a label goes where it covers nothing, or nowhere, and the table has what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

from cultures.dosing.trajectory_frame import Spec, words
from cultures.passaging.growth_spec import LABEL_PX, LINE_PX

PEN_PX = 4  # kept free on either side of a line


@dataclass(frozen=True)
class Box:
    """In pixels of the panel."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        is_beside = self.right <= other.left or other.right <= self.left
        return not is_beside and self.top < other.bottom and other.top < self.bottom


class Room:
    """What is drawn in a panel already."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.taken: list[Box] = []

    def take(self, left: float, top: float, right: float, bottom: float) -> None:
        self.taken.append(Box(left, top, right, bottom))

    def take_line(self, x: float, y: float, x2: float, y2: float) -> None:
        """In short pieces: the box around a steep line is mostly empty."""
        pieces = max(int(hypot(x2 - x, y2 - y) / PEN_PX), 1)
        for piece in range(pieces + 1):
            at_x, at_y = x + (x2 - x) * piece / pieces, y + (y2 - y) * piece / pieces
            self.take(at_x - PEN_PX, at_y - PEN_PX, at_x + PEN_PX, at_y + PEN_PX)

    def is_free(self, box: Box) -> bool:
        is_inside = box.left >= 0 and box.right <= self.width and box.top >= 0 and box.bottom <= self.height
        return is_inside and not any(box.meets(other) for other in self.taken)

    def place(self, text: str, style: str, x: float, y: float, *, beside: float | None = None) -> Iterator[Spec]:
        """Near (x, y): under or over it, then further away; with `beside`, first so many pixels to the side."""
        wide = LABEL_PX * len(text)
        sides = () if beside is None else (x + beside, x - beside - wide)
        near = [(left, y + away) for away in (0, 13, -13, 26, -26) for left in sides]
        near += [(x - wide / 2, y + away) for away in (13, -13, 26, -26, 39, -39)]
        near += [(left, y + away) for away in (13, -13, 26, -26, 39, -39) for left in (x + 8, x - 8 - wide)]
        for left, middle in near:
            box = Box(left, middle - LINE_PX / 2, left + wide, middle + LINE_PX / 2)
            if self.is_free(box):
                self.taken.append(box)
                yield words(text, style, left, middle)
                return
