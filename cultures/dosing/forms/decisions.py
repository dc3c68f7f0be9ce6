"""Deciding on a ladder, and on a whole model."""

from datetime import datetime
from typing import Any

from django import forms

from cultures.dosing.deeds import LOOKS, Deed
from cultures.dosing.ladder_view import LadderView
from cultures.dosing.models import Decision, ReadinessRules, Rung
from cultures.passaging.forms.entry import value_of
from cultures.passaging.forms.fields import LabTimeField, PickField, offer
from cultures.science.escalation import is_large_jump
from lims.clock import now
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, WholeNumberField
from lims.web.forms import BenchForm

KIND = Decision.Kind
WRITE_WHY = "Stays in the record for good."


class RungField(PickField):
    """Any rung passes: who decided on an older page is told what was decided since, not that the list has changed."""

    def valid_value(self, value: Any) -> bool:
        return str(value).isascii() and str(value).isdigit() and len(str(value)) < 5


class ReasonField(CleanCharField):
    widget = forms.Textarea(attrs={"rows": 2})


class TimedForm(BenchForm):
    """Something that a person decides at a moment."""

    at = LabTimeField(label="When", required=False, help_text="Leave empty for now.")

    @property
    def shown_at(self) -> datetime:
        """The moment as far as it can be read."""
        return value_of(self, "at") or now()

    def command(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name != "command_key"}
        return said | {"at": said["at"] or now()}


class DecisionForm(TimedForm):
    """One decision on a ladder. `based_on` is what the page was made from: who decided since is named then."""

    based_on = WholeNumberField(least=0, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in LOOKS], widget=forms.HiddenInput)
    to_rung = RungField(label="Dose")
    culture = PickField(label="The flask it rests on")
    reason = ReasonField(label="Reason", max_length=300, required=False, help_text=WRITE_WHY)

    def __init__(self, data: Any = None, *, view: LadderView, deed: Deed, rules: ReadinessRules) -> None:
        initial = {"kind": deed.kind.value, "based_on": view.last.number if view.last else 0}
        super().__init__(data, initial=initial)
        self._offer_rungs(view, deed, rules)
        self._offer_flasks(view, deed)

    def _offer_rungs(self, view: LadderView, deed: Deed, rules: ReadinessRules) -> None:
        if not deed.rungs:
            del self.fields["to_rung"]
            return
        here = view.ladder.rung.dose_canonical
        jumps = deed.kind in (KIND.ESCALATE, KIND.RESUME)

        def words(rung: Rung) -> str:
            said = f"{rung.dose_in_words}, rung {rung.number}"
            is_jump = jumps and is_large_jump(here, rung.dose_canonical, rules.largest_jump)
            return f"{said}: a large jump, a second person must agree" if is_jump else said

        offer(self, "to_rung", [(rung.number, words(rung)) for rung in deed.rungs])
        self.initial["to_rung"] = deed.rungs[0].number

    def _offer_flasks(self, view: LadderView, deed: Deed) -> None:
        """Nothing rests on a flask when the ladder is lost."""
        if deed.kind is KIND.LOST:
            del self.fields["culture"]
            return
        flasks = [
            (one.culture.pk, f"{one.culture.code}, p{one.culture.passage_number}, {one.culture.vessel}")
            for one in view.arms.treated
        ]
        offer(self, "culture", flasks)
        self.initial["culture"] = flasks[0][0] if flasks else None

    def command(self) -> dict[str, Any]:
        """What services.decide takes, but for ladder_id and by."""
        said = super().command()
        return {
            "kind": said["kind"],
            "based_on": said["based_on"],
            "to_rung": said.get("to_rung"),
            "culture_id": said.get("culture"),
            "reason": said["reason"],
            "at": said["at"],
        }


class DeclineForm(SteppedForm):
    reason = ReasonField(label="Reason", max_length=300, help_text=WRITE_WHY)
    STEPS = (("Why", ("reason",)),)


class ConfirmForm(TimedForm):
    subline_name = CleanCharField(
        label="Name of the new line",
        max_length=60,
        required=False,
        help_text="Registers the subline that the model became, with its descent. Empty: not now.",
    )
    reason = ReasonField(label="Remark", max_length=300, required=False)


class MaintainForm(TimedForm):
    reason = ReasonField(label="Remark", max_length=300, required=False)


class AbandonForm(TimedForm):
    reason = ReasonField(
        label="Reason",
        max_length=300,
        help_text=WRITE_WHY,
        error_messages={"required": "Write why it is abandoned: it stays in its record."},
    )
