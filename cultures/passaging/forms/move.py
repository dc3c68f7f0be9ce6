"""Where a culture goes, and its end without a harvest."""

from typing import Any

from django import forms

from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.models import Discard
from cultures.places.models import Place
from lims.codes import is_code, tidy_code


class MoveForm(EntryForm):
    """The place is scanned on its door, or chosen. What was scanned counts."""

    scanned = forms.CharField(
        label="Scan the place",
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
    place = PickField(label="or choose it", required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "place", catalogue.places, nothing="choose a place")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if scanned := data.get("scanned"):
            data["place"] = self._place_of(tidy_code(scanned))
        elif not data.get("place") and "place" not in self.errors:
            self.add_error("place", "Where does it go? Scan the shelf, or choose it.")
        return data

    def _place_of(self, code: str) -> int | None:
        if not is_code(code):
            self.add_error("scanned", f"{code} is not a code of ours: a sign was misread. Scan it again.")
        elif pk := Place.objects.filter(code=code).values_list("pk", flat=True).first():
            return pk
        else:
            self.add_error("scanned", f"{code} is not a place. Scan the code on the shelf or the door.")
        return None


class DiscardForm(EntryForm):
    why = forms.ChoiceField(
        label="Why",
        choices=Discard.Why,
        widget=forms.RadioSelect,
        error_messages={"required": "Say why: it is asked again in a year."},
    )
