"""What is in the medium: checked against the bottles on the shelf, then written with a feed or a seeding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cultures.compounds.errors import LotExpired
from cultures.compounds.limits import refuse_high_dose, refuse_much_vehicle, refuse_over_thawed
from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.passaging.commands import Drug, Medium
from cultures.passaging.errors import (
    CompoundRetired,
    DoseUnitUnknown,
    DoseWithoutMolarMass,
    DoseWithoutStock,
    DrugNamedTwice,
    LotFinished,
    LotNotReceived,
    LotOfWrongKind,
    NotThere,
    NumberOutOfRange,
    RecipeRetired,
    StockIsOfAnotherDrug,
    VehicleArmHasADose,
    VehicleMismatch,
)
from cultures.passaging.models import Culture, DrugInMedium, Feed, FeedLot
from cultures.passaging.services.checking import number, volume_in_ml
from cultures.passaging.services.recording import Stamp
from cultures.science.concentration import Concentration, MolarMassNeeded, UnknownUnit

MICRO_UNIT = Decimal("0.000001")


@dataclass(frozen=True)
class Dose:
    """A drug that passed: as written, and in its compound's unit."""

    drug: Drug
    written: Concentration
    canonical: Decimal
    vehicle_pct: Decimal


@dataclass(frozen=True)
class Checked:
    """A medium that passed."""

    recipe: MediumRecipe
    volume_ml: Decimal
    lot_ids: tuple[int, ...]
    doses: tuple[Dose, ...]


