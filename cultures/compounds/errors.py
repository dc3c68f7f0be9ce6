"""What the lots, compounds and recipes refuse."""

from datetime import date
from decimal import Decimal

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.compounds.thaws import aliquots_left, times
from cultures.science.concentration import Concentration
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
            "Only a drug stock has a compound, a concentration, a salt form and aliquots. Leave these empty, or "
            "choose drug stock."
        )


class WrongUnit(DomainError):
    code = "wrong_unit"

    def __init__(self, compound: Compound, unit: str) -> None:
        super().__init__(
            f"{unit} cannot be converted for {compound}, whose molar mass is not registered. Use another unit.",
            field="concentration_unit",
        )


class SaltFormNotNamed(DomainError):
    code = "salt_form_not_named"

    def __init__(self, compound: Compound, unit: str) -> None:
        super().__init__(
            f"{compound} is weighed in several salt forms, so {unit} does not say how many moles these are. "
            "Choose the form that was weighed.",
            field="salt_form",
        )


class SaltFormOfAnother(DomainError):
    code = "salt_form_of_another"

    def __init__(self, compound: Compound) -> None:
        super().__init__(
            f"This is not a salt form of {compound}. Choose one of its own, or none.",
            field="salt_form",
            ways=((f"Open {compound}", compound.get_absolute_url()),),
        )


class OnlyStocksAreThawed(DomainError):
    code = "only_stocks_are_thawed"

    def __init__(self, lot: Lot) -> None:
        super().__init__(f"{lot} is a {lot.get_kind_display()}. Thaws are counted for drug stocks alone.")


class StockFinished(DomainError):
    code = "stock_finished"

    def __init__(self, stock: Lot) -> None:
        super().__init__(f"{stock} was finished on {day(stock.finished_on)}. Thaw another stock.")  # type: ignore[arg-type]  # finished, or it would not be refused


class NothingThawed(DomainError):
    code = "nothing_thawed"

    def __init__(self, stock: Lot) -> None:
        super().__init__(f"No aliquot of {stock} has been thawed yet. Thaw a new one.")


class AliquotsUsedUp(DomainError):
    code = "aliquots_used_up"

    def __init__(self, stock: Lot) -> None:
        super().__init__(
            f"All {stock.aliquots} aliquots of {stock} are used. Finish this stock, and make a new one.",
            ways=(
                ("Register a new stock", f"/lots/new/?kind=drug_stock&compound={stock.compound_id}"),
                ("Correct the aliquots", f"{stock.get_absolute_url()}correct/"),
            ),
        )


class StockOverThawed(DomainError):
    """The aliquot in use was frozen and thawed too often to trust what is left in it."""

    code = "stock_over_thawed"

    def __init__(self, stock: Lot, thaws: int) -> None:
        way = "No aliquot is left: make a new stock" if aliquots_left(stock) == 0 else "Take a new aliquot"
        most = stock.max_freeze_thaws or 0
        super().__init__(
            f"The aliquot of {stock} in use was thawed {times(thaws)}, and may be thawed {times(most)}. {way}.",
            field="drugs",
            ways=((f"Open {stock.code}", stock.get_absolute_url()),),
            extra={"lot": stock.code, "freeze_thaws": thaws, "max_freeze_thaws": most},
        )


class DoseAboveMaximum(DomainError):
    code = "dose_above_maximum"

    def __init__(self, compound: Compound, written: Concentration, most: Concentration) -> None:
        super().__init__(
            f"{compound} {written} is above the highest dose allowed, {most}. "
            "Correct the dose, or have the limit of the compound changed.",
            field="drugs",
            ways=((f"Open {compound}", compound.get_absolute_url()),),
            extra={"dose": str(written), "max_dose": str(most)},
        )


class VehicleAboveMaximum(DomainError):
    code = "vehicle_above_maximum"

    def __init__(self, compound: Compound, vehicle: str, vehicle_pct: Decimal) -> None:
        given, most = (f"{pct.normalize():f}" for pct in (vehicle_pct, compound.max_vehicle_pct or Decimal(0)))
        super().__init__(
            f"The medium gets {given} % of {vehicle}, and with {compound} {most} % is the most. "
            "Use a stronger stock, and the same vehicle in every arm.",
            field="drugs",
            ways=((f"Open {compound}", compound.get_absolute_url()),),
            extra={"vehicle_pct": given, "max_vehicle_pct": most},
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


class SaltFormRegistered(DomainError):
    code = "salt_form_registered"

    def __init__(self, compound: Compound, name: str) -> None:
        super().__init__(
            f"{name} is a salt form of {compound} already. Give this one another name.",
            field="name",
            ways=((f"Open {compound}", compound.get_absolute_url()),),
        )


class AntibodyHasNoSaltForms(DomainError):
    code = "antibody_has_no_salt_forms"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is an antibody: it has one molar mass and no salt forms. Leave them out.")


class MolarMassInUse(DomainError):
    code = "molar_mass_in_use"

    def __init__(self, compound: Compound, stock: Lot) -> None:
        super().__init__(
            f"The doses from {stock} ({stock.code}) are worked out with the molar mass of {compound}. "
            "Correct the number, but keep one.",
            field="molar_mass_g_per_mol",
            ways=((f"Open {stock.code}", stock.get_absolute_url()),),
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
