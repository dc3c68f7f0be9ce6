"""The lab's rules of testing as a table to change: rows come and go, with or without script."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cultures.passaging.forms.fields import Choices, PickField, offer
from cultures.passaging.forms.rows import ProposedRows
from cultures.quality.models import PolicyRule
from cultures.quality.services.policies import MOST_RULES, Rule
from lims.errors import DomainError
from lims.tabular.durations import duration_in_words
from lims.web.fields import CleanCharField, DurationField, WholeNumberField
from lims.web.forms import BenchForm, Proposal

Phase = PolicyRule.Phase
PREFIX = "rules"
INTERVAL, WINDOW = ("every",), ("first_after", "due_by")
# The times that a phase has; the others of its row are not shown, and not asked for.
TIMES: Mapping[str, tuple[str, ...]] = {
    Phase.GROWING: (*INTERVAL, "retest_after", "after_fail"),
    Phase.RECEIVED: WINDOW,
    Phase.THAWED: WINDOW,
    Phase.BANKING: INTERVAL,
    Phase.CONFIRMATION: INTERVAL,
}
SHORT = {Phase.CONFIRMATION: "at confirmation"}  # as wide as the column
MAY_BE_EMPTY = {"first_after"}
EMPTIED = ("phase", "line", "every", "first_after", "due_by")  # what a new row does not copy
NO_TIME = {"0", "0 d", "0d", "0 h", "0h"}


class SpanField(DurationField):
    """A length of time that may also be none: 0 d."""

    def to_python(self, value: Any) -> timedelta | None:
        if str(value).strip().lower() in NO_TIME:
            return timedelta(0)
        return super().to_python(value) if str(value or "").strip() else None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, timedelta):
            return duration_in_words(value) or "0 d"
        return value


class RuleForm(BenchForm):
    """One rule. A row that says neither when nor how often is left out."""

    command_key = None  # type: ignore[assignment]  # Django: this field is left out
    family = forms.ChoiceField()
    phase = forms.ChoiceField(
        choices=[("", "choose when"), *((one, SHORT.get(one, one.label)) for one in Phase)], required=False
    )
    line = PickField(required=False)
    every = SpanField(required=False)
    retest_after = SpanField(required=False)
    after_fail = SpanField(required=False)
    first_after = SpanField(required=False)
    due_by = SpanField(required=False)

    def __init__(self, *args: Any, families: Mapping[str, str], lines: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "family", list(families.items()))
        offer(self, "line", lines, nothing="all lines")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        phase = said.get("phase")
        for name in TIMES.get(Phase.GROWING, ()) + WINDOW:
            if phase and name not in TIMES[phase]:
                self.errors.pop(name, None)  # it is not shown
        if not phase and not self.is_left_out and "phase" not in self.errors:
            self.add_error("phase", ValidationError("When is it tested? Choose it.", code="required"))
        for name in TIMES.get(phase or "", ()):
            if said.get(name) is None and name not in self.errors and name not in MAY_BE_EMPTY:
                self.add_error(name, ValidationError("How long? Write it as 30 d.", code="required"))
        return said

    @property
    def is_left_out(self) -> bool:
        said = self.cleaned_data
        return not any(said.get(name) for name in ("phase", "line", "every", "due_by"))

    def command(self) -> Rule | None:
        said = self.cleaned_data
        if self.is_left_out:
            return None
        times = {name: said[name] for name in TIMES[said["phase"]] if said.get(name) is not None}
        return Rule(family=said["family"], phase=said["phase"], line_id=said["line"], **times)


class NumberedRules(ProposedRows):
    NAMES: ClassVar = {
        "family": "Method of rule",
        "phase": "When, rule",
        "line": "Line of rule",
        "every": "Interval of rule",
        "retest_after": "Again after an inconclusive sample, rule",
        "after_fail": "Again after one that failed, rule",
        "first_after": "Not before, rule",
        "due_by": "At the latest, rule",
    }


# One row more than a lab may have is read, so that the service can say that it is too many.
RuleRows = forms.formset_factory(
    RuleForm, formset=NumberedRules, extra=0, max_num=MOST_RULES + 1, absolute_max=MOST_RULES + 1
)


class PolicyForm(BenchForm):
    """All the rules at once. `based_on` is the version that was looked at; `is_draft` while rows only come and go."""

    receives_into_quarantine = forms.BooleanField(
        label="Cells from outside start in quarantine",
        required=False,
        help_text="Until a sample is clean of mycoplasma and somebody lets them out.",
    )
    reason = CleanCharField(label="Reason", max_length=300, error_messages={"required": "Write why the rules change."})
    based_on = WholeNumberField(least=0, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        rules: Sequence[Rule],
        families: Mapping[str, str],
        lines: Choices,
        is_draft: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.is_draft = is_draft
        told = [_as_row(rule) for rule in rules] or [{}]
        kwargs = {"families": families, "lines": lines}
        self.rules = RuleRows(data, proposals=told, prefix=PREFIX, form_kwargs=kwargs)  # type: ignore[call-arg]  # a word of its own base
        self.parts = [self.rules]

    def clean(self) -> dict[str, Any]:
        if not self.rules.is_valid():
            raise ValidationError("some rules below need another look.", code="rows")
        if not self.rules.forms:  # the page always has a row: what was sent is not what was shown
            raise ValidationError("The rows did not arrive. Load the page again.")
        return self.cleaned_data

    def command(self) -> dict[str, Any]:
        said = [row.command() for row in self.rules.forms]
        return {
            "rules": [rule for rule in said if rule],
            "receives_into_quarantine": self.cleaned_data["receives_into_quarantine"],
            "reason": self.cleaned_data["reason"],
            "based_on": self.cleaned_data["based_on"],
        }

    def forgive_gaps(self) -> None:
        """While rows come and go nothing is asked for yet."""
        self.is_valid()
        for form in [self, *self.rules.forms]:
            for name, errors in list(form.errors.as_data().items()):
                if all(error.code in ("required", "rows") for error in errors):
                    del form.errors[name]

    def refuse(self, refusal: DomainError) -> None:
        """What is said of the rules stands at the row it speaks of."""
        super().refuse(refusal)
        prefix, _, place = (refusal.field or "").partition(".")
        if prefix == PREFIX and place.isdigit():
            rows = [row for row in self.rules.forms if row.command()]
            rows[int(place)].add_error("phase", str(refusal))

    @property
    def status(self) -> int:
        return 200 if self.is_draft else super().status


def _as_row(rule: Rule) -> dict[str, Proposal]:
    times = {name: Proposal(getattr(rule, name), "") for name in TIMES[rule.phase]}
    named = {"family": rule.family, "phase": rule.phase, "line": rule.line_id}
    return times | {name: Proposal(value, "") for name, value in named.items()}


# --- rows that come and go without script ----------------------------------------------------------------------------


def is_draft(data: QueryDict) -> bool:
    return bool({"add", "remove"} & set(data))


def reshaped(data: QueryDict) -> QueryDict:
    """What was sent, with the row more or fewer that a button asked for."""
    names = list(RuleForm.base_fields)
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    count = min(int(total), MOST_RULES + 1) if total.isascii() and total.isdigit() and len(total) < 5 else 0
    rows = [{name: data.get(f"{PREFIX}-{index}-{name}", "") for name in names} for index in range(count)]
    removed = data.get("remove", "").removeprefix(f"{PREFIX}-")
    if "add" in data and count < MOST_RULES:
        rows.append((rows[-1] if rows else {}) | dict.fromkeys(EMPTIED, ""))
    elif removed.isascii() and removed.isdigit() and int(removed[:5]) < count:
        gone = rows.pop(int(removed))
        rows = rows or [gone | dict.fromkeys(EMPTIED, "")]  # one is left to fill in
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"{PREFIX}-")]:
        del changed[name]
    for index, row in enumerate(rows):
        for name, value in row.items():
            changed[f"{PREFIX}-{index}-{name}"] = value
    changed[f"{PREFIX}-TOTAL_FORMS"] = changed[f"{PREFIX}-INITIAL_FORMS"] = str(len(rows))
    return changed
