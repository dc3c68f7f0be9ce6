"""The figures of the ladders. Like the specs they know nothing of colour."""

from cultures.dosing.trajectory import Trajectory
from cultures.dosing.trajectory_spec import trajectory_spec
from cultures.dosing.trajectory_words import trajectory_columns, trajectory_in_words, trajectory_rows
from lims.charts.chart import Chart

WIDE_PX, NARROW_PX = 1000, 590  # the plot itself; axis and gutter make 1200 and 780 of it


def trajectory_chart(trajectory: Trajectory) -> Chart:
    """One ladder from its first day to its forecast, with its words and its numbers."""
    compound, unit = trajectory.ladder.model.compound, trajectory.unit
    return Chart(
        id="trajectory",
        title=f"Trajectory of {trajectory.ladder}: dose of {compound} in {unit}, viability in %, doubling time in h",
        words=trajectory_in_words(trajectory),
        spec=trajectory_spec(trajectory, WIDE_PX, is_narrow=False),
        narrow_spec=trajectory_spec(trajectory, NARROW_PX, is_narrow=True),
        columns=trajectory_columns(trajectory),
        rows=trajectory_rows(trajectory),
    )
