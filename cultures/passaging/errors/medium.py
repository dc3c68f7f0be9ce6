"""Refusals about what goes into the medium."""

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.passaging.errors.words import day
from lims.errors import DomainError


class RecipeRetired(DomainError):
    code = "recipe_retired"

    def __init__(self, recipe: MediumRecipe) -> None:
        super().__init__(f"{recipe} is not made any more. Choose its newest version.", field="recipe")


class LotFinished(DomainError):
    code = "lot_finished"

    def __init__(self, lot: Lot) -> None:
        super().__init__(f"{lot} was finished on {day(lot.finished_on)}. Choose the bottle you used.", field="lots")  # type: ignore[arg-type]  # finished, or it would not be refused


class LotNotReceived(DomainError):
    code = "lot_not_received"

    def __init__(self, lot: Lot) -> None:
        super().__init__(
            f"{lot} came on {day(lot.received_on)}, after this day. Choose the bottle you used.", field="lots"
        )


class LotOfWrongKind(DomainError):
    code = "lot_of_wrong_kind"

    def __init__(self, lot: Lot, wanted: str) -> None:
        super().__init__(f"{lot} is a {lot.get_kind_display()}. Choose a {wanted} here.", field="lots")


class DoseUnitUnknown(DomainError):
    code = "dose_unit_unknown"

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit[:20]!r} is not a unit of dose. Write nM, µM, mM, µg/mL or mg/mL.", field="drugs")


class DoseWithoutMolarMass(DomainError):
    code = "dose_without_molar_mass"

    def __init__(self, compound: Compound, unit: str) -> None:
        super().__init__(
            f"{compound} is dosed in {compound.unit}; {unit} converts only through its molar mass, which is not "
            f"registered. Write the dose in {compound.unit}, or have the molar mass of its salt form entered.",
            field="drugs",
        )


class DoseWithoutStock(DomainError):
    code = "dose_without_stock"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"Which stock did the {compound} come from? Choose its lot.", field="drugs")


class StockIsOfAnotherDrug(DomainError):
    code = "stock_is_of_another_drug"

    def __init__(self, stock: Lot, compound: Compound) -> None:
        super().__init__(f"{stock} is {stock.compound}, not {compound}. Choose a stock of {compound}.", field="drugs")


class DrugNamedTwice(DomainError):
    code = "drug_named_twice"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is named twice. Give one dose of each drug.", field="drugs")


class CompoundRetired(DomainError):
    code = "compound_retired"

    def __init__(self, compound: Compound) -> None:
        super().__init__(f"{compound} is not used here any more. Choose another compound.", field="drugs")


class VehicleMismatch(DomainError):
    code = "vehicle_mismatch"

    def __init__(self, stock: Lot) -> None:
        super().__init__(
            f"{stock} is an antibody in {stock.vehicle}, which destroys it. "
            f"Use a stock in {stock.compound.vehicle}, or correct the lot's vehicle.",  # type: ignore[union-attr]  # an antibody stock has its compound
            field="drugs",
        )


class VehicleArmHasADose(DomainError):
    code = "vehicle_arm_has_a_dose"

    def __init__(self, compound: Compound) -> None:
        super().__init__(
            f"A vehicle control gets no {compound}, only its vehicle. Write dose 0, or set the arm to treated.",
            field="drugs",
        )


class TreatedWithoutDrug(DomainError):
    code = "treated_without_drug"

    def __init__(self) -> None:
        super().__init__(
            "The treated arm gets no drug here. Is it a drug holiday, or was the drug left out? Say which.",
            field="without_drug",
        )


class WithoutAndWithDrug(DomainError):
    code = "without_and_with_drug"

    def __init__(self) -> None:
        super().__init__(
            "The medium has a drug and a reason to be without one. Empty the one that does not hold.",
            field="without_drug",
        )
