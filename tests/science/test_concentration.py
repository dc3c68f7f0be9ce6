from decimal import Decimal
from itertools import product

import pytest

from cultures.science.concentration import Concentration, MolarMassNeeded, UnknownUnit, unit_as_we_write_it

LAPATINIB, DITOSYLATE, TRASTUZUMAB = Decimal("581.06"), Decimal("943.48"), Decimal(145_500)
UNITS = ("nM", "µM", "mM", "µg/mL", "mg/mL")


@pytest.mark.parametrize("spelling", ["µM", "\u03bcM", "uM", "um", " UM "])
def test_all_spellings_of_micromolar_are_one(spelling: str):
    assert unit_as_we_write_it(spelling) == "µM"


@pytest.mark.parametrize("unit", ["", "M", "g/L", "%", "nmol", "ng", "µg", "nM/mL"])
def test_an_unknown_unit_is_not_guessed(unit: str):
    with pytest.raises(UnknownUnit):
        unit_as_we_write_it(unit)


def test_micromolar_is_a_thousand_nanomolar():
    assert Concentration.written(Decimal("1.5"), "uM").canonical("small_molecule", None) == 1500


@pytest.mark.parametrize(("dose", "nanomolar"), [("1", "6.87"), ("10", "68.7"), ("20", "137.4")])
def test_doses_of_trastuzumab_in_nanomolar(dose: str, nanomolar: str):
    found = Concentration.written(Decimal(dose), "µg/mL").canonical("small_molecule", TRASTUZUMAB)
    assert float(found) == pytest.approx(float(nanomolar), rel=1e-3)


@pytest.mark.parametrize(("molar_mass", "mass"), [(LAPATINIB, "0.581"), (DITOSYLATE, "0.943")])
def test_the_salt_form_decides_what_a_micromole_weighs(molar_mass: Decimal, mass: str):
    found = Concentration.written(Decimal(1), "µM").canonical("antibody", molar_mass)
    assert round(found, 3) == Decimal(mass)


def test_mass_and_moles_are_never_mixed_without_the_molar_mass():
    with pytest.raises(MolarMassNeeded):
        Concentration.written(Decimal(1), "µg/mL").canonical("small_molecule", None)
    with pytest.raises(MolarMassNeeded):
        Concentration.written(Decimal(1), "nM").canonical("antibody", None)


def test_the_vehicle_control_is_zero_in_every_unit():
    for unit in UNITS:
        for kind in ("small_molecule", "antibody"):
            assert Concentration.written(Decimal(0), unit).canonical(kind, None) == 0


@pytest.mark.parametrize(("unit", "kind"), product(UNITS, ("small_molecule", "antibody")))
def test_there_and_back_again_loses_nothing(unit: str, kind: str):
    amount = Decimal("123.456789")
    canonical = Concentration.written(amount, unit).canonical(kind, LAPATINIB)
    other = "antibody" if kind == "small_molecule" else "small_molecule"
    canonical_unit = "nM" if kind == "small_molecule" else "µg/mL"
    other_way = Concentration.written(canonical, canonical_unit).canonical(other, LAPATINIB)
    direct = Concentration.written(amount, unit).canonical(other, LAPATINIB)
    assert abs(other_way / direct - 1) < Decimal("1e-12")


def test_it_is_shown_as_it_was_written():
    assert str(Concentration.written(Decimal("100.000"), "nM")) == "100 nM"
    assert str(Concentration.written(Decimal("1E+3"), "nM")) == "1000 nM"
