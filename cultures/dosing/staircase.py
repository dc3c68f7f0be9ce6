"""The small ladder of a page's head: one bar per rung, those reached in violet. Pure arithmetic."""

from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 76.0, 24.0, 2.0


@dataclass(frozen=True)
class Bar:
    """In pixels of the drawing. state: "done", "here" or "ahead"."""

    x: float
    y: float
    width: float
    height: float
    state: str


def bars(reached: int, rungs: int) -> list[Bar]:
    """
    >>> [(bar.x, bar.height, bar.state) for bar in bars(2, 3)]
    [(0.0, 8.0, 'done'), (26.0, 16.0, 'here'), (52.0, 24.0, 'ahead')]
    """
    if rungs < 1:
        return []
    gap = GAP if rungs <= 20 else 0.0
    width = (WIDTH - gap * (rungs - 1)) / rungs
    found = []
    for number in range(1, rungs + 1):
        height = HEIGHT * number / rungs
        state = "here" if number == reached else "done" if number < reached else "ahead"
        x = (number - 1) * (width + gap)
        found.append(Bar(round(x, 1), round(HEIGHT - height, 1), round(width, 1), round(height, 1), state))
    return found
