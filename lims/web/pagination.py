"""Keyset pagination: a page begins after a row, not after a number of rows.

Row 490,000 costs what row 50 costs, and a row entered meanwhile neither repeats nor hides another. `Keyset` is the
core, shared with the API; `keyset_page` is the list page's: cursors and sorting in the address, and a count that
stops at 500.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import HttpRequest
from django.utils.timezone import is_naive

MOST_COUNTED = 500
LONGEST_CURSOR = 600


class BadCursor(ValueError):
    """A cursor that this list did not make."""


@dataclass(frozen=True)
class Key:
    """One column of the order. Unknown values (null) come last in either direction."""

    path: str
    descending: bool
    nullable: bool
    field: Field

    def ordering(self, *, backward: bool) -> Any:
        first = {"nulls_first": True} if backward else {"nulls_last": True}
        nulls = first if self.nullable else {}
        column = F(self.path)
        return column.desc(**nulls) if self.descending != backward else column.asc(**nulls)

    def beyond(self, value: Any, *, backward: bool) -> Q | None:
        """Rows strictly after the value (before, when going backward); None when there can be none."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backward else None
        lookup = "lt" if self.descending != backward else "gt"
        beyond = Q(**{f"{self.path}__{lookup}": value})
        return beyond | Q(**{f"{self.path}__isnull": True}) if self.nullable and not backward else beyond

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def read(self, text: str | None) -> Any:
        """The value of a cursor, in the column's type."""
        if text is None:
            if not self.nullable:
                raise BadCursor(self.path)
            return None
        if not isinstance(text, str) or "\x00" in text:
            raise BadCursor(self.path)
        try:
            value = self.field.to_python(text)
        except (ValidationError, ValueError, OverflowError):
            raise BadCursor(self.path) from None
        naive = isinstance(value, datetime) and is_naive(value)
        too_large = isinstance(value, int) and not -(2**63) <= value < 2**63
        if value is None or naive or too_large or str(value).lower() in {"nan", "inf", "-inf"}:
            raise BadCursor(self.path)
        return value


class Keyset:
    """An order of a queryset that tells every row apart; the primary key is added when it is missing.

    order    paths of fields or annotations, "-" for descending
    """

    def __init__(self, queryset: QuerySet, order: Sequence[str]) -> None:
        self.queryset = queryset
        names = list(order)
        if not {"id", "-id", "pk", "-pk"} & set(names):
            names.append("-id" if names[-1].startswith("-") else "id")
        self.keys = [self._key(name) for name in names]

    def _key(self, name: str) -> Key:
        path = name.removeprefix("-")
        if (annotation := self.queryset.query.annotations.get(path)) is not None:
            return Key(path, name.startswith("-"), True, annotation.output_field)
        model, nullable = self.queryset.model, False
        *relations, last = path.split("__")
        for relation in relations:
            link = model._meta.get_field(relation)
            if not link.is_relation or link.related_model is None:
                raise FieldDoesNotExist(path)
            nullable, model = nullable or link.null, link.related_model
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
        return Key(path, name.startswith("-"), nullable or field.null, field)

    def slice(self, size: int, after: str = "", before: str = "") -> list[Any]:
        """Up to `size` rows after (or just before) a cursor, in order. Raises BadCursor."""
        backward = bool(before) and not after
        rows = self.queryset.order_by(*(key.ordering(backward=backward) for key in self.keys))
        if cursor := after or before:
            rows = rows.filter(self._beyond(self._values(cursor), backward=backward))
        found = list(rows[:size])
        return found[::-1] if backward else found

    def cursor(self, row: Model | Mapping[str, Any]) -> str:
        """The place of a row, as an opaque word."""
        texts = [_as_text(_value_of(row, key.path)) for key in self.keys]
        return urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).decode().rstrip("=")

    def _values(self, cursor: str) -> list[Any]:
        try:
            texts = json.loads(urlsafe_b64decode(cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)))
        except (ValueError, RecursionError):
            raise BadCursor(cursor) from None
        if not isinstance(texts, list) or len(texts) != len(self.keys):
            raise BadCursor(cursor)
        return [key.read(text) for key, text in zip(self.keys, texts, strict=True)]

    def _beyond(self, values: list[Any], *, backward: bool) -> Q | GreaterThan | LessThan:
        one_way = len({key.descending for key in self.keys}) == 1
        if one_way and not any(key.nullable for key in self.keys):
            return self._row_comparison(values, downward=self.keys[0].descending != backward)
        either = Q(pk__in=[])
        same = Q()
        for key, value in zip(self.keys, values, strict=True):
            if (beyond := key.beyond(value, backward=backward)) is not None:
                either |= same & beyond
            same &= key.equal(value)
        return either

    def _row_comparison(self, values: list[Any], *, downward: bool) -> GreaterThan | LessThan:
        """(a, b) < (x, y): the form for which PostgreSQL starts reading its index at that very row."""
        columns = Func(*(F(key.path) for key in self.keys), function="ROW", output_field=BooleanField())
        place = Func(
            *(Value(value, output_field=key.field) for key, value in zip(self.keys, values, strict=True)),
            function="ROW",
            output_field=BooleanField(),
        )
        return (LessThan if downward else GreaterThan)(columns, place)


