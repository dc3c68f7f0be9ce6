"""The catalogue of vessels."""

from decimal import Decimal

from cultures.passaging.models import VesselType
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text

# name, growth area in cm2 and usual medium in mL, of one well for plates: common to all makers within a few percent
STANDARD_VESSELS = (
    ("96-well", "0.32", "0.1"),
    ("24-well", "1.9", "0.5"),
    ("12-well", "3.8", "1"),
    ("6-well", "9.5", "2"),
    ("6 cm dish", "21", "4"),
    ("T25", "25", "5"),
    ("10 cm dish", "55", "10"),
    ("T75", "75", "15"),
    ("15 cm dish", "145", "20"),
    ("T175", "175", "35"),
)
LARGEST = 100_000


class VesselNameTaken(DomainError):
    code = "vessel_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is in the catalogue already. Choose another name.", field="name")


class ImplausibleVessel(DomainError):
    code = "implausible_vessel"

    def __init__(self, what: str, field: str) -> None:
        super().__init__(f"The {what} is above zero and below {LARGEST}. Check the number.", field=field)


def register_vessel_type(*, name: str, growth_area_cm2: Decimal, working_volume_ml: Decimal, by: User) -> VesselType:
    """Add a vessel to the catalogue; areas and volumes of one well for plates. Raises VesselNameTaken."""
    if not (name := clean_text(name, "The name", max_length=20)):
        raise BadText("Write a name, such as T75.", field="name")
    sizes = {"growth_area_cm2": Decimal(growth_area_cm2), "working_volume_ml": Decimal(working_volume_ml)}
    for (field, size), what in zip(sizes.items(), ("growth area in cm²", "working volume in mL"), strict=True):
        if not size.is_finite() or not Decimal("0.01") <= size < LARGEST:
            raise ImplausibleVessel(what, field)

    def taken() -> DomainError | None:
        return VesselNameTaken(name) if VesselType.objects.filter(name__iexact=name).exists() else None

    with acting(by, "register_vessel_type"):
        if refusal := taken():
            raise refusal
        with refused_if_taken(taken):
            return VesselType.objects.create(name=name, **sizes)


def register_standard_vessels(*, by: User) -> list[VesselType]:
    """Fill the catalogue with the usual vessels; those already in it are left alone."""
    with acting(by, "register_standard_vessels"):
        known = {name.casefold() for name in VesselType.objects.values_list("name", flat=True)}
        return [
            register_vessel_type(name=name, growth_area_cm2=Decimal(area), working_volume_ml=Decimal(volume), by=by)
            for name, area, volume in STANDARD_VESSELS
            if name.casefold() not in known
        ]


def retire_vessel_type(*, vessel_id: int, by: User) -> VesselType:
    """Offer a vessel no more. Cultures in it stay."""
    with acting(by, "retire_vessel_type"):
        vessel = VesselType.objects.select_for_update().get(pk=vessel_id)
        if vessel.retired_at is None:
            vessel.retired_at = now()
            vessel.save(update_fields=["retired_at"])
        return vessel
