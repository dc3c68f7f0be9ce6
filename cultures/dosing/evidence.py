"""What assays say of a model's resistance. The assays fill it; until they do, a model is a candidate and no more.

register_evidence(source)   source(models) -> {model id: [Point]}: every measured resistance index of each model, in a
                            fixed number of queries, oldest first
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cultures.dosing.models import ResistanceModel
from cultures.science.resistance import Call, RunResult, resistant_call


@dataclass(frozen=True)
class Point:
    """One resistance index: treated cells and their matched control in one assay.

    ic50_*   absolute IC50 in the compound's unit, as the page writes it: "1,240", ">4,000"; value None when censored
    run      the run as science.resistance takes it; is_reversion for cells of a reversion test
    msr      minimum significant ratio of the assay, when it is known
    """

    at: datetime
    run: RunResult
    culture_id: int
    control_id: int | None
    ic50_said: str
    ic50: float | None
    ic50_low: float | None
    ic50_high: float | None
    control_ic50_said: str
    control_ic50: float | None
    unit: str
    url: str
    msr: float | None = None
    is_reversion: bool = False


Source = Callable[[Sequence[ResistanceModel]], Mapping[int, Sequence[Point]]]
SOURCES: list[Source] = []


def register_evidence(source: Source) -> None:
    SOURCES.append(source)


def points_of(models: Sequence[ResistanceModel]) -> dict[int, list[Point]]:
    """By model: all points of all sources, oldest first."""
    found: dict[int, list[Point]] = {model.pk: [] for model in models}
    for source in SOURCES:
        for pk, points in source(models).items():
            found[pk] += points
    return {pk: sorted(points, key=lambda point: point.at) for pk, points in found.items()}


def resistance_of(model: ResistanceModel) -> Call:
    """Whether the assay evidence meets the lab's rule (science.resistance)."""
    points = [point for point in points_of([model])[model.pk] if not point.is_reversion]
    known = [point.msr for point in points if point.msr is not None]
    return resistant_call([point.run for point in points], msr=max(known, default=None))
