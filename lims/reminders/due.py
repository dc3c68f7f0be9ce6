"""What is due, and when: as it follows from the records, except for what somebody moved to another time.

The one place that asks the sources. The sweep, Today and the calendar read what is said here, so that a thing that was
moved is moved for all of them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lims.clock import lab_zone
from lims.reminders.models import Rescheduling
from lims.reminders.registry import COLUMNS, Source

MOST_MOVED = timedelta(days=60)
TOLD_OF_A_MOVE = ", due.due_at AS slot, moved.reason AS moved_because, mover.initials AS moved_by"

# One statement a source, however large the lab. The join to the mover is dropped by the planner when nobody asks.
DUE = """
SELECT {columns}{also}
FROM ({recorded}) due ({names})
LEFT JOIN lims_rescheduling moved ON moved.withdrawn_at IS NULL
    AND moved.kind = due.kind AND moved.subject = due.subject AND moved.due_at = due.due_at
LEFT JOIN lims_user mover ON mover.id = moved.by_id
WHERE coalesce(moved.moved_to, due.due_at) < %s
"""
OF_ONE_OR_ALL = "due.person_id = coalesce(%s, due.person_id)"  # NULL asks for everybody's

Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class DueRow:
    """One thing due for one person.

    due_at   when it is to be done
    slot     when it is due by the records; the same, unless it was moved
    """

    kind: str
    subject: str
    subject_label: str
    person_id: int
    due_at: datetime
    place_label: str
    url: str
    action: str
    slot: datetime
    moved_because: str | None
    moved_by: str | None

    @property
    def is_moved(self) -> bool:
        return self.moved_because is not None


def due_statement(source: Source, by: datetime) -> Statement:
    """SQL and parameters of what is due before `by`, as COLUMNS."""
    return _statement(_recorded(source, by), by)


def due_rows(source: Source, by: datetime, *, person_id: int | None = None) -> list[DueRow]:
    """What is due before `by`, for one person or for all, the earliest first."""
    sql, params = _statement(_recorded(source, by), by, TOLD_OF_A_MOVE)
    return _rows(f"SELECT * FROM ({sql}) due WHERE {OF_ONE_OR_ALL} ORDER BY due_at, subject", (*params, person_id))


def due_slot(source: Source, subject: str, slot: datetime) -> DueRow | None:
    """What is due for a subject at that very time by the records, moved or not; None when nothing is."""
    at_that_time = source.due(slot + timedelta(seconds=1)).filter(subject=subject, due_at=slot)
    rows = _rows(*_statement(_as_columns(at_that_time), slot + 2 * MOST_MOVED, TOLD_OF_A_MOVE))
    return rows[0] if rows else None


def due_per_day(
    source: Source, since: datetime, by: datetime, *, person_id: int | None = None
) -> list[tuple[date, int]]:
    """How much falls due on each day of the lab's calendar, from `since` until before `by`."""
    sql, params = due_statement(source, by)
    counted = f"""SELECT (due_at AT TIME ZONE %s)::date AS day, count(*) FROM ({sql}) due
                  WHERE due_at >= %s AND {OF_ONE_OR_ALL} GROUP BY day ORDER BY day"""
    with connection.cursor() as cursor:
        cursor.execute(counted, [lab_zone().key, *params, since, person_id])
        return list(cursor.fetchall())


def _recorded(source: Source, by: datetime) -> QuerySet:
    """What a source has to say of things due before `by`: those, and later ones that were moved to before it."""
    brought_forward = Rescheduling.objects.filter(
        kind=source.kind, withdrawn_at=None, due_at__gte=by, moved_to__lt=by
    ).values("subject")
    later = source.due(by + MOST_MOVED).filter(due_at__gte=by, subject__in=brought_forward)
    return _as_columns(source.due(by)).union(_as_columns(later), all=True)


def _as_columns(due: QuerySet) -> QuerySet:
    return due.order_by().values_list(*COLUMNS)


def _statement(recorded: QuerySet, by: datetime, also: str = "") -> Statement:
    sql, params = recorded.query.sql_with_params()
    moved = {"due_at": "coalesce(moved.moved_to, due.due_at) AS due_at"}
    columns = ", ".join(moved.get(name, f"due.{name}") for name in COLUMNS)
    return DUE.format(columns=columns, also=also, recorded=sql, names=", ".join(COLUMNS)), (*params, by)


def _rows(sql: str, params: tuple[Any, ...]) -> list[DueRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [DueRow(*values) for values in cursor.fetchall()]
