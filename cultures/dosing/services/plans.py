"""Models and their plans: registered, and planned anew as a next version."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TypeVar

from django.db.models import Model

from cultures.compounds.models import Compound
from cultures.dosing.commands import PlannedDose, PlanOfDoses
from cultures.dosing.errors.ladders import ModelIsOver
from cultures.dosing.errors.plans import (
    DosesNotRising,
    JumpInPlan,
    MaintainedRises,
    ModelNameTaken,
    NothingChanged,
    PlanChangedMeanwhile,
    PlanUnusable,
    PlanVehicleTooMuch,
    RungAboveMaximum,
    RungDoseUnusable,
    RungInUseMissing,
    StartOfAnotherLine,
    StartUnclear,
)
from cultures.dosing.models import EscalationPlan, Ladder, MaintainedDrug, ReadinessRules, ResistanceModel, Rung
from cultures.dosing.services.standing import stand_ladder, stand_model
from cultures.dosing.standing import newest_plan
from cultures.lines.models import CellLine
from cultures.passaging.errors import NotThere
from cultures.passaging.models import Culture
from cultures.passaging.services.checking import number, refuse_absent_keepers
from cultures.science.concentration import Concentration, MolarMassNeeded, UnknownUnit
from cultures.science.escalation import STRATEGIES, EscalationError, is_large_jump, planned_rungs
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.codes import new_codes
from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text

M = TypeVar("M", bound=Model)
MICRO_UNIT = Decimal("0.000001")
MOST_RUNGS = 60


def register_model(
    *,
    name: str,
    parental_line_id: int,
    compound_id: int,
    keeper_id: int,
    plan: PlanOfDoses,
    purpose: str = "",
    starting_culture_id: int | None = None,
    starting_vial: str = "",
    derived_from_id: int | None = None,
    by: User,
    at: datetime | None = None,
) -> ResistanceModel:
    """Register a model with the first version of its plan. It is planned until a ladder starts.

    derived_from_id   another model whose cells this one starts from: their drug history goes on
    """
    name = _text(name, "The name", 60, "name")
    if starting_culture_id and starting_vial:
        raise StartUnclear

    def taken() -> DomainError | None:
        holder = ResistanceModel.objects.filter(name__iexact=name).first()
        return ModelNameTaken(holder) if holder else None

    with acting(by, "register_model"):
        if refusal := taken():
            raise refusal
        start = _found(Culture, starting_culture_id, "culture", "starting_culture") if starting_culture_id else None
        if start and parental_line_id not in (start.line_id, start.line.parent_id):
            raise StartOfAnotherLine(start)
        model = ResistanceModel(
            code=new_codes("M")[0],
            name=name,
            parental_line=_found(CellLine, parental_line_id, "line", "parental_line"),
            compound=_found(Compound, compound_id, "compound", "compound"),
            keeper_id=keeper_id,
            purpose=clean_text(purpose, "The purpose", max_length=300),
            starting_culture=start,
            starting_vial=clean_text(starting_vial, "The vial", max_length=60),
            derived_from=_found(ResistanceModel, derived_from_id, "model", "derived_from") if derived_from_id else None,
            registered_at=at or now(),
        )
        refuse_absent_keepers({keeper_id})
        with refused_if_taken(taken):
            model.save(force_insert=True)
        _write_plan(model, plan, version=1, reason="", by=by, at=at or now())
        return model


def revise_plan(
    *, model_id: int, plan: PlanOfDoses, reason: str, based_on: int, by: User, at: datetime | None = None
) -> EscalationPlan:
    """The next version of a plan. Ladders go on at the rung of their dose, which the new plan must have.

    based_on   the version that was looked at; raises PlanChangedMeanwhile when there is a newer one
    """
    reason = _text(reason, "The reason", 300, "reason")
    with acting(by, "revise_plan", reason=reason):
        model = lock_model(model_id)
        if model.status == ResistanceModel.Status.ABANDONED:
            raise ModelIsOver(model)
        before = newest_plan(model)
        if before and before.version != based_on:
            raise PlanChangedMeanwhile(before)
        made = _write_plan(
            model, plan, version=(before.version if before else 0) + 1, reason=reason, by=by, at=at or now()
        )
        if before and _said(before) == _said(made):
            raise NothingChanged(before)
        rungs = {rung.dose_canonical for rung in made.rungs.all()}
        for ladder in model.ladders.select_related("rung", "model").exclude(state__in=Ladder.ENDED):
            if ladder.rung.dose_canonical not in rungs:
                raise RungInUseMissing(ladder)
            stand_ladder(ladder)
        stand_model(model)
        return made


def lock_model(model_id: int) -> ResistanceModel:
    """Decisions on a model are made one after another."""
    locked = ResistanceModel.objects.select_for_update(no_key=True, of=("self",)).filter(pk=model_id)
    if (model := locked.select_related("compound", "parental_line").first()) is None:
        raise NotThere("model", "model")
    return model


def plan_by_strategy(strategy: str, parameters: dict[str, object], unit: str, vehicle_pct: Decimal) -> PlanOfDoses:
    """The rungs a strategy comes to, as a plan. Raises PlanUnusable at the field that is at fault."""
    try:
        rungs = planned_rungs(strategy, parameters)
    except EscalationError as error:
        raise PlanUnusable(str(error), field=error.field) from error
    doses = [
        PlannedDose(
            dose=rung.dose,
            planned_days=rung.planned_days,
            min_days=rung.min_days,
            min_passages=rung.min_passages,
            on_days=rung.on_days,
            off_days=rung.off_days,
        )
        for rung in rungs
    ]
    return PlanOfDoses(unit=unit, rungs=doses, vehicle_pct=vehicle_pct, strategy=strategy, parameters=parameters)


# --- writing a version -----------------------------------------------------------------------------------------------


def _write_plan(
    model: ResistanceModel, plan: PlanOfDoses, *, version: int, reason: str, by: User, at: datetime
) -> EscalationPlan:
    compound = model.compound
    if plan.strategy not in STRATEGIES:
        raise PlanUnusable("Choose how the dose rises: stepwise, pulsed or constant.", field="strategy")
    vehicle = _vehicle(plan.vehicle_pct, compound, "vehicle_pct")
    rungs = [_rung(place, one, plan.unit, compound) for place, one in enumerate(plan.rungs, start=1)]
    _refuse_climb(rungs)
    made = EscalationPlan.objects.create(
        model=model,
        version=version,
        strategy=plan.strategy,
        template=plan.template,
        parameters=dict(plan.parameters),
        vehicle_pct=vehicle,
        reason=reason,
        made_by=by,
        made_at=at,
    )
    for rung in rungs:
        rung.plan = made
    Rung.objects.bulk_create(rungs)
    MaintainedDrug.objects.bulk_create(_maintained(made, plan, compound))
    return made


def _rung(place: int, one: PlannedDose, unit: str, compound: Compound) -> Rung:
    written, canonical = _dose(one.dose, unit, compound)
    return Rung(
        number=place,
        dose=written.amount,
        dose_unit=written.unit,
        dose_canonical=canonical,
        planned_days=_days(one.planned_days, "The planned days", least=1),
        min_days=_days(one.min_days, "The least days", most=one.planned_days),
        min_passages=_days(one.min_passages, "The least passages", most=1000),
        min_viability_pct=one.min_viability_pct,
        max_doubling_ratio=one.max_doubling_ratio,
        on_days=one.on_days,
        off_days=one.off_days,
    )


def _days(value: int, what: str, *, least: int = 0, most: int = 3650) -> int:
    return int(number(value, what, field="doses", least=least, most=most, places=0, exact=True))


def _dose(dose: Decimal, unit: str, compound: Compound, field: str = "doses") -> tuple[Concentration, Decimal]:
    """As written and in the compound's unit; above zero, and not above the highest dose allowed."""
    amount = number(dose, f"The dose of {compound}", field=field, most=Decimal("999999.999999"), places=6, exact=True)
    try:
        written = Concentration.written(amount, unit)
        canonical = written.canonical(compound.kind, compound.molar_mass_g_per_mol).quantize(MICRO_UNIT, ROUND_HALF_UP)
    except UnknownUnit as error:
        raise RungDoseUnusable(
            f"{unit[:20] or 'No unit'!r} is not a unit of dose. Write nM, µM, mM, µg/mL or mg/mL.", field
        ) from error
    except MolarMassNeeded as error:
        raise RungDoseUnusable(
            f"{compound} is dosed in {compound.unit}; {written.unit} converts only through its molar mass, which is "
            f"not registered. Plan in {compound.unit}.",
            field,
        ) from error
    if not canonical:
        raise RungDoseUnusable(f"A dose of {compound} is above zero. Correct it.", field)
    if compound.max_dose is not None and canonical > compound.max_dose:
        raise RungAboveMaximum(compound, str(written), f"{compound.max_dose.normalize():f} {compound.unit}", field)
    return written, canonical


