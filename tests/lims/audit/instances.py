"""A valid instance of any model, so that a rule can be tested on every table the lab will ever have.

What the fields alone do not tell (check constraints over several of them) stands in RIGHT, by model.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import models

number = count(1)
A_DAY = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)

# "app.Model" -> field -> value, or a function of a running number
RIGHT: dict[str, dict[str, Any]] = {
    "lims.User": {
        "username": lambda n: f"person{n}",
        "initials": lambda n: f"{n:X}"[-4:],
        "role": "technician",
        "password": lambda n: f"pbkdf2_sha256$1$salt{n}$hash",
    },
    "lims.LabSettings": {"time_zone": "Europe/Vienna"},
    "lims.Token": {"expires_at": lambda n: datetime(2099, 1, 1, tzinfo=UTC)},
    "cultures.CellLine": {"parent": None},
    "cultures.LineName": {"key": lambda n: f"LINE{n}"},
    "cultures.Lot": {"kind": "medium"},
    "cultures.Place": {"kind": "site", "parent": None},
    "cultures.Discard": {"why": "dead"},
    "cultures.Observation": {"confluence_pct": 40},
    "cultures.Descent": {"kind": "split"},
    "cultures.Allocation": {"kind": "discarded"},
    "cultures.DrugInMedium": {"dose": 0, "dose_canonical": 0},
    "cultures.Decision": {"kind": "abandon"},
    "cultures.LadderStart": {"arm": "treated"},
    "cultures.Photo": {"file": lambda n: f"photos/{n}.jpg"},
    "cultures.QCTest": {"verdict": "pending"},
    "cultures.RawFile": {"file": lambda n: f"qc/{n}"},
    "cultures.STRProfile": {"kind": "library"},
    "cultures.PolicyRule": {"every": timedelta(days=30)},
    "cultures.SharedDonor": {"other_accession": lambda n: f"CVCL_{n:04}"},
}
# What alone may change in a row that the database keeps as it is.
MAY_CHANGE: dict[str, set[str]] = {"cultures.QCTest": {"withdrawn_by"}}

BY_TYPE: list[tuple[type[models.Field], Callable[[models.Field, int], Any]]] = [
    (models.BooleanField, lambda field, n: False),
    (models.DateTimeField, lambda field, n: A_DAY),
    (models.DateField, lambda field, n: date(2026, 3, 5)),
    (models.DurationField, lambda field, n: timedelta(days=3)),
    (models.DecimalField, lambda field, n: Decimal(1)),
    (models.FloatField, lambda field, n: 1.0),
    (models.JSONField, lambda field, n: [n]),
    (models.BinaryField, lambda field, n: b"bytes %d" % n),
    (models.IntegerField, lambda field, n: n if field.unique else 1),
    (models.CharField, lambda field, n: f"{n:06}"[-(field.max_length or 6) :]),
    (models.TextField, lambda field, n: f"text {n}"),
]


def unsaved(model: type[models.Model], **values: Any) -> models.Model:
    """An instance that may be saved; the records it points to are saved already."""
    n = next(number)
    right = RIGHT.get(model._meta.label, {})
    for field in model._meta.concrete_fields:
        if field.name in values or (field.primary_key and isinstance(field, models.AutoField)):
            continue
        if field.name in right:
            value = right[field.name]
            values[field.name] = value(n) if callable(value) else value
        elif not (field.null or field.has_default() or (field.blank and field.empty_strings_allowed)):
            values[field.name] = _value(field, n)
    return model(**values)


def saved(model: type[models.Model], **values: Any) -> models.Model:
    instance = unsaved(model, **values)
    instance.save(force_insert=True)
    return instance


def _value(field: models.Field, n: int) -> Any:
    if field.related_model:
        return saved(field.related_model)
    if field.choices:
        return next(value for value, _ in field.flatchoices if value != "")
    for kind, value in BY_TYPE:
        if isinstance(field, kind):
            return value(field, n)
    raise NotImplementedError(f"Say in instances.py what a {type(field).__name__} holds ({field}).")


def change(instance: models.Model) -> tuple[str, Any]:
    """A field of a saved instance, and another value it may have: text if there is some, a link to elsewhere if not."""
    may_change = MAY_CHANGE.get(instance._meta.label, {field.name for field in instance._meta.concrete_fields})
    fields = [field for field in instance._meta.concrete_fields if field.name in may_change and _is_free(field)]
    kinds = (models.CharField, models.TextField, models.DecimalField, models.DateTimeField, models.ForeignKey)
    for kind in (*kinds, models.IntegerField):
        for field in fields:
            if isinstance(field, kind) and field.related_model is not type(instance):
                return field.name, _another(field, field.value_from_object(instance))
    raise NotImplementedError(f"Say in instances.py what may change in a {instance._meta.label}.")


def _is_free(field: models.Field) -> bool:
    """Whether any value will do: no key, no choice, and no check constraint mentions it."""
    checks = [str(getattr(constraint, "condition", "")) for constraint in field.model._meta.constraints]
    return not (field.primary_key or field.choices or any(field.name in check for check in checks))


def _another(field: models.Field, value: Any) -> Any:
    if isinstance(field, models.DateTimeField):
        return (value or A_DAY) + timedelta(minutes=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    return Decimal(2) if isinstance(field, models.DecimalField) else _value(field, next(number))
