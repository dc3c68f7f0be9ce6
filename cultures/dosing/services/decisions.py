"""Decisions on a ladder. The readiness engine proposes; a person decides, with the evidence kept as it was.

More exposure than the verdict allows needs a reason and a second person; more caution needs a reason.
"""

from datetime import datetime
from decimal import Decimal

from cultures.dosing.errors.ladders import (
    AgainstTheVerdict,
    AlreadySo,
    ControlIsNotEscalated,
    CultureBarred,
    DecidedLater,
    DecidedMeanwhile,
    DecisionWaits,
    JumpNeedsReason,
    NoRungAbove,
    NoRungBelow,
    NothingAlive,
    NothingToResume,
    NotInThisLadder,
    NotThatRung,
    OnHoliday,
    ReasonNeeded,
    WrongWay,
)
from cultures.dosing.gates import barred
from cultures.dosing.members import Arms, arms_of
from cultures.dosing.models import Decision, DosingState, Ladder, ReadinessRules, Rung
from cultures.dosing.readiness import Readiness, readiness_of
from cultures.dosing.services.recording import hold_still, next_number, open_ladder
from cultures.dosing.services.standing import stand_ladder, stand_model
from cultures.dosing.standing import newest_plan, standing_decisions
from cultures.passaging.errors import CultureNotGrowing
from cultures.passaging.models import Culture, Event
from cultures.passaging.services.recording import stamp
from cultures.science.escalation import is_large_jump
from cultures.science.readiness import Verdict
from lims.accounts.models import User
from lims.audit.context import acting
from lims.tabular.text import clean_text

KIND, STATE = Decision.Kind, Ladder.State
RAISES = (KIND.ESCALATE, KIND.RESUME)
ON_A_LADDER = (KIND.ESCALATE, KIND.HOLD, KIND.STEP_BACK, KIND.HOLIDAY, KIND.RESUME, KIND.LOST)
PROPOSES = {
    Verdict.READY: KIND.ESCALATE,
    Verdict.HOLD: KIND.HOLD,
    Verdict.STEP_BACK: KIND.STEP_BACK,
    Verdict.NOT_ASSESSED: KIND.HOLD,
}
PAST = {KIND.HOLD: "held", KIND.STEP_BACK: "stepped back", KIND.HOLIDAY: "on a holiday", KIND.LOST: "declared lost"}


