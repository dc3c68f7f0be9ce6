"""Cells are put apart, treated, and let out again. What lets them out is decided on samples, by a lead."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Culture, Descent, Event
from cultures.passaging.services.checking import lock_cultures, lock_growing, whole_number
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.passaging.services.recording import stamp
from cultures.quality.errors.quarantine import (
    NobodyToHold,
    NotCleanYet,
    NothingReleasesIt,
    NotInQuarantine,
    NotInThatQuarantine,
)
from cultures.quality.families import MYCOPLASMA, release_of_suspected
from cultures.quality.methods.base import Release
from cultures.quality.models import (
    ContaminationTrace,
    CureMark,
    QCTest,
    Quarantine,
    QuarantineMember,
    Treatment,
)
from cultures.quality.releases import Progress, progress_of
from cultures.quality.standing import held
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clock import now
from lims.tabular.text import BadText, clean_text


def begin_quarantine(
    *,
    cause: str,
    kind: str,
    family: str,
    reason: str,
    started_at: datetime,
    why: Mapping[int, str],
    release: Release,
    by: User | None,
    test: QCTest | None = None,
    trace: ContaminationTrace | None = None,
    besides: Collection[int] = (),
) -> Quarantine:
    """Put cultures and all their descendants apart. Called by the verb that found the reason, with the family locked.

    why      by culture: why it is held; descendants say from which they descend
    besides  cultures that are kept apart for the same reason already: they would have to be let out twice
    """
    quarantine = Quarantine.objects.create(
        cause=cause,
        kind=kind,
        method=family,
        test=test,
        trace=trace,
        reason=reason[:300],
        started_at=started_at,
        passes_needed=release.passes,
        apart=release.apart,
        needs_lead=release.needs_lead,
        by=by,
    )
    add_members(quarantine, why, started_at, besides)
    return quarantine


def add_members(quarantine: Quarantine, why: Mapping[int, str], since: datetime, besides: Collection[int] = ()) -> None:
    """These and all their descendants; who is in already stays as it is."""
    roots = dict(Culture.objects.filter(pk__in=why).values_list("pk", "code"))
    words = f"descends from {', '.join(roots.values())}"
    if len(roots) > 3:
        words = f"descends from one of {len(roots)} cultures put apart with it"
    QuarantineMember.objects.bulk_create(
        [
            QuarantineMember(quarantine=quarantine, culture_id=pk, since=since, why=(why.get(pk) or words)[:200])
            for pk in with_descendants(list(why))
            if pk not in besides
        ],
        ignore_conflicts=True,
    )


def quarantine_cultures(
    *, culture_ids: Sequence[int], reason: str, family: str = MYCOPLASMA, at: datetime, by: User
) -> Quarantine:
    """A person puts cultures apart, with all that descends from them: a suspicion is reason enough."""
    reason = _said(reason, "Write why they are put apart.")
    if not culture_ids:
        raise NobodyToHold
    with acting(by, "quarantine_cultures", reason=reason):
        marked = stamp(at, by, Event.Source.BENCH)
        lock_growing(culture_ids, marked.at)
        lock_with_descendants(culture_ids)
        return begin_quarantine(
            cause=Quarantine.Cause.PERSON,
            kind=Quarantine.Kind.QUARANTINE,
            family=family,
            reason=reason,
            started_at=marked.at,
            why=dict.fromkeys(culture_ids, "put apart by a person"),
            release=release_of_suspected(family),
            by=by,
        )


def treat_culture(
    *,
    culture_id: int,
    agent: str,
    days: int | None = None,
    quarantine_id: int | None = None,
    at: datetime,
    by: User,
    note: str = "",
) -> Treatment:
    """Antibiotics against what it was put apart for. It stays apart until tested clean, and is marked for ever.

    quarantine_id   against which, when it is in several; without it that of a test goes before others
    """
    agent = clean_text(agent, "The treatment", max_length=80)
    if not agent:
        raise BadText("Write what it was treated with, and its dose.", field="agent")
    with acting(by, "treat_culture"):
        marked = stamp(at, by, Event.Source.BENCH)
        (culture,) = lock_growing([culture_id], marked.at)
        lasting = None if days is None else whole_number(days, "The days of treatment", field="days", least=1, most=365)
        quarantine = _treated_for(culture, quarantine_id)
        return Treatment.objects.create(
            culture=culture, quarantine=quarantine, agent=agent, days=lasting, **marked.on(note)
        )


def _treated_for(culture: Culture, quarantine_id: int | None) -> Quarantine:
    kept = [row.quarantine for row in held([culture.pk]).get(culture.pk, []) if row.quarantine.kind == "quarantine"]
    if not kept:
        raise NotInQuarantine(culture)
    if quarantine_id is None:
        return min(kept, key=lambda one: one.cause != Quarantine.Cause.TEST)
    if named := next((one for one in kept if one.pk == quarantine_id), None):
        return named
    raise NotInThatQuarantine(culture, Quarantine.objects.get(pk=quarantine_id))


def release_cultures(
    *, quarantine_id: int, culture_ids: Sequence[int], reason: str, at: datetime, by: User
) -> list[QuarantineMember]:
    """Let cultures out that were sampled clean often enough since they were put in; all of them or none.

    Raises NotCleanYet or NothingReleasesIt with what is missing.
    """
    reason = _said(reason, "Write why they may leave quarantine.")
    if not culture_ids:
        raise NobodyToHold
    with acting(by, "release_cultures", reason=reason):
        marked = stamp(at, by, Event.Source.BENCH)
        cultures = {culture.pk: culture for culture in lock_cultures(sorted(set(culture_ids)))}
        quarantine = Quarantine.objects.select_for_update().get(pk=quarantine_id)
        open_rows = quarantine.members.filter(culture__in=cultures, until=None).select_related("quarantine")
        members = {row.culture_id: row for row in open_rows}
        for pk, culture in cultures.items():
            if pk not in members:
                raise NotInThatQuarantine(culture, quarantine)
        released = {one.member.culture_id: one for one in progress_of(members.values(), marked.at).values()}
        for pk, culture in cultures.items():
            _refuse_unready(culture, released[pk])
        for pk, member in members.items():
            member.until, member.released_by = max(marked.at, member.since), by
            member.release_reason, member.released_on = reason, released[pk].codes
        QuarantineMember.objects.bulk_update(
            members.values(), ["until", "released_by", "release_reason", "released_on"]
        )
        _end_holds(quarantine, members.values(), marked.at, by)
        treated = {pk: one.treatment for pk, one in released.items() if one.treatment}
        CureMark.objects.bulk_create(
            [CureMark(culture_id=pk, treatment=treatment, since=marked.at) for pk, treatment in treated.items()],
            ignore_conflicts=True,
        )
        return list(members.values())


def _refuse_unready(culture: Culture, progress: Progress) -> None:
    if progress.must_be_treated:
        raise NothingReleasesIt(culture)
    if not progress.is_ready:
        raise NotCleanYet(culture, progress.needed, progress.codes, progress.next_from)


def _end_holds(quarantine: Quarantine, members: Iterable[QuarantineMember], at: datetime, by: User) -> None:
    """A hold of the same cells and family ends with the quarantine that outlasted it."""
    QuarantineMember.objects.filter(
        culture__in=[member.culture_id for member in members],
        quarantine__kind=Quarantine.Kind.HOLD,
        quarantine__method=quarantine.method,
        since__lte=at,
        until=None,
    ).update(until=at, released_by=by, release_reason=f"released from {quarantine}")


# --- what tests do ---------------------------------------------------------------------------------------------------


def end_holds_by(tests: Sequence[QCTest], family: str, by: User | None) -> None:
    """Retests that passed end the holds of their cultures, and of what descends from them alone."""
    open_holds = QuarantineMember.objects.filter(
        culture__in=with_descendants([test.culture_id for test in tests]),
        quarantine__kind=Quarantine.Kind.HOLD,
        quarantine__method=family,
        until=None,
    )
    end_answered_holds(open_holds, by)


def end_answered_holds(open_holds: QuerySet[QuarantineMember], by: User | None) -> None:
    """Those for whose cells a clean sample was taken since; also one that was known before the hold was."""
    progress = progress_of(open_holds.select_related("quarantine"))
    answered = [one for one in progress.values() if one.is_ready]
    for one in answered:
        (code,) = one.codes
        one.member.until, one.member.released_by = max(now(), one.member.since), by
        one.member.release_reason, one.member.released_on = f"the retest {code} was clean", [code]
    QuarantineMember.objects.bulk_update(
        [one.member for one in answered], ["until", "released_by", "release_reason", "released_on"], batch_size=1000
    )


def lift(test: QCTest, reason: str, by: User | None) -> None:
    """What rested on a result that is no more is lifted, also what was traced from it; the rows keep why it ended."""
    rested = Q(quarantine__test__code=test.code) | Q(quarantine__trace__test__code=test.code)
    QuarantineMember.objects.filter(rested, until=None).update(
        until=Greatest(now(), F("since")),
        released_by=by,
        release_reason=f"the result {test.code} was corrected: {reason}"[:300],
    )


def reinstate(test: QCTest) -> None:
    """Who was released on a sample that does not speak for them any more is kept apart again, with their daughters."""
    released = QuarantineMember.objects.filter(released_on__contains=[test.code])
    again = list(released.select_related("quarantine"))
    released.update(until=None, released_by=None, release_reason="", released_on=[])
    together: dict[tuple[Quarantine, datetime], dict[int, str]] = {}
    for member in again:
        together.setdefault((member.quarantine, member.since), {})[member.culture_id] = member.why
    for (quarantine, since), why in together.items():  # one quarantine, or two
        add_members(quarantine, why, since)
    holds = QuarantineMember.objects.filter(pk__in=[member.pk for member in again], quarantine__kind="hold")
    end_answered_holds(holds, test.by)  # another sample may still speak for them


def inherit(culture_ids: Sequence[int]) -> None:
    """New daughters of cells that are kept apart, or that were cured, are so too. Three queries."""
    living = Descent.objects.exclude(daughter__fate=Culture.Fate.ENTERED_IN_ERROR)
    descents = list(living.filter(daughter__in=culture_ids).values_list("daughter", "parent"))
    if not descents:
        return
    parents = {parent for _, parent in descents}
    open_rows = QuarantineMember.objects.filter(culture__in=parents, until=None).select_related("culture")
    rows: dict[int, list[QuarantineMember]] = {}
    for row in open_rows:
        rows.setdefault(row.culture_id, []).append(row)
    QuarantineMember.objects.bulk_create(
        [
            QuarantineMember(
                quarantine_id=row.quarantine_id,
                culture_id=daughter,
                since=row.since,
                why=f"descends from {row.culture.code}",
            )
            for daughter, parent in descents
            for row in rows.get(parent, [])
        ],
        ignore_conflicts=True,
    )
    marks = {mark.culture_id: mark for mark in CureMark.objects.filter(culture__in=parents)}
    CureMark.objects.bulk_create(
        [
            CureMark(culture_id=daughter, treatment_id=marks[parent].treatment_id, since=marks[parent].since)
            for daughter, parent in descents
            if parent in marks
        ],
        ignore_conflicts=True,
    )


def _said(reason: str, ask: str) -> str:
    cleaned = clean_text(reason, "The reason", max_length=300)
    if not cleaned:
        raise BadText(ask, field="reason")
    return cleaned
