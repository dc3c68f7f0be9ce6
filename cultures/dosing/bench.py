"""What the ladders add to the bench: the dose that is proposed, what is refused, and what is said before saving."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from cultures.dosing.errors.ladders import AboveTheRung, DoseJump, LaddersDoNotMix
from cultures.dosing.exposure import exposure_of
from cultures.dosing.following import refold, state_of
from cultures.dosing.members import arms_of
from cultures.dosing.models import DosingState, Ladder, MaintainedDrug, ReadinessRules
from cultures.dosing.readiness import prospective
from cultures.dosing.services.standing import stand_model
from cultures.passaging.commands import CellCount, Medium, Plan
from cultures.passaging.errors import TreatedWithoutDrug, WithoutAndWithDrug
from cultures.passaging.models import Count, Culture, Feed
from cultures.passaging.registry import ABOVE, Given, ProposedDrug, ProposedDrugs
from cultures.passaging.warnings import Warning
from cultures.science.concentration import Concentration
from cultures.science.escalation import is_large_jump
from cultures.science.readiness import Verdict
from cultures.science.stays import Kind
from lims.clock import now
from lims.tabular.durations import duration_in_words

ARM = Culture.Arm


def register() -> None:
    ABOVE.followers.append(follow)
    ABOVE.guards.append(guard)
    ABOVE.proposers.append(propose)
    ABOVE.feed_warners.append(feed_warnings)
    ABOVE.harvest_warners.append(harvest_warnings)


def follow(culture_ids: Sequence[int]) -> None:
    """The dosing states of these cultures, and where one of them changed, the status of its model."""
    for model in {ladder.model for ladder in refold(culture_ids)}:
        stand_model(model)


def states_of(cultures: Sequence[Culture]) -> dict[int, DosingState]:
    """By culture, for those of open ladders."""
    rows = DosingState.objects.filter(culture__in=[culture.pk for culture in cultures]).exclude(
        ladder__state__in=Ladder.ENDED
    )
    return {row.culture_id: row for row in rows.select_related("ladder__rung__plan", "ladder__model__compound")}


# --- the dose that is proposed ---------------------------------------------------------------------------------------


def propose(culture: Culture, at: datetime) -> ProposedDrugs | None:
    """What the ladder's rung asks for; to the control as much of each vehicle. None outside a ladder."""
    state = states_of([culture]).get(culture.pk)
    if state is None or culture.arm == ARM.NONE:
        return None
    ladder = state.ladder
    kept = MaintainedDrug.objects.filter(plan=ladder.rung.plan_id).select_related("compound").order_by("pk")
    drugs = [ProposedDrug(one.compound, one.dose, one.dose_unit, one.vehicle_pct) for one in kept]
    without = _pause(state, at)
    if not without:
        rung = ladder.rung
        drugs.insert(0, ProposedDrug(ladder.model.compound, rung.dose, rung.dose_unit, rung.plan.vehicle_pct))
    if culture.arm == ARM.VEHICLE:
        drugs, without = [replace(drug, dose=Decimal(0)) for drug in drugs], ""
    return ProposedDrugs(drugs, _source(ladder, without), without)


def _source(ladder: Ladder, without: str) -> str:
    """rung 4 of plan v2."""
    if without == Feed.Without.HOLIDAY:
        return f"ladder {ladder.name} is on a drug holiday"
    if without == Feed.Without.PULSE:
        return f"between two pulses of rung {ladder.rung.number}"
    return f"rung {ladder.rung.number} of {ladder.rung.plan}"


def _pause(state: DosingState, at: datetime) -> str:
    """Why the next medium is without the rising drug; empty when it is due its dose."""
    ladder = state.ladder
    if ladder.state == Ladder.State.HOLIDAY:
        return Feed.Without.HOLIDAY.value
    if not ladder.rung.on_days or not ladder.rung.off_days or state.medium_at is None:
        return ""
    return Feed.Without.PULSE.value if _is_between_pulses(state, at) else ""


def _is_between_pulses(state: DosingState, at: datetime) -> bool:
    """Whose turn it is in a pulsed rung: a pulse ends once it has had its days, and so does the pause after it."""
    spell = pulse_since(state.culture_id, at)
    days = (at - spell).total_seconds() / 86_400 if spell else 0.0
    rung = state.ladder.rung
    if state.dose:
        return days >= (rung.on_days or 0)
    return days < (rung.off_days or 0)


def pulse_since(culture_id: int, at: datetime) -> datetime | None:
    """Since when the cells have been in the drug without a break, or without it. Reads all their ancestors."""
    intervals = exposure_of(culture_id, at).ledger.intervals
    if not intervals:
        return None
    on = intervals[-1].kind is Kind.ON
    start = intervals[-1].start
    for interval in reversed(intervals):
        if (interval.kind is Kind.ON) is not on:
            break
        start = interval.start
    return start


# --- what is refused -------------------------------------------------------------------------------------------------


def guard(given: Sequence[Given]) -> None:
    """Raises for pools across ladders, for a rise that nobody decided, and for a treated flask left without a word."""
    states = states_of([culture for one in given for culture in one.cultures])
    if not states:
        return
    most = ReadinessRules.current().largest_jump
    for one in given:
        if one.is_seeding and len(one.cultures) > 1:
            _refuse_mixing(one.cultures, states)
        state = next((states[culture.pk] for culture in one.cultures if culture.pk in states), None)
        if state is not None and one.arm == ARM.TREATED:
            _refuse_dose(one, state, most)


