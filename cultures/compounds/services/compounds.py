"""Registering a drug."""

from datetime import timedelta
from decimal import Decimal

from cultures.compounds.errors import AntibodyInDmso, CompoundNameTaken
from cultures.compounds.models import Compound
from cultures.compounds.services.entries import check_amount, text_of
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.errors import DomainError


def register_compound(
    *,
    name: str,
    kind: str,
    vehicle: str,
    molar_mass_g_per_mol: Decimal | None = None,
    redose_interval: timedelta | None = None,
    by: User,
) -> Compound:
    """Register a drug. Raises CompoundNameTaken or AntibodyInDmso.

    molar_mass_g_per_mol   of the salt form that is weighed; without it doses stay in the unit they were written in
    redose_interval        longest time between doses
    """
    compound = Compound(
        name=text_of(name, "name", 60, "name", required=True),
        kind=Compound.Kind(kind),
        vehicle=text_of(vehicle, "vehicle", 40, "vehicle", required=True),
        molar_mass_g_per_mol=molar_mass_g_per_mol,
        redose_interval=redose_interval,
    )
    if compound.kind == Compound.Kind.ANTIBODY and "DMSO" in compound.vehicle.upper():
        raise AntibodyInDmso(compound.name)
    if molar_mass_g_per_mol is not None:
        check_amount(molar_mass_g_per_mol, "molar mass in g/mol", 10_000_000, "molar_mass_g_per_mol")

    def taken() -> DomainError | None:
        holder = Compound.objects.filter(name__iexact=compound.name).first()
        return CompoundNameTaken(holder) if holder else None

    with acting(by, "register_compound"):
        if refusal := taken():
            raise refusal
        with refused_if_taken(taken):
            compound.save(force_insert=True)
        return compound
