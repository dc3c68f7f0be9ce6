"""A new model: what it is made from, and how its dose is to rise."""

from typing import Any

from django import forms

from cultures.compounds.models import Compound
from cultures.dosing.forms.plans import PlanForm
from cultures.dosing.models import ResistanceModel
from cultures.passaging.forms.entry import value_of
from cultures.passaging.forms.fields import PickField, offer
from cultures.passaging.models import Culture
from lims.codes import is_code, tidy_code
from lims.web.fields import CleanCharField

ABOUT = ("name", "parental_line", "compound", "purpose", "keeper", "starting_culture", "starting_vial", "derived_from")
SCANNED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class ModelForm(PlanForm):
    """A model with the first version of its plan."""

    field_order = ABOUT

    name = CleanCharField(label="Name", max_length=60, help_text="As the lab will call it: SKBR3-L, BT474-RES")
    parental_line = PickField(label="Parental line", error_messages={"required": "From which line is it derived?"})
    compound = PickField(label="Drug that rises", error_messages={"required": "Which drug is it to resist?"})
    purpose = CleanCharField(label="Purpose", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    keeper = PickField(label="Keeper")
    starting_culture = forms.CharField(
        label="Starting culture", max_length=40, required=False, widget=forms.TextInput(attrs=SCANNED),
        help_text="Scan the flask, if there is one yet.",
    )  # fmt: skip
    starting_vial = CleanCharField(
        label="or vial", max_length=60, required=False, help_text="As on its label: BT474 MCB 12"
    )
    derived_from = PickField(
        label="Derived from model", required=False,
        help_text="When its cells have become resistant to another drug before: that history goes on.",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "parental_line", self.catalogue.line_choices, nothing="choose the line")
        offer(self, "compound", [(pk, one.name) for pk, one in self.catalogue.compounds.items()], nothing="choose it")
        offer(self, "keeper", self.catalogue.keepers)
        models = ResistanceModel.objects.order_by("name").values_list("pk", "name")
        offer(self, "derived_from", list(models), nothing="none")

    @property
    def rising(self) -> Compound | None:
        return self.catalogue.compounds.get(value_of(self, "compound") or 0)

    def clean_starting_culture(self) -> int | None:
        if not (scanned := self.cleaned_data["starting_culture"].strip()):
            return None
        code = tidy_code(scanned)
        if not is_code(code):
            raise forms.ValidationError(f"{code} is not a code of ours: a sign was misread. Scan it again.")
        if pk := Culture.objects.filter(code=code).values_list("pk", flat=True).first():
            return pk
        raise forms.ValidationError(f"{code} is not a culture. Scan the flask's own label.")

    def command(self) -> dict[str, Any]:
        """What services.register_model takes, but for by."""
        said = self.cleaned_data
        keys = ("parental_line", "compound", "keeper", "starting_culture", "derived_from")
        plain = {name: said[name] for name in ("name", "purpose", "starting_vial")}
        return plain | {f"{name}_id": said[name] for name in keys} | {"plan": self.plan()}