def _refuse_dose(given: Given, state: DosingState, most: Decimal) -> None:
    ladder, compound = state.ladder, state.ladder.model.compound
    dose = next((one for one in given.doses if one.drug.compound_id == compound.pk and one.canonical), None)
    if dose is None:
        if not given.medium.without_drug:
            raise TreatedWithoutDrug
        return
    if given.medium.without_drug:
        raise WithoutAndWithDrug
    if given.medium.override:
        return
    if state.last_dose and is_large_jump(state.last_dose, dose.canonical, most):
        before = str(Concentration.written(state.last_dose, compound.unit))
        raise DoseJump(str(compound), before, str(dose.written), f"{most.normalize():f}")
    if dose.canonical > ladder.rung.dose_canonical:
        raise AboveTheRung(ladder, str(dose.written))


def _refuse_mixing(cultures: Sequence[Culture], states: dict[int, DosingState]) -> None:
    kinds = {(states[one.pk].ladder_id if one.pk in states else None, one.arm) for one in cultures}
    if states and len(kinds) > 1:
        raise LaddersDoNotMix(cultures)


# --- what is said before saving --------------------------------------------------------------------------------------


def feed_warnings(culture: Culture, medium: Medium, at: datetime) -> Iterator[Warning]:
    state = states_of([culture]).get(culture.pk)
    if state is None:
        return
    yield from _about_gap(culture, state, at)
    yield from _about_medium(state, medium, culture.arm)


def harvest_warnings(
    cultures: Sequence[Culture], count: CellCount | Count | None, volume_ml: Decimal | None, plan: Plan, at: datetime
) -> Iterator[Warning]:
    """Of a flask in a ladder: a gap before it, its medium, how far apart the arms are, the verdict to be expected."""
    if len(cultures) != 1:
        return
    (culture,) = cultures
    state = states_of([culture]).get(culture.pk)
    if state is None:
        return
    yield from _about_gap(culture, state, at)
    for seeding in plan.daughters:
        arm = culture.arm if seeding.arm is None else seeding.arm
        if found := list(_about_medium(state, seeding.medium, arm)):
            yield from found
            break
    if culture.arm == ARM.TREATED:
        yield from _about_control(state.ladder)
        yield from _about_verdict(culture, state.ladder, count, volume_ml, at)


def _about_gap(culture: Culture, state: DosingState, at: datetime) -> Iterator[Warning]:
    every = state.ladder.model.compound.redose_interval
    if culture.arm != ARM.TREATED or every is None or not state.dose or state.medium_at is None:
        return
    since = at - state.medium_at
    if since > every:
        gap = duration_in_words(since - every)
        yield Warning(
            "dose_gap",
            f"The last dose was {duration_in_words(since)} ago; {state.ladder.model.compound} lasts "
            f"{duration_in_words(every)}. The {gap} between are a gap and no exposure.",
            "at",
        )


def _about_medium(state: DosingState, medium: Medium, arm: str) -> Iterator[Warning]:
    """A dose below the rung, and a vehicle that the arms do not share."""
    ladder, plan = state.ladder, state.ladder.rung.plan
    mine = [drug for drug in medium.drugs if drug.compound_id == ladder.model.compound_id]
    if not mine or arm == ARM.NONE:
        return
    rung, drug = ladder.rung, mine[0]
    if arm == ARM.TREATED and drug.dose and ladder.state != Ladder.State.HOLIDAY:
        compound = ladder.model.compound
        given = Concentration.written(drug.dose, drug.unit).canonical(compound.kind, compound.molar_mass_g_per_mol)
        if given < rung.dose_canonical:
            yield Warning(
                "below_the_rung",
                f"Rung {rung.number} asks for {rung.dose_in_words}; this medium has less, "
                f"{Concentration.written(drug.dose, drug.unit)}.",
                "drugs",
            )
    if drug.vehicle_pct != plan.vehicle_pct:
        yield Warning(
            "vehicle_differs",
            f"{plan} keeps the vehicle at {plan.vehicle_pct.normalize():f} % in both arms; this medium has "
            f"{Decimal(drug.vehicle_pct).normalize():f} %.",
            "drugs",
        )


def _about_control(ladder: Ladder) -> Iterator[Warning]:
    arms, rules = arms_of([ladder])[ladder.pk], ReadinessRules.current()
    drift = arms.drift()
    if arms.has_lost_control:
        yield Warning("control_lost", f"{ladder} has no living vehicle control: nothing can be compared.", "daughters")
    elif drift and drift.is_too_far(rules):
        yield Warning(
            "control_drift",
            f"The vehicle control {arms.lead_control.culture.code} is {drift.words}; at most "  # type: ignore[union-attr]  # there is drift only where there is a control
            f"{rules.control_passages_apart} passages and {rules.control_days_apart} d are wanted. Passage both.",
            "daughters",
        )


def _about_verdict(
    culture: Culture, ladder: Ladder, count: CellCount | Count | None, volume_ml: Decimal | None, at: datetime
) -> Iterable[Warning]:
    """What the readiness engine would say after this harvest."""
    if count is None or not volume_ml:
        return
    judgement = prospective(ladder, culture, count, volume_ml, at)
    if judgement and judgement.verdict in (Verdict.HOLD, Verdict.STEP_BACK):
        word = {Verdict.HOLD: "hold", Verdict.STEP_BACK: "step back"}[judgement.verdict]
        yield Warning("verdict_would_be", f"The rung's verdict would be {word}. {judgement.sentence}", "live")


def kind_now(state: DosingState, at: datetime | None = None) -> Kind:
    """What the cells of a culture stand in at a moment: drug, holiday, gap ..."""
    every = state.ladder.model.compound.redose_interval
    return state_of(state).until(at or now(), every).kind(every)
