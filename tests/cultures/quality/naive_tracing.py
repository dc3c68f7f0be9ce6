"""The trace once more, as one would do it with the lab's books on the table: pair by pair, until nothing changes.

It shares no line with the product's, and no thought of speed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cultures.passaging.models import Count, Culture, Descent, Feed, FeedLot, Harvest, HarvestLot, Move, Observation
from cultures.quality.models import QCTest
from lims.clock import today

Tiers = dict[int, int]
Moments = dict[int, datetime]


@dataclass
class Books:
    """All there is, loaded once."""

    cultures: dict[int, Culture]
    parents: dict[int, list[int]]
    samples: list[QCTest]
    handled: list[tuple[int, datetime, int | None, int | None]]  # culture, at, session, person
    used: list[tuple[int, datetime, int]]  # culture, at, lot
    stays: list[tuple[int, int, datetime, datetime]]  # culture, place, came, went


def books(now: datetime) -> Books:
    cultures = {one.pk: one for one in Culture.objects.exclude(fate="entered_in_error")}
    parents: dict[int, list[int]] = defaultdict(list)
    for descent in Descent.objects.all():
        if descent.daughter_id in cultures:
            parents[descent.daughter_id].append(descent.parent_id)
    samples = list(QCTest.objects.filter(withdrawn_at=None))
    return Books(cultures, parents, samples, list(_handled()), list(_used()), list(_stays(cultures, now)))


def _harvests() -> Iterator[tuple[Harvest, int]]:
    for harvest in Harvest.objects.standing():
        for source in harvest.sources.filter(withdrawn_at=None):
            yield harvest, source.culture_id


def _handled() -> Iterator[Any]:
    for model in (Feed, Observation, Count, Move):
        for event in model.objects.standing():
            yield event.culture_id, event.at, event.session_id, event.by_id
    for harvest, culture_id in _harvests():
        yield culture_id, harvest.at, harvest.session_id, harvest.by_id


def _used() -> Iterator[Any]:
    for used in FeedLot.objects.filter(feed__withdrawn_at=None).select_related("feed"):
        yield used.feed.culture_id, used.feed.at, used.lot_id
    for harvest, culture_id in _harvests():
        for used in HarvestLot.objects.filter(harvest=harvest):
            yield culture_id, harvest.at, used.lot_id


def _stays(cultures: dict[int, Culture], now: datetime) -> Iterator[Any]:
    for culture in cultures.values():
        moves = list(Move.objects.standing().filter(culture=culture).order_by("at", "pk"))
        came = culture.seeded_at
        for move in moves:
            yield culture.pk, move.from_place_id, came, move.at
            came = move.at
        yield culture.pk, culture.place_id, came, culture.ended_at or now


def suspects(book: Books, test: QCTest, methods: Sequence[str]) -> tuple[Tiers, Moments]:
    """Tiers 1 to 3, and since when."""
    tested = test.culture_id
    since: Moments = {}

    def back(culture_id: int, until: datetime, *, before: bool) -> None:
        clean = [
            one.at
            for one in book.samples
            if one.culture_id == culture_id
            and one.verdict == "pass"
            and one.method in methods
            and (one.at < until if before else one.at <= until)
        ]
        seeded_at = book.cultures[culture_id].seeded_at
        start = max(clean) if clean else seeded_at
        since[culture_id] = min(start, since.get(culture_id, start))
        if not clean:
            for parent in book.parents.get(culture_id, []):  # every way, one by one
                back(parent, seeded_at, before=False)

    back(tested, test.at, before=True)
    tiers = dict.fromkeys(since, 3) | {tested: 1}
    while True:
        before = dict(tiers), dict(since)
        for daughter, parents in book.parents.items():
            seeded_at = book.cultures[daughter].seeded_at
            for parent in parents:
                if parent not in tiers or (tiers[parent] == 3 and seeded_at < since[parent]):
                    continue
                tier = 2 if tiers[parent] <= 2 else 3
                tiers[daughter] = min(tier, tiers.get(daughter, tier))
                since[daughter] = min(seeded_at, since.get(daughter, seeded_at))
        if before == (tiers, since):
            return tiers, since


Contacts = dict[tuple[int, str, Any], tuple[datetime, datetime]]


def contacts(book: Books, tiers: Tiers, since: Moments, now: datetime) -> Contacts:
    """By other culture, sort and thing: from when to when."""
    found: Contacts = {}

    def note(other: int, why: str, thing: Any, first: datetime, last: datetime) -> None:
        if other in book.cultures and other not in tiers:
            known = found.get((other, why, thing), (first, last))
            found[other, why, thing] = min(known[0], first), max(known[1], last)

    def is_suspect(culture_id: int, at: datetime) -> bool:
        return culture_id in tiers and since[culture_id] <= at <= (book.cultures[culture_id].ended_at or now)

    for culture_id, at, session, person in book.handled:
        if is_suspect(culture_id, at):
            for other, other_at, other_session, other_person in book.handled:
                if session and session == other_session:
                    note(other, "round", session, other_at, other_at)
                if person and person == other_person and today(at) == today(other_at):
                    note(other, "day", (person, today(at)), other_at, other_at)
    for culture_id, at, lot in book.used:
        if is_suspect(culture_id, at):
            for other, other_at, other_lot in book.used:
                if lot == other_lot and at <= other_at <= now:
                    note(other, "bottle", lot, other_at, other_at)
    for culture_id, place, came, went in book.stays:
        if culture_id in tiers:
            came = max(came, since[culture_id])
            for other, other_place, other_came, other_went in book.stays:
                first, last = max(came, other_came), min(went, other_went)
                if place == other_place and first < last:
                    note(other, "shelf", place, first, last)
    return found


def exposed(book: Books, found: Contacts, tiers: Tiers) -> dict[int, dict[int, tuple[datetime, datetime]]]:
    """Tiers 4 and 5, with what was seeded from them after the contact: by culture and tier, from when to when."""
    state: dict[int, dict[int, tuple[datetime, datetime]]] = {4: {}, 5: {}}
    for (other, why, _), (first, last) in found.items():
        of_tier = state[4 if why in ("round", "bottle") else 5]
        known = of_tier.get(other, (first, last))
        of_tier[other] = min(known[0], first), max(known[1], last)
    for of_tier in state.values():
        while True:
            before = dict(of_tier)
            for daughter, parents in book.parents.items():
                seeded_at = book.cultures[daughter].seeded_at
                for parent in parents:
                    if parent in of_tier and daughter not in tiers and of_tier[parent][0] <= seeded_at:
                        first, last = seeded_at, min(of_tier[parent][1], seeded_at)
                        known = of_tier.get(daughter, (first, last))
                        of_tier[daughter] = min(known[0], first), max(known[1], last)
            if before == of_tier:
                break
    by_culture: dict[int, dict[int, tuple[datetime, datetime]]] = defaultdict(dict)
    for tier, of_tier in state.items():
        for culture_id, span in of_tier.items():
            by_culture[culture_id][tier] = span
    return by_culture


def reach(test: QCTest, methods: Sequence[str], now: datetime) -> dict[int, tuple[int, datetime, datetime | None]]:
    """By culture: its tier, suspect since when, and its last contact (of tiers 4 and 5)."""
    book = books(now)
    tiers, since = suspects(book, test, methods)
    members: dict[int, tuple[int, datetime, datetime | None]] = {pk: (tiers[pk], since[pk], None) for pk in tiers}
    for pk, spans in exposed(book, contacts(book, tiers, since, now), tiers).items():
        members[pk] = min(spans), min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    return members
