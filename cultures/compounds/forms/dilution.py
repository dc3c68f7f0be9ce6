"""What the dilution calculator asks."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.compounds.dilutions import Series, series_of
from cultures.compounds.errors import LotExpired, WrongUnit
from cultures.compounds.limits import refuse_much_vehicle, refuse_over_thawed
from cultures.compounds.models import Lot
from cultures.science.concentration import Concentration, MolarMassNeeded
from lims.clock import today
from lims.errors import DomainError
from lims.tabular.numbers import parse_decimal
from lims.web.fields import CleanCharField, field_of
from lims.web.forms import BenchForm, NumberField

MOST_DOSES = 24
BETWEEN = re.compile(r"[;,]?\s+|;")  # 10, 20 is two doses; 10,20 may be one, and is refused as everywhere
USUAL_VEHICLE_PCT = Decimal("0.1")
USUAL_VOLUME_ML = 10


class DosesField(CleanCharField):
    """Several numbers above zero in the order they are given: 10 20 40 80."""

    def clean(self, value: Any) -> list[Decimal]:
        written = [part for part in BETWEEN.split(super().clean(value)) if part]
        if len(written) > MOST_DOSES:
            raise ValidationError(f"These are {len(written)} doses. Work out at most {MOST_DOSES} at once.")
        try:
            doses = [parse_decimal(part) for part in written]
        except DomainError as refusal:
            way = " Two doses? Put a blank between them." if "," in value else ""
            raise ValidationError(f"{refusal}{way}", code=refusal.code) from None
        if not all(doses):
            raise ValidationError("A dose is above zero. The vehicle control is worked out in any case.")
        return list(dict.fromkeys(doses))


class DilutionForm(BenchForm):
    """Sent with GET: the address holds the whole question, to keep or to pass on."""

    stock = forms.ChoiceField(label="Drug stock")
    doses = DosesField(
        max_length=200,
        widget=forms.TextInput({"size": 44, "autocomplete": "off"}),
        help_text="One, or all rungs with blanks between: 10 20 40 80",
    )
    unit = forms.ChoiceField(label="Unit", choices=Lot.Unit)
    volume_ml = NumberField(label="Medium for each", unit="mL", least=Decimal("0.01"), most=99_999, places=2)
    vehicle_pct = NumberField(
        label="Vehicle",
        unit="% v/v",
        least=0,
        most=99,
        places=4,
        help_text="The same in every rung and arm, what comes in with the stock included",
    )

    def __init__(self, *args: Any, asked_for: str, at: datetime, **options: Any) -> None:
        """asked_for   the code of the stock whose page led here, or nothing"""
        stocks = Lot.objects.filter(kind=Lot.Kind.DRUG_STOCK, finished_on=None)
        self.stocks = {stock.code: stock for stock in stocks.select_related("compound", "salt_form")}
        self.at = at
        chosen = self.stocks.get(asked_for)
        initial = {"stock": asked_for, "volume_ml": USUAL_VOLUME_ML, "vehicle_pct": USUAL_VEHICLE_PCT}
        if chosen and chosen.compound:
            initial["unit"] = chosen.compound.unit
        super().__init__(*args, initial=initial, **options)
        named = sorted((in_words(stock), code) for code, stock in self.stocks.items())
        field_of(self, "stock", forms.ChoiceField).choices = [
            ("", "choose a stock"),
            *((code, words) for words, code in named),
        ]

    @property
    def chosen(self) -> Lot:
        return self.stocks[self.cleaned_data["stock"]]

    def clean_stock(self) -> str:
        """The bottle has to be one a dose may be taken from today."""
        stock = self.stocks[self.cleaned_data["stock"]]
        try:
            if stock.is_expired(today(self.at)):
                raise LotExpired(stock)
            refuse_over_thawed(stock, self.at)
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        return stock.code

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not self.errors and (compound := self.chosen.compound):
            stock = self.chosen
            try:
                refuse_much_vehicle(compound, stock.vehicle, said["vehicle_pct"])
            except DomainError as refusal:
                self.add_error("vehicle_pct", str(refusal))
            try:
                Concentration.written(Decimal(1), said["unit"]).canonical(compound.kind, stock.molar_mass)
            except MolarMassNeeded:
                self.add_error("unit", str(WrongUnit(compound, said["unit"])))
        return said

    def series(self) -> Series:
        said = self.cleaned_data
        doses = [Concentration.written(dose, said["unit"]) for dose in said["doses"]]
        return series_of(self.chosen, doses=doses, vehicle_pct=said["vehicle_pct"], volume_ml=said["volume_ml"])


def in_words(stock: Lot) -> str:
    """lapatinib, lot LAP-07, 10 mM in DMSO."""
    strength = f"{stock.concentration.normalize():f} {stock.concentration_unit}" if stock.concentration else ""
    return f"{stock.compound}, lot {stock.number}, {strength} in {stock.vehicle}"
