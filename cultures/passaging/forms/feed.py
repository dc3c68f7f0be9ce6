"""Fresh medium, with the drugs in it."""

from decimal import Decimal

from cultures.passaging.forms.dosing import Dosing, dosing
from cultures.passaging.forms.entry import value_of
from cultures.passaging.forms.medium import MediumForm
from lims.web.forms import NumberField


class FeedForm(MediumForm):
    volume_ml = NumberField(label="Volume", unit="mL", least=Decimal("0.01"), most=99_999, places=2)

    @property
    def dosings(self) -> list[Dosing]:
        """The stock each drug takes of this volume, as far as that can be said."""
        volume_ml = value_of(self, "volume_ml")
        drugs = [drug for row in self.drugs if (drug := row.drug_so_far()) and drug.dose and drug.stock_id]
        return [dosing(drug, volume_ml, self.catalogue) for drug in drugs] if volume_ml else []
