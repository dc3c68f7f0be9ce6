"""The lab the story happens in: people, rooms, vessels, lots, recipes, lines, a cell counter; made by the services."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.compounds.services import Component, register_lot, register_recipe, register_standard_compounds
from cultures.compounds.services.lots import finish_lot, open_lot
from cultures.demonstration.table1 import TABLE_1
from cultures.lines.models import CellLine
from cultures.lines.services import derive_subline, register_line
from cultures.passaging.models import VesselType
from cultures.passaging.services.vessels import STANDARD_VESSELS, register_vessel_type
from cultures.places.models import Place
from cultures.places.services import mark_quarantine_place, register_place
from lims.accounts.models import User
from lims.accounts.services import create_user
from lims.instruments.models import Instrument
from lims.instruments.services import register_instrument
from lims.lab.services import change_lab_settings

PASSWORD = "subline-demo-lab"  # printed at start; a demonstration has nothing to hide
PEOPLE = (
    # username, initials, first and last name, role
    ("anna", "AM", "Anna", "Meier", "technician"),
    ("jonas", "JT", "Jonas", "Thaler", "technician"),
    ("maria", "MK", "Maria", "Keane", "manager"),
    ("ruth", "RO", "Ruth", "Okafor", "pi"),
    ("lee", "LP", "Lee", "Park", "viewer"),
)
ZONE = "Europe/Dublin"
SHELF_LIFE = timedelta(days=75)  # how long a bottle stands open before the next one of its product

FBS, PENSTREP, TRYPSIN = "Foetal bovine serum", "Penicillin-streptomycin", "Trypsin-EDTA 0.25 %"
# product, kind, maker, catalogue number
PRODUCTS = (
    ("DMEM, high glucose", "medium", "Sigma", "D5671"),
    ("RPMI 1640", "medium", "Sigma", "R0883"),
    ("McCoy's 5A", "medium", "Sigma", "M8403"),
    (FBS, "serum", "Gibco", "10270-106"),
    (PENSTREP, "supplement", "Gibco", "15140-122"),
    (TRYPSIN, "dissociation", "Gibco", "25200-056"),
)
RECIPES = {"DMEM": "DMEM, high glucose", "RPMI": "RPMI 1640", "McCoy's": "McCoy's 5A"}


@dataclass(frozen=True)
class Parental:
    """What is known of a parental line: RRID and catalogue number by Cellosaurus and ATCC, the rest the lab's own."""

    rrid: str
    catalogue_number: str
    doubling_h: int
    interval_d: int
    medium: str
    synonyms: tuple[str, ...]
    pik3ca: str
    disease: str
    subtype: str


PARENTAL = {
    "HCC1954": Parental(
        "CVCL_1259", "CRL-2338", 44, 5, "RPMI", ("HCC-1954", "Hamon Cancer Center 1954"), "H1047R",
        "Breast ductal carcinoma", "HER2-positive, ER-negative",
    ),
    "BT474": Parental(
        "CVCL_0179", "HTB-20", 98, 8, "DMEM", ("BT-474",), "K111N",
        "Invasive breast carcinoma", "HER2-positive, ER-positive",
    ),
    "SKBR3": Parental(
        "CVCL_0033", "HTB-30", 52, 6, "McCoy's", ("SK-BR-3",), "wild type",
        "Breast adenocarcinoma", "HER2-positive, ER-negative",
    ),
}  # fmt: skip


@dataclass
class House:
    """Everything the story needs, by its name."""

    people: dict[str, User]
    counter: Instrument
    places: dict[str, Place] = field(default_factory=dict)
    vessels: dict[str, VesselType] = field(default_factory=dict)
    recipes: dict[str, MediumRecipe] = field(default_factory=dict)
    compounds: dict[str, Compound] = field(default_factory=dict)
    lines: dict[str, CellLine] = field(default_factory=dict)
    lots: dict[str, list[Lot]] = field(default_factory=dict)

    @property
    def medium_of(self) -> dict[str, MediumRecipe]:
        """The recipe of each parental line."""
        return {name: self.recipes[known.medium] for name, known in PARENTAL.items()}

    @property
    def manager(self) -> User:
        return self.people["MK"]

    def lot_on(self, product: str, day: date) -> Lot:
        """The bottle of a product that stood open on a day."""
        return next(lot for lot in reversed(self.lots[product]) if lot.opened_on and lot.opened_on <= day)

    def lots_of(self, recipe: MediumRecipe, day: date) -> list[Lot]:
        base = RECIPES[next(short for short, made in self.recipes.items() if made == recipe)]
        return [self.lot_on(product, day) for product in (base, FBS, PENSTREP)]


def build_house(today: date, first_day: date) -> House:
    people = {}
    for username, initials, first, last, role in PEOPLE:
        people[initials], _ = create_user(
            by="system:demonstration", username=username, initials=initials, first_name=first, last_name=last,
            role=role, email=f"{username}@lab.example", password=PASSWORD,
        )  # fmt: skip
    counter = register_instrument(by=people["MK"], name="Counter 1", kind="counter", maker="demonstration")
    house = House(people, counter)
    change_lab_settings(
        by=house.manager, reason="the demonstration begins", lab_name="Molecular Therapeutics Lab", time_zone=ZONE,
        passage_limit=60, treated_passage_limit=90,
    )  # fmt: skip
    furnish(house)
    stock_up(house, today, first_day)
    register_lines(house)
    return house


