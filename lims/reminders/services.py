"""The verb of what falls due: move it to another time."""

from datetime import datetime, timedelta

from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now, start_of_today
from lims.reminders.due import MOST_MOVED, DueRow, due_slot
from lims.reminders.errors import MovedIntoThePast, MovedTooFar, MovedWithoutReason, SlotGone
from lims.reminders.models import Rescheduling
from lims.reminders.registry import SOURCES
from lims.tabular.text import clean_text

ITS_OWN_TIME = timedelta(minutes=1)  # people write minutes; the records keep seconds


def reschedule(
    *,
    kind: str,
    subject: str,
    due_at: datetime,
    moved_to: datetime,
    reason: str = "",
    by: User,
    at: datetime | None = None,
) -> Rescheduling | None:
    """Have one thing done at another time than it is due. It holds for this due slot; the next entry makes a new one.

    due_at   when it is due by the records, whether it was moved since or not
    at       when this is decided; now, when it is not said

    Moving it again replaces the move before. Moving it back to its own time takes that move away, needs no reason,
    and gives None. Raises SlotGone, MovedTooFar, MovedIntoThePast or MovedWithoutReason; nothing has changed then.
    """
    at, reason = at or now(), clean_text(reason, "The reason", max_length=300)
    with acting(by, "reschedule", reason):
        row = the_due_slot(kind, subject, due_at)
        is_moved_back = abs(moved_to - row.slot) < ITS_OWN_TIME
        if not is_moved_back:
            _check(row, moved_to, reason, at)
        slot = {"kind": kind, "subject": subject, "due_at": row.slot}
        Rescheduling.objects.filter(**slot, withdrawn_at=None).update(withdrawn_at=at)
        if is_moved_back:
            return None
        return Rescheduling.objects.create(**slot, moved_to=moved_to, reason=reason, at=at, by=by)


def the_due_slot(kind: str, subject: str, due_at: datetime) -> DueRow:
    """What is due at that very time by the records. Raises SlotGone when nothing is."""
    source = SOURCES.get(kind)
    row = due_slot(source, subject, due_at) if source else None
    if row is None:
        raise SlotGone(source.words if source else "work", subject, due_at)
    return row


def _check(row: DueRow, moved_to: datetime, reason: str, at: datetime) -> None:
    if abs(moved_to - row.slot) > MOST_MOVED:
        raise MovedTooFar(row.slot, at)
    if moved_to < start_of_today(at):
        raise MovedIntoThePast(moved_to)
    if not reason:
        raise MovedWithoutReason
