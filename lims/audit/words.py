"""Ledger rows in the lab's words: verbs in the past tense, columns by their names, values as people write them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime, parse_duration

from lims.clock import lab_time
from lims.tabular.durations import duration_in_words

PAST = {
    "feed": "fed", "undo": "undid", "begin": "began", "do": "did", "give": "gave", "pay": "paid", "say": "said",
    "put": "put", "set": "set", "split": "split", "sign": "signed", "thaw": "thawed", "sql": "Typed in the database",
    "take": "took", "withdraw": "withdrew", "freeze": "froze", "log": "logged", "pool": "pooled", "load": "loaded",
}  # fmt: skip
NOTHING = "–"
EMPTY = (None, "", False)  # of a new record not worth a line
UNITS = {
    " per ml": " (/mL)", " per cm2": " (/cm²)", " g per mol": " (g/mol)", " ml": " (mL)", " cm2": " (cm²)",
    " pct": " (%)", " px": " (px)",
}  # fmt: skip
LABELLED_BY = ("full_name", "code", "name", "username")  # the first of these that a model has stands for its record
LONGEST = 200


def in_words(verb: str) -> str:
    """passage_culture -> "Passaged culture"."""
    head, _, rest = verb.partition("_")
    return f"{_past(head)} {rest.replace('_', ' ')}".strip().capitalize()


def _past(word: str) -> str:
    if word in PAST:
        return PAST[word]
    if word.endswith("e"):
        return f"{word}d"
    return f"{word[:-1]}ied" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}ed"


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def table_in_words(table: str) -> str:
    model = models_by_table().get(table)
    return str(model._meta.verbose_name) if model else table


@cache
def fields_of(table: str) -> dict[str, models.Field]:
    model = models_by_table().get(table)
    return {str(field.column): field for field in model._meta.concrete_fields} if model else {}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


class Labels:
    """Names of the records that foreign keys point to: one query for each table pointed to, however many rows."""

    def __init__(self, images: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for table, image in images:
            for column, value in (image or {}).items():
                field = fields_of(table).get(column)
                if value is not None and field is not None and field.related_model:
                    wanted.setdefault(field.related_model, set()).add(value)
        self._labels = {model: _labels(model, keys) for model, keys in wanted.items()}

    def of(self, model: type[models.Model], key: Any) -> str:
        return self._labels.get(model, {}).get(key) or f"{model._meta.verbose_name} {key}"


def record_in_words(table: str, key: str) -> str:
    """culture C-7K4QX; user Anna Meier: a record by its label, or by its key when it has none."""
    model = models_by_table()[table]
    label = next(iter(_labels(model, {model._meta.pk.to_python(key)}).values()), key)
    return f"{table_in_words(table)} {label}"


def _labels(model: type[models.Model], keys: set[Any]) -> dict[Any, str]:
    names = {field.name for field in model._meta.concrete_fields}
    column = next((name for name in LABELLED_BY if name in names), None)
    if column is None:
        return {}
    if column == "username":  # a person is shown by name, whose parts stand in one row
        return {key: str(found) for key, found in model._default_manager.in_bulk(keys).items()}
    return dict(model._default_manager.filter(pk__in=keys).values_list("pk", column))


def changes(table: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, labels: Labels) -> list[Change]:
    """What differs between two images, field by field; of a new record, everything that was filled in."""
    old, new = old or {}, new or {}
    found = []
    for column in [*new, *(column for column in old if column not in new)]:
        before, after = old.get(column), new.get(column)
        if before == after or (not old and after in EMPTY) or (not new and before in EMPTY):
            continue
        field = fields_of(table).get(column)
        if field is not None and field.primary_key:
            continue
        label = with_unit(str(field.verbose_name)) if field is not None else column
        found.append(Change(label, _shown(field, before, labels), _shown(field, after, labels)))
    return found


def with_unit(name: str) -> str:
    """live per ml -> "live (/mL)": fields carry their units in their names."""
    ending = next((ending for ending in UNITS if name.endswith(ending)), "")
    return name.removesuffix(ending) + UNITS.get(ending, "")


def _shown(field: models.Field | None, value: Any, labels: Labels) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is None:
        return str(value)[:LONGEST]
    if field.related_model:
        return labels.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _by_type(field, value)[:LONGEST]


def _by_type(field: models.Field, value: Any) -> str:
    match field:
        case models.DateTimeField() if at := parse_datetime(value):
            return moment(at)
        case models.DateField() if day := parse_date(value):
            return f"{day:%-d %b %Y}"
        case models.DurationField() if (span := parse_duration(value)) is not None:
            return duration_in_words(span)
        case models.FloatField():  # worked out, not written down
            return f"{value:.6g}"
        case models.DecimalField() if isinstance(value, float) and value.is_integer():
            return f"{value:.0f}"
    return str(value)


def moment(at: datetime) -> str:
    local = lab_time(at)
    return f"{local:%-d %b %Y, %H:%M} {local.tzname()}"
