"""Which flasks are pooled."""

from django.core.exceptions import ValidationError

from cultures.passaging.forms.fields import CodesField, spoken
from cultures.passaging.models import Culture
from lims.web.forms import BenchForm


class PoolForm(BenchForm):
    """The flasks, scanned one after the other."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    codes = CodesField(label="Cultures", help_text="Scan each flask; one code on a line.")
    codes.widget.attrs["autofocus"] = True  # scanners type where the cursor stands

    def clean_codes(self) -> list[Culture]:
        codes = self.cleaned_data["codes"]
        found = Culture.objects.select_related("line", "vessel", "place").in_bulk(codes, field_name="code")
        if missing := [code for code in codes if code not in found]:
            raise ValidationError(f"There is no culture {spoken(missing)}.")
        if len(codes) < 2:
            raise ValidationError("A pool needs two flasks or more. To harvest one, passage it.")
        cultures = [found[code] for code in codes]
        if len({culture.line_id for culture in cultures}) > 1:
            named = ", ".join(f"{culture.code} is {culture.line}" for culture in cultures)
            raise ValidationError(f"Only flasks of one line are pooled, and {named}. Take the odd one out.")
        return cultures

    @property
    def cultures(self) -> list[Culture]:
        return self.cleaned_data.get("codes", []) if self.is_bound and self.is_valid() else []
