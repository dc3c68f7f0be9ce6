"""The forms of kit records and of methods that the lab defines."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from cultures.quality.models import KitRecord, LabMethod
from cultures.quality.services.kits import CUT_OFFS, MOST_LIGHT, MOST_LIMIT, MOST_RATIO
from lims.web.entry import SteppedForm, Steps
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import NumberField, Proposal

NUMBERS = (*CUT_OFFS, "least_reading_a")
INSERT = "Lonza MycoAlert insert"
# Named, so that nobody takes them for the cut-offs of another maker's kit.
OF_THE_INSERT = {
    "negative_below": Proposal(Decimal("0.9"), INSERT),
    "positive_above": Proposal(Decimal("1.2"), INSERT),
    "positive_control_above": Proposal(Decimal("1.2"), INSERT),
    "negative_control_below": Proposal(Decimal("0.9"), INSERT),
}


def _ratio(name: str, help_text: str = "") -> NumberField:
    smallest = Decimal("0.001")
    return NumberField(label=CUT_OFFS[name], unit="B/A", least=smallest, most=MOST_RATIO, places=3, help_text=help_text)


class CutOffs(SteppedForm):
    negative_below = _ratio("negative_below")
    positive_above = _ratio("positive_above", "Between the two, and on them, a sample is borderline.")
    positive_control_above = _ratio("positive_control_above", "Else the run is invalid.")
    negative_control_below = _ratio("negative_control_below", "Else the run is invalid.")
    least_reading_a = WholeNumberField(
        label="Least reading A",
        unit="RLU",
        least=0,
        most=MOST_LIGHT,
        initial=0,
        help_text="Less light is no evidence: too few cells. 0 when you do not know it yet.",
    )

    STEPS: ClassVar[Steps] = (
        ("Samples", ("negative_below", "positive_above", "least_reading_a")),
        ("Controls", ("positive_control_above", "negative_control_below")),
        ("Why", ("reason",)),
    )


class KitForm(CutOffs):
    name = CleanCharField(
        label="Kit", max_length=60, error_messages={"required": "Which kit is it?"}, help_text="As on its box."
    )
    reason = CleanCharField(label="Where the cut-offs come from", max_length=300, required=False)

    STEPS = (("Kit", ("name",)), *CutOffs.STEPS)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, proposals=OF_THE_INSERT, **options)


class RevisedKitForm(CutOffs):
    """The cut-offs of the version that was looked at."""

    reason = CleanCharField(
        label="Reason", max_length=300, error_messages={"required": "Write why its cut-offs change."}
    )

    def __init__(self, data: Any = None, *, kit: KitRecord) -> None:
        said = {name: _plain(getattr(kit, name)) for name in NUMBERS}
        super().__init__(data, initial=said)

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in NUMBERS}


def _plain(number: Decimal | int) -> Decimal:
    return Decimal(f"{Decimal(number).normalize():f}")


class MethodForm(SteppedForm):
    """A method without code. Limits belong to a number alone."""

    title = CleanCharField(label="Method", max_length=60, error_messages={"required": "What is it called?"})
    kind = forms.ChoiceField(
        label="Result",
        choices=LabMethod.Kind.choices,
        initial=LabMethod.Kind.PASS_FAIL,
        widget=forms.RadioSelect,
        error_messages={"required": "What does it give?"},
    )
    unit = CleanCharField(label="Unit", max_length=16, required=False)
    passes_from = NumberField(label="Passes from", least=-MOST_LIMIT, most=MOST_LIMIT, places=6, required=False)
    passes_to = NumberField(label="Passes up to", least=-MOST_LIMIT, most=MOST_LIMIT, places=6, required=False)
    on_fail = forms.ChoiceField(
        label="A fail",
        choices=[
            (LabMethod.OnFail.FLAG, "is shown, and stops nothing"),
            (LabMethod.OnFail.HOLD, "holds the culture until the next test"),
            (LabMethod.OnFail.QUARANTINE, "puts it and its descendants into quarantine"),
        ],
        initial=LabMethod.OnFail.FLAG,
        widget=forms.RadioSelect,
        error_messages={"required": "What does a fail do?"},
    )

    STEPS = (
        ("Method", ("title",)),
        ("Result", ("kind", "unit", "passes_from", "passes_to")),
        ("A fail", ("on_fail",)),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == LabMethod.Kind.PASS_FAIL:
            said |= {"unit": "", "passes_from": None, "passes_to": None}  # not shown then
            for name in ("unit", "passes_from", "passes_to"):
                self.errors.pop(name, None)
            return said
        low, high = said.get("passes_from"), said.get("passes_to")
        if low is None and high is None and not self.errors:
            self.add_error("passes_from", "From or up to which number does it pass? Give one of them, or both.")
        elif low is not None and high is not None and low > high:
            self.add_error("passes_to", "The lower limit comes first. Correct the limits.")
        return said
