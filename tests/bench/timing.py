"""Paired timing: both sides in turn, so that a busy moment of the machine hits both alike."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any


def seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def paired(first: Callable[[], Any], second: Callable[[], Any], rounds: int) -> tuple[float, float, float]:
    """Medians of both, and the median of the ratios first / second over the rounds."""
    first(), second()
    times = [(seconds(first), seconds(second)) for _ in range(rounds)]
    return median(a for a, _ in times), median(b for _, b in times), median(a / b for a, b in times)
