"""What comes in: one strict serializer per verb. `validated_data` holds the keyword arguments of its service."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.fields import Id, Moment, Note, Number, StrictSerializer, Text, Whole
from api.v1.references import a_compound, a_culture, a_line, a_lot, a_person, a_place, a_recipe, a_vessel
from cultures.passaging.commands import CellCount, Drug, Medium, Plan, Portion, Seeding
from cultures.passaging.models import Count, Culture, Discard, Feed, Observation
from cultures.passaging.models.cultures import MOST_CELLS
from lims.clock import now

CELLS: dict[str, Any] = {"min_value": 1, "max_value": MOST_CELLS - 1}
PERCENT: dict[str, Any] = {"max_digits": 4, "decimal_places": 1, "min_value": Decimal(0), "max_value": Decimal(100)}
PER_ML: dict[str, Any] = {"max_digits": 14, "decimal_places": 1, "min_value": Decimal(0)}
VOLUME: dict[str, Any] = {"max_digits": 8, "decimal_places": 2, "min_value": Decimal("0.01")}
DILUTION: dict[str, Any] = {
    "max_digits": 8,
    "decimal_places": 3,
    "min_value": Decimal("0.001"),
    "max_value": Decimal(10_000),
}
WITHOUT = "Why the treated arm gets no drug; needed whenever it gets none"
PASSAGES: dict[str, Any] = {"min_value": 0, "max_value": 9999}


def ids_of(rows: Any) -> list[int]:
    return [row.pk for row in rows]


class EventIn(StrictSerializer):
    """What every entry may say: when it happened."""

    at = Moment(required=False, help_text="When it happened, with its offset from UTC; now, when left out")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"at": now()} | attrs


class DrugIn(StrictSerializer):
    compound = a_compound()
    dose = Number(max_digits=14, decimal_places=6, min_value=Decimal(0), help_text="0 is the vehicle control")
    unit = Text(max_length=8, help_text="nM, µM, mM, µg/mL or mg/mL")
    stock = a_lot(required=False)
    vehicle_pct = Number(**PERCENT | {"max_digits": 7, "decimal_places": 4}, required=False, default=Decimal(0))

    def validate(self, attrs: dict[str, Any]) -> Drug:
        stock = attrs.pop("stock", None)
        return Drug(compound_id=attrs.pop("compound").pk, stock_id=stock and stock.pk, **attrs)


class ContentsIn(StrictSerializer):
    """What is in the medium, however much of it there is."""

    recipe = a_recipe()
    lots = serializers.ListField(child=a_lot(), max_length=20, default=list)
    drugs = DrugIn(many=True, max_length=10, default=list)  # type: ignore[call-arg]  # DRF hands these to the list
    without_drug = serializers.ChoiceField(
        choices=Feed.Without.choices, allow_blank=True, default="", help_text=WITHOUT
    )
    override = Note(max_length=300, help_text="Why it departs from a rule of the lab")

    def validate(self, attrs: dict[str, Any]) -> Any:
        """The keyword arguments of Medium, as far as they are said here."""
        recipe, lots = attrs.pop("recipe"), attrs.pop("lots")
        return {"recipe_id": recipe.pk, "lot_ids": ids_of(lots), **attrs}


class MediumIn(ContentsIn):
    volume_ml = Number(**VOLUME)

    def validate(self, attrs: dict[str, Any]) -> Medium:
        return Medium(**super().validate(attrs))


class CellCountIn(StrictSerializer):
    live_per_ml = Number(**PER_ML)
    dead_per_ml = Number(**PER_ML, required=False)
    dilution = Number(
        **DILUTION, default=Decimal(1), help_text="The factor still to be applied to live and dead; 1 when it has been"
    )
    method = serializers.ChoiceField(choices=Count.Method.choices, default=Count.Method.HAEMOCYTOMETER)

    def validate(self, attrs: dict[str, Any]) -> CellCount:
        return CellCount(**attrs)


class SeedingIn(StrictSerializer):
    """One daughter. Exactly one of cells, density_per_cm2 and split_ratio."""

    vessel = a_vessel()
    medium = MediumIn()
    cells = Whole(**CELLS, required=False, help_text="viable cells")
    density_per_cm2 = Number(max_digits=12, decimal_places=1, min_value=Decimal("0.1"), required=False)
    split_ratio = Number(max_digits=6, decimal_places=1, min_value=Decimal(1), required=False, help_text="n of 1:n")
    place = a_place(required=False, help_text="Its code; the parent's place, when left out")
    arm = serializers.ChoiceField(choices=Culture.Arm.choices, required=False, help_text="The parent's, when left out")
    keeper = a_person(required=False, help_text="The parent's, when left out")
    line = a_line(required=False, help_text="A subline of the parent's line, whose derivation begins here")
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> Seeding:
        others = {f"{name}_id": attrs.pop(name).pk for name in ("place", "keeper", "line") if name in attrs}
        return Seeding(vessel_id=attrs.pop("vessel").pk, **others, **attrs)


class PortionIn(StrictSerializer):
    kind = Text(max_length=16, help_text="A registered destination")
    cells = Whole(**CELLS)
    volume_ml = Number(max_digits=8, decimal_places=3, min_value=Decimal(0))
    note = Note(max_length=120)

    def validate(self, attrs: dict[str, Any]) -> Portion:
        return Portion(**attrs)


# --- one per verb -----------------------------------------------------------------------------------------------------
class ThawIn(EventIn):
    line = a_line()
    vessel = a_vessel()
    place = a_place()
    keeper = a_person(required=False, help_text="You, when left out")
    medium = MediumIn()
    came_from = Text(max_length=120, help_text="The sender, or the vial's label")
    label_passage_number = Whole(**PASSAGES)
    label_pdl = serializers.FloatField(min_value=0, max_value=99_999, required=False)
    viability_pct = Number(**PERCENT, required=False)
    seeded_cells = Whole(**CELLS, required=False)
    arm = serializers.ChoiceField(choices=Culture.Arm.choices, default=Culture.Arm.NONE, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        keeper = attrs.pop("keeper", None) or self.context["request"].user
        named = {f"{name}_id": attrs.pop(name).pk for name in ("line", "vessel", "place")}
        return super().validate(attrs) | named | {"keeper_id": keeper.pk}


class ReceiveIn(ThawIn):
    is_taken_over = serializers.BooleanField(
        default=False, help_text="It grew in this laboratory before it was entered: then it starts in no quarantine"
    )


class CountIn(EventIn, CellCountIn):
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # DRF's stub says Any
        when = EventIn.validate(self, {name: attrs.pop(name) for name in ("at", "note") if name in attrs})
        return when | {"count": CellCountIn.validate(self, attrs)}


class ObserveIn(EventIn):
    confluence_pct = Whole(min_value=0, max_value=100, required=False, default=None)
    morphology = serializers.ChoiceField(choices=Observation.Morphology.choices, allow_blank=True, default="")
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return super().validate(attrs) | {"photo": None}


class FeedIn(EventIn):
    medium = MediumIn()
    note = Note()


class CountedIn(StrictSerializer):
    """What was harvested. Either a new count, or count_id of one that is on record."""

    count = CellCountIn(required=False)
    count_id = Id(required=False)
    volume_ml = Number(**VOLUME, help_text="of the suspension")

    def validate(self, attrs: dict[str, Any]) -> Any:
        counts = [attrs.pop(name) for name in ("count", "count_id") if name in attrs]
        if len(counts) != 1:
            raise serializers.ValidationError({"count": ["Give either count or count_id."]})
        return attrs | {"count": counts[0]}


class SharedOutIn(EventIn):
    """All that becomes of a harvest."""

    daughters = SeedingIn(many=True, max_length=50, default=list)  # type: ignore[call-arg]  # DRF hands these to the list
    portions = PortionIn(many=True, max_length=20, default=list)  # type: ignore[call-arg]  # DRF hands these to the list
    discard_rest = serializers.BooleanField(default=True)
    dissociation_lots = serializers.ListField(child=a_lot(), max_length=10, default=list)
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        plan = Plan(
            daughters=attrs.pop("daughters"),
            portions=attrs.pop("portions"),
            discard_rest=attrs.pop("discard_rest"),
            dissociation_lot_ids=ids_of(attrs.pop("dissociation_lots")),
        )
        return super().validate(attrs) | {"plan": plan}


class HarvestIn(SharedOutIn, CountedIn):
    """A harvest and all that becomes of it."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return SharedOutIn.validate(self, CountedIn.validate(self, attrs))


class PoolIn(HarvestIn):
    cultures = serializers.ListField(child=a_culture(), min_length=2, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        cultures = attrs.pop("cultures")
        return super().validate(attrs) | {"culture_ids": ids_of(cultures)}


class SeedIn(EventIn, SeedingIn):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # DRF's stub says Any
        when = {"at": attrs.pop("at")} if "at" in attrs else {}
        return EventIn.validate(self, when) | {"seeding": SeedingIn.validate(self, attrs)}


class MoveIn(EventIn):
    place = a_place()
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        place = attrs.pop("place")
        return super().validate(attrs) | {"place_id": place.pk}


class DiscardIn(EventIn):
    why = serializers.ChoiceField(choices=Discard.Why.choices)
    note = Note()


class StartBenchSessionIn(EventIn):
    hood = a_place()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        hood = attrs.pop("hood")
        return super().validate(attrs) | {"hood_id": hood.pk}
