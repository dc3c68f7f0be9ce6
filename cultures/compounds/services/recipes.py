"""Medium recipes and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cultures.compounds.errors import (
    ComponentRepeated,
    NothingChanged,
    NotTheNewestVersion,
    RecipeHasNothingIn,
    RecipeNameTaken,
)
from cultures.compounds.models import Lot, MediumRecipe, RecipeComponent
from cultures.compounds.services.entries import check_amount, text_of
from lims.accounts.models import User
from lims.audit.context import acting
from lims.clashes import refused_if_taken
from lims.clock import now
from lims.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Component:
    """One ingredient: kind of lot, product, and how much of it (unit: % v/v, mM, µg/mL, U/mL)."""

    kind: str
    product: str
    amount: Decimal
    unit: str


def register_recipe(
    *, name: str, components: Sequence[Component], has_antibiotics: bool = False, note: str = "", by: User
) -> MediumRecipe:
    """The first version of a complete medium. Raises RecipeNameTaken, RecipeHasNothingIn or ComponentRepeated."""
    name = text_of(name, "name", 60, "name", required=True)
    with acting(by, "register_recipe"):
        newest = MediumRecipe.objects.filter(name__iexact=name).order_by("-version").first()
        if newest:
            raise RecipeNameTaken(newest)
        return _write_recipe(name, 1, components, has_antibiotics, note)


def revise_recipe(
    *, recipe_id: int, components: Sequence[Component], has_antibiotics: bool = False, note: str, by: User
) -> MediumRecipe:
    """The next version of a recipe; cultures keep the version they were grown in.

    note   why; what changed is read from the two versions
    Raises NothingChanged, or NotTheNewestVersion when someone was faster.
    """
    with acting(by, "revise_recipe", reason=text_of(note, "reason", 200, "note", required=True)):
        recipe = MediumRecipe.objects.select_for_update().get(pk=recipe_id)
        newest = MediumRecipe.objects.versions_of(recipe.name)[0]
        if newest != recipe:
            raise NotTheNewestVersion(recipe, newest)
        before = {(row.kind, row.product, row.amount, row.unit) for row in recipe.components.all()}
        after = {(row.kind, row.product, row.amount, row.unit) for row in components}
        if before == after and recipe.has_antibiotics == has_antibiotics:
            raise NothingChanged(recipe)
        return _write_recipe(recipe.name, recipe.version + 1, components, has_antibiotics, note)


def retire_recipe(*, recipe_id: int, by: User) -> MediumRecipe:
    """Offer a recipe version no more. Cultures in it keep it."""
    with acting(by, "retire_recipe"):
        recipe = MediumRecipe.objects.select_for_update().get(pk=recipe_id)
        if recipe.retired_at is None:
            recipe.retired_at = now()
            recipe.save(update_fields=["retired_at"])
        return recipe


def _write_recipe(
    name: str, version: int, components: Sequence[Component], has_antibiotics: bool, note: str
) -> MediumRecipe:
    if not components:
        raise RecipeHasNothingIn

    def taken() -> DomainError | None:
        newest = MediumRecipe.objects.versions_of(name).first()
        return RecipeNameTaken(newest) if newest else None

    with refused_if_taken(taken):
        recipe = MediumRecipe.objects.create(
            name=name, version=version, has_antibiotics=has_antibiotics, note=text_of(note, "note", 200, "note")
        )
    seen: set[str] = set()
    for component in components:
        product = text_of(component.product, "product", 80, "components", required=True)
        if product.casefold() in seen:
            raise ComponentRepeated(product)
        seen.add(product.casefold())
        check_amount(component.amount, f"amount of {product}", 1_000_000, "components")
        RecipeComponent.objects.create(
            recipe=recipe,
            kind=Lot.Kind(component.kind),
            product=product,
            amount=component.amount,
            unit=text_of(component.unit, f"unit of {product}", 12, "components", required=True),
        )
    return recipe
