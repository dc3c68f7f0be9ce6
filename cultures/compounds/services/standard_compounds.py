"""The drugs that HER2-positive models are most often selected with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cultures.compounds.models import Compound
from cultures.compounds.services.compounds import register_compound
from lims.accounts.models import User
from lims.audit.context import acting

IN_DMSO = {"kind": Compound.Kind.SMALL_MOLECULE, "vehicle": "DMSO", "max_vehicle_pct": Decimal("0.5")}
# Molar masses in g/mol by the formulas. Limits and intervals are usual ones, for the lab to change.
STANDARD_COMPOUNDS: tuple[dict[str, Any], ...] = (
    {
        "name": "trastuzumab",
        "kind": Compound.Kind.ANTIBODY,
        "vehicle": "sterile water",
        "molar_mass_g_per_mol": Decimal(145_500),
        "max_dose": Decimal(200),  # µg/mL
        "redose_interval": timedelta(days=7),
    },
    {
        **IN_DMSO,
        "name": "lapatinib",
        "molar_mass_g_per_mol": Decimal("581.06"),
        "salt_forms": (("free base", Decimal("581.06")), ("ditosylate monohydrate", Decimal("943.48"))),
        "max_dose": Decimal(10_000),  # nM
        "redose_interval": timedelta(days=4),
    },
    {
        **IN_DMSO,
        "name": "refametinib",
        "molar_mass_g_per_mol": Decimal("572.34"),
        "salt_forms": (("free base", Decimal("572.34")),),
    },
    {
        **IN_DMSO,  # its dihydrochloride dissolves in water too: such a stock says so itself
        "name": "copanlisib",
        "molar_mass_g_per_mol": Decimal("480.52"),
        "salt_forms": (("free base", Decimal("480.52")), ("dihydrochloride", Decimal("553.45"))),
    },
)


def register_standard_compounds(*, by: User) -> list[Compound]:
    """Register the usual drugs; those registered already are left as they are."""
    with acting(by, "register_standard_compounds"):
        known = {name.casefold() for name in Compound.objects.values_list("name", flat=True)}
        return [register_compound(**facts, by=by) for facts in STANDARD_COMPOUNDS if facts["name"] not in known]
