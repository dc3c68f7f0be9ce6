"""Rows of a form: as many as last time, one more or one fewer on request, with or without script."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms import BaseFormSet
from django.http import QueryDict

from lims.web.forms import Proposal

MOST_ROWS = 40


class ProposedRows(BaseFormSet):
    """Rows filled in from proposals, one mapping of field name to Proposal for each.

    Their fields have no labels beside them: NAMES says by field how each is called, and the row's number follows.
    """

    NAMES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, data: Any = None, *, proposals: Sequence[Mapping[str, Proposal]], **options: Any) -> None:
        self.proposals = proposals
        super().__init__(data, initial=[{} for _ in proposals], **options)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        for name, called in self.NAMES.items():
            form.fields[name].widget.attrs["aria-label"] = f"{called} {(index or 0) + 1}"

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        known = self.proposals[index] if index is not None and index < len(self.proposals) else {}
        return super().get_form_kwargs(index) | {"proposals": known}


def with_one_more_row(data: QueryDict, prefix: str, emptied: Sequence[str]) -> QueryDict:
    """What was sent, and a row like the last one, whose own numbers (`emptied`) are still to be typed."""
    data = data.copy()
    rows = how_many(data, prefix)
    if rows >= MOST_ROWS:
        return data
    last = f"{prefix}-{rows - 1}-"
    for name in [name for name in data if name.startswith(last)]:
        field = name.removeprefix(last)
        data.setlist(f"{prefix}-{rows}-{field}", [""] if field in emptied else data.getlist(name))
    data[f"{prefix}-TOTAL_FORMS"] = str(rows + 1)
    return data


def without_row(data: QueryDict, prefix: str, index: int) -> QueryDict:
    """What was sent, without one row; those below move up."""
    kept = data.copy()
    rows = how_many(data, prefix)
    if not 0 <= index < rows:
        return kept
    for row in range(index, rows):
        for name in [name for name in kept if name.startswith(f"{prefix}-{row}-")]:
            del kept[name]
    for row in range(index + 1, rows):
        for name in [name for name in data if name.startswith(f"{prefix}-{row}-")]:
            kept.setlist(f"{prefix}-{row - 1}-{name.split('-', 2)[2]}", data.getlist(name))
    kept[f"{prefix}-TOTAL_FORMS"] = str(rows - 1)
    kept[f"{prefix}-INITIAL_FORMS"] = str(min(rows - 1, how_many(data, prefix, "INITIAL_FORMS")))
    return kept


def how_many(data: QueryDict, prefix: str, count: str = "TOTAL_FORMS") -> int:
    text = data.get(f"{prefix}-{count}", "0")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 4 else 0