def _vehicle(percent: Decimal, compound: Compound, field: str) -> Decimal:
    vehicle = number(percent, f"The vehicle of {compound} in %", field=field, most=100, places=4)
    if compound.max_vehicle_pct is not None and vehicle > compound.max_vehicle_pct:
        raise PlanVehicleTooMuch(compound, f"{compound.max_vehicle_pct.normalize():f}", field)
    return vehicle


def _refuse_climb(rungs: Sequence[Rung]) -> None:
    if not rungs:
        raise RungDoseUnusable("A plan has at least one rung. Write its dose.")
    if len(rungs) > MOST_RUNGS:
        raise RungDoseUnusable(f"A plan has at most {MOST_RUNGS} rungs. Choose larger steps.")
    most = ReadinessRules.current().largest_jump
    for before, after in pairwise(rungs):
        if after.dose_canonical <= before.dose_canonical:
            raise DosesNotRising(before.dose_in_words, after.dose_in_words)
        if is_large_jump(before.dose_canonical, after.dose_canonical, most):
            raise JumpInPlan(before.dose_in_words, after.dose_in_words, f"{most.normalize():f}")


def _maintained(made: EscalationPlan, plan: PlanOfDoses, rising: Compound) -> list[MaintainedDrug]:
    kept = []
    for one in plan.maintained:
        compound = _found(Compound, one.compound_id, "compound", "maintained")
        if compound.pk == rising.pk:
            raise MaintainedRises(compound)
        written, canonical = _dose(one.dose, one.unit, compound, "maintained")
        vehicle = _vehicle(one.vehicle_pct, compound, "maintained")
        kept.append(
            MaintainedDrug(
                plan=made,
                compound=compound,
                dose=written.amount,
                dose_unit=written.unit,
                dose_canonical=canonical,
                vehicle_pct=vehicle,
            )
        )
    return kept


def _said(plan: EscalationPlan) -> tuple[object, ...]:
    """Everything a version says, to compare two of them."""
    told = [field.attname for field in Rung._meta.concrete_fields if field.name not in ("id", "plan")]
    rungs = [tuple(getattr(rung, name) for name in told) for rung in plan.rungs.order_by("number")]
    kept = sorted(plan.maintained.values_list("compound", "dose_canonical", "vehicle_pct"))
    return (plan.strategy, plan.vehicle_pct, rungs, kept)


def _found(model: type[M], pk: int | None, what: str, field: str) -> M:
    if (found := model._default_manager.filter(pk=pk).first()) is None:
        raise NotThere(what, field)
    return found


def _text(value: str, what: str, longest: int, field: str) -> str:
    if not (text := clean_text(value or "", what, max_length=longest)):
        raise BadText(f"{what} is still empty: it is needed.", field=field)
    return text
