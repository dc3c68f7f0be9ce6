"""What every entry at the bench has: when it happened, a note, and rows that are checked with it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.passaging.forms.fields import LabTimeField
from cultures.passaging.warnings import Warning
from lims.clock import now
from lims.errors import DomainError
from lims.web.fields import NoteField
from lims.web.forms import BenchForm


class SaidFirst(DomainError):
    """Something is odd and was not on the page yet when the button was pressed. Nothing is saved until it is again."""

    code = "said_first"

    def __init__(self, warnings: list[Warning]) -> None:
        super().__init__(" ".join(warning.sentence for warning in warnings))
        self.warnings = warnings


class EntryForm(BenchForm):
    """One entry. `parts` are the rows inside it; `is_draft` while it is only worked out, not saved."""

    at = LabTimeField(label="When", required=False, help_text="Leave empty for now.")
    note = NoteField(label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, is_draft: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.parts: list[forms.BaseFormSet] = []
        self.warnings: list[Warning] = []
        self.is_draft, self.is_complete = is_draft, False

    def clean(self) -> dict[str, Any]:
        if not all(part.is_valid() for part in self.parts):
            raise ValidationError("some numbers below need another look.", code="rows")
        return self.cleaned_data

    @property
    def moment(self) -> datetime:
        return self.cleaned_data["at"] or now()

    @property
    def shown_at(self) -> datetime:
        """The moment as far as it can be read."""
        return value_of(self, "at") or now()

    def forgive_gaps(self) -> None:
        """While working it out nothing is asked for yet: what is missing is no mistake."""
        self.is_complete = self.is_valid()
        for form in [self, *(row for part in self.parts for row in part)]:
            for name, errors in list(form.errors.as_data().items()):
                if all(error.code in ("required", "rows") for error in errors):
                    del form.errors[name]

    # --- what is odd is said before it is saved ---
    def say_first(self, warnings: list[Warning]) -> None:
        """Raises SaidFirst unless every warning stood beside the button when it was pressed."""
        self.warnings = warnings
        confirmed = set(self.data.getlist("confirmed"))  # type: ignore[attr-defined]  # a QueryDict
        if any(warning.code not in confirmed for warning in warnings):
            raise SaidFirst(warnings)

    def refuse(self, refusal: DomainError) -> None:
        if isinstance(refusal, SaidFirst):
            self.warnings = refusal.warnings
        else:
            super().refuse(refusal)

    @property
    def status(self) -> int:
        """422 when nothing was saved although it was asked for; a draft asks for nothing."""
        if self.is_draft or not self.is_bound:
            return 200
        return 422 if self.errors or self.warnings else 200


def value_of(form: BenchForm, name: str) -> Any:
    """What a field says now: as typed when that can be read, else as proposed."""
    if not form.is_bound:
        return form[name].initial
    form.is_valid()
    return form.cleaned_data.get(name)
