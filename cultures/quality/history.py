"""The rows of a sample, from the day it was taken: what each changed, who wrote it, when and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from cultures.passaging.errors import moment
from cultures.quality.methods.base import Method
from cultures.quality.models import QCTest


@dataclass(frozen=True)
class Version:
    """One row. `changes` are what, before, after."""

    test: QCTest
    title: str
    changes: list[tuple[str, str, str]]


def versions_of(code: str, method: Method) -> list[Version]:
    """The newest first. One query."""
    named = QCTest.objects.filter(code=code).select_related("culture", "by", "run_by", "kit", "kit_lot", "taken_by")
    rows = list(named.order_by("pk"))
    before = [None, *rows[:-1]]
    made = [Version(row, _title(row, old), _changes(row, old, method)) for row, old in zip(rows, before, strict=True)]
    return made[::-1]


def _title(row: QCTest, before: QCTest | None) -> str:
    if row.findings.get("withdrawn"):
        return "Withdrawn"
    if before is None:
        return "Sample taken" if row.is_pending else "Sample and result"
    if before.is_pending and not row.is_pending:
        return "Result"
    return "Looked at, still pending" if row.is_pending and row.readings != before.readings else "Corrected"


def _changes(row: QCTest, before: QCTest | None, method: Method) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    old, new = dict(_told(before, method)), dict(_told(row, method))
    return [(what, old.get(what, ""), new.get(what, "")) for what in {**old, **new} if old.get(what) != new.get(what)]


def _told(row: QCTest, method: Method) -> Iterator[tuple[str, str]]:
    yield "Culture", row.culture.code
    yield "Sample taken", moment(row.at)
    if row.resulted_at:
        yield "Result read", moment(row.resulted_at)
    yield from readings_in_words(row, method)
    if row.kit:
        yield "Kit", str(row.kit)
    if row.kit_lot:
        yield "Lot of the kit", row.kit_lot.number
    yield "Verdict", row.get_verdict_display()


def readings_in_words(test: QCTest, method: Method) -> Iterator[tuple[str, str]]:
    """Each reading with its label, in the order of the method's form; a choice by its word."""
    for name, field in method.form.base_fields.items():
        value = test.readings.get(name)
        if value in (None, ""):
            continue
        if isinstance(value, dict):
            yield str(field.label), f"{len(value)} markers"
            continue
        word = dict(getattr(field, "choices", ())).get(value, value)
        yield str(field.label), f"{word} {getattr(field, 'unit', '')}".strip()
