"""A look through the microscope."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.models import Observation
from lims.web.fields import WholeNumberField

TENS = [(str(percent), str(percent)) for percent in range(10, 101, 10)]


class ObserveForm(EntryForm):
    """Confluence is tapped in tens, or typed; what is typed counts."""

    tapped = forms.ChoiceField(label="Confluence, %", choices=TENS, widget=forms.RadioSelect, required=False)
    confluence_pct = WholeNumberField(label="or exactly", unit="%", least=0, most=100, required=False)
    morphology = forms.ChoiceField(
        label="Morphology", choices=Observation.Morphology, widget=forms.RadioSelect, required=False
    )
    photo = forms.FileField(
        label="Photo",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text="Kept without its location data.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("confluence_pct") is None and data.get("tapped"):
            data["confluence_pct"] = int(data["tapped"])
        if not self.errors and not any(
            [data["confluence_pct"] is not None, data["morphology"], data["photo"], data["note"]]
        ):
            raise ValidationError("nothing was said yet. Give the confluence, the morphology, a photo or a note.")
        return data
