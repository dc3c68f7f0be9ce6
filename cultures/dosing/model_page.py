"""What the page of one model says, gathered in a fixed number of queries however old its ladders are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Prefetch

from cultures.dosing.arm_table import ArmTable, arm_table
from cultures.dosing.decisions_told import Told, decisions_on
from cultures.dosing.exposure import Exposure, exposure_of
from cultures.dosing.figures import trajectory_chart
from cultures.dosing.forecasting import LadderForecast, forecast_of
from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.models import (
    Decision,
    DosingState,
    EscalationPlan,
    Ladder,
    MaintainedDrug,
    ResistanceModel,
    Rung,
)
from cultures.dosing.readiness import judged_in_words
from cultures.dosing.rung_table import RungRow, rung_table
from cultures.dosing.services.seconding import UNDO_WINDOW, why_not_undoable
from cultures.dosing.signs import STATUSES, Gate, Sign, gates
from cultures.dosing.trajectory import trajectory_of
from cultures.passaging.lineage import main_line
from cultures.passaging.models import Culture
from lims.accounts.models import User
from lims.audit.history import Record
from lims.charts.chart import Chart

MOST_DECISIONS = 6
STATUS = ResistanceModel.Status


@dataclass(frozen=True)
class PlanTold:
    """One version of the plan in words."""

    plan: EscalationPlan

    @property
    def doses(self) -> str:
        """1, 2, 4, 8, 10 µg/mL."""
        *lower, last = self.plan.rungs.all()
        return ", ".join([*(f"{rung.dose.normalize():f}" for rung in lower), last.dose_in_words])

    @property
    def vehicle(self) -> str:
        return f"{self.plan.vehicle_pct.normalize():f} %"


@dataclass
class ModelPage:
    """`name` is the ladder asked for; unknown or empty, the first that is open."""

    model: ResistanceModel
    name: str
    reader: User
    at: datetime

    # --- its ladders --------------------------------------------------------------------------------------------------
    @cached_property
    def views(self) -> list[LadderView]:
        ladders = list(self.model.ladders.select_related("rung__plan", "branched_from"))
        for ladder in ladders:
            ladder.model = self.model
        return list(views_of(ladders, self.at).values())

    @cached_property
    def view(self) -> LadderView | None:
        """The ladder that is shown; None as long as none was started."""
        named = [view for view in self.views if view.ladder.name == self.name]
        living = [view for view in self.views if view.ladder.is_open]
        return next(iter([*named, *living, *self.views]), None)

    @property
    def status(self) -> Sign:
        return STATUSES[STATUS(self.model.status)]

    @property
    def status_says_more(self) -> bool:
        """Than the verdict on the ladder that is shown."""
        return self.model.status not in (STATUS.PLANNED, STATUS.DERIVING, STATUS.HOLDING, STATUS.DRUG_HOLIDAY)

    @property
    def is_open(self) -> bool:
        return self.model.status != STATUS.ABANDONED

    @property
    def may_be_confirmed(self) -> bool:
        return self.model.status == STATUS.CANDIDATE

    @property
    def may_be_maintained(self) -> bool:
        return self.model.status == STATUS.CONFIRMED

    # --- the way to the target ----------------------------------------------------------------------------------------
    @cached_property
    def forecast(self) -> LadderForecast | None:
        return forecast_of([self.view.ladder], self.at).get(self.view.ladder.pk) if self.view else None

    @property
    def about_days(self) -> int:
        """How long the whole climb will have taken, as it looks now; 0 when nobody can say."""
        if not self.view or not self.forecast:
            return 0
        return self.view.day + round(self.forecast.forecast.median_days)

    @cached_property
    def chart(self) -> Chart | None:
        return trajectory_chart(trajectory_of(self.view.ladder, self.at, forecast=self.forecast)) if self.view else None

    # --- readiness and arms -------------------------------------------------------------------------------------------
    @property
    def gates(self) -> list[Gate]:
        return gates(self.view.readiness.findings) if self.view and self.view.readiness else []

    @property
    def judged(self) -> str:
        """rules v3, judged 17 Nov, 09:14."""
        return judged_in_words(self.view.readiness) if self.view and self.view.readiness else ""

    @cached_property
    def arms(self) -> ArmTable | None:
        return arm_table(self.view) if self.view else None

    @property
    def drift_is_too_far(self) -> bool:
        drift = self.view.arms.drift() if self.view else None
        return bool(drift and self.view and self.view.readiness and drift.is_too_far(self.view.readiness.rules))

    @property
    def can_work_on_both(self) -> bool:
        """Both arms can be passaged and fed together."""
        view = self.view
        return bool(view and view.ladder.is_open and view.arms.lead and view.arms.lead_control)

    # --- exposure and rungs -------------------------------------------------------------------------------------------
    @cached_property
    def flask(self) -> Culture | None:
        """The one that stands for the ladder: the leading one, else the last treated one."""
        return flask_of(self.view) if self.view else None

    @cached_property
    def exposure(self) -> Exposure | None:
        return exposure_of(self.flask.pk, self.at) if self.flask else None

    @cached_property
    def rungs(self) -> list[RungRow]:
        if not self.view or not self.exposure or not self.flask:
            return []
        return rung_table(self.view, self.exposure.ledger, main_line(self.flask.pk))

    # --- decisions and plans ------------------------------------------------------------------------------------------
    @cached_property
    def decisions(self) -> list[Told]:
        """The newest of this ladder and of the whole model; one more than is shown tells that there are more."""
        found = decisions_on(self.model)
        if self.view:
            found = found.filter(ladder=self.view.ladder) | found.filter(ladder=None)
        return [Told(decision) for decision in found.order_by("-at", "-number")[: MOST_DECISIONS + 1]]

    @property
    def shown_decisions(self) -> list[Told]:
        return self.decisions[:MOST_DECISIONS]

    @property
    def has_more_decisions(self) -> bool:
        return len(self.decisions) > MOST_DECISIONS

    @property
    def waiting(self) -> Decision | None:
        return self.view.waiting if self.view else None

    @property
    def waiting_told(self) -> Told | None:
        return Told(self.waiting) if self.waiting else None

    @cached_property
    def undoable(self) -> Decision | None:
        """The reader's own last decision, while it can be taken back."""
        last = self.view.last if self.view else None
        if not last or last.by_id != self.reader.pk or self.at - last.recorded_at > UNDO_WINDOW:
            return None
        assert self.view is not None
        return None if why_not_undoable(last, self.view.ladder, self.reader, self.at) else last

    @cached_property
    def plans(self) -> list[EscalationPlan]:
        """All versions, the newest first, with their rungs and what is kept beside."""
        kept = Prefetch("maintained", MaintainedDrug.objects.select_related("compound").order_by("compound__name"))
        rungs = Prefetch("rungs", Rung.objects.order_by("number"))
        return list(self.model.plans.select_related("made_by").prefetch_related(rungs, kept).order_by("-version"))

    @property
    def plan(self) -> EscalationPlan | None:
        return self.plans[0] if self.plans else None

    @property
    def plans_told(self) -> list[PlanTold]:
        return [PlanTold(plan) for plan in self.plans]

    @property
    def kept(self) -> Sequence[MaintainedDrug]:
        """Drugs at one dose beside the rising one."""
        return list(self.plan.maintained.all()) if self.plan else []

    @cached_property
    def derived_models(self) -> list[ResistanceModel]:
        return list(self.model.derived_models.order_by("name"))


def flask_of(view: LadderView) -> Culture | None:
    """The flask that stands for a ladder: the leading one, else the treated one that was seeded last."""
    if view.arms.lead:
        return view.arms.lead.culture
    treated = DosingState.objects.filter(ladder=view.ladder, culture__arm=Culture.Arm.TREATED)
    last = treated.select_related("culture__line", "culture__vessel").order_by("-culture__seeded_at", "-culture_id")
    return found.culture if (found := last.first()) else None


def records_of(model: ResistanceModel) -> list[Record]:
    """The model and all rows that belong to it: what its history consists of."""
    plans = model.plans.values("pk")
    found: list[Record] = [model]
    for rows in (
        model.plans.all(),
        Rung.objects.filter(plan__in=plans),
        MaintainedDrug.objects.filter(plan__in=plans),
        Ladder.objects.filter(model=model),
        model.decisions.all(),
    ):
        found += [(rows.model._meta.db_table, pk) for pk in rows.values_list("pk", flat=True)]
    return found
