"""How a line of ancestors grew, in words and as rows of a table."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.passaging.selectors import GrowthPoint, Marked

COLUMNS = ("Passage", "Code", "Harvested", "Viability (%)", "PD", "Doubling time (h)", "cPDL", "Events")
NO_DRUG = "no drug"


def growth_in_words(points: Sequence[GrowthPoint], reference_h: float | None) -> str:
    first, last = points[0], points[-1]
    said = [f"{len(points)} harvests, p{first.passage_number} to p{last.passage_number}"]
    viabilities = [point.viability_pct for point in points if point.viability_pct is not None]
    if viabilities:
        low, high = min(viabilities), max(viabilities)
        said.append(f"viability between {low:.1f} and {high:.1f} %, last {viabilities[-1]:.1f} %")
    times = [point.doubling_time_h for point in points if point.doubling_time_h is not None]
    if times:
        against = f", reference {reference_h:.0f} h" if reference_h else ""
        said.append(f"doubling time between {min(times):.0f} and {max(times):.0f} h, last {times[-1]:.0f} h{against}")
    if losses := [f"p{point.passage_number}" for point in points if point.pd is not None and point.pd <= 0]:
        said.append(f"no growth at {', '.join(losses)}")
    if doses := [mark.label for mark in marks_of(points) if mark.kind == "dose"]:
        said.append(f"medium: {', then '.join(dict.fromkeys(doses))}")
    return "; ".join(said) + "."


def marks_of(points: Sequence[GrowthPoint]) -> list[Marked]:
    """What is marked on the axis of time, oldest first."""
    return sorted((mark for point in points for mark in point.events), key=lambda mark: mark.at)


def growth_rows(points: Sequence[GrowthPoint]) -> list[tuple[str, ...]]:
    """The numbers of the chart, newest first, as a table shows them."""
    return [
        (
            f"p{point.passage_number}",
            point.culture.code,
            date_format(localtime(point.at), "j M Y"),
            _shown(point.viability_pct, 1),
            _shown(point.pd, 2),
            _shown(point.doubling_time_h, 0),
            _shown(point.cpdl, 1),
            ", ".join(mark.label for mark in point.events),
        )
        for point in reversed(points)
    ]


def _shown(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}".replace("-", "\u2212")
