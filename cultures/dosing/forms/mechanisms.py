"""What is asked about mechanisms: a word of the vocabulary, and what is held of it in a model."""

from typing import Any, ClassVar

from django import forms

from cultures.dosing.models import HypothesisEvidence, HypothesisStatement, Mechanism
from lims.web.entry import SteppedForm, Steps
from lims.web.fields import CleanCharField, field_of

A_NEW_GROUP = ("", "a new one:")


class SentenceField(CleanCharField):
    """A sentence or two, in a box that shows them; a line break in it is a blank."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return super().to_python(" ".join(str(value or "").splitlines()))


class MechanismForm(SteppedForm):
    STEPS = (("Word", ("name",)), ("Group", ("group", "new_group")))

    name = CleanCharField(
        max_length=80, help_text="As you would write it: p95HER2. Another name in brackets finds it too: p27 (CDKN1B)"
    )
    group = forms.ChoiceField(required=False)
    new_group = CleanCharField(label="New group", max_length=60, required=False, help_text="Such as PI3K/Akt/mTOR")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = Mechanism.objects.order_by("group").values_list("group", flat=True).distinct()
        field_of(self, "group", forms.ChoiceField).choices = [A_NEW_GROUP, *((name, name) for name in known)]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not (said.get("group") or said.get("new_group") or self.errors):
            self.add_error("new_group", "Choose a group, or write a new one.")
        elif said.get("group") and said.get("new_group"):
            self.add_error("new_group", f"Choose {said['group']}, or a new group, not both.")
        return said

    def command(self) -> dict[str, Any]:
        said = super().command()
        return {"name": said["name"], "group": said["group"] or said["new_group"]}


class StatementForm(SteppedForm):
    """What is held of a hypothesis, and why."""

    STEPS: ClassVar[Steps] = (("Held", ("held",)), ("Why", ("note",)))

    held = forms.ChoiceField(label="It is", choices=HypothesisStatement.Status, widget=forms.RadioSelect)
    note = SentenceField(label="Why", max_length=300, required=False)

    def command(self) -> dict[str, Any]:
        said = super().command()
        return said | {"status": said.pop("held")}


class ProposalForm(StatementForm):
    """A hypothesis that is new to a model."""

    STEPS = (("Mechanism", ("mechanism_id",)), *StatementForm.STEPS)

    mechanism_id = forms.TypedChoiceField(
        label="Mechanism", coerce=int, help_text="A word is missing? A lab manager or PI adds it to the vocabulary"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("held", HypothesisStatement.Status.SUSPECTED)
        groups: dict[str, list[tuple[int, str]]] = {}
        for one in Mechanism.objects.filter(retired_at=None):
            groups.setdefault(one.group, []).append((one.pk, one.name))
        field_of(self, "mechanism_id", forms.ChoiceField).choices = [("", "choose one"), *groups.items()]


class EvidenceForm(SteppedForm):
    STEPS = (("Evidence", ("kind", "speaks_for", "text", "doi")),)

    kind = forms.ChoiceField(choices=[("", "choose one"), *HypothesisEvidence.Kind.choices])
    speaks_for = forms.TypedChoiceField(
        label="It speaks",
        choices=[("for", "for the hypothesis"), ("against", "against it")],
        coerce=lambda said: said == "for",
        initial="for",
        widget=forms.RadioSelect,
    )
    text = SentenceField(label="What was found", max_length=300, required=False)
    doi = CleanCharField(
        label="DOI",
        max_length=200,
        required=False,
        help_text="Of a reference always: 10.18632/oncotarget.19461, or its https://doi.org/ address",
    )


class WithdrawalForm(SteppedForm):
    STEPS = (("Why", ("reason",)),)

    reason = SentenceField(
        max_length=300, help_text="Stays beside the evidence: the band was actin, the paper was retracted"
    )
