"""A chart as a page shows it: the spec to draw, its words, and its numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Chart:
    """Made by a domain's `figures.py`, shown by `lims/_chart.html`, printed by lims.charts.

    id             names the figure on its page
    title          what it shows, with units
    words          the text alternative: what one sees in it, in a sentence or two
    spec           Vega-Lite, with styles of lims.charts.theme and no colour
    narrow_spec    the same at 772 px, for hoods; without it the wide drawing shrinks
    columns, rows  its numbers, for those who want or need the table
    """

    id: str
    title: str
    words: str
    spec: dict[str, Any]
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    narrow_spec: dict[str, Any] | None = None

    @property
    def spec_id(self) -> str:
        return f"{self.id}-spec"

    @property
    def drawing(self) -> dict[str, Any]:
        """What the page's script reads."""
        return {"wide": self.spec, "narrow": self.narrow_spec}
