"""What is asked about a reversion test."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.dosing.forms.mechanisms import SentenceField
from cultures.dosing.models import DosingState, ResistanceModel
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, WholeNumberField, field_of


class WeeksField(CleanCharField):
    """Weeks as people write them: 4, 8, 12."""

    def to_python(self, value: Any) -> Any:
        words = super().to_python(value).replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) < 4 for word in words):
            raise ValidationError("Write the weeks as whole numbers that rise: 4, 8, 12.", code="weeks")
        return [int(word) for word in words]


class ReversionForm(SteppedForm):
    STEPS = (("Flask", ("culture",)), ("Plan", ("weeks", "passages")), ("Note", ("note",)))

    culture = forms.ChoiceField(
        label="First flask without drug", error_messages={"required": "Choose the flask the test begins with."}
    )
    weeks = WeeksField(
        label="IC50 at weeks", max_length=60, initial="4, 8, 12", help_text="After the start; the last one decides"
    )
    passages = WholeNumberField(label="Planned passages without drug", least=1, most=1000, initial=12)
    note = SentenceField(label="Note", max_length=300, required=False)

    def __init__(self, *args: Any, model: ResistanceModel, **options: Any) -> None:
        super().__init__(*args, **options)
        fitting = DosingState.objects.filter(
            ladder__model=model, culture__ended_at=None, dose=0, dosed_at__isnull=False
        ).exclude(culture__arm="vehicle")
        rows = fitting.select_related("culture__line", "culture__vessel").order_by("-culture__seeded_at", "-culture")
        field_of(self, "culture", forms.ChoiceField).choices = [
            ("", "choose a flask"),
            *((state.pk, str(state.culture)) for state in rows),
        ]

    def command(self) -> dict[str, Any]:
        said = super().command()
        culture_id = int(said.pop("culture"))
        return said | {"culture_id": culture_id}


class EndForm(SteppedForm):
    STEPS = (("Why", ("reason",)),)

    reason = SentenceField(label="Why it ends", max_length=300, help_text="Such as: week 12 measured, resistance kept")


class SettleForm(SteppedForm):
    STEPS = (("How", ("note",)),)

    note = SentenceField(
        label="Run, or why it was left out", max_length=300, help_text="Such as: run of 3 plates, 12 Mar"
    )
