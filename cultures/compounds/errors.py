"""What the lots, compounds and recipes refuse."""

from datetime import date

from cultures.compounds.models import Compound, Lot, MediumRecipe
from lims.errors import DomainError


def day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


class LotRegisteredAlready(DomainError):
    code = "lot_registered_already"

    def __init__(self, lot: Lot) -> None:
        super().__init__(
            f"{lot} is registered already, as {lot.code}. Two bottles of one lot are one entry.",
            field="number",
            ways=((f"Open {lot.code}", lot.get_absolute_url()),),
        )


class LotExpired(DomainError):
    """An expired bottle is not opened. Every use refuses it too."""

    code = "lot_expired"

    def __init__(self, lot: Lot) -> None:
        super().__init__(
            f"{lot} ({lot.code}) expired on {day(lot.expires_on)}. Take another lot, and finish this one.",
            field="lots",
            ways=(
                ("Lots of this kind in use", f"/lots/?kind={lot.kind}&in_use=1"),
                (f"Open {lot.code}", lot.get_absolute_url()),
            ),
            extra={"lot": lot.code, "expires_on": lot.expires_on.isoformat()},
        )


class WrongDay(DomainError):
    """A lot is received, then opened, then finished, and none of it tomorrow."""

    code = "wrong_day"


class StockIncomplete(DomainError):
    code = "stock_incomplete"

    def __init__(self, field: str) -> None:
        super().__init__(
            "A drug stock needs its compound, its concentration with the unit, and what it is dissolved in.",
            field=field,
        )


class NotADrugStock(DomainError):
    code = "not_a_drug_stock"

    def __init__(self) -> None:
        super().__init__(
            "Only a drug stock has a compound and a concentration. Leave these empty, or choose drug stock."
        )


class WrongUnit(DomainError):
    code = "wrong_unit"

    def __init__(self, compound: Compound, unit: str) -> None:
        super().__init__(
            f"{unit} cannot be converted for {compound}, whose molar mass is not registered. Use another unit.",
            field="concentration_unit",
        )


class AntibodyInDmso(DomainError):
    code = "antibody_in_dmso"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is an antibody: DMSO would denature it. Name its formulation buffer as the vehicle.",
            field="vehicle",
        )


class CompoundNameTaken(DomainError):
    code = "compound_name_taken"

    def __init__(self, compound: Compound) -> None:
        super().__init__(
            f"{compound} is registered already.",
            field="name",
            ways=((f"Open {compound}", compound.get_absolute_url()),),
        )


class RecipeNameTaken(DomainError):
    code = "recipe_name_taken"

    def __init__(self, newest: MediumRecipe) -> None:
        super().__init__(
            f"There is a recipe {newest.name} already, at version {newest.version}. A change to it is a new version.",
            field="name",
            ways=(
                ("Make a new version", f"{newest.get_absolute_url()}revise/"),
                (f"Open {newest}", newest.get_absolute_url()),
            ),
        )


class RecipeHasNothingIn(DomainError):
    code = "recipe_has_nothing_in"

    def __init__(self) -> None:
        super().__init__("A recipe needs at least one component.", field="components")


class ComponentRepeated(DomainError):
    code = "component_repeated"

    def __init__(self, product: str) -> None:
        super().__init__(f"{product} stands in the recipe twice. Add the amounts up in one row.", field="components")


class NothingChanged(DomainError):
    code = "nothing_changed"

    def __init__(self, recipe: MediumRecipe) -> None:
        super().__init__(f"This is what {recipe} says already. Change something, or keep that version.")


class NotTheNewestVersion(DomainError):
    code = "not_the_newest_version"

    def __init__(self, recipe: MediumRecipe, newest: MediumRecipe) -> None:
        super().__init__(
            f"{newest} has been made of {recipe.name} meanwhile. Look at it and revise that one.",
            ways=((f"Open {newest}", newest.get_absolute_url()),),
        )
