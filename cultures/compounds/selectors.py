"""Which lots are proposed, and what a new version of a recipe changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cultures.compounds.models import Lot, MediumRecipe, RecipeComponent


def proposed_lots(recipe: MediumRecipe, on: date) -> list[Lot]:
    """One lot for each component of a recipe; a component without any is left out. Two queries."""
    components = list(recipe.components.order_by("pk"))
    kinds = {component.kind for component in components}
    return lots_for(components, first_choices(Lot.objects.usable(on).filter(kind__in=kinds)))


def first_choices(usable: Iterable[Lot]) -> list[Lot]:
    """Of each product (of each drug, for stocks) the bottle to take: the newest open one; of the unopened ones the one

    that expires first. In that order over all products, so that what is open comes first.
    """
    best: dict[tuple[str, object], Lot] = {}
    for lot in sorted(usable, key=_rank):
        best.setdefault((lot.kind, lot.compound_id or lot.product.casefold()), lot)
    return list(best.values())


def _rank(lot: Lot) -> tuple[bool, int, int]:
    if lot.opened_on:
        return False, -lot.opened_on.toordinal(), -lot.pk
    return True, lot.expires_on.toordinal(), lot.pk


def lots_for(components: Iterable[RecipeComponent], choices: Sequence[Lot]) -> list[Lot]:
    """One of the first choices for each component; a component without any is left out."""
    chosen = (_lot_for(component, choices) for component in components)
    return list(dict.fromkeys(lot for lot in chosen if lot is not None))


def _lot_for(component: RecipeComponent, choices: Sequence[Lot]) -> Lot | None:
    """The same product first; then one whose name begins alike ("FBS" and "FBS, heat inactivated"); else the kind,

    when the lab has a single product of that kind open: of several, choosing is not for the machine.
    """
    of_kind = [lot for lot in choices if lot.kind == component.kind]
    wanted = component.product.casefold()
    for fits in (lambda name: name == wanted, lambda name: name.startswith(wanted) or wanted.startswith(name)):
        if found := next((lot for lot in of_kind if fits(lot.product.casefold())), None):
            return found
    is_open = [lot for lot in of_kind if lot.opened_on]
    return is_open[0] if len(is_open) == 1 else None


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
