"""What is asked about a lot."""

from typing import Any

from django import forms

from cultures.compounds.models import Compound, Lot
from lims.clock import today
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, DayField
from lims.web.forms import NumberField


class LotForm(SteppedForm):
    """A lot as it stands on the bottle. The last step is for drug stocks alone."""

    STEPS = (
        ("What it is", ("kind", "product", "number")),
        ("Days", ("expires_on", "received_on", "is_open")),
        ("Where from", ("maker", "catalogue_number")),
        ("Drug stock", ("compound", "concentration", "concentration_unit", "vehicle")),
    )

    kind = forms.ChoiceField(choices=Lot.Kind)
    product = CleanCharField(
        max_length=80, help_text="As your recipes name it, so that it is proposed: DMEM, high glucose"
    )
    number = CleanCharField(label="Lot number", max_length=40, help_text="As printed on the bottle")
    expires_on = DayField(label="Expires on", help_text="The last day of use. If only a month is printed, its last day")
    received_on = DayField(label="Received on", initial=today)
    is_open = forms.BooleanField(label="Opened today, in use from now on", required=False)
    maker = CleanCharField(max_length=60, required=False)
    catalogue_number = CleanCharField(max_length=40, required=False)
    compound = forms.ModelChoiceField(
        Compound.objects.none(), required=False, empty_label="not a drug stock", help_text="Register the compound first"
    )
    concentration = NumberField(required=False, least=0, most=999_999, places=6)
    concentration_unit = forms.ChoiceField(label="Unit", choices=[("", "none"), *Lot.Unit.choices], required=False)
    vehicle = CleanCharField(
        label="Dissolved in", max_length=40, required=False, help_text="DMSO, water, or the antibody's buffer"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["compound"].queryset = Compound.objects.filter(retired_at=None)  # type: ignore[attr-defined]

    def command(self) -> dict[str, Any]:
        values = super().command()
        compound, is_open = values.pop("compound"), values.pop("is_open")
        return values | {"compound_id": compound.pk if compound else None, "opened_on": today() if is_open else None}


class LotCorrectionForm(SteppedForm):
    """What can be misread from a bottle without being another lot."""

    STEPS = (("On the bottle", ("expires_on", "maker", "catalogue_number")), ("Why", ("reason",)))

    expires_on = DayField(label="Expires on")
    maker = CleanCharField(max_length=60, required=False)
    catalogue_number = CleanCharField(max_length=40, required=False)
    reason = CleanCharField(label="Reason", max_length=300, help_text="Kept in the history, with the old values")
