"""The form of a plan: how its dose is to rise, the rungs that come of it, and what is kept beside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cultures.compounds.models import Compound, Lot
from cultures.dosing.climb import Climb, Step
from cultures.dosing.commands import PlanOfDoses
from cultures.dosing.forms.how import How, initial_of, is_for, plain
from cultures.dosing.forms.rungs import MOST_DAYS, MOST_DOSE, DosesField, KeptRows, RungRows, as_row
from cultures.dosing.models import ReadinessRules
from cultures.dosing.plan_versions import canonical
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.entry import EntryForm, value_of
from cultures.science.doses import LARGEST_JUMP
from cultures.science.escalation import STRATEGIES, TEMPLATES, Pace, Template, is_large_jump
from lims.errors import DomainError
from lims.web.fields import CleanCharField, WholeNumberField, field_of
from lims.web.forms import NumberField, Proposal

STALE = "The rungs below were worked out from something else. Work them out again, or put this back as it was."


class PlanForm(EntryForm):
    """A plan. Its rungs decide; `worked_from` keeps what those on the page were worked out from.

    said   a plan to begin with: the version before
    kept   drugs that are proposed to be kept beside
    """

    at = None  # type: ignore[assignment]  # Django: these fields are left out
    note = None  # type: ignore[assignment]  # Django: this field is left out
    template = forms.ChoiceField(
        label="Published protocol",
        required=False,
        help_text="Fills in what stands below it; all of it can be changed.",
    )
    strategy = forms.ChoiceField(
        label="How the dose rises",
        choices=[(name, strategy.title) for name, strategy in STRATEGIES.items()],
        initial="stepwise",
        widget=forms.RadioSelect,
    )
    start = NumberField(label="First dose", required=False, most=MOST_DOSE, places=6)
    target = NumberField(label="Target dose", required=False, most=MOST_DOSE, places=6)
    factor = NumberField(label="Factor", unit="×", required=False, most=1000, places=4)
    doses = DosesField(label="Doses", required=False, help_text="With blanks between them: 1 2 4 8 14 20")
    dose = NumberField(label="Dose", required=False, most=MOST_DOSE, places=6)
    on_days = WholeNumberField(label="Days in the drug", unit="d", required=False, most=MOST_DAYS)
    off_days = WholeNumberField(label="Days without", unit="d", required=False, most=MOST_DAYS)
    unit = forms.ChoiceField(
        label="Unit",
        choices=[("", "unit"), *Lot.Unit.choices],
        error_messages={"required": "A dose needs its unit."},
    )
    vehicle_pct = NumberField(label="Vehicle", unit="% v/v", initial=Decimal("0.1"), least=0, most=100, places=4)
    planned_days = WholeNumberField(
        label="Planned per rung", unit="d", initial=Pace.planned_days, most=MOST_DAYS, required=False
    )
    min_days = WholeNumberField(label="At least", unit="d", initial=Pace.min_days, most=MOST_DAYS, required=False)
    min_passages = WholeNumberField(
        label="and at least", unit="passages", initial=Pace.min_passages, most=1000, required=False
    )
    worked_from = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        catalogue: Catalogue,
        said: PlanOfDoses | None = None,
        kept: Sequence[Mapping[str, Proposal]] = (),
        **options: Any,
    ) -> None:
        options["initial"] = (initial_of(said) if said else {}) | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.catalogue = catalogue
        if said:
            self.initial["worked_from"] = str(
                self._how({name: self.get_initial_for_field(field, name) for name, field in self.fields.items()})
            )
        kept = [as_row(drug) for drug in said.maintained] if said else kept
        data = self.data if self.is_bound else None
        self.rungs = RungRows(data, proposals=[as_row(rung) for rung in said.rungs] if said else [{}], prefix="rungs")  # type: ignore[call-arg]  # ProposedRows takes them
        self.kept = KeptRows(data, proposals=kept or [{}], prefix="kept", form_kwargs={"catalogue": catalogue})  # type: ignore[call-arg]  # ProposedRows takes them
        self.parts += [self.rungs, self.kept]
        field_of(self, "template", forms.ChoiceField).choices = [("", "none: plan it here"), *self._templates()]

    # --- the drug that rises: each page knows it from elsewhere ---
    @property
    def rising(self) -> Compound | None:
        raise NotImplementedError

    def _templates(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """By compound, for those the lab has; of a plan whose compound is settled, its own."""
        settled = None if "compound" in self.fields else self.rising
        offered = [settled] if settled else self.catalogue.compounds.values()
        fitting = {one.name: [found for found in TEMPLATES.values() if is_for(found, one)] for one in offered}
        return [(name, [(one.code, one.title) for one in found]) for name, found in fitting.items() if found]

    def clean_template(self) -> str:
        code, compound = self.cleaned_data["template"], self.rising
        if code and compound and not is_for(TEMPLATES[code], compound):
            raise ValidationError(
                f"This protocol is of {TEMPLATES[code].compound}, and the drug that rises is {compound}. "
                "Choose another protocol, or none."
            )
        return code

    def clean(self) -> dict[str, Any]:
        if not self.is_draft and self.how.is_said and str(self.how) != self.cleaned_data.get("worked_from"):
            self.add_error("strategy", STALE)
        return super().clean()

    # --- what is said so far ---
    @cached_property
    def rules(self) -> ReadinessRules:
        return ReadinessRules.current()

    @property
    def how(self) -> How:
        return self._how({name: value_of(self, name) for name in self.fields})

    def _how(self, values: Mapping[str, Any]) -> How:
        return How.of(values, may_jump=self.rules.largest_jump > LARGEST_JUMP)

    @property
    def chosen_template(self) -> Template | None:
        return TEMPLATES.get(value_of(self, "template") or "")

    @property
    def shown_unit(self) -> str:
        return value_of(self, "unit") or ""

    @property
    def climb(self) -> Climb | None:
        """What the rungs come to, as far as they can be read."""
        said = [[value_of(row, name) for name in ("dose", "planned_days", "min_days")] for row in self.rungs]
        steps = [Step(dose, planned, least or 0) for dose, planned, least in said if dose and planned]
        return Climb(steps) if steps else None

    def canonical_doses(self) -> set[Decimal]:
        """Of the rungs on the page, in the compound's own unit."""
        doses = [dose for row in self.rungs if (dose := value_of(row, "dose"))]
        return {canonical(dose, self.shown_unit, self.rising) for dose in doses} if self.rising else set()

    @property
    def keeps_beside(self) -> bool:
        """Something is said in the rows of maintained drugs, which are folded away."""
        is_wrong = self.kept_refused or (self.is_bound and self.kept.total_error_count())
        return bool(is_wrong) or any(value_of(row, "compound") for row in self.kept)

    @property
    def rungs_refused(self) -> str:
        """What the lab said to the rungs; it stands below them."""
        return str(self.refusal) if self.refusal and self.refusal.field == "doses" else ""

    @property
    def kept_refused(self) -> str:
        return str(self.refusal) if self.refusal and self.refusal.field == "maintained" else ""

    @property
    def has_a_large_jump(self) -> bool:
        steps = self.climb.steps if self.climb else ()
        return any(is_large_jump(before.dose, after.dose, self.rules.largest_jump) for before, after in pairwise(steps))

    def refuse(self, refusal: DomainError) -> None:
        super().refuse(refusal)
        if refusal.field == "doses":
            self.errors.pop("doses", None)  # that field is what rungs are worked out from
            self.add_error(None, str(refusal))

    def plan(self) -> PlanOfDoses:
        how, said = self.how, self.cleaned_data
        rungs = self.rungs.commands(are_pulsed=how.strategy == "pulsed")  # type: ignore[attr-defined]  # our formsets have it
        strategy = how.strategy if how.is_said or how.strategy == "pulsed" else "explicit"
        doses = {"doses": [plain(rung.dose) for rung in rungs]} if strategy == "explicit" else {}
        return PlanOfDoses(
            unit=said["unit"],
            rungs=rungs,
            vehicle_pct=said["vehicle_pct"],
            strategy=strategy,
            template=how.template,
            parameters=how.parameters | doses,
            maintained=self.kept.commands(),  # type: ignore[attr-defined]  # our formsets have it
        )


class RevisionForm(PlanForm):
    """The next version of a plan. `based_on` is the one that was looked at."""

    reason = CleanCharField(
        label="Reason",
        max_length=300,
        help_text="Stays beside the version for good.",
        error_messages={"required": "Write why the plan changes."},
    )
    based_on = WholeNumberField(least=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, compound: Compound, **options: Any) -> None:
        self._rising = compound
        super().__init__(*args, **options)

    @property
    def rising(self) -> Compound:
        return self._rising
