from cultures.passaging.models.cultures import BenchSession, Culture, Descent, VesselType
from cultures.passaging.models.events import (
    Count,
    Discard,
    DrugInMedium,
    Event,
    Feed,
    FeedLot,
    Move,
    Observation,
    Photo,
    Receipt,
)
from cultures.passaging.models.harvests import Allocation, Harvest, HarvestLot, HarvestSource

__all__ = [
    "Allocation",
    "BenchSession",
    "Count",
    "Culture",
    "Descent",
    "Discard",
    "DrugInMedium",
    "Event",
    "Feed",
    "FeedLot",
    "Harvest",
    "HarvestLot",
    "HarvestSource",
    "Move",
    "Observation",
    "Photo",
    "Receipt",
    "VesselType",
]
