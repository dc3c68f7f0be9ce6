"""The form of the lab's settings."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from lims.lab.models import LabSettings
from lims.web.fields import CleanCharField, DurationField
from lims.web.forms import BenchForm, NumberField


def zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


def percent(label: str) -> NumberField:
    return NumberField(label=label, unit="%", least=0, most=100, places=1)


def passages(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=1000, help_text=help_text)


STEPS = (
    ("The lab", ("lab_name", "time_zone", "digest_hour")),
    ("Passages", ("passage_limit", "treated_passage_limit", "thaw_increment", "feed_interval")),
    ("Viability", ("viability_warning_pct", "treated_viability_warning_pct")),
    ("Freezing and plating", ("banking_viability_pct", "treated_banking_viability_pct", "plating_viability_pct")),
    ("Why", ("reason",)),
)


class LabSettingsForm(BenchForm):
    lab_name = CleanCharField(label="Name of the lab", max_length=80)
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
    feed_interval = DurationField(label="Feed after", help_text="When the line sets none: 3 d")
    digest_hour = forms.IntegerField(
        label="Hour of the daily digest", min_value=0, max_value=23, help_text="In the zone of the lab"
    )
    reason = CleanCharField(label="Why", max_length=200, help_text="Kept with the new version")
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in STEPS]

    @staticmethod
    def values_of(version: LabSettings) -> dict[str, Any]:
        values = {name: getattr(version, name) for name in LabSettingsForm.base_fields if hasattr(version, name)}
        return values | {"reason": "", "based_on": version.pk}

    def command(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "command_key"}
