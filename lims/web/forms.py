"""Bench forms: numbers as people write them, proposals with their source, refusals with a way on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from lims.errors import DomainError
from lims.tabular.numbers import NotANumber, in_e_notation, parse_decimal


class NumberInput(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "data-number": ""} | (attrs or {}))


class NumberField(forms.Field):
    """A decimal number with its unit beside it.

    unit     what stands beside the field: mL, %, ×10⁶/mL
    scale    what one of that unit is in the cleaned value; 1,000,000 for ×10⁶. A number typed with a power of ten
             (7.2e5) is taken as it stands.
    least, most   the range that is possible at all, in cleaned units
    places   how many decimals are kept; more are refused rather than rounded
    """

    widget = NumberInput

    def __init__(
        self,
        *,
        unit: str = "",
        scale: int = 1,
        least: Decimal | int | None = None,
        most: Decimal | int | None = None,
        places: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.unit, self.scale, self.least, self.most, self.places = unit, scale, least, most, places

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, str) and not value.strip():
            return None
        try:
            number = parse_decimal(str(value), may_be_negative=self.least is not None and self.least < 0)
        except NotANumber as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        as_it_stands = "e" in in_e_notation(str(value).lower())
        return number if self.scale == 1 or as_it_stands else number * self.scale

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            least = f"At least {self.shown(self.least)}." if value else "More than zero."
            raise ValidationError(least, code="too_small")
        if self.most is not None and value > self.most:
            raise ValidationError(f"At most {self.shown(self.most)}.", code="too_large")
        if self.places is not None and value != round(value, self.places):
            raise ValidationError(f"At most {self.places} decimals are kept here.", code="too_many_decimals")

    def shown(self, value: Decimal | int) -> str:
        return f"{self.prepare_value(Decimal(value))} {self.unit}".strip()

    def prepare_value(self, value: Any) -> Any:
        """A number is shown in the field's unit, without trailing zeros; what was typed is shown as typed."""
        if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
            return value
        number = Decimal(str(value)) / self.scale
        return f"{number.normalize():f}" if self.scale != 1 else f"{number:f}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(self.prepare_value(initial)) != self.to_python(data)
        except ValidationError:
            return True


@dataclass(frozen=True)
class Proposal:
    """A value the machine fills in, and where it comes from: "Counter 1, 14:03", "as last time"."""

    value: Any
    source: str


class BenchField(forms.BoundField):
    """A field with its unit and, while nobody has changed it, the source of its proposal."""

    @property
    def unit(self) -> str:
        return getattr(self.field, "unit", "")

    @property
    def is_check(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_group(self) -> bool:
        return self.use_fieldset

    @property
    def source(self) -> str:
        return getattr(self.form, "sources", {}).get(self.name, "")

    @property
    def is_proposed(self) -> bool:
        """Still as proposed: said by its source and the dotted look."""
        return bool(self.source) and not (self.form.is_bound and self.field.has_changed(self.initial, self.data))

    @property
    def source_id(self) -> str:
        return f"{self.auto_id}_source"

    @property
    def aria_describedby(self) -> str | None:
        ids = [super().aria_describedby, self.source_id if self.is_proposed else ""]
        return " ".join(filter(None, ids)) or None

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if self.is_proposed:
            known = (widget or self.field.widget).attrs.get("class", "")
            attrs |= {"class": f"{known} proposed".strip(), "data-proposed": ""}
        return attrs


class BenchForm(forms.Form):
    """The form of one verb.

    proposals      name -> Proposal; filled in, shown dotted with their source until changed or confirmed
    command_key    made with the page; the same key sent twice is one command (double tap, lost answer, retry)
    """

    bound_field_class = BenchField
    use_required_attribute = False  # the server says in our words what is missing
    command_key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, proposals: Mapping[str, Proposal] | None = None, **options: Any) -> None:
        proposals = proposals or {}
        values = {name: proposal.value for name, proposal in proposals.items()}
        options["initial"] = values | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.sources = {name: proposal.source for name, proposal in proposals.items()}
        self.refusal: DomainError | None = None
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = "Still empty: it is needed."

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal on the form: at its field when it names one, and always in the banner with its ways on."""
        self.refusal = refusal
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    @property
    def status(self) -> int:
        """422 once something was sent and refused, 200 before."""
        return 422 if self.is_bound and self.errors else 200
