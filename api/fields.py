"""The fields of commands: strict about what a machine sends. Unknown and read-only keys are refused, never ignored."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from lims.codes import tidy_code
from lims.tabular.text import BadText, clean_text

EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)  # before any living culture; keeps every zone's calendar in range
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
PLAIN_WHOLE = re.compile(r"-?[0-9]{1,30}", re.ASCII)
LARGEST_ID = 2**63 - 1
MOST_READINGS, LONGEST_READING = 100, 20_000


class StrictSerializer(serializers.Serializer):
    """A command. A key that it does not know, or only shows, is an error: it was meant to do something."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := [str(name) for name in data if name not in known]:
                sentence = "There is no such field, or it cannot be written."
                raise ValidationError({name[:60]: [ErrorDetail(sentence, code="unknown")] for name in unknown[:20]})
        return super().to_internal_value(data)


class Number(serializers.DecimalField):
    """A decimal number with a point, as JSON number or text. 1,5, 1_000 and Arabic digits are refused, not guessed."""

    def __init__(self, *, max_digits: int = 14, decimal_places: int = 1, **options: Any) -> None:
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **options)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or (isinstance(data, str) and not PLAIN_NUMBER.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int | str) or isinstance(data, bool) or not PLAIN_WHOLE.fullmatch(str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(Whole):
    """The key of a record, as other answers give it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class Text(serializers.CharField):
    """Words, in one normal form and without signs that nobody can see."""

    is_note = False

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return clean_text(super().to_internal_value(data), is_note=self.is_note)
        except BadText as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None


class Note(Text):
    """A remark; it keeps its lines."""

    is_note = True

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"required": False, "allow_blank": True, "default": "", "max_length": 1000}
        super().__init__(**usual | options)


@extend_schema_field(str)
class Named(serializers.Field):
    """A record by what people call it (a name, or the code on its label); what comes out is the record."""

    default_error_messages = {"invalid": "Write it as text.", "unknown": "There is no {what} {name!r}."}

    def __init__(self, what: str, find: Callable[[str], Any], **options: Any) -> None:
        super().__init__(**options)
        self.what, self.find = what, find

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or len(data) > 100:
            self.fail("invalid")
        if (found := self.find(data.strip())) is None:
            self.fail("unknown", what=self.what, name=data[:40])
        return found


class ManyByCode(serializers.ListField):
    """Records by the codes on their labels, each named once; what comes out are their ids, found in one query."""

    default_error_messages = {"unknown": "There is no {what} {code!r}.", "twice": "{code} is named twice."}

    def __init__(self, what: str, rows: Callable[[], QuerySet], **options: Any) -> None:
        super().__init__(child=Text(max_length=30), **options)
        self.what, self.rows = what, rows

    def to_internal_value(self, data: Any) -> list[int]:
        codes = [tidy_code(code) for code in super().to_internal_value(data)]
        if len(set(codes)) < len(codes):
            self.fail("twice", code=next(code for code in codes if codes.count(code) > 1))
        found = dict(self.rows().filter(code__in=codes).values_list("code", "pk"))
        if len(found) < len(codes):
            self.fail("unknown", what=self.what, code=next(code for code in codes if code not in found))
        return [found[code] for code in codes]


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Said(serializers.Field):
    """Readings by their names, as the form of a method takes them: text, numbers, and for STR alleles by marker."""

    default_error_messages = {
        "invalid": 'Give the readings by their names: {{"target": "detected"}}.',
        "value": "{name} is text or a number.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping) or len(data) > MOST_READINGS:
            self.fail("invalid")
        for name, value in data.items():
            if isinstance(value, bool | list) or (isinstance(value, str) and len(value) > LONGEST_READING):
                self.fail("value", name=name[:40])
        return dict(data)


@extend_schema_field({"type": "string", "format": "date-time", "example": "2026-03-05T14:03:00+01:00"})
class Moment(serializers.Field):
    """A time with its offset from UTC. Without one it is refused: two clocks would read it differently."""

    default_error_messages = {
        "invalid": "Write date and time as 2026-03-05T14:03:00+01:00.",
        "naive": "The offset from UTC is missing: 2026-03-05T14:03:00+01:00, or Z for UTC.",
        "far": "This date is not of our time.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) and data.isascii() and len(data) <= 40 else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("invalid")
        if moment.tzinfo is None:
            self.fail("naive")
        if not EARLIEST <= moment <= LATEST:
            self.fail("far")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
