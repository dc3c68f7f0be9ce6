"""Compounds, and medium recipes with their versions."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cultures.compounds import services
from cultures.compounds.errors import (
    AntibodyInDmso,
    ComponentRepeated,
    CompoundNameTaken,
    NothingChanged,
    NotTheNewestVersion,
    RecipeHasNothingIn,
    RecipeNameTaken,
)
from cultures.compounds.models import MediumRecipe
from cultures.compounds.selectors import changes_in_words, compare
from cultures.compounds.services import Component
from lims.errors import DomainError
from tests.lab import growing, manager, nothing_written

pytestmark = pytest.mark.django_db

DMEM = Component(kind="medium", product="DMEM", amount=Decimal(90), unit="% v/v")
FBS = Component(kind="serum", product="FBS", amount=Decimal(10), unit="% v/v")
LESS_FBS = Component(kind="serum", product="FBS", amount=Decimal("7.5"), unit="% v/v")
INSULIN = Component(kind="supplement", product="insulin", amount=Decimal(10), unit="µg/mL")


def registered(*components: Component) -> MediumRecipe:
    return services.register_recipe(name="DMEM + 10 % FBS", components=components or (DMEM, FBS), by=manager())


def test_a_recipe_begins_at_version_one():
    made = registered()
    assert str(made) == "DMEM + 10 % FBS v1"
    assert [str(part) for part in made.components.order_by("pk")] == ["DMEM 90 % v/v", "FBS 10 % v/v"]


def test_a_change_is_a_new_version_that_says_what_changed():
    first = registered()
    second = services.revise_recipe(
        recipe_id=first.pk, components=[DMEM, LESS_FBS, INSULIN], note="less serum", by=manager()
    )
    assert second.version == 2
    assert changes_in_words(compare(first, second)) == "FBS 7.5 % v/v, was 10 % v/v; insulin 10 µg/mL added"
    assert changes_in_words(compare(second, first)) == "FBS 10 % v/v, was 7.5 % v/v; insulin left out"


def test_a_culture_keeps_the_version_it_was_grown_in():
    culture = growing()
    services.revise_recipe(recipe_id=culture.medium_id, components=[DMEM], note="serum-free", by=manager())
    culture.refresh_from_db()
    assert culture.medium.version == 1
    assert [newest.version for newest in MediumRecipe.objects.newest()] == [2]


def test_nothing_changed_is_no_new_version():
    first = registered()
    with pytest.raises(NothingChanged), nothing_written():
        services.revise_recipe(recipe_id=first.pk, components=[FBS, DMEM], note="again", by=manager())


def test_two_people_cannot_both_make_version_two():
    first = registered()
    services.revise_recipe(recipe_id=first.pk, components=[DMEM], note="serum-free", by=manager())
    with pytest.raises(NotTheNewestVersion, match="v2 has been made"), nothing_written():
        services.revise_recipe(recipe_id=first.pk, components=[FBS], note="x", by=manager())


def test_a_name_is_registered_once_and_the_refusal_shows_the_way():
    first = registered()
    with pytest.raises(RecipeNameTaken, match="A change to it is a new version") as refusal, nothing_written():
        services.register_recipe(name="dmem + 10 % fbs", components=[DMEM], by=manager())
    assert refusal.value.ways[0][1] == f"{first.get_absolute_url()}revise/"


def test_a_recipe_needs_components_and_each_once():
    manager()
    with pytest.raises(RecipeHasNothingIn), nothing_written():
        services.register_recipe(name="Water", components=[], by=manager())
    with pytest.raises(ComponentRepeated, match="Add the amounts up"), nothing_written():
        registered(DMEM, Component(kind="medium", product="dmem", amount=Decimal(1), unit="% v/v"))


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1e7"])
def test_an_amount_is_above_zero_and_finite(amount: str):
    manager()
    with pytest.raises(DomainError), nothing_written():
        registered(Component(kind="serum", product="FBS", amount=Decimal(amount), unit="% v/v"))


def test_a_retired_version_is_offered_no_more():
    made = registered()
    services.retire_recipe(recipe_id=made.pk, by=manager())
    assert list(MediumRecipe.objects.newest()) == []


def test_a_compound_says_the_unit_of_its_doses():
    small = services.register_compound(
        name="lapatinib", kind="small_molecule", vehicle="DMSO", molar_mass_g_per_mol=Decimal("581.06"), by=manager()
    )
    antibody = services.register_compound(
        name="trastuzumab", kind="antibody", vehicle="buffer", redose_interval=timedelta(days=3), by=manager()
    )
    assert (small.unit, antibody.unit) == ("nM", "µg/mL")


def test_an_antibody_does_not_go_in_dmso():
    manager()
    with pytest.raises(AntibodyInDmso, match="would denature it"), nothing_written():
        services.register_compound(name="trastuzumab", kind="antibody", vehicle="10 % dmso", by=manager())


def test_a_compound_is_registered_once():
    services.register_compound(name="lapatinib", kind="small_molecule", vehicle="DMSO", by=manager())
    with pytest.raises(CompoundNameTaken), nothing_written():
        services.register_compound(name="Lapatinib", kind="small_molecule", vehicle="DMSO", by=manager())


@pytest.mark.parametrize("mass", ["0", "-581", "NaN", "Infinity", "1e9"])
def test_a_molar_mass_is_above_zero_and_finite(mass: str):
    manager()
    with pytest.raises(DomainError), nothing_written():
        services.register_compound(
            name="x", kind="small_molecule", vehicle="DMSO", molar_mass_g_per_mol=Decimal(mass), by=manager()
        )
