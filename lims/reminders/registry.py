"""Who knows what falls due. A domain registers a source in its AppConfig.ready(); the sweep and Today know no other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

COLUMNS = ("kind", "subject", "subject_label", "person_id", "due_at", "place_label", "url", "action")


@dataclass(frozen=True)
class Source:
    """One kind of thing that falls due.

    kind    "passage_due"; unique
    due     due(by): a queryset whose .values(*COLUMNS) are the things due before `by`, one row per thing and person
    words   what Today and the digest call it: "passage"
    cards   cards(codes): what Today shows beside each subject, by code; one constant set of queries for all
    template   the row of Today for a subject of this source
    """

    kind: str
    words: str
    due: Callable[[datetime], QuerySet]
    cards: Callable[[Iterable[str]], Mapping[str, Any]]
    template: str


SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> None:
    SOURCES[source.kind] = source


@dataclass(frozen=True)
class DoneSource:
    """What a person finished today, for the folded part of the round."""

    done: Callable[[Any, datetime], Iterable[Mapping[str, Any]]]


DONE_SOURCES: list[DoneSource] = []


def register_done(source: DoneSource) -> None:
    DONE_SOURCES.append(source)
