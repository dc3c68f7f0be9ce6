"""Growth over passages as a chart: viability, population doublings and doubling time."""

from collections.abc import Sequence
from math import ceil, floor

from cultures.passaging.growth import growth_in_words
from cultures.passaging.growth_spec import Panel, Series
from cultures.passaging.selectors import GrowthPoint
from lims.charts.chart import Chart

NARROW_PX, WIDE_PX = 592, 1050  # the plot itself: beside the family strip, and across the page


def growth_chart(
    points: Sequence[GrowthPoint], *, viability_limit_pct: float, reference_h: float | None, is_wide: bool = False
) -> Chart:
    """The chart of a line of ancestors; two points at least. Figures, like the spec, know nothing of colour."""
    series = Series(points)
    panels = [_viability(series, viability_limit_pct), _doublings(series), _doubling_time(series, reference_h)]
    width = WIDE_PX if is_wide else NARROW_PX
    return Chart(
        id="growth",
        title="Growth over passages: viability in %, population doublings, doubling time in h",
        words=growth_in_words(points, reference_h),
        spec=series.spec(panels, width),
        narrow_spec=series.spec(panels, NARROW_PX),
    )


def _viability(series: Series, limit: float) -> Panel:
    low = min([limit, *series.values("viability")])
    bottom = max(0, floor((low - 2) / 10) * 10)
    said = (limit, f"{limit:.0f} %, limit", "limit-hold", "t-due")
    return Panel("Viability, %", "viability", 92, (bottom, 100), "%", 10 if bottom >= 60 else 20, said)


def _doublings(series: Series) -> Panel:
    values = series.values("pd")
    low, high = floor(min([0, *values])), max(ceil(max([1, *values])), 2)
    return Panel("Population doublings", "pd", 62, (low, high), "", 1 if high - low <= 4 else 2)


def _doubling_time(series: Series, reference_h: float | None) -> Panel:
    values = series.values("time") or [reference_h or 48]
    usual = reference_h or sorted(values)[len(values) // 2]
    ceiling = min(max([*values, usual]), 4 * usual)
    step = 20 if ceiling < 120 else 50 if ceiling < 300 else 100
    bottom = floor(min([*values, usual]) / step) * step
    said = (reference_h, f"{reference_h:.0f} h, reference", "half", "t2") if reference_h else None
    top = max(ceil(ceiling / step) * step, bottom + 2 * step)
    return Panel("Doubling time, h", "time", 92, (bottom, top), "h", step, said, tells_losses=True)
