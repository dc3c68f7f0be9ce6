"""The catalogue of vessels."""

from decimal import Decimal

import pytest

from cultures.passaging.models import VesselType
from cultures.passaging.services.vessels import (
    STANDARD_VESSELS,
    ImplausibleVessel,
    VesselNameTaken,
    register_standard_vessels,
    register_vessel_type,
    retire_vessel_type,
)
from tests.lab import manager, nothing_written, vessel

pytestmark = pytest.mark.django_db


def test_the_usual_vessels_are_added_beside_those_already_there():
    own = vessel("T75")
    made = register_standard_vessels(by=manager())
    assert len(made) == len(STANDARD_VESSELS) - 1
    assert VesselType.objects.get(name="T75") == own
    assert register_standard_vessels(by=manager()) == []


def test_a_vessel_is_in_the_catalogue_once():
    vessel("T75")
    manager()
    with pytest.raises(VesselNameTaken), nothing_written():
        register_vessel_type(name="t75", growth_area_cm2=Decimal(75), working_volume_ml=Decimal(15), by=manager())


@pytest.mark.parametrize("size", ["0", "-1", "NaN", "Infinity", "100000", "0.001"])
def test_a_vessel_has_an_area_and_a_volume(size: str):
    manager()
    with pytest.raises(ImplausibleVessel), nothing_written():
        register_vessel_type(name="X", growth_area_cm2=Decimal(size), working_volume_ml=Decimal(15), by=manager())
    with pytest.raises(ImplausibleVessel), nothing_written():
        register_vessel_type(name="X", growth_area_cm2=Decimal(15), working_volume_ml=Decimal(size), by=manager())


def test_a_retired_vessel_stays_where_it_was_used():
    retired = retire_vessel_type(vessel_id=vessel("T75").pk, by=manager())
    assert retired.retired_at is not None
    assert VesselType.objects.filter(pk=retired.pk).exists()
