"""What people type about instruments, their keys and waiting deliveries."""

from datetime import timedelta
from typing import Any

from django import forms

from lims.codes import tidy_code
from lims.instruments.models import Instrument
from lims.web.fields import CleanCharField
from lims.web.forms import BenchForm

SCOPES = [
    ("post_count", "Post counts"),
    ("post_test", "Post results of QC tests"),
    ("read_bench", "Read lines and cultures"),
]
LIFETIMES = [("90", "3 months"), ("365", "1 year"), ("730", "2 years")]


class InstrumentForm(BenchForm):
    name = CleanCharField(max_length=60, help_text="As it is called at the bench: Counter 1")
    kind = forms.ChoiceField(choices=Instrument.Kind)
    maker = CleanCharField(label="Maker and model", max_length=60, required=False)
    serial_number = CleanCharField(max_length=60, required=False)

    def command(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "command_key"}


class TokenForm(BenchForm):
    scopes = forms.MultipleChoiceField(
        label="The key may", choices=SCOPES, initial=["post_count"], widget=forms.CheckboxSelectMultiple
    )
    lifetime = forms.ChoiceField(label="Valid for", choices=LIFETIMES, initial="365")

    def command(self) -> dict[str, Any]:
        return {
            "scopes": self.cleaned_data["scopes"],
            "lifetime": timedelta(days=int(self.cleaned_data["lifetime"])),
        }


class AssignForm(BenchForm):
    code = CleanCharField(label="Scan or type the code", max_length=30)

    def clean_code(self) -> str:
        return tidy_code(self.cleaned_data["code"])


class DismissForm(BenchForm):
    reason = CleanCharField(
        label="Why", max_length=200, help_text="Kept with the delivery: a test, a count of no culture"
    )
