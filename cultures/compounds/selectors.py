"""Which lots are proposed, and what a new version of a recipe changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cultures.compounds.models import Lot, MediumRecipe, RecipeComponent


def proposed_lots(recipe: MediumRecipe, on: date) -> list[Lot]:
    """One lot in use for each component of a recipe; a component without any is left out. Two queries."""
    components = list(recipe.components.order_by("pk"))
    lots = list(Lot.objects.in_use(on).filter(kind__in={component.kind for component in components}))
    chosen = (_lot_for(component, lots) for component in components)
    return list(dict.fromkeys(lot for lot in chosen if lot is not None))


def _lot_for(component: RecipeComponent, lots: Sequence[Lot]) -> Lot | None:
    """The same product first; then one whose name begins alike ("FBS" and "FBS, heat inactivated"); else the kind,

    when the lab has a single product of that kind open: of several, choosing is not for the machine.
    """
    of_kind = [lot for lot in lots if lot.kind == component.kind]
    wanted = component.product.casefold()
    for fits in (lambda name: name == wanted, lambda name: name.startswith(wanted) or wanted.startswith(name)):
        if found := next((lot for lot in of_kind if fits(lot.product.casefold())), None):
            return found
    return of_kind[0] if len({lot.product.casefold() for lot in of_kind}) == 1 else None


@dataclass(frozen=True)
class ComponentChange:
    """One component in two versions; None where it is not in that version."""

    product: str
    before: RecipeComponent | None
    after: RecipeComponent | None

    @property
    def word(self) -> str:
        if self.before is None:
            return "added"
        return "left out" if self.after is None else "changed" if self.is_change else "same"

    @property
    def is_change(self) -> bool:
        one, other = self.before, self.after
        return (
            one is None or other is None or (one.kind, one.amount, one.unit) != (other.kind, other.amount, other.unit)
        )


def compare(before: MediumRecipe | None, after: MediumRecipe) -> list[ComponentChange]:
    """The components of a version beside those of the one before it, in the newer one's order."""
    old = {component.product: component for component in before.components.all()} if before else {}
    new = {component.product: component for component in after.components.all()}
    return [ComponentChange(product, old.get(product), new.get(product)) for product in dict.fromkeys([*new, *old])]


def changes_in_words(changes: Sequence[ComponentChange]) -> str:
    """ "FBS 10 % v/v, was 5 % v/v; insulin 10 µg/mL added"."""
    return "; ".join(_in_words(change) for change in changes if change.is_change)


def _in_words(change: ComponentChange) -> str:
    if change.after is None:
        return f"{change.product} left out"
    if change.before is None:
        return f"{change.product} {change.after.how_much} added"
    return f"{change.product} {change.after.how_much}, was {change.before.how_much}"
