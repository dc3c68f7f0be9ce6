"""A small lab in its own words, for tests. What is asked for by name is made on first use and found again after.

Cultures are made by the product's own verbs. The story begins on Friday, 27 February 2026, at nine.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cultures.compounds.models import Compound, Lot, MediumRecipe, RecipeComponent, SaltForm
from cultures.lines.models import CellLine, LineName
from cultures.lines.names import name_key
from cultures.passaging import services
from cultures.passaging.commands import CellCount, Drug, Medium, Plan, Seeding
from cultures.passaging.models import (
    Count,
    Culture,
    Discard,
    Feed,
    Harvest,
    Move,
    Observation,
    VesselType,
)
from cultures.places.models import Place
from lims.accounts.models import Role, User
from lims.audit.models import Entry
from lims.codes import new_codes
from lims.instruments.models import Instrument

FRIDAY = datetime(2026, 2, 27, 9, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PEOPLE = {
    "AM": ("anna", "Anna", "Meier", Role.TECHNICIAN),
    "JT": ("jonas", "Jonas", "Thiel", Role.TECHNICIAN),
    "LM": ("lena", "Lena", "Marek", Role.MANAGER),
    "PI": ("petra", "Petra", "Ilic", Role.PI),
    "VW": ("viktor", "Viktor", "Wolf", Role.VIEWER),
}
VESSELS = {"T25": (25, 5), "T75": (75, 15), "T175": (175, 35), "6-well": ("9.5", 2), "96-well": ("0.32", "0.1")}
COMPOUNDS = {
    "copanlisib": (Compound.Kind.SMALL_MOLECULE, "DMSO", "480.52", "10", Lot.Unit.MM),
    "lapatinib": (Compound.Kind.SMALL_MOLECULE, "DMSO", "581.06", "10", Lot.Unit.MM),
    "refametinib": (Compound.Kind.SMALL_MOLECULE, "DMSO", None, "10", Lot.Unit.MM),
    "trastuzumab": (Compound.Kind.ANTIBODY, "water for injection", "145500", "21", Lot.Unit.MG_PER_ML),
}
SALT_FORMS = {"free base": "581.06", "ditosylate monohydrate": "943.48"}
LIMITS = {
    "lapatinib": {"max_dose": Decimal(10_000), "max_vehicle_pct": Decimal("0.5"), "redose_interval": 4 * DAY},
    "trastuzumab": {"max_dose": Decimal(200), "redose_interval": 7 * DAY},
}


# --- people and instruments ------------------------------------------------------------------------------------------


def person(initials: str) -> User:
    username, first, last, role = PEOPLE[initials]
    defaults = {"first_name": first, "last_name": last, "role": role, "initials": initials}
    return User.objects.get_or_create(username=username, defaults=defaults)[0]


def technician() -> User:
    return person("AM")


def another_technician() -> User:
    return person("JT")


def manager() -> User:
    return person("LM")


def viewer() -> User:
    return person("VW")


def counter(name: str = "Vi-CELL 1") -> Instrument:
    return Instrument.objects.get_or_create(name=name, defaults={"kind": Instrument.Kind.COUNTER})[0]


# --- registers -------------------------------------------------------------------------------------------------------


def place(name: str, kind: str, parent: Place | None = None) -> Place:
    full_name = f"{parent.full_name}, {name}" if parent and parent.kind != Place.Kind.ROOM else name
    found = Place.objects.filter(name=name, kind=kind, parent=parent).first()
    return found or Place.objects.create(
        code=new_codes("P")[0], name=name, kind=kind, parent=parent, full_name=full_name
    )


def room() -> Place:
    return place("Cell culture", Place.Kind.ROOM, place("Main building", Place.Kind.SITE))


def hood(name: str = "Hood 2") -> Place:
    return place(name, Place.Kind.HOOD, room())


def shelf(name: str = "shelf A", incubator: str = "Incubator 1") -> Place:
    return place(name, Place.Kind.SHELF, place(incubator, Place.Kind.INCUBATOR, room()))


def quarantine_shelf() -> Place:
    """In an incubator for cells that are kept apart."""
    incubator = place("Quarantine incubator", Place.Kind.INCUBATOR, room())
    Place.objects.filter(pk=incubator.pk).update(is_quarantine=True)
    return place("shelf Q", Place.Kind.SHELF, incubator)


def vessel(name: str = "T75") -> VesselType:
    area, volume = VESSELS[name]
    defaults = {"growth_area_cm2": Decimal(area), "working_volume_ml": Decimal(volume)}
    return VesselType.objects.get_or_create(name=name, defaults=defaults)[0]


def recipe(name: str = "DMEM + 10 % FBS", version: int = 1) -> MediumRecipe:
    found, is_new = MediumRecipe.objects.get_or_create(name=name, version=version)
    if is_new:
        RecipeComponent.objects.create(recipe=found, kind=Lot.Kind.MEDIUM, product="DMEM", amount=90, unit="% v/v")
        RecipeComponent.objects.create(recipe=found, kind=Lot.Kind.SERUM, product="FBS", amount=10, unit="% v/v")
    return found


def line(name: str = "SKBR3", **fields: Any) -> CellLine:
    """fields   of the registry, when it is new: passage_interval=timedelta(days=7)"""
    known = LineName.objects.filter(key=name_key(name)).select_related("line").first()
    if known:
        return known.line
    made = CellLine.objects.create(**{"name": name, "default_medium": recipe(), **fields})
    LineName.objects.create(line=made, name=name, key=name_key(name))
    return made


def compound(name: str = "lapatinib") -> Compound:
    kind, vehicle, molar_mass, _, _ = COMPOUNDS[name]
    facts = {"kind": kind, "vehicle": vehicle, "molar_mass_g_per_mol": molar_mass and Decimal(molar_mass)}
    return Compound.objects.get_or_create(name=name, defaults=facts | LIMITS.get(name, {}))[0]


def salt_form(name: str = "ditosylate monohydrate") -> SaltForm:
    """A form in which lapatinib is weighed."""
    mass = {"molar_mass_g_per_mol": Decimal(SALT_FORMS[name])}
    return SaltForm.objects.get_or_create(compound=compound("lapatinib"), name=name, defaults=mass)[0]


def lot(product: str = "DMEM", number: str = "1", kind: str = Lot.Kind.MEDIUM, **fields: Any) -> Lot:
    """A bottle that came in January and keeps for years, open since February."""
    defaults = {
        "code": new_codes("L")[0],
        "expires_on": date(2099, 12, 31),
        "received_on": date(2026, 1, 5),
        "opened_on": date(2026, 2, 2),
        **fields,
    }
    return Lot.objects.get_or_create(product=product, number=number, kind=kind, defaults=defaults)[0]


def trypsin(**fields: Any) -> Lot:
    return lot("Trypsin-EDTA", "T-1", Lot.Kind.DISSOCIATION, **fields)


def stock(of: str = "lapatinib", number: str = "S-1", **fields: Any) -> Lot:
    """fields   salt_form, aliquots, freeze_thaws and the like"""
    _, vehicle, _, concentration, unit = COMPOUNDS[of]
    made = {
        "compound": compound(of),
        "vehicle": vehicle,
        "concentration": Decimal(concentration),
        "concentration_unit": unit,
        **fields,
    }
    return lot(of, number, Lot.Kind.DRUG_STOCK, **made)


# --- what goes in ----------------------------------------------------------------------------------------------------


def drug(name: str = "lapatinib", dose: Any = 100, unit: str | None = None, vehicle_pct: Any = "0.1") -> Drug:
    """A dose from the stock at hand; dose 0 is its vehicle."""
    return Drug(
        compound_id=compound(name).pk,
        dose=Decimal(str(dose)),
        unit=unit or compound(name).unit,
        stock_id=stock(name).pk if dose else None,
        vehicle_pct=Decimal(str(vehicle_pct)),
    )


def medium(
    volume_ml: Any = 15, *, drugs: Sequence[Drug] = (), lots: Sequence[Lot] | None = None, without_drug: str = ""
) -> Medium:
    bottles = [lot("DMEM"), lot("FBS", kind=Lot.Kind.SERUM)] if lots is None else lots
    return Medium(
        recipe_id=recipe().pk,
        volume_ml=Decimal(str(volume_ml)),
        lot_ids=tuple(bottle.pk for bottle in bottles),
        drugs=tuple(drugs),
        without_drug=without_drug,
    )


def counted(harvested: int = 6_000_000, *, volume_ml: Any = 10, dead: Any = None, **fields: Any) -> CellCount:
    """The count of a suspension that holds `harvested` viable cells in all."""
    per_ml = Decimal(harvested) / Decimal(str(volume_ml))
    return CellCount(live_per_ml=per_ml, dead_per_ml=dead if dead is None else Decimal(str(dead)), **fields)


def seeding(into: str = "T75", *, said: Medium | None = None, **amount: Any) -> Seeding:
    """One daughter; a million cells when nothing is said."""
    amount = amount or {"cells": 1_000_000}
    return Seeding(vessel_id=vessel(into).pk, medium=said or medium(VESSELS[into][1]), **amount)


# --- cultures --------------------------------------------------------------------------------------------------------


def growing(
    of: str = "SKBR3",
    *,
    passage: int = 8,
    vessel: str = "T75",
    seeded: int | None = 1_000_000,
    at: datetime = FRIDAY,
    keeper: str = "AM",
    where: Place | None = None,
    pdl: float | None = 20.0,
    arm: str = "",
    drugs: Sequence[Drug] = (),
    **fields: Any,
) -> Culture:
    """A flask that has long grown in this laboratory when it is entered."""
    return services.receive_culture(
        line_id=line(of).pk,
        vessel_id=_vessel_id(vessel),
        place_id=(where or shelf()).pk,
        keeper_id=person(keeper).pk,
        medium=medium(drugs=drugs),
        came_from="the lab next door",
        label_passage_number=passage,
        label_pdl=pdl,
        seeded_cells=seeded,
        arm=arm,
        at=at,
        by=person(keeper),
        **{"is_taken_over": True, **fields},
    )


def _vessel_id(name: str) -> int:
    return vessel(name).pk


def thawed(of: str = "SKBR3", *, frozen_at_passage: int = 8, at: datetime = FRIDAY, **fields: Any) -> Culture:
    return services.thaw_culture(
        line_id=line(of).pk,
        vessel_id=vessel("T75").pk,
        place_id=shelf().pk,
        keeper_id=technician().pk,
        medium=medium(),
        came_from="vial of 2024",
        label_passage_number=frozen_at_passage,
        at=at,
        by=technician(),
        **{"label_pdl": 20.0, "seeded_cells": 1_000_000, **fields},
    )


def harvest(
    parent: Culture,
    into: Sequence[str | Seeding] = ("T75",),
    *,
    harvested: int = 6_000_000,
    count: CellCount | int | None = None,
    volume_ml: Any = 10,
    at: datetime | None = None,
    by: User | None = None,
    discard_rest: bool = True,
    **plan: Any,
) -> Harvest:
    """A passage, six days after seeding when no time is said; "T75" means a T75 with a million cells."""
    return services.passage_culture(
        culture_id=parent.pk,
        count=counted(harvested, volume_ml=volume_ml) if count is None else count,
        volume_ml=Decimal(str(volume_ml)),
        plan=Plan(daughters=_daughters(into, parent), discard_rest=discard_rest, **plan),
        at=at or parent.seeded_at + 6 * DAY,
        by=by or technician(),
    )


def split(parent: Culture, into: Sequence[str | Seeding] = ("T75",), **options: Any) -> list[Culture]:
    """The daughters of a passage."""
    return list(harvest(parent, into, **options).daughters)


def pooled(
    parents: Sequence[Culture], into: Sequence[str | Seeding] = ("T75",), *, harvested: int = 12_000_000, **options: Any
) -> list[Culture]:
    made = services.pool_cultures(
        culture_ids=[parent.pk for parent in parents],
        count=counted(harvested),
        volume_ml=Decimal(10),
        plan=Plan(daughters=_daughters(into, *parents)),
        at=options.pop("at", None) or max(parent.seeded_at for parent in parents) + 6 * DAY,
        by=options.pop("by", None) or technician(),
        **options,
    )
    return list(made.daughters)


def _daughters(into: Sequence[str | Seeding], *parents: Culture) -> list[Seeding]:
    """Of treated flasks the daughters are in the drug."""
    drugs = [drug()] if any(parent.arm == Culture.Arm.TREATED for parent in parents) else []
    return [
        one if isinstance(one, Seeding) else seeding(one, said=medium(VESSELS[one][1], drugs=drugs)) for one in into
    ]


def line_of_passages(
    founder: Culture, generations: int, *, harvested: int = 4_000_000, every: timedelta = DAY
) -> list[Culture]:
    """Passaged day after day, one flask each time; the founder first."""
    chain = [founder]
    for _ in range(generations):
        chain += split(chain[-1], harvested=harvested, at=chain[-1].seeded_at + every)
    return chain


# --- what happens to them ---------------------------------------------------------------------------------------------


def fed(culture: Culture, *, drugs: Sequence[Drug] = (), at: datetime | None = None, **options: Any) -> Feed:
    what = options.pop("medium", None) or medium(drugs=drugs)
    by = options.pop("by", None) or technician()
    return services.feed_culture(
        culture_id=culture.pk, medium=what, at=at or culture.seeded_at + 3 * DAY, by=by, **options
    )


def count_of(
    culture: Culture, live: Any = 600_000, dead: Any = 20_000, *, at: datetime | None = None, **options: Any
) -> Count:
    said = CellCount(live_per_ml=Decimal(str(live)), dead_per_ml=None if dead is None else Decimal(str(dead)))
    by = options.pop("by", None) or technician()
    said = replace(said, **{name: options.pop(name) for name in ("dilution", "method") if name in options})
    return services.count_culture(
        culture_id=culture.pk, count=said, at=at or culture.seeded_at + 5 * DAY, by=by, **options
    )


def observed(
    culture: Culture, confluence: int | None = 80, *, at: datetime | None = None, **options: Any
) -> Observation:
    options = {"morphology": "", "note": "", "by": technician(), "photo": None, **options}
    return services.observe_culture(
        culture_id=culture.pk, confluence_pct=confluence, at=at or culture.seeded_at + 2 * DAY, **options
    )


def moved(culture: Culture, to: Place, *, at: datetime | None = None, **options: Any) -> Move:
    by = options.pop("by", None) or technician()
    return services.move_culture(
        culture_id=culture.pk, place_id=to.pk, at=at or culture.seeded_at + DAY, by=by, **options
    )


def discarded(culture: Culture, why: str = "not_needed", *, at: datetime | None = None, **options: Any) -> Discard:
    options = {"note": "", "by": technician(), **options}
    return services.discard_culture(culture_id=culture.pk, why=why, at=at or culture.seeded_at + 4 * DAY, **options)


# --- looking back -----------------------------------------------------------------------------------------------------


def again(culture: Culture) -> Culture:
    """The culture as it stands in the database now."""
    return Culture.objects.select_related("line", "vessel", "place", "medium").get(pk=culture.pk)


@contextmanager
def nothing_written() -> Iterator[None]:
    """Whatever happens inside, no verb changed a record: the ledger saw nothing but what the builders here wrote."""
    by_verbs = Entry.objects.exclude(verb="sql")
    before = by_verbs.count()
    try:
        yield
    finally:
        assert by_verbs.count() == before, "something was written"
