"""What is asked when cells are put apart, let out, treated, or when a test of them is planned."""

from datetime import datetime
from typing import Any

from django import forms

from cultures.passaging.forms.fields import CodesField, LabTimeField
from cultures.passaging.models import Culture
from cultures.quality.families import MYCOPLASMA, families
from lims.clock import now
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, WholeNumberField


class ReasonField(CleanCharField):
    """A sentence or two in a box that shows them; a line break in it is a blank."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> str:
        return super().to_python(" ".join(str(value or "").splitlines()))


class FamilyField(forms.ChoiceField):
    """A family of tests, as the lab knows them now."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=lambda: list(families().items()), **options)


class PutApartForm(SteppedForm):
    STEPS = (("Cultures", ("cultures",)), ("Suspicion", ("family",)), ("Why", ("reason",)))

    cultures = CodesField(
        label="Scan them", help_text="One after the other. All that descends from them is kept apart with them"
    )
    family = FamilyField(label="The test that will let them out", initial=MYCOPLASMA)
    reason = ReasonField(max_length=300, help_text="Cloudy medium; shared a pipette with C-7K4QX; the keeper doubts it")

    def clean_cultures(self) -> list[int]:
        codes = self.cleaned_data["cultures"]
        known = dict(Culture.objects.filter(code__in=codes).values_list("code", "pk"))
        if missing := [code for code in codes if code not in known]:
            raise forms.ValidationError(f"{', '.join(missing[:3])}: there is no such culture. Scan it again.")
        return [known[code] for code in codes]

    def command(self) -> dict[str, Any]:
        said = super().command()
        return {"culture_ids": said["cultures"], "family": said["family"], "reason": said["reason"]}


class ReleaseForm(SteppedForm):
    STEPS = (("Why", ("reason",)),)

    reason = ReasonField(label="Reason", max_length=300, help_text="It is shown with the samples the release rests on")


class TreatForm(SteppedForm):
    STEPS = (("Treatment", ("agent", "days")), ("When", ("at",)), ("Note", ("note",)))

    agent = CleanCharField(label="With what", max_length=80, help_text="With its dose: Plasmocin 25 µg/mL")
    days = WholeNumberField(
        label="For how long",
        unit="days",
        least=1,
        most=365,
        required=False,
        help_text="Samples count once it is over: what is taken before tells of the drug",
    )
    at = LabTimeField(label="Started", required=False, help_text="Leave empty for now.")
    note = CleanCharField(max_length=300, required=False)

    def command(self) -> dict[str, Any]:
        said = super().command()
        return said | {"at": said["at"] or now()}


class PlanForm(SteppedForm):
    STEPS = (("Test", ("family",)), ("Due", ("due_at",)), ("Why", ("why",)))

    family = FamilyField(label="Which")
    due_at = LabTimeField(label="From when on", required=False, help_text="Leave empty for now.")
    why = CleanCharField(max_length=200, help_text="Stands on the board of tests beside it")

    def command(self) -> dict[str, Any]:
        said = super().command()
        return said | {"due_at": self.moment}

    @property
    def moment(self) -> datetime:
        return self.cleaned_data["due_at"] or now()
