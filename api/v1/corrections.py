"""What comes in to undo or correct an entry: what may be changed depends on its kind."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Id, Moment, Note, Number, StrictSerializer, Text, Whole
from api.v1.commands import CELLS, DILUTION, PASSAGES, PER_ML, PERCENT, VOLUME, DrugIn, EventIn, ids_of
from api.v1.references import a_lot, a_place, a_recipe
from cultures.passaging.models import Count, Culture, Discard, Feed, Observation
from lims.codes import tidy_code


class UndoIn(EventIn):
    """Nothing but, if need be, when."""


class EntryChanges(StrictSerializer):
    """What is named is changed; what is not stays as it was entered."""

    at = Moment(required=False)
    note = Note(default=serializers.empty)


class ReceiptChanges(EntryChanges):
    came_from = Text(max_length=120, required=False)
    label_passage_number = Whole(**PASSAGES, required=False)
    label_pdl = serializers.FloatField(min_value=0, max_value=99_999, required=False, allow_null=True)
    viability_pct = Number(**PERCENT, required=False, allow_null=True)
    seeded_cells = Whole(**CELLS, required=False, allow_null=True)


class CountChanges(EntryChanges):
    live_per_ml = Number(**PER_ML, required=False)
    dead_per_ml = Number(**PER_ML, required=False, allow_null=True)
    dilution = Number(**DILUTION, required=False, help_text="alone it rescales what was read")
    method = serializers.ChoiceField(choices=Count.Method.choices, required=False)


class HarvestChanges(EntryChanges):
    volume_ml = Number(**VOLUME, required=False)
    used_count_id = Id(required=False)
    daughter_cells = serializers.DictField(child=Whole(**CELLS), required=False, help_text="code of a daughter: cells")

    def validate_daughter_cells(self, cells: dict[str, int]) -> dict[int, int]:
        by_code = {tidy_code(code): number for code, number in cells.items()}
        found = dict(Culture.objects.filter(code__in=by_code).values_list("code", "pk"))
        if unknown := by_code.keys() - found.keys():
            raise serializers.ValidationError(f"There is no culture {min(unknown)[:40]!r}.")
        return {found[code]: number for code, number in by_code.items()}


class FeedChanges(EntryChanges):
    recipe = a_recipe(required=False)
    volume_ml = Number(**VOLUME, required=False)
    lots = serializers.ListField(child=a_lot(), max_length=20, required=False)
    drugs = DrugIn(many=True, max_length=10, required=False)  # type: ignore[call-arg]  # DRF hands these to the list
    without_drug = serializers.ChoiceField(choices=Feed.Without.choices, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        recipe = {"recipe_id": attrs.pop("recipe").pk} if "recipe" in attrs else {}
        lots = {"lot_ids": ids_of(attrs.pop("lots"))} if "lots" in attrs else {}
        return attrs | recipe | lots


class ObservationChanges(EntryChanges):
    confluence_pct = Whole(min_value=0, max_value=100, required=False, allow_null=True)
    morphology = serializers.ChoiceField(choices=Observation.Morphology.choices, allow_blank=True, required=False)


class MoveChanges(EntryChanges):
    place = a_place(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs | ({"to_place_id": attrs.pop("place").pk} if "place" in attrs else {})


class DiscardChanges(EntryChanges):
    why = serializers.ChoiceField(choices=Discard.Why.choices, required=False)


CHANGES: dict[str, type[StrictSerializer]] = {
    "receipt": ReceiptChanges,
    "count": CountChanges,
    "harvest": HarvestChanges,
    "feed": FeedChanges,
    "observation": ObservationChanges,
    "move": MoveChanges,
    "discard": DiscardChanges,
}


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Changes(serializers.Field):
    """The keys to change and their right values; which keys there are depends on the kind of entry."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        changes = CHANGES[self.context["kind"]](data=data, context=self.context)
        changes.is_valid(raise_exception=True)
        return changes.validated_data


class PreviewIn(StrictSerializer):
    changes = Changes()


class CorrectIn(EventIn, PreviewIn):
    """`at` is when you correct it; a wrong time of the entry itself stands in `changes`."""

    reason = Text(max_length=300, help_text="Why it is corrected; kept in the history")
