"""One more daughter, from what a harvest still holds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.passaging.commands import Seeding
from cultures.passaging.forms.medium import MediumForm
from cultures.passaging.forms.passage import By, DaughterForm
from lims.web.forms import Proposal


class SeedForm(MediumForm):
    by = forms.ChoiceField(label="Cells are said", choices=By.CHOICES[:2], widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, daughter: Mapping[str, Proposal], **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["by"] = By.CELLS
        said = self.data.get("by") if self.is_bound else By.CELLS
        data = self.data if self.is_bound else None
        self.daughter = DaughterForm(
            data,
            prefix="daughter",
            proposals=daughter,
            catalogue=self.catalogue,
            by=said if said in By.UNITS else By.CELLS,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.daughter.is_valid():
            raise ValidationError("the daughter needs another look.", code="rows")
        return data

    def seeding(self) -> Seeding:
        return self.daughter.command(self.medium(volume_ml=Decimal(0)))
