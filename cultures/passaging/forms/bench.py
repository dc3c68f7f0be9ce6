"""At which hood one works."""

from typing import Any

from django import forms

from cultures.passaging.forms.fields import PickField, offer
from cultures.places.models import Place
from lims.codes import is_code, tidy_code
from lims.web.forms import BenchForm


class HoodForm(BenchForm):
    """The hood is tapped, or scanned on its door."""

    hood = PickField(required=False, widget=forms.HiddenInput)
    scanned = forms.CharField(
        label="or scan the hood",
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        hoods = Place.objects.filter(kind=Place.Kind.HOOD, retired_at=None)
        offer(self, "hood", list(hoods.values_list("pk", "name")), nothing="")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("hood"):
            scanned = tidy_code(data.get("scanned") or "")
            found = (
                Place.objects.filter(code=scanned).values_list("pk", flat=True).first() if is_code(scanned) else None
            )
            if found is None:
                self.add_error("scanned", "That is not the code of a hood. Scan it again, or tap the hood.")
            data["hood"] = found
        return data
