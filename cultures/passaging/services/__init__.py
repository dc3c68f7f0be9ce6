"""The verbs of the bench. Nothing else writes."""

from cultures.passaging.services.arrivals import receive_culture, thaw_culture
from cultures.passaging.services.consequences import Change
from cultures.passaging.services.correcting import correct_entry, preview_correction
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
from cultures.passaging.services.undoing import UNDO_WINDOW, may_undo, undo_entry

__all__ = [
    "UNDO_WINDOW",
    "Change",
    "correct_entry",
    "count_culture",
    "discard_culture",
    "discard_rest",
    "end_bench_session",
    "feed_culture",
    "harvest_culture",
    "may_undo",
    "move_culture",
    "observe_culture",
    "open_session_of",
    "passage_culture",
    "pool_cultures",
    "preview_correction",
    "receive_culture",
    "seed_culture",
    "start_bench_session",
    "thaw_culture",
    "undo_entry",
]
