"""The home page: what is due and overdue, by place, each with its one-tap action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from lims.accounts.models import User
from lims.clock import days_overdue, start_of_today
from lims.reminders.due import DueRow, due_per_day, due_rows
from lims.reminders.models import Reminder
from lims.reminders.registry import DONE_SOURCES, SOURCES
from lims.reminders.sweep import end_of_today, last_sweep

SWEEP_IS_LATE = timedelta(minutes=5)
MOST_JOBS = 200


@dataclass
class Due:
    """One thing that falls due for a subject: its words, when, and the page that settles it."""

    words: str
    due_at: datetime
    url: str
    action: str
    overdue_days: int
    reminded_at: datetime | None

    @property
    def is_overdue(self) -> bool:
        return self.overdue_days > 0


@dataclass
class Job:
    """One subject of the round with everything that is due on it."""

    subject: str
    label: str
    place: str
    template: str
    card: Mapping[str, Any]
    dues: list[Due] = field(default_factory=list)

    @property
    def is_overdue(self) -> bool:
        return any(due.is_overdue for due in self.dues)

    @property
    def actions(self) -> set[str]:
        return {due.action for due in self.dues}


@dataclass
class Round:
    """Today, for one person or for the whole bench."""

    places: list[tuple[str, list[Job]]]
    due: int
    overdue: int
    done: list[dict[str, Any]]
    left_off: int
    sweep_late_since: datetime | None
    week: list[tuple[date, list[tuple[str, int]]]]

    @property
    def total(self) -> int:
        return self.due + len(self.done)

    @property
    def percent_done(self) -> int:
        return round(100 * len(self.done) / self.total) if self.total else 100


def round_of(person: User, now: datetime, *, whole_bench: bool) -> Round:
    """What is due before the lab's midnight, read from the records themselves, so that it is right without a worker."""
    rows: list[DueRow] = []
    for source in SOURCES.values():
        rows += due_rows(source, end_of_today(now), person_id=None if whole_bench else person.pk)
    jobs = jobs_of(rows, now)
    shown = sorted(jobs, key=lambda job: (job.place, not job.is_overdue, job.dues[0].due_at, job.subject))[:MOST_JOBS]
    swept_at = last_sweep()
    return Round(
        places=[(place, list(group)) for place, group in groupby(shown, key=lambda job: job.place)],
        due=len(jobs),
        overdue=sum(job.is_overdue for job in jobs),
        done=done_by(person, start_of_today(now)),
        left_off=len(jobs) - len(shown),
        sweep_late_since=swept_at if swept_at and now - swept_at > SWEEP_IS_LATE else None,
        week=week_of(person, now, whole_bench=whole_bench),
    )


def jobs_of(rows: list[DueRow], now: datetime) -> list[Job]:
    codes = {row.subject for row in rows}
    cards = {kind: source.cards(codes) for kind, source in first_source_per_cards().items()} if codes else {}
    reminded = {
        (kind, subject, due_at): noted_at
        for kind, subject, due_at, noted_at in Reminder.objects.filter(subject__in=codes, settled_at=None).values_list(
            "kind", "subject", "due_at", "noted_at"
        )
    }
    jobs: dict[str, Job] = {}
    for row in rows:
        source, subject = SOURCES[row.kind], row.subject
        card: Mapping[str, Any] = next((found[subject] for found in cards.values() if subject in found), {})
        job = jobs.setdefault(subject, Job(subject, row.subject_label, row.place_label, source.template, card))
        job.dues.append(
            Due(
                words=source.words,
                due_at=row.due_at,
                url=row.url,
                action=row.action,
                overdue_days=days_overdue(row.due_at, now),
                reminded_at=reminded.get((row.kind, subject, row.due_at)),
            )
        )
    return list(jobs.values())


def first_source_per_cards() -> dict[str, Any]:
    """Sources that share a cards function are asked once."""
    seen: dict[Any, str] = {}
    for kind, source in SOURCES.items():
        seen.setdefault(source.cards, kind)
    return {kind: SOURCES[kind] for kind in seen.values()}


def week_of(person: User, now: datetime, *, whole_bench: bool) -> list[tuple[date, list[tuple[str, int]]]]:
    """How much of what falls due on each of the days after today, up to a week ahead. One query a source."""
    midnight = end_of_today(now)
    days: dict[date, list[tuple[str, int]]] = {}
    for source in SOURCES.values():
        whose = None if whole_bench else person.pk
        for day, how_many in due_per_day(source, midnight, midnight + timedelta(days=6), person_id=whose):
            days.setdefault(day, []).append((source.words, how_many))
    return sorted(days.items())


def done_by(person: User, since: datetime) -> list[dict[str, Any]]:
    lines = [dict(line) for source in DONE_SOURCES for line in source.done(person, since)]
    return sorted(lines, key=lambda line: line["event"].recorded_at, reverse=True)
