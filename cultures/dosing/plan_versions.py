"""Versions of a plan: what one says, and what the next one changes, rung by rung and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cultures.compounds.models import Compound
from cultures.dosing.commands import KeptDrug, PlannedDose, PlanOfDoses
from cultures.dosing.models import EscalationPlan
from cultures.science.concentration import Concentration, MolarMassNeeded, UnknownUnit
from cultures.science.escalation import STRATEGIES, EscalationError, planned_rungs

MICRO_UNIT = Decimal("0.000001")
LABS_RULE = "the lab's rule"
# What is said of a rung beside its dose: how it is called, its unit, and what it is when nothing is said.
LIMITS = {
    "min_viability_pct": ("viability from", " %", LABS_RULE),
    "max_doubling_ratio": ("doubling time to", "×", LABS_RULE),
    "on_days": ("in the drug", " d", "always"),
    "off_days": ("without it", " d", "never"),
}
TOLD = {
    "planned_days": ("planned", " d", ""),
    "min_days": ("at least", " d", ""),
    "min_passages": ("at least", " passages", ""),
    **LIMITS,
}


def said_by(plan: EscalationPlan) -> PlanOfDoses:
    """A version as somebody would ask for it. Its rungs and maintained drugs are read: two queries, or prefetched."""
    rungs = list(plan.rungs.all())
    return PlanOfDoses(
        unit=rungs[0].dose_unit,
        rungs=[PlannedDose(dose=plainly(rung.dose), **{name: getattr(rung, name) for name in TOLD}) for rung in rungs],
        vehicle_pct=plainly(plan.vehicle_pct),
        strategy=plan.strategy,
        template=plan.template,
        parameters=plan.parameters,
        maintained=[
            KeptDrug(
                compound_id=one.compound_id,
                dose=plainly(one.dose),
                unit=one.dose_unit,
                vehicle_pct=plainly(one.vehicle_pct),
            )
            for one in plan.maintained.all()
        ],
    )


def plainly(number: Decimal) -> Decimal:
    """Without trailing zeros and without a power of ten: 10, not 10.000000 nor 1E+1."""
    return Decimal(f"{number.normalize():f}")


def is_changed_by_hand(plan: PlanOfDoses) -> bool:
    """Whether its rungs are others than its strategy comes to. A list is written by hand anyway."""
    if plan.strategy == "explicit":
        return False
    try:
        planned = planned_rungs(plan.strategy, plan.parameters)
    except EscalationError:
        return True
    return [(one.dose, one.planned_days, one.on_days, one.off_days) for one in planned] != [
        (one.dose, one.planned_days, one.on_days, one.off_days) for one in plan.rungs
    ]


@dataclass(frozen=True)
class Numbered:
    """A rung with its number in its plan."""

    number: int
    rung: PlannedDose

    @property
    def limits(self) -> str:
        """What it says beside days and passages: viability from 90 %, in the drug 3 d. Empty: the lab's rules alone."""
        said = ((called, getattr(self.rung, name), unit) for name, (called, unit, _) in LIMITS.items())
        return ", ".join(f"{called} {_number(value)}{unit}" for called, value, unit in said if value is not None)


@dataclass(frozen=True)
class Beside:
    """One dose in two versions; None where a version does not have it."""

    dose: str
    before: Numbered | None
    after: Numbered | None

    @property
    def changed(self) -> frozenset[str]:
        """The names of what differs; empty when it is the same, or stands in one of them only."""
        if not self.before or not self.after:
            return frozenset()
        old, new = self.before.rung, self.after.rung
        return frozenset(name for name in TOLD if getattr(old, name) != getattr(new, name))

    @property
    def has_other_limits(self) -> bool:
        return bool(self.changed & LIMITS.keys())


def side_by_side(before: PlanOfDoses, after: PlanOfDoses, compound: Compound) -> list[Beside]:
    """Every dose of either version, the lowest first. 1 µM and 1000 nM are one."""
    old, new = _by_dose(before, compound), _by_dose(after, compound)
    return [
        Beside(_written(old, before, dose) or _written(new, after, dose), old.get(dose), new.get(dose))
        for dose in sorted(old | new)
    ]


def _by_dose(plan: PlanOfDoses, compound: Compound) -> dict[Decimal, Numbered]:
    return {
        canonical(rung.dose, plan.unit, compound): Numbered(number, rung)
        for number, rung in enumerate(plan.rungs, start=1)
    }


def canonical(dose: Decimal, unit: str, compound: Compound) -> Decimal:
    """In the compound's own unit; as written when nobody can convert it (it will be refused)."""
    try:
        written = Concentration.written(dose, unit)
        return written.canonical(compound.kind, compound.molar_mass_g_per_mol).quantize(MICRO_UNIT, ROUND_HALF_UP)
    except (UnknownUnit, MolarMassNeeded):
        return dose


def _written(rungs: Mapping[Decimal, Numbered], plan: PlanOfDoses, dose: Decimal) -> str:
    return f"{rungs[dose].rung.dose.normalize():f} {plan.unit}" if dose in rungs else ""


# --- in words --------------------------------------------------------------------------------------------------------


def changes_in_words(before: PlanOfDoses, after: PlanOfDoses, compound: Compound) -> list[str]:
    """One short line for each thing that differs; none when both say the same."""
    found = []
    if before.strategy != after.strategy:
        found.append(f"{_strategy(before)} → {_strategy(after)}")
    if before.vehicle_pct != after.vehicle_pct:
        found.append(f"vehicle {_number(before.vehicle_pct)} → {_number(after.vehicle_pct)} % v/v")
    rows = side_by_side(before, after, compound)
    if new := [row.dose for row in rows if not row.before]:
        found.append(f"new: {', '.join(new)}")
    if dropped := [row.dose for row in rows if not row.after]:
        found.append(f"dropped: {', '.join(dropped)}")
    alike: dict[str, list[str]] = {}
    for row in rows:
        if row.changed:
            alike.setdefault(_differences(row), []).append(row.dose)
    found += [f"{', '.join(doses)}: {differences}" for differences, doses in alike.items()]
    return found + _kept_changes(before, after)


def _strategy(plan: PlanOfDoses) -> str:
    return STRATEGIES[plan.strategy].title.lower() if plan.strategy in STRATEGIES else plan.strategy


def _differences(row: Beside) -> str:
    assert row.before
    assert row.after  # only a dose that both versions have is changed
    old, new = row.before.rung, row.after.rung

    def said(value: Decimal | int | None, unit: str, nothing: str) -> str:
        return nothing if value is None else f"{_number(value)}{unit}"

    return ", ".join(
        f"{called} {said(getattr(old, name), unit, nothing)} → {said(getattr(new, name), unit, nothing)}"
        for name, (called, unit, nothing) in TOLD.items()
        if name in row.changed
    )


def _kept_changes(before: PlanOfDoses, after: PlanOfDoses) -> list[str]:
    old = {one.compound_id: one for one in before.maintained}
    new = {one.compound_id: one for one in after.maintained}
    names = Compound.objects.in_bulk(list(old | new)) if old != new else {}
    found = []
    for pk, compound in names.items():
        if pk not in old:
            found.append(f"{compound} {_kept(new[pk])} is kept beside")
        elif pk not in new:
            found.append(f"{compound} is kept no more")
        elif old[pk] != new[pk]:
            found.append(f"{compound} {_kept(old[pk])} → {_kept(new[pk])}")
    return found


def _kept(drug: KeptDrug) -> str:
    return f"{_number(drug.dose)} {drug.unit} in {_number(drug.vehicle_pct)} % v/v"


def _number(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"
