"""Files made from pinned packages: the drawing library of the charts, and their looks for the browser."""

import json
from pathlib import Path

from lims.charts.theme import CONFIGS


def write_bundle(folder: Path) -> None:
    """Write vega.js (vega-embed and all it needs, as one module) and the chart looks next to it."""
    import vl_convert  # heavy; only this command and the printing tasks need it

    (folder / "vega.js").write_text(vl_convert.javascript_bundle("export default vegaEmbed;"), encoding="utf-8")
    (folder / "chart-looks.json").write_text(json.dumps(CONFIGS), encoding="utf-8")
