"""The second person: a decision against the verdict changes something only when somebody else agrees."""

from datetime import datetime, timedelta

from cultures.dosing.errors.ladders import DecidedMeanwhile, NotUndoable, NotWaiting, OwnDecision, ReasonNeeded
from cultures.dosing.members import arms_of
from cultures.dosing.models import Decision, Ladder
from cultures.dosing.services.decisions import RAISES, last_decision, living, refuse_barred, settle
from cultures.dosing.services.recording import hold_still, open_ladder
from cultures.passaging.errors import NotThere
from cultures.passaging.models import Event, Feed
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import clean_text

UNDO_WINDOW = timedelta(minutes=15)


def second_decision(*, decision_id: int, at: datetime, by: User) -> Decision:
    """Agree with a waiting decision: from now on it stands.

    Raises OwnDecision for who made it, CultureBarred when its cells were put apart while it waited.
    """
    with acting(by, "second_decision"):
        stamp(at, by, Event.Source.BENCH)
        decision, ladder = _waiting(decision_id)
        if decision.by_id == by.pk:
            raise OwnDecision
        if (last := last_decision(ladder)) and last.number > decision.number:
            raise DecidedMeanwhile(last)
        if decision.kind in RAISES:
            hold_still(lambda: living(ladder))
            treated = [member.culture for member in arms_of([ladder])[ladder.pk].treated]
            named = [culture for culture in treated if culture.pk == decision.culture_id]
            refuse_barred(next(iter(named or treated), None))  # passaged since: the flask that leads now
        decision.state, decision.seconded_by, decision.seconded_at = Decision.State.MADE, by, at
        decision.save(update_fields=["state", "seconded_by", "seconded_at"])
        settle(ladder)
        return decision


def decline_decision(*, decision_id: int, reason: str, by: User) -> Decision:
    """Do not agree, or take back one's own that waits. It stays in the record and changes nothing."""
    reason = clean_text(reason, "The reason", max_length=300)
    if not reason:
        raise ReasonNeeded("kept as it is")
    with acting(by, "decline_decision", reason=reason):
        decision, _ = _waiting(decision_id)
        decision.state, decision.withdrawn_at, decision.withdrawn_by = Decision.State.DECLINED, now(), by
        decision.save(update_fields=["state", "withdrawn_at", "withdrawn_by"])
        return decision


def undo_decision(*, decision_id: int, at: datetime, by: User) -> Decision:
    """Take back one's own last decision within 15 minutes, while no medium was given because of it."""
    with acting(by, "undo_decision"):
        marked = stamp(at, by, Event.Source.BENCH)
        decision, ladder = _locked(decision_id)
        if why := why_not_undoable(decision, ladder, by, marked.recorded_at):
            raise NotUndoable(why)
        decision.withdrawn_at, decision.withdrawn_by = marked.recorded_at, by
        decision.save(update_fields=["withdrawn_at", "withdrawn_by"])
        settle(ladder)
        return decision


def why_not_undoable(decision: Decision, ladder: Ladder, by: User, moment: datetime) -> str:
    """In a sentence; empty when it may be taken back."""
    last = last_decision(ladder)
    if not decision.stands or last is None or last.pk != decision.pk or decision.kind in ("start", "branch"):
        return "Only the last decision on a ladder is taken back."
    if decision.by_id != by.pk:
        return "Somebody else made this decision."
    if decision.source == Event.Source.DEMONSTRATION:
        return "This decision came with the demonstration."
    if moment - decision.recorded_at > UNDO_WINDOW:
        return "It was made more than 15 minutes ago."
    fed = Feed.objects.standing().filter(culture__dosing__ladder=ladder, recorded_at__gt=decision.recorded_at)
    return "A medium was given since." if fed.exists() else ""


def _waiting(decision_id: int) -> tuple[Decision, Ladder]:
    decision, ladder = _locked(decision_id)
    if decision.state != Decision.State.WAITING or decision.withdrawn_at:
        raise NotWaiting(decision)
    return decision, ladder


def _locked(decision_id: int) -> tuple[Decision, Ladder]:
    found = Decision.objects.filter(pk=decision_id, ladder__isnull=False).values_list("ladder", flat=True).first()
    if found is None:
        raise NotThere("decision", "decision")
    ladder = open_ladder(found)
    people = ("by", "seconded_by", "model", "to_rung")
    return Decision.objects.select_related(*people).get(pk=decision_id), ladder
