"""The trajectory of a ladder as one Vega-Lite figure: panels over one axis of days. It names styles and no colour."""

from cultures.dosing.trajectory import Trajectory
from cultures.dosing.trajectory_assays import assays_panel
from cultures.dosing.trajectory_dose import DosePanel
from cultures.dosing.trajectory_frame import Frame, Spec
from cultures.dosing.trajectory_growth import doubling_panel, viability_panel
from cultures.dosing.trajectory_rows import Rows


def trajectory_spec(trajectory: Trajectory, width: int, *, is_narrow: bool) -> Spec:
    frame = Frame(trajectory, width, is_narrow)
    grown = [viability_panel(frame), doubling_panel(frame)] if trajectory.treated or trajectory.control else []
    panels = [DosePanel(frame).spec(), assays_panel(frame), *grown, Rows(frame).spec()]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "vconcat": [panel for panel in panels if panel],
        "spacing": 36,
        "bounds": "flush",
        "padding": 4,
    }