def furnish(house: House) -> None:
    by, places = house.manager, house.places
    site = register_place(name="Institute", kind="site", by=by)
    room = register_place(name="Culture room 2.14", kind="room", parent_id=site.pk, by=by)
    for number in (1, 2):
        places[f"Hood {number}"] = register_place(name=f"Hood {number}", kind="hood", parent_id=room.pk, by=by)
    for number in (1, 2):
        incubator = register_place(name=f"Incubator {number}", kind="incubator", parent_id=room.pk, by=by)
        for shelf in ("Shelf A", "Shelf B"):
            name = f"Incubator {number}/{shelf}"
            places[name] = register_place(name=shelf, kind="shelf", parent_id=incubator.pk, by=by)
    apart = register_place(name="Quarantine incubator", kind="incubator", parent_id=room.pk, by=by)
    mark_quarantine_place(place_id=apart.pk, is_quarantine=True, by=by)
    places["Quarantine incubator/Shelf Q"] = register_place(name="Shelf Q", kind="shelf", parent_id=apart.pk, by=by)
    for name, area, volume in STANDARD_VESSELS:
        house.vessels[name] = register_vessel_type(
            name=name, growth_area_cm2=Decimal(area), working_volume_ml=Decimal(volume), by=by
        )


def stock_up(house: House, today: date, first_day: date) -> None:
    by = house.manager
    for product, kind, maker, catalogue_number in PRODUCTS:
        house.lots[product] = bottles(by, today, first_day, product, kind, maker, catalogue_number)
    for short, base in RECIPES.items():
        house.recipes[short] = register_recipe(
            name=f"{short} + 10 % FBS", by=by,
            components=(
                Component(kind="medium", product=base, amount=Decimal(89), unit="% v/v"),
                Component(kind="serum", product=FBS, amount=Decimal(10), unit="% v/v"),
                Component(kind="supplement", product=PENSTREP, amount=Decimal(1), unit="% v/v"),
            ),
            has_antibiotics=True,
        )  # fmt: skip
    stock_drugs(house, today, first_day)


def bottles(by: User, today: date, first_day: date, product: str, kind: str, maker: str, number: str) -> list[Lot]:
    """One bottle after another, each opened when the one before is finished; the newest is in use."""
    made: list[Lot] = []
    opened_on = first_day - timedelta(days=10)
    while opened_on <= today:
        lot = register_lot(
            kind=kind, product=product, number=f"{number[:2]}{opened_on:%y%m%d}", maker=maker, catalogue_number=number,
            received_on=opened_on - timedelta(days=3), expires_on=opened_on + 2 * SHELF_LIFE, by=by,
        )  # fmt: skip
        lot = open_lot(lot_id=lot.pk, on=opened_on, by=by)
        if made:
            finish_lot(lot_id=made[-1].pk, on=opened_on, by=by)
        made.append(lot)
        opened_on += SHELF_LIFE
    return made


def stock_drugs(house: House, today: date, first_day: date) -> None:
    """Stock solutions in aliquots; the second lot of lapatinib was opened when the first was used up."""
    by = house.manager
    house.compounds = {compound.name: compound for compound in register_standard_compounds(by=by)}
    ditosylate = house.compounds["lapatinib"].salt_forms.get(name="ditosylate monohydrate")
    second = first_day + (today - first_day) / 2
    for drug, number, strength, opened_on, facts in (
        ("trastuzumab", "T-22", "21 mg/mL", first_day, {"aliquots": 60, "aliquots_used": 41}),
        ("lapatinib", "LAP-07", "10 mM", first_day, {"salt_form": ditosylate, "aliquots": 40, "aliquots_used": 40}),
        ("lapatinib", "LAP-09", "10 mM", second, {"salt_form": ditosylate, "aliquots": 40, "aliquots_used": 29}),
    ):
        made_on, (amount, unit) = opened_on - timedelta(days=5), strength.split()
        stock = register_lot(
            kind="drug_stock", product=f"{drug} stock", number=number, by=by, compound_id=house.compounds[drug].pk,
            concentration=Decimal(amount), concentration_unit=unit, vehicle=house.compounds[drug].vehicle,
            made_on=made_on, received_on=made_on, opened_on=opened_on,
            expires_on=min(made_on + timedelta(days=365), today + timedelta(days=110)),
            max_freeze_thaws=5, freeze_thaws=2, **facts,
        )  # fmt: skip
        if before := house.lots.get(drug):
            finish_lot(lot_id=before[-1].pk, on=opened_on, by=by)
        house.lots.setdefault(drug, []).append(stock)


def register_lines(house: House) -> None:
    by = house.manager
    for row in TABLE_1:
        if not row.parent:
            house.lines[row.line] = parental_line(house, row.line, PARENTAL[row.line])
        else:
            house.lines[row.line] = derive_subline(
                parent_id=house.lines[row.parent].pk, name=row.line, by=by, subtype=row.model,
                source="derived in this lab",
            )  # fmt: skip


def parental_line(house: House, name: str, known: Parental) -> CellLine:
    return register_line(
        name=name, synonyms=known.synonyms, by=house.manager, rrid=known.rrid,
        features=(("HER2", "amplified"), ("PIK3CA", known.pik3ca)),
        species="Homo sapiens", tissue="Breast", disease=known.disease, subtype=known.subtype, source="ATCC",
        catalogue_number=known.catalogue_number, biosafety_level=1, growth_mode="adherent",
        default_medium_id=house.recipes[known.medium].pk,
        split_ratio_min=Decimal(2), split_ratio_max=Decimal(8),
        seeding_density_min_per_cm2=10_000, seeding_density_max_per_cm2=60_000,
        reference_doubling_time=timedelta(hours=known.doubling_h),
        passage_interval=timedelta(days=known.interval_d), feed_interval=timedelta(days=3), passage_limit=60,
    )  # fmt: skip