def decide(
    *,
    ladder_id: int,
    kind: str,
    based_on: int,
    to_rung: int | None = None,
    culture_id: int | None = None,
    reason: str = "",
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Decision:
    """Escalate, hold, step back, give a holiday, resume, or declare lost.

    based_on     number of the last decision that was looked at: whoever saw an older one is told what was decided since
    to_rung      number of a rung of the newest plan; the next one up or down when empty
    culture_id   the treated flask it rests on; the one that leads when empty
    Answers with the decision; one against the verdict is `waiting`, and changes nothing until it is seconded.
    """
    reason = clean_text(reason, "The reason", max_length=300)
    with acting(by, "decide_on_ladder", reason=reason):
        marked = stamp(at, by, source)
        ladder = open_ladder(ladder_id)
        _refuse_overtaken(ladder, based_on, at)
        deed = KIND(kind)
        if deed not in ON_A_LADDER:
            raise ValueError(f"{kind} is not decided on a ladder")
        hold_still(lambda: living(ladder))
        arms = arms_of([ladder])[ladder.pk]
        culture = None if deed is KIND.LOST else _culture(arms, culture_id)
        if deed in RAISES:
            refuse_barred(culture)
        wanted = _rung(ladder, deed, to_rung)
        most = ReadinessRules.current().largest_jump
        is_jump = deed in RAISES and is_large_jump(ladder.rung.dose_canonical, wanted.dose_canonical, most)
        readiness = readiness_of([ladder], at).get(ladder.pk)
        against = goes_against(deed, readiness)
        _refuse_without_reason(deed, ladder, wanted, readiness, against, most if is_jump else None, reason)
        decision = Decision.objects.create(
            model=ladder.model,
            ladder=ladder,
            number=next_number(ladder.model),
            kind=deed.value,
            state=Decision.State.WAITING if against or is_jump else Decision.State.MADE,
            at=at,
            recorded_at=marked.recorded_at,
            by=by,
            source=marked.source,
            culture=culture,
            from_rung=ladder.rung,
            to_rung=wanted,
            verdict=readiness.verdict.value if readiness else "",
            judgement=readiness.as_evidence() if readiness else {},
            rules_version=readiness.rules.version if readiness else None,
            is_against_verdict=against,
            is_large_jump=is_jump,
            reason=reason,
        )
        settle(ladder)
        return decision


def living(ladder: Ladder) -> list[Culture]:
    """The growing flasks of both arms."""
    arms = arms_of([ladder])[ladder.pk]
    return [member.culture for member in (*arms.treated, *arms.control)]


def refuse_barred(culture: Culture | None) -> None:
    """A dose is not raised on cells that another domain holds back, such as those in quarantine."""
    if culture and (why := barred([culture.pk]).get(culture.pk)):
        raise CultureBarred(culture, why)


def settle(ladder: Ladder) -> None:
    """The ladder and its model stand where the decisions on them lead."""
    stand_ladder(ladder)
    stand_model(ladder.model)


def last_decision(ladder: Ladder) -> Decision | None:
    """The newest that stands: what a page was based on."""
    return next(iter(reversed(list(standing_decisions(ladder=ladder)))), None)


def _refuse_overtaken(ladder: Ladder, based_on: int, at: datetime) -> None:
    waiting = Decision.objects.filter(ladder=ladder, state=Decision.State.WAITING, withdrawn_at=None)
    if one := waiting.select_related("by", "model").first():
        raise DecisionWaits(one)
    last = last_decision(ladder)
    if last and last.number != based_on:
        raise DecidedMeanwhile(last)
    if last and at < last.at:
        raise DecidedLater(last)


def _culture(arms: Arms, culture_id: int | None) -> Culture:
    """The living treated flask that the decision rests on."""
    if culture_id is None:
        if arms.lead is None:
            raise NothingAlive(arms.ladder)
        return arms.lead.culture
    return _named(arms, culture_id)


def _named(arms: Arms, culture_id: int) -> Culture:
    members = DosingState.objects.filter(culture=culture_id).select_related("culture__line", "culture__vessel")
    state = members.first()
    culture = state.culture if state else Culture.objects.select_related("line", "vessel").get(pk=culture_id)
    if culture.arm == Culture.Arm.VEHICLE:
        raise ControlIsNotEscalated(culture)
    if state is None or state.ladder_id != arms.ladder.pk or culture.arm != Culture.Arm.TREATED:
        raise NotInThisLadder(culture, arms.ladder)
    if not culture.is_growing:
        raise CultureNotGrowing(culture)
    return culture


def _rung(ladder: Ladder, deed: Decision.Kind, number: int | None) -> Rung:
    """The rung a decision leads to, of the newest plan."""
    here = ladder.rung
    rungs = {rung.number: rung for rung in Rung.objects.filter(plan=newest_plan(ladder.model))}
    if number is not None and number not in rungs:
        raise NotThatRung(number)
    if ladder.state == STATE.HOLIDAY and deed in (KIND.ESCALATE, KIND.HOLD, KIND.STEP_BACK):
        raise OnHoliday(ladder)
    match deed:
        case KIND.ESCALATE:
            wanted = rungs.get(number or here.number + 1)
            if wanted is None:
                raise NoRungAbove(here)
            if wanted.dose_canonical <= here.dose_canonical:
                raise WrongWay("escalate", here, wanted)
        case KIND.STEP_BACK:
            wanted = rungs.get(number or here.number - 1)
            if wanted is None:
                raise NoRungBelow(here)
            if wanted.dose_canonical >= here.dose_canonical:
                raise WrongWay("step back", here, wanted)
        case KIND.RESUME:
            if ladder.state not in (STATE.HOLIDAY, STATE.HOLDING):
                raise NothingToResume(ladder)
            wanted = rungs[number] if number else here
            if wanted.dose_canonical > here.dose_canonical:
                raise WrongWay("resume", here, wanted)
        case _:
            if LEADS_NOWHERE.get(deed) == ladder.state:
                raise AlreadySo(ladder)
            wanted = here
    return wanted


LEADS_NOWHERE = {KIND.HOLD: STATE.HOLDING, KIND.HOLIDAY: STATE.HOLIDAY}


def goes_against(deed: Decision.Kind, readiness: Readiness | None) -> bool:
    """Whether it exposes the cells to more than the verdict allows."""
    if readiness is None:
        return False
    if deed is KIND.ESCALATE:
        return readiness.verdict is not Verdict.READY
    if deed is KIND.HOLD:
        return readiness.verdict is Verdict.STEP_BACK
    if deed is KIND.RESUME and readiness.arms.ladder.state == STATE.HOLIDAY:
        return not has_recovered(readiness)
    return False


def has_recovered(readiness: Readiness) -> bool:
    """After a holiday: enough of the flask is covered again."""
    return readiness.confluence_pct is not None and readiness.confluence_pct >= readiness.rules.resume_confluence_pct


def _refuse_without_reason(
    deed: Decision.Kind,
    ladder: Ladder,
    wanted: Rung,
    readiness: Readiness | None,
    against: bool,
    jump_above: Decimal | None,
    reason: str,
) -> None:
    if reason:
        return
    if jump_above is not None:
        raise JumpNeedsReason(ladder.rung, wanted, f"{jump_above.normalize():f}")
    if against and readiness:
        raise AgainstTheVerdict(_what_speaks_against(deed, readiness))
    cautious = deed is KIND.HOLD and readiness is not None and readiness.verdict is Verdict.READY
    if deed in (KIND.STEP_BACK, KIND.HOLIDAY, KIND.LOST) or cautious:
        raise ReasonNeeded(PAST[deed])


def _what_speaks_against(deed: Decision.Kind, readiness: Readiness) -> str:
    if deed is KIND.RESUME:
        seen, least = readiness.confluence_pct, readiness.rules.resume_confluence_pct
        found = f"Confluence is {seen} %" if seen is not None else "Nobody has noted the confluence"
        return f"{found}; a holiday ends from {least} % on."
    return readiness.judgement.sentence