class Cupboard:
    """The recipes, lots and compounds one verb needs, each fetched once for all its vessels."""

    def __init__(self, media: Sequence[Medium], marked: Stamp, *, dissociation_lot_ids: Iterable[int] = ()) -> None:
        drugs = [drug for medium in media for drug in medium.drugs]
        lot_ids = {pk for medium in media for pk in medium.lot_ids} | set(dissociation_lot_ids)
        lot_ids |= {drug.stock_id for drug in drugs if drug.stock_id}
        self.marked = marked
        self.recipes = MediumRecipe.objects.in_bulk(list({medium.recipe_id for medium in media})) if media else {}
        bottles = Lot.objects.select_related("compound", "salt_form")
        self.lots = bottles.in_bulk(list(lot_ids)) if lot_ids else {}
        self.compounds = {lot.compound_id: lot.compound for lot in self.lots.values() if lot.compound}
        if missing := {drug.compound_id for drug in drugs} - set(self.compounds):
            self.compounds |= Compound.objects.in_bulk(list(missing))

    def check(self, medium: Medium, arm: str) -> Checked:
        """Raises what is wrong with recipe, volume, lots or drugs for a culture of this arm."""
        if (recipe := self.recipes.get(medium.recipe_id)) is None:
            raise NotThere("medium recipe", "recipe")
        if recipe.retired_at and recipe.retired_at <= self.marked.at:
            raise RecipeRetired(recipe)
        lot_ids = tuple(dict.fromkeys(medium.lot_ids))
        for pk in lot_ids:
            self._lot(pk, Lot.IN_MEDIUM, "medium, serum or supplement")
        named = [drug.compound_id for drug in medium.drugs]
        for compound_id in named:
            if named.count(compound_id) > 1:
                raise DrugNamedTwice(self._compound(compound_id))
        doses = tuple(self._dose(drug, arm) for drug in medium.drugs)
        self._refuse_much_vehicle(doses)
        return Checked(recipe, volume_in_ml(medium.volume_ml), lot_ids, doses)

    def dissociation(self, lot_ids: Iterable[int]) -> list[Lot]:
        wanted = dict.fromkeys(lot_ids)
        return [self._lot(pk, (Lot.Kind.DISSOCIATION,), Lot.Kind.DISSOCIATION.label) for pk in wanted]

    def open_bottles(self) -> None:
        """A bottle in use is open: from the day of its first use, unless someone noted an earlier one."""
        day = self.marked.day
        unopened = [pk for pk, lot in self.lots.items() if lot.opened_on is None or lot.opened_on > day]
        if unopened:
            locked = Lot.objects.select_for_update(no_key=True).filter(pk__in=unopened).order_by("pk")
            late = [lot.pk for lot in locked if lot.opened_on is None or lot.opened_on > day]
            Lot.objects.filter(pk__in=late).update(opened_on=day)

    def _lot(self, pk: int, kinds: Sequence[str], wanted: str) -> Lot:
        if (lot := self.lots.get(pk)) is None:
            raise NotThere("lot", "lots")
        if lot.kind not in kinds:
            raise LotOfWrongKind(lot, wanted)
        if self.marked.day > lot.expires_on:
            raise LotExpired(lot)
        if lot.finished_on and self.marked.day > lot.finished_on:
            raise LotFinished(lot)
        if self.marked.day < lot.received_on:
            raise LotNotReceived(lot)
        return lot

    def _compound(self, pk: int) -> Compound:
        if (compound := self.compounds.get(pk)) is None:
            raise NotThere("compound", "drugs")
        return compound

    def _dose(self, drug: Drug, arm: str) -> Dose:
        compound = self._compound(drug.compound_id)
        if compound.retired_at and compound.retired_at <= self.marked.at:
            raise CompoundRetired(compound)
        what = f"The dose of {compound}"
        amount = number(drug.dose, what, field="drugs", most=Decimal("999999.999999"), places=6, exact=True)
        vehicle = number(drug.vehicle_pct, f"The vehicle of {compound} in %", field="drugs", most=100, places=4)
        if amount and arm == Culture.Arm.VEHICLE:
            raise VehicleArmHasADose(compound)
        stock = self._stock(drug, compound, needed=bool(amount))
        try:
            written = Concentration.written(amount, drug.unit)
            canonical = written.canonical(compound.kind, stock.molar_mass if stock else compound.molar_mass_g_per_mol)
        except UnknownUnit as error:
            raise DoseUnitUnknown(drug.unit) from error
        except MolarMassNeeded as error:
            raise DoseWithoutMolarMass(compound, written.unit) from error
        canonical = canonical.quantize(MICRO_UNIT, ROUND_HALF_UP)
        if (amount and not canonical) or canonical >= 10**11:
            raise NumberOutOfRange(what, written, f"within reach in {compound.unit}", field="drugs")
        refuse_high_dose(compound, written, canonical)
        return Dose(drug, written, canonical, vehicle)

    def _stock(self, drug: Drug, compound: Compound, *, needed: bool) -> Lot | None:
        """The stock a dose is taken from, when it may be; a vehicle control needs none."""
        if drug.stock_id is None:
            if needed:
                raise DoseWithoutStock(compound)
            return None
        stock = self._lot(drug.stock_id, (Lot.Kind.DRUG_STOCK,), Lot.Kind.DRUG_STOCK.label)
        if stock.compound_id != compound.pk:
            raise StockIsOfAnotherDrug(stock, compound)
        if compound.kind == Compound.Kind.ANTIBODY and _is_dmso(stock.vehicle):
            raise VehicleMismatch(stock)
        refuse_over_thawed(stock, self.marked.at)
        return stock

    def _refuse_much_vehicle(self, doses: Sequence[Dose]) -> None:
        """What several drugs bring of one vehicle adds up."""
        brought: dict[str, Decimal] = {}
        for dose in doses:
            key = _one_spelling(self._vehicle(dose.drug))
            brought[key] = brought.get(key, Decimal(0)) + dose.vehicle_pct
        for dose in doses:
            vehicle = self._vehicle(dose.drug)
            refuse_much_vehicle(self._compound(dose.drug.compound_id), vehicle, brought[_one_spelling(vehicle)])

    def _vehicle(self, drug: Drug) -> str:
        return self.lots[drug.stock_id].vehicle if drug.stock_id else self._compound(drug.compound_id).vehicle


def _one_spelling(vehicle: str) -> str:
    return "dmso" if _is_dmso(vehicle) else vehicle.casefold()


def _is_dmso(vehicle: str) -> bool:
    return "dmso" in (said := vehicle.lower()) or "dimethyl sul" in said


def write_contents(fed: Sequence[tuple[Feed, Checked]]) -> None:
    """The lots and drugs of feeds that are saved already; two statements for any number of them."""
    FeedLot.objects.bulk_create(FeedLot(feed=feed, lot_id=pk) for feed, medium in fed for pk in medium.lot_ids)
    DrugInMedium.objects.bulk_create(
        DrugInMedium(
            feed=feed,
            compound_id=dose.drug.compound_id,
            stock_id=dose.drug.stock_id,
            dose=dose.written.amount,
            dose_unit=dose.written.unit,
            dose_canonical=dose.canonical,
            vehicle_pct=dose.vehicle_pct,
        )
        for feed, medium in fed
        for dose in medium.doses
    )
