"""The form of the lab's settings."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms

from lims.lab.models import LabSettings
from lims.web.forms import BenchForm, NumberField


def zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


def percent(label: str) -> NumberField:
    return NumberField(label=label, unit="%", least=0, most=100, places=1)


def passages(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=1000, help_text=help_text)


class LabSettingsForm(BenchForm):
    lab_name = forms.CharField(label="Name of the lab", max_length=80)
    time_zone = forms.ChoiceField(choices=zones, help_text="Times are kept in UTC and shown in this zone")
    thaw_increment = forms.TypedChoiceField(
        label="A thaw adds", choices=[(0, "nothing to the passage number"), (1, "1 to the passage number")], coerce=int
    )
    passage_limit = passages("Passages since thaw, at most", "A line may set its own")
    treated_passage_limit = passages("The same under drug")
    viability_warning_pct = percent("Warn below this viability")
    treated_viability_warning_pct = percent("The same under drug")
    banking_viability_pct = percent("Freeze only from this viability")
    treated_banking_viability_pct = percent("The same under drug")
    plating_viability_pct = percent("Plate for an assay only from this viability")
    feed_interval = NumberField(
        label="Feed after", unit="d", least=Decimal("0.5"), most=60, places=2, help_text="When the line sets none"
    )
    digest_hour = forms.IntegerField(
        label="Hour of the daily digest", min_value=0, max_value=23, help_text="In the zone of the lab"
    )
    reason = forms.CharField(label="Why", max_length=200, help_text="Kept with the new version")
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def values_of(version: LabSettings) -> dict[str, Any]:
        values = {name: getattr(version, name) for name in LabSettingsForm.base_fields if hasattr(version, name)}
        days = Decimal(version.feed_interval.total_seconds()) / 86400
        return values | {"reason": "", "based_on": version.pk, "feed_interval": days}

    def command(self) -> dict[str, Any]:
        values = {name: value for name, value in self.cleaned_data.items() if name != "command_key"}
        return values | {"feed_interval": timedelta(days=float(values["feed_interval"]))}
