"""Which flasks a ladder begins with, and which of them go on as a ladder of their own."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from django import forms

from cultures.dosing.candidates import Candidate, next_name, proposed_pair
from cultures.dosing.members import Arms, Member
from cultures.dosing.models import ResistanceModel, Rung
from cultures.passaging.forms.entry import EntryForm
from cultures.passaging.forms.fields import CodesField, PickField, PickManyField, offer, spoken
from cultures.passaging.models import Culture
from lims.errors import DomainError
from lims.web.fields import CleanCharField
from lims.web.forms import Proposal

Tick = tuple[Any, forms.boundfield.BoundWidget | None, forms.boundfield.BoundWidget | None]


class LadderForm(EntryForm):
    """What starting and branching share: the name of the ladder, its flasks, and when."""

    note = None  # type: ignore[assignment]  # Django: this field is left out
    name = CleanCharField(label="Name of the ladder", max_length=20)
    treated = PickManyField(label="Treated flasks")
    control = PickField(label="Vehicle control", required=False, widget=forms.RadioSelect)

    FIELD_OF: ClassVar[Mapping[str, str]] = {"cultures": "treated", "to_rung": "rung"}  # as the verbs name them

    def refuse(self, refusal: DomainError) -> None:
        refusal.field = self.FIELD_OF.get(refusal.field or "", refusal.field)
        super().refuse(refusal)

    def _ticks(self, name: str) -> dict[str, Any]:
        return {str(tick.data["value"]): tick for tick in self[name]}


class StartForm(LadderForm):
    """Flasks are ticked, or scanned. What was scanned counts."""

    scanned = CodesField(label="or scan the treated flasks", required=False)
    scanned_control = CodesField(label="or scan the control", required=False)
    rung = PickField(label="First rung")
    reason = CleanCharField(label="Remark", max_length=300, required=False)

    def __init__(self, *args: Any, model: ResistanceModel, rungs: Sequence[Rung], found: Sequence[Candidate]) -> None:
        treated, control = proposed_pair(found)
        shared = "from one harvest"
        proposals = {"name": Proposal(next_name(model.ladders.values_list("name", flat=True)), "the next letter")}
        if treated:
            proposals |= {"treated": Proposal(treated, shared), "control": Proposal(control, shared)}
        super().__init__(*args, proposals=proposals, initial={"rung": rungs[0].number if rungs else None})
        self.found = found
        offer(self, "treated", [(one.culture.pk, one.culture.code) for one in found if one.may_be_treated])
        offer(self, "control", [(one.culture.pk, one.culture.code) for one in found if one.may_be_control])
        offer(self, "rung", [(rung.number, str(rung)) for rung in rungs])

    @property
    def rows(self) -> list[list[Tick]]:
        """By start, each flask with its tick for the treated arm and for the control; None where it cannot be that."""
        treated, control = self._ticks("treated"), self._ticks("control")
        keys = [(one, str(one.culture.pk)) for one in self.found]
        ticks = [(one, treated.get(key), control.get(key)) for one, key in keys]
        return [list(siblings) for _, siblings in groupby(ticks, key=lambda tick: tick[0].group)]

    @property
    def flask_fields(self) -> list[forms.BoundField]:
        return [self["treated"], self["control"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for arm, box in (("treated", "scanned"), ("control", "scanned_control")):
            if codes := data.get(box):
                ids = self._ids_of(codes, box)
                data[arm] = ids if arm == "treated" else next(iter(ids), None)
        if len(data.get("scanned_control") or ()) > 1:
            self.add_error("scanned_control", "A ladder has one control. Scan one code.")
        self._ask_for("treated", "scanned", "Which flasks are treated? Tick or scan at least one.")
        self._ask_for("control", "scanned_control", "Which flask is the control? Without one no rung can be judged.")
        return data

    def _ask_for(self, arm: str, box: str, question: str) -> None:
        if not self.cleaned_data.get(arm) and not {arm, box} & set(self.errors):
            self.add_error(arm, question)

    def _ids_of(self, codes: Sequence[str], box: str) -> list[int]:
        known = dict(Culture.objects.filter(code__in=codes).values_list("code", "pk"))
        if absent := [code for code in codes if code not in known]:
            self.add_error(box, f"{spoken(absent[:3])}: no culture bears that. Scan the flask's own label.")
        return [known[code] for code in codes if code in known]

    def command(self) -> dict[str, Any]:
        """What services.start_ladder takes, but for model_id and by."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "treated_ids": said["treated"],
            "control_id": said["control"],
            "rung_number": said["rung"],
            "reason": said["reason"],
            "at": self.moment,
        }


class BranchForm(LadderForm):
    """Living treated flasks of a ladder that leave it. A control goes with them only when another one stays behind."""

    reason = CleanCharField(
        label="Reason", max_length=300, error_messages={"required": "Write why it is branched: it stays in its record."}
    )

    def __init__(self, *args: Any, arms: Arms, taken: Sequence[str]) -> None:
        super().__init__(*args, proposals={"name": Proposal(next_name(taken), "the next letter")})
        self.arms = arms
        controls = arms.control if len(arms.control) > 1 and not arms.borrows_control else []
        offer(self, "treated", [(one.culture.pk, one.culture.code) for one in arms.treated])
        if controls:
            stays = f"none of its own: it stands beside {controls[0].culture.code}"
            offer(self, "control", [(one.culture.pk, one.culture.code) for one in controls[1:]], nothing=stays)
        else:
            del self.fields["control"]

    @property
    def rows(self) -> list[tuple[Member, Any]]:
        ticks = self._ticks("treated")
        return [(one, ticks[str(one.culture.pk)]) for one in self.arms.treated]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("treated") and "treated" not in self.errors:
            self.add_error("treated", "Which flasks go on by themselves? Tick at least one.")
        return data

    def command(self) -> dict[str, Any]:
        """What services.branch_ladder takes, but for ladder_id and by."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "treated_ids": said["treated"],
            "control_id": said.get("control"),
            "reason": said["reason"],
            "at": self.moment,
        }
