"""What is known of a drug: its limits, its salt forms, and the drugs that are shipped."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cultures.compounds import services
from cultures.compounds.errors import AntibodyHasNoSaltForms, MolarMassInUse, SaltFormRegistered
from cultures.compounds.models import Compound
from lims.audit.models import Entry
from lims.errors import DomainError
from lims.tabular.text import BadText
from tests.lab import compound, manager, nothing_written, salt_form, stock

pytestmark = pytest.mark.django_db


def edited(what: Compound, reason: str = "the lab's own experience", **changes: Any) -> Compound:
    return services.edit_compound(compound_id=what.pk, changes=changes, reason=reason, by=manager())


def test_the_shipped_compounds_have_their_salt_forms_and_limits():
    services.register_standard_compounds(by=manager())
    masses = {
        one.name: {form.name: form.molar_mass_g_per_mol for form in one.salt_forms.all()}
        for one in Compound.objects.all()
    }
    assert masses == {
        "trastuzumab": {},
        "lapatinib": {"free base": Decimal("581.06"), "ditosylate monohydrate": Decimal("943.48")},
        "refametinib": {"free base": Decimal("572.34")},
        "copanlisib": {"free base": Decimal("480.52"), "dihydrochloride": Decimal("553.45")},
    }
    lapatinib = Compound.objects.get(name="lapatinib")
    assert (lapatinib.max_dose, lapatinib.max_vehicle_pct) == (10_000, Decimal("0.5"))
    assert lapatinib.redose_interval == timedelta(days=4)
    trastuzumab = Compound.objects.get(name="trastuzumab")
    assert (trastuzumab.kind, trastuzumab.unit, trastuzumab.max_dose) == ("antibody", "µg/mL", 200)


def test_shipping_them_twice_adds_nothing_and_leaves_the_labs_own_alone():
    own = services.register_compound(name="Lapatinib", kind="small_molecule", vehicle="ethanol", by=manager())
    assert len(services.register_standard_compounds(by=manager())) == 3
    with nothing_written():
        assert services.register_standard_compounds(by=manager()) == []
    own.refresh_from_db()
    assert (own.vehicle, own.salt_forms.count()) == ("ethanol", 0)


def test_a_compound_is_registered_with_its_salt_forms_or_not_at_all():
    manager()
    twice = (("free base", Decimal(557)), ("Free Base", Decimal(557)))
    with pytest.raises(SaltFormRegistered), nothing_written():
        services.register_compound(
            name="neratinib", kind="small_molecule", vehicle="DMSO", salt_forms=twice, by=manager()
        )
    assert not Compound.objects.filter(name="neratinib").exists()


@pytest.mark.parametrize(
    ("fact", "value"),
    [("max_dose", "0"), ("max_dose", "1e11"), ("max_dose", "NaN"), ("max_vehicle_pct", "0"), ("max_vehicle_pct", "100"),
     ("molar_mass_g_per_mol", "-1")],
)  # fmt: skip
def test_a_limit_is_a_number_above_zero_within_reach(fact: str, value: str):
    made = compound("lapatinib")
    with pytest.raises(DomainError) as refusal, nothing_written():
        edited(made, **{fact: Decimal(value)})
    assert refusal.value.field == fact


def test_an_edit_keeps_the_old_value_and_the_reason():
    changed = edited(compound("lapatinib"), "new batch of medium", max_dose=Decimal(5_000))
    assert changed.max_dose == 5_000
    entry = Entry.objects.filter(table="cultures_compound", record=str(changed.pk)).latest("pk")
    assert (Decimal(entry.old["max_dose"]), entry.reason, entry.verb) == (
        10_000,
        "new batch of medium",
        "edit_compound",
    )


def test_a_limit_can_be_lifted():
    assert edited(compound("lapatinib"), max_dose=None, max_vehicle_pct=None).max_dose is None


def test_an_edit_needs_a_reason_and_changes_no_name_or_kind():
    made = compound("lapatinib")
    with pytest.raises(BadText, match="Write the reason"), nothing_written():
        edited(made, "", max_dose=Decimal(5))
    with pytest.raises(DomainError, match="kind, name of a compound stays"), nothing_written():
        edited(made, name="x", kind="antibody")


def test_saving_what_is_so_already_writes_nothing():
    made = compound("lapatinib")
    with nothing_written():
        edited(made, max_dose=Decimal(10_000))


def test_the_molar_mass_stays_while_a_stock_counts_by_it():
    by_mass = stock("lapatinib", "by mass", concentration_unit="mg/mL")
    with pytest.raises(MolarMassInUse, match=by_mass.code), nothing_written():
        edited(compound("lapatinib"), molar_mass_g_per_mol=None)
    by_mass.salt_form = salt_form()
    by_mass.save()
    assert edited(compound("lapatinib"), molar_mass_g_per_mol=None).molar_mass_g_per_mol is None


def test_a_salt_form_is_added_once():
    made = services.add_salt_form(
        compound_id=compound().pk, name="hydrochloride", molar_mass_g_per_mol=Decimal("617.5"), by=manager()
    )
    assert list(compound().salt_forms.all()) == [made]
    with pytest.raises(SaltFormRegistered, match="Give this one another name"), nothing_written():
        services.add_salt_form(
            compound_id=compound().pk, name="Hydrochloride", molar_mass_g_per_mol=Decimal(600), by=manager()
        )


@pytest.mark.parametrize(
    ("name", "mass"), [("", "600"), ("x" * 61, "600"), ("mesylate", "0"), ("mesylate", "Infinity")]
)
def test_a_salt_form_needs_a_name_and_a_mass(name: str, mass: str):
    made = compound()
    manager()
    with pytest.raises(DomainError), nothing_written():
        services.add_salt_form(compound_id=made.pk, name=name, molar_mass_g_per_mol=Decimal(mass), by=manager())


def test_an_antibody_has_no_salt_forms():
    antibody = compound("trastuzumab")
    manager()
    with pytest.raises(AntibodyHasNoSaltForms), nothing_written():
        services.add_salt_form(
            compound_id=antibody.pk, name="free base", molar_mass_g_per_mol=Decimal(145_500), by=manager()
        )
