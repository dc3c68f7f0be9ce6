"""What every entry at the bench has: when it happened, a note, and rows that are checked with it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.passaging.forms.fields import LabTimeField
from lims.clock import now
from lims.web.forms import BenchForm


class EntryForm(BenchForm):
    """One entry. `parts` are the rows inside it; `confirmed` are the warnings a person has read and saves in spite of."""

    at = LabTimeField(label="When", required=False, help_text="Leave empty for now.")
    note = forms.CharField(label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.parts: list[forms.BaseFormSet] = []
        self.warnings: list[Any] = []

    def clean(self) -> dict[str, Any]:
        if not all(part.is_valid() for part in self.parts):
            raise ValidationError("some numbers below need another look.", code="rows")
        return self.cleaned_data

    @property
    def moment(self) -> datetime:
        return self.cleaned_data["at"] or now()

    @property
    def confirmed(self) -> set[str]:
        """Codes of the warnings that stood beside the button when it was pressed."""
        return set(self.data.getlist("confirmed")) if self.is_bound else set()
