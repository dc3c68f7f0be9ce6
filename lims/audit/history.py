"""The history of records: the ledger's rows as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from lims.audit import words
from lims.audit.models import Entry

Record = models.Model | tuple[str, object]  # a record, or its table and key


@dataclass(frozen=True)
class Line:
    """One ledger row in words."""

    entry: Entry
    changes: list[words.Change]

    @property
    def verb(self) -> str:
        return words.in_words(self.entry.verb)

    @property
    def what(self) -> str:
        """culture 12"""
        return f"{words.table_in_words(self.entry.table)} {self.entry.record}"

    @property
    def change(self) -> str:
        return self.entry.get_change_display()

    @property
    def has_history(self) -> bool:
        """Whether there is a page of it: not for a migration."""
        return self.entry.table in words.models_by_table()


def history_of(*records: Record, limit: int = 50) -> list[Line]:
    """The newest `limit` changes of these records, newest first: one query, and one for each table they point to."""
    keys: dict[str, list[str]] = {}
    for record in records:
        table, key = (record._meta.db_table, record.pk) if isinstance(record, models.Model) else record
        keys.setdefault(table, []).append(str(key))
    if not keys:
        return []
    of_these = reduce(or_, (Q(table=table, record__in=found) for table, found in keys.items()))
    return in_lines(Entry.objects.filter(of_these).order_by("-pk")[:limit])


def in_lines(entries: Iterable[Entry]) -> list[Line]:
    rows = list(entries)
    labels = words.Labels((row.table, image) for row in rows for image in (row.old, row.new))
    return [Line(row, words.changes(row.table, row.old, row.new, labels)) for row in rows]
