"""The verbs of the bench. Nothing else writes."""

from cultures.passaging.services.arrivals import receive_culture, thaw_culture
from cultures.passaging.services.counts import count_culture
from cultures.passaging.services.feeding import feed_culture
from cultures.passaging.services.harvesting import (
    discard_rest,
    harvest_culture,
    passage_culture,
    pool_cultures,
    seed_culture,
)
from cultures.passaging.services.moving import discard_culture, move_culture
from cultures.passaging.services.observations import observe_culture
from cultures.passaging.services.sessions import end_bench_session, open_session_of, start_bench_session

__all__ = [
    "count_culture",
    "discard_culture",
    "discard_rest",
    "end_bench_session",
    "feed_culture",
    "harvest_culture",
    "move_culture",
    "observe_culture",
    "open_session_of",
    "passage_culture",
    "pool_cultures",
    "receive_culture",
    "seed_culture",
    "start_bench_session",
    "thaw_culture",
]
