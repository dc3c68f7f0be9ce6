"""What is to be done about a contamination: for each tier all of it, some of it or none; and why."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from cultures.quality.forms.quarantine import ReasonField
from cultures.quality.reach import Tier
from cultures.quality.trace_page import TierView
from lims.web.forms import BenchForm

ALL, CHOSEN, NONE = "all", "chosen", "none"
APART, TEST = "apart", "test"
# What a laboratory usually does: the same cells are kept apart and tested, what shared a bottle with them is tested.
USUAL = {
    (Tier.POSITIVE, TEST): NONE,
    (Tier.POSSIBLE, APART): NONE,
    (Tier.REMOTE, APART): NONE,
    (Tier.REMOTE, TEST): NONE,
}


class DeedField(forms.ChoiceField):
    """All of a tier, some of it or none. A choice that somebody else has meanwhile carried out is no mistake."""

    def valid_value(self, value: str) -> bool:
        return value in (ALL, CHOSEN, NONE)


class TraceForm(BenchForm):
    """By tier two choices, and boxes in its rows that count where "chosen below" was said."""

    reason = ReasonField(required=False, max_length=300, help_text="Stands in the report and on the quarantine")

    def __init__(self, *args: Any, tiers: Sequence[TierView], **options: Any) -> None:
        super().__init__(*args, **options)
        self.tiers = tiers
        for one in tiers:
            for deed, ids in ((APART, one.to_hold), (TEST, one.to_test)):
                self._offer(one, deed, len(ids))

    def _offer(self, one: TierView, deed: str, number: int) -> None:
        usual = USUAL.get((one.tier, deed), ALL) if number else NONE
        options = [(ALL, f"all {number}"), (CHOSEN, "chosen below")] if number > 1 else [(ALL, "yes")] * number
        label = "Keep apart" if deed == APART else "Plan a test"
        self.fields[f"{deed}_{one.tier}"] = DeedField(
            label=label, choices=[*options, (NONE, "none" if number > 1 else "no")], initial=usual, required=False
        )

    @property
    def parts(self) -> list[tuple[TierView, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"{APART}_{one.tier}"], self[f"{TEST}_{one.tier}"]) for one in self.tiers]

    @property
    def ticked(self) -> dict[str, set[str]]:
        """What is ticked in the rows, as it was sent."""
        sent = self.data if isinstance(self.data, QueryDict) else QueryDict()
        return {deed: set(sent.getlist(deed)) for deed in (APART, TEST)}

    def ids(self, deed: str) -> set[int]:
        """Everybody that is to be kept apart, or tested. Boxes name cultures of their tier alone."""
        found: set[int] = set()
        ticked = {int(text) for text in self.ticked[deed] if text.isdigit() and len(text) < 19}
        for one in self.tiers:
            said = self.cleaned_data.get(f"{deed}_{one.tier}")
            can = one.to_hold if deed == APART else one.to_test
            if said == ALL:
                found |= set(can)
            elif said == CHOSEN:
                found |= ticked & {member.id for member in one.members}
        return found

    def command(self) -> dict[str, Any]:
        return {"quarantine": self.ids(APART), "test": self.ids(TEST), "reason": self.cleaned_data["reason"]}
