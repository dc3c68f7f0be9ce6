"""Registering a drug, its limits and its salt forms."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cultures.compounds.errors import (
    AntibodyHasNoSaltForms,
    AntibodyInDmso,
    CompoundNameTaken,
    MolarMassInUse,
    SaltFormRegistered,
)
from cultures.compounds.models import Compound, SaltForm
from cultures.compounds.services.entries import check_amount, text_of
from cultures.compounds.services.stocks import needs_molar_mass
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.errors import DomainError

HEAVIEST = 10_000_000  # g/mol
FACTS = ("molar_mass_g_per_mol", "max_dose", "max_vehicle_pct", "redose_interval")


def register_compound(
    *,
    name: str,
    kind: str,
    vehicle: str,
    molar_mass_g_per_mol: Decimal | None = None,
    max_dose: Decimal | None = None,
    max_vehicle_pct: Decimal | None = None,
    redose_interval: timedelta | None = None,
    salt_forms: Sequence[tuple[str, Decimal]] = (),
    by: User,
) -> Compound:
    """Register a drug. Raises CompoundNameTaken, AntibodyInDmso, AntibodyHasNoSaltForms or SaltFormRegistered.

    molar_mass_g_per_mol   of what is weighed when a stock names no salt form; without it doses stay in the unit they
                           were written in
    max_dose               highest dose allowed, in nM; of an antibody in µg/mL
    max_vehicle_pct        most of its vehicle in a medium, % v/v
    redose_interval        longest time between doses
    salt_forms             name and g/mol of each form that is weighed
    """
    compound = Compound(
        name=text_of(name, "name", 60, "name", required=True),
        kind=Compound.Kind(kind),
        vehicle=text_of(vehicle, "vehicle", 40, "vehicle", required=True),
        molar_mass_g_per_mol=molar_mass_g_per_mol,
        max_dose=max_dose,
        max_vehicle_pct=max_vehicle_pct,
        redose_interval=redose_interval,
    )
    if compound.kind == Compound.Kind.ANTIBODY and "DMSO" in compound.vehicle.upper():
        raise AntibodyInDmso(compound.name)
    _check_facts(compound)

    def taken() -> DomainError | None:
        holder = Compound.objects.filter(name__iexact=compound.name).first()
        return CompoundNameTaken(holder) if holder else None

    with acting(by, "register_compound"):
        if refusal := taken():
            raise refusal
        with refused_if_taken(taken):
            compound.save(force_insert=True)
        for form, molar_mass in salt_forms:
            _add_salt_form(compound, form, molar_mass)
        return compound


def _check_facts(compound: Compound) -> None:
    for field, what, below in (
        ("molar_mass_g_per_mol", "molar mass in g/mol", HEAVIEST),
        ("max_dose", f"highest dose in {compound.unit}", 10**11),
        ("max_vehicle_pct", "most vehicle in % of the medium", 100),
    ):
        if (value := getattr(compound, field)) is not None:
            check_amount(value, what, below, field)


def edit_compound(*, compound_id: int, changes: Mapping[str, Any], reason: str, by: User) -> Compound:
    """Change FACTS of a compound. Doses given already keep what they were worked out with. Raises MolarMassInUse.

    Its name, kind and vehicle stay: doses, stocks and controls were recorded under them.
    """
    if unknown := sorted(set(changes) - set(FACTS)):
        raise DomainError(f"{', '.join(unknown)} of a compound stays as registered. Register another compound.")
    reason = text_of(reason, "reason", 300, "reason", required=True)
    with acting(by, "edit_compound", reason=reason):
        compound = Compound.objects.select_for_update().get(pk=compound_id)
        changed = {name: value for name, value in changes.items() if getattr(compound, name) != value}
        for name, value in changed.items():
            setattr(compound, name, value)
        _check_facts(compound)
        if "molar_mass_g_per_mol" in changed and compound.molar_mass_g_per_mol is None:
            _refuse_if_stocks_need_it(compound)
        if changed:
            compound.save(update_fields=list(changed))
        return compound


def _refuse_if_stocks_need_it(compound: Compound) -> None:
    for stock in compound.stocks.filter(finished_on=None, salt_form=None):
        if needs_molar_mass(stock.concentration_unit, compound):
            raise MolarMassInUse(compound, stock)


def add_salt_form(*, compound_id: int, name: str, molar_mass_g_per_mol: Decimal, by: User) -> SaltForm:
    """A further form in which a small molecule is weighed. Raises SaltFormRegistered or AntibodyHasNoSaltForms."""
    with acting(by, "add_salt_form"):
        compound = Compound.objects.select_for_update().get(pk=compound_id)
        return _add_salt_form(compound, name, molar_mass_g_per_mol)


def _add_salt_form(compound: Compound, name: str, molar_mass_g_per_mol: Decimal) -> SaltForm:
    if compound.kind == Compound.Kind.ANTIBODY:
        raise AntibodyHasNoSaltForms(compound)
    name = text_of(name, "name of the salt form", 60, "name", required=True)
    check_amount(molar_mass_g_per_mol, "molar mass in g/mol", HEAVIEST, "molar_mass_g_per_mol")
    if compound.salt_forms.filter(name__iexact=name).exists():
        raise SaltFormRegistered(compound, name)
    return compound.salt_forms.create(name=name, molar_mass_g_per_mol=molar_mass_g_per_mol)
