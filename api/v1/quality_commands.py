"""What comes in about quality control: one strict serializer per verb, as in commands.py."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.fields import Id, Moment, Note, Number, Said, StrictSerializer, Text, Whole
from api.v1.commands import EventIn
from api.v1.references import a_culture, a_family, a_kit, a_lot, a_method, a_person, cultures
from cultures.quality.deliveries import PostedTest, readings_as_text
from cultures.quality.families import MYCOPLASMA
from cultures.quality.run_deliveries import PostedRun
from cultures.quality.run_sheets import MOST_SAMPLES
from cultures.quality.services.kits import MOST_LIGHT, MOST_RATIO
from lims.clock import CLOCK_SKEW, now

MOST_AT_ONCE = 10_000
OF_THE_METHOD = "By the names of the method's own form; GET /api/v1/qc/methods/ tells them"
READ_AT = "When it was read, with its offset from UTC; now, when left out"


def with_ids(attrs: dict[str, Any], *names: str) -> dict[str, Any]:
    """Records as the services take them: kit -> kit_id."""
    return attrs | {f"{name}_id": attrs.pop(name).pk for name in names if name in attrs}


# --- samples and results ----------------------------------------------------------------------------------------------
class TakeSamplesIn(EventIn):
    cultures = cultures(MOST_SAMPLES, min_length=1)
    method = a_method()
    taken_by = a_person(required=False, help_text="You, when left out")
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {"culture_ids": attrs.pop("cultures"), "method": attrs.pop("method").code}
        return super().validate(attrs) | said


class ResultIn(StrictSerializer):
    """The result of a sample that waits for it."""

    readings = Said(help_text=OF_THE_METHOD)
    resulted_at = Moment(required=False, help_text=READ_AT)
    run_by = a_person(required=False, help_text="You, when left out")
    kit = a_kit(required=False)
    kit_lot = a_lot(required=False, help_text="The code of the kit's lot")
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {"readings": readings_as_text(attrs.pop("readings"))}
        return {"resulted_at": now()} | with_ids(attrs, "kit", "kit_lot") | said


class RecordTestIn(EventIn, ResultIn):
    """A sample and its result in one go; `at` is when the sample was taken."""

    culture = a_culture()
    method = a_method()
    taken_by = a_person(required=False, help_text="You, when left out")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {"culture_id": attrs.pop("culture").pk, "method": attrs.pop("method").code}
        return EventIn.validate(self, ResultIn.validate(self, attrs)) | said


class TestChanges(StrictSerializer):
    """What is named is changed; what is not stays. Of the readings too, only those named."""

    culture = a_culture(required=False)
    at = Moment(required=False, help_text="When the sample was taken")
    readings = Said(required=False, help_text=OF_THE_METHOD)
    resulted_at = Moment(required=False)
    kit = a_kit(required=False)
    kit_lot = a_lot(required=False)
    note = Note(default=serializers.empty)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "readings" in attrs:
            attrs["readings"] = readings_as_text(attrs["readings"])
        return with_ids(attrs, "culture", "kit", "kit_lot")


class CorrectTestIn(StrictSerializer):
    changes = TestChanges()
    reason = Text(max_length=300, help_text="Why it is corrected; kept in the history")


class WithReasonIn(StrictSerializer):
    reason = Text(max_length=300)


# --- runs -------------------------------------------------------------------------------------------------------------
class StartRunIn(EventIn):
    cultures = cultures(MOST_SAMPLES, min_length=1)
    method = a_method()
    kit = a_kit(required=False, help_text="Needed where the cut-offs are those of a kit")
    kit_lot = a_lot(required=False)
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {"culture_ids": attrs.pop("cultures"), "method": attrs.pop("method").code}
        return {"kit_id": None} | super().validate(with_ids(attrs, "kit", "kit_lot")) | said


class RunResultsIn(StrictSerializer):
    controls = Said(help_text="By the names of the method's own form of controls")
    readings = serializers.DictField(
        child=Said(), allow_empty=False, help_text="By the code of each sample that waits in the run"
    )
    read_at = Moment(required=False, help_text=READ_AT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        readings = {code: readings_as_text(said) for code, said in attrs.pop("readings").items()}
        said = {"controls": readings_as_text(attrs.pop("controls")), "readings": readings}
        return {"read_at": now()} | attrs | said


class CorrectRunIn(WithReasonIn):
    controls = Said(help_text="Those to change")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs | {"controls": readings_as_text(attrs["controls"])}


# --- kits -------------------------------------------------------------------------------------------------------------
RATIO: dict[str, Any] = {
    "max_digits": 6,
    "decimal_places": 3,
    "min_value": Decimal("0.001"),
    "max_value": MOST_RATIO,
    "help_text": "Of reading B to reading A",
}
LIGHT: dict[str, Any] = {"min_value": 0, "max_value": MOST_LIGHT, "help_text": "RLU; less is no evidence"}


class RegisterKitIn(StrictSerializer):
    name = Text(max_length=60, help_text="As on its box")
    negative_below = Number(**RATIO)
    positive_above = Number(**RATIO)
    positive_control_above = Number(**RATIO)
    negative_control_below = Number(**RATIO)
    least_reading_a = Whole(**LIGHT, default=0)
    reason = Text(max_length=300, required=False, allow_blank=True, help_text="Where the cut-offs come from")


class KitChanges(StrictSerializer):
    """What is named is changed; what is not stays."""

    negative_below = Number(**RATIO, required=False)
    positive_above = Number(**RATIO, required=False)
    positive_control_above = Number(**RATIO, required=False)
    negative_control_below = Number(**RATIO, required=False)
    least_reading_a = Whole(**LIGHT, required=False)


class ReviseKitIn(StrictSerializer):
    changes = KitChanges()
    reason = Text(max_length=300, help_text="Why its cut-offs change")


# --- planned tests ----------------------------------------------------------------------------------------------------
class PlanTestIn(StrictSerializer):
    cultures = cultures(MOST_AT_ONCE, min_length=1)
    family = a_family()
    due_at = Moment(required=False, help_text="From when on it is due, with its offset from UTC; now, when left out")
    why = Text(max_length=200, help_text="Stands on the board of tests beside it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture_ids = attrs.pop("cultures")
        return {"due_at": now()} | attrs | {"culture_ids": culture_ids}


class CallOffTestIn(StrictSerializer):
    reason = Text(max_length=120, help_text="Why it is not needed")


# --- quarantines and traces -------------------------------------------------------------------------------------------
class PutApartIn(EventIn):
    cultures = cultures(MOST_AT_ONCE, min_length=1)
    reason = Text(max_length=300)
    family = a_family(required=False, default=MYCOPLASMA)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture_ids = attrs.pop("cultures")
        return super().validate(attrs) | {"culture_ids": culture_ids}


class ReleaseIn(EventIn):
    cultures = cultures(MOST_AT_ONCE, min_length=1)
    reason = Text(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture_ids = attrs.pop("cultures")
        return super().validate(attrs) | {"culture_ids": culture_ids}


class TreatIn(EventIn):
    culture = a_culture()
    agent = Text(max_length=80, help_text="With its dose: Plasmocin 25 µg/mL")
    days = Whole(min_value=1, max_value=365, required=False)
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        culture = attrs.pop("culture")
        return super().validate(attrs) | {"culture_id": culture.pk}


class ActOnTraceIn(EventIn):
    """What is done about the cultures that the trace reaches; with neither, the reach is kept as it is known."""

    quarantine = cultures(MOST_AT_ONCE, default=list)
    test = cultures(MOST_AT_ONCE, default=list)
    reason = Note(max_length=300)


# --- from instruments -------------------------------------------------------------------------------------------------
class PostedTestIn(StrictSerializer):
    """A result. Either `sample`, which waits for it; or `culture`, `method` and `taken_at`, where none was labelled."""

    sample = Text(max_length=60, required=False, help_text="The code on the tube: Q-7K4QX")
    culture = Text(max_length=60, required=False, help_text="The code on the flask: C-7K4QX")
    method = a_method(required=False)
    taken_at = Moment(required=False, help_text="When the sample was taken")
    readings = Said(help_text=OF_THE_METHOD)
    resulted_at = Moment(help_text="When it was read, with its offset from UTC; at most 5 minutes ahead of our clock")
    kit = a_kit(required=False)
    kit_lot = a_lot(required=False)
    note = Note()

    def validate(self, attrs: dict[str, Any]) -> PostedTest:
        of_a_culture = {"culture", "method", "taken_at"} & set(attrs)
        if "sample" in attrs if of_a_culture else "sample" not in attrs:
            raise serializers.ValidationError({"sample": ["Give sample; or culture, method and taken_at."]})
        if of_a_culture and (missing := {"culture", "method", "taken_at"} - of_a_culture):
            raise serializers.ValidationError(
                {name: ["It goes with culture, method and taken_at."] for name in missing}
            )
        if attrs["resulted_at"] > now() + CLOCK_SKEW:
            raise serializers.ValidationError({"resulted_at": ["This has not come yet. Set the instrument's clock."]})
        if of_a_culture and attrs["taken_at"] > attrs["resulted_at"]:
            raise serializers.ValidationError({"taken_at": ["The sample is taken before it is read."]})
        named: dict[str, Any] = {name: str(attrs.pop(name)) for name in ("kit",) if name in attrs}
        named |= {name: attrs.pop(name).code for name in ("method", "kit_lot") if name in attrs}
        readings = readings_as_text(attrs.pop("readings"))
        return PostedTest(readings=readings, **named, **attrs)


class PostedRunIn(StrictSerializer):
    """The controls of a run and the readings of all its samples, at once."""

    run = Id(help_text="Its number, on the run sheet")
    controls = Said(help_text="By the names of the method's own form of controls")
    readings = serializers.DictField(child=Said(), allow_empty=False, help_text="By the code on each tube: Q-7K4QX")
    read_at = Moment(help_text="With its offset from UTC; at most 5 minutes ahead of our clock")

    def validate(self, attrs: dict[str, Any]) -> PostedRun:
        if attrs["read_at"] > now() + CLOCK_SKEW:
            raise serializers.ValidationError({"read_at": ["This has not come yet. Set the instrument's clock."]})
        readings = {code: readings_as_text(said) for code, said in attrs["readings"].items()}
        controls = readings_as_text(attrs["controls"])
        return PostedRun(run=attrs["run"], controls=controls, readings=readings, read_at=attrs["read_at"])
