"""One form for both arms: each has its count and volume, and what becomes of the cells is said once for both."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from cultures.dosing.errors.pairs import OfOneArm
from cultures.passaging.errors import NotEnoughCells, cells
from cultures.passaging.forms.catalogue import Catalogue
from cultures.passaging.forms.feed import FeedForm
from cultures.passaging.forms.medium import MediumForm
from cultures.passaging.forms.passage import By, DaughterForm, HarvestForm
from cultures.passaging.forms.planning import Fit, Planner, Poured
from cultures.passaging.forms.proposals import Proposed
from cultures.passaging.forms.reshaping import is_draft, reshaped
from lims.errors import DomainError
from lims.web.fields import field_of


class OfAnArm(MediumForm):
    """A form of which one arm says its `OWN` fields for itself; all others are read from the fields both arms share."""

    OWN: ClassVar[frozenset[str]]

    def __init__(self, *args: Any, arm: str, **options: Any) -> None:
        self.arm = arm
        super().__init__(*args, **options)

    def add_prefix(self, field_name: str) -> str:
        return f"{self.arm}-{field_name}" if field_name in self.OWN else field_name


class Paired(OfAnArm):
    """The treated arm's form, which holds the control's: only both together are sound."""

    is_treated_arm = True

    def __init__(self, *args: Any, control: OfAnArm, **options: Any) -> None:
        super().__init__(*args, **options)
        self.control = control

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.control.is_valid():
            raise ValidationError("some numbers of the control need another look.", code="rows")
        return data

    def forgive_gaps(self) -> None:
        super().forgive_gaps()
        self.control.forgive_gaps()

    def refuse(self, refusal: DomainError) -> None:
        """What is wrong with one arm's own field stands at that field."""
        super().refuse(refusal)
        for form in (self, self.control):
            for name in form.OWN:
                if form.add_prefix(name) == refusal.field:
                    form.add_error(name, str(refusal))

    # --- what each arm gets, in words --------------------------------------------------------------------------------
    @property
    def doses_in_words(self) -> list[str]:
        return [row.in_words for row in self.drugs if (drug := row.drug_so_far()) and drug.dose]

    @property
    def without_drug_in_words(self) -> str:
        """Why the treated flask gets no dose; empty while nobody has said."""
        why = self["without_drug"].value() or None
        return dict(self.fields["without_drug"].choices).get(why, "")  # type: ignore[attr-defined]  # a field of choices

    @property
    def vehicles_in_words(self) -> list[str]:
        """What the control gets instead of each drug: vehicle of trastuzumab, 0.1 % water for injection."""
        found = []
        for row in self.drugs:
            if drug := row.drug_so_far():
                compound = self.catalogue.compounds[drug.compound_id]
                found.append(f"vehicle of {compound}, {drug.vehicle_pct.normalize():f} % {compound.vehicle}")
        return found


@dataclass(frozen=True)
class ForBoth:
    """What is proposed for each arm, and what may be chosen."""

    treated: Proposed
    control: Proposed
    shelf: Catalogue

    def form(
        self,
        kinds: tuple[type[OfAnArm], type[Paired]],
        data: QueryDict | None,
        more: Callable[[Proposed], dict[str, Any]] = lambda own: {},
    ) -> Any:
        """The form of both arms. `more` are further options of an arm's form, by what is proposed for it."""
        of_arm, of_both = kinds

        def options(arm: str, own: Proposed) -> dict[str, Any]:
            shared = {name: one for name, one in self.treated.fields.items() if name not in of_arm.OWN}
            its_own = {name: one for name, one in own.fields.items() if name in of_arm.OWN}
            known = {"catalogue": self.shelf, "drugs": self.treated.drugs, "proposals": shared | its_own}
            return {"arm": arm, "is_draft": data is not None and is_draft(data), **known, **more(own)}

        control = of_arm(data, **options("control", self.control))
        form = of_both(data, control=control, **options("treated", self.treated))
        if form.is_draft:
            form.forgive_gaps()
        return form


# --- feeding ---------------------------------------------------------------------------------------------------------


class ArmFeedForm(OfAnArm, FeedForm):
    OWN = frozenset({"volume_ml"})


class PairFeedForm(Paired, ArmFeedForm):
    """A medium change of both arms."""


def feed_form(sent: QueryDict | None, proposed: ForBoth) -> PairFeedForm:
    form: PairFeedForm = proposed.form((ArmFeedForm, PairFeedForm), None if sent is None else reshaped(sent))
    return form


# --- passaging -------------------------------------------------------------------------------------------------------


class ArmHarvestForm(OfAnArm, HarvestForm):
    """One arm of a passage. By ratio each arm would get its own number of cells, so that is not offered."""

    OWN = frozenset({"reading", "live", "dead", "method", "dilution", "volume_ml"})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field_of(self, "by", forms.ChoiceField).choices = By.CHOICES[:2]

    @property
    def counted(self) -> list[BoundField]:
        """What is typed at each passage; the rest is folded away."""
        return [self["live"], self["dead"], self["volume_ml"]]


class PairHarvestForm(Paired, ArmHarvestForm):
    """A passage of both arms."""

    control: ArmHarvestForm

    @property
    def lacks_cells(self) -> bool:
        return isinstance(self.refusal, OfOneArm) and isinstance(self.refusal.refusal, NotEnoughCells)


@dataclass(frozen=True)
class PairPlanner:
    """What the one plan comes to in each arm."""

    treated: Planner
    control: Planner

    @property
    def rows(self) -> list[tuple[DaughterForm, Poured, Poured]]:
        both = zip(self.treated.rows, self.control.rows, strict=True)
        return [(row, poured, of_control) for (row, poured), (_, of_control) in both]

    @property
    def tight(self) -> Planner:
        """Of the arm that lacks the most cells: what fits there fits the other."""
        return max(self.treated, self.control, key=lambda planner: planner.too_many)

    @property
    def fit(self) -> Fit | None:
        return self.tight.fit

    def mark_the_fit(self) -> None:
        """Say at the daughter itself what would fit; the page shows the treated arm's rows for both."""
        if self.fit and self.fit.cells:
            row = self.treated.rows[self.fit.index][0]
            row.add_error("amount", f"{cells(self.fit.cells)} is what both arms can spare when the others keep theirs.")


def harvest_form(
    sent: QueryDict | None, proposed: ForBoth, areas_cm2: tuple[Decimal, Decimal]
) -> tuple[PairHarvestForm, PairPlanner]:
    """The form as sent, or as a button other than Save has changed it, with what it comes to in each arm."""
    # each arm's daughters go where its flask stood, unless somebody says otherwise
    daughters = [{name: one for name, one in row.items() if name != "place"} for row in proposed.treated.daughters]

    def build(data: QueryDict | None) -> tuple[PairHarvestForm, PairPlanner]:
        form: PairHarvestForm = proposed.form(
            (ArmHarvestForm, PairHarvestForm),
            data,
            lambda own: {"offered": own.offered, "daughters": daughters},
        )
        area, area_of_control = areas_cm2
        return form, PairPlanner(
            Planner(form, area_cm2=area, is_treated=True),
            Planner(form.control, area_cm2=area_of_control, is_treated=False),
        )

    if sent is None:
        return build(None)
    form, planner = build(reshaped(sent))
    if "fit" in sent and planner.fit:
        fitting = sent.copy()
        fitting[f"daughters-{planner.fit.index}-amount"] = planner.fit.amount
        return build(fitting)
    return form, planner