def _value_of(row: Model | Mapping[str, Any], path: str) -> Any:
    if isinstance(row, Mapping):
        return row[path]
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name, None)
    return value


def _as_text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


# --- the page of a list -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SortLink:
    url: str
    direction: str  # ascending, descending, or empty when the list is in another order


Paths = str | Sequence[str]


def _paths(paths: Paths) -> Sequence[str]:
    return (paths,) if isinstance(paths, str) else paths


def _turned(path: str) -> str:
    return path.removeprefix("-") if path.startswith("-") else f"-{path}"


class Page:
    """The rows of one page, where to go on, and how many there are: `for row in page`, then the `_pager.html`."""

    def __init__(
        self, queryset: QuerySet, request: HttpRequest, order: Sequence[str], sorts: Mapping[str, Paths], size: int
    ) -> None:
        self._queryset, self._request, self._sorts, self.size = queryset, request, sorts, size
        self.sort = self._chosen_sort(order)
        name = self.sort.removeprefix("-")
        if name:
            order = [_turned(path) if self.sort.startswith("-") else path for path in _paths(sorts[name])]
        self._keyset = Keyset(queryset, order)
        self._read()

    def _chosen_sort(self, order: Sequence[str]) -> str:
        asked = self._request.GET.get("sort", "")
        if asked.removeprefix("-") in self._sorts:
            return asked
        for name, paths in self._sorts.items():
            if [*_paths(paths)] == list(order):
                return name
            if [_turned(path) for path in _paths(paths)] == list(order):
                return f"-{name}"
        return ""

    def _read(self) -> None:
        after, before = self._request.GET.get("after", ""), self._request.GET.get("before", "")
        try:
            rows = self._keyset.slice(self.size + 1, after, before)
        except BadCursor:
            after = before = ""
            rows = self._keyset.slice(self.size + 1)
        if before and len(rows) <= self.size:  # back at the beginning: show a full first page
            after = before = ""
            rows = self._keyset.slice(self.size + 1)
        more = len(rows) > self.size
        self.rows = rows[-self.size :] if before else rows[: self.size]
        ends = (self._keyset.cursor(self.rows[0]), self._keyset.cursor(self.rows[-1])) if self.rows else ("", "")
        self.next_url = self._url(after=ends[1]) if more or before else ""
        self.previous_url = self._url(before=ends[0]) if after or before else ""

    def _url(self, **changes: str) -> str:
        query = self._request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    def sort_link(self, name: str) -> SortLink:
        if name not in self._sorts:
            raise KeyError(name)
        if self.sort == name:
            return SortLink(self._url(sort=f"-{name}"), "ascending")
        return SortLink(self._url(sort=name), "descending" if self.sort == f"-{name}" else "")

    @cached_property
    def count(self) -> int:
        """How many there are, counting no further than one past the limit."""
        return self._queryset.order_by()[: MOST_COUNTED + 1].count()

    @property
    def total(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset_page(
    queryset: QuerySet,
    request: HttpRequest,
    *,
    order: Sequence[str],
    sorts: Mapping[str, Paths] | None = None,
    size: int = 50,
) -> Page:
    """The page the address asks for (?after= ?before= ?sort=); a cursor or sort we did not make gives the first page.

    order    of the list by itself, e.g. ("-seeded_at",)
    sorts    name in the address -> path of a field or annotation, or several paths, e.g. {"line": "line__name"}; the
             row must carry them (select_related, annotate), or each page costs a query per row
    """
    return Page(queryset, request, order, sorts or {}, size)
