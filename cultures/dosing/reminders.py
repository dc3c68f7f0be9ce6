"""What falls due on ladders: doses, gaps, the check of a rung, arms that drift apart, stocks that expire.

Each source is one set-based query over the dosing states, however many ladders climb. A culture's own jobs (its dose)
join its other jobs on Today; a ladder's are a job of the model's keeper.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Abs, Cast, Coalesce, Concat, Greatest

from cultures.compounds.querysets import EXPIRING_WITHIN
from cultures.dosing.models import Decision, DosingState, Ladder, ReadinessRules, ReversionCheck, Rung
from cultures.passaging.models import Culture, DrugInMedium, Feed
from cultures.passaging.reminders import cards, for_its_people
from lims.accounts.models import Role, User
from lims.clock import now
from lims.reminders.registry import Source, register_source

CULTURE_JOB, LADDER_JOB = "cultures/passaging/_job.html", "cultures/dosing/due/_job.html"
ONE_DAY, ONE_SECOND = timedelta(days=1), timedelta(seconds=1)
LOOKED_AT_AGAIN = timedelta(days=7)  # a ladder that is held is looked at again each week
USED_WITHIN = timedelta(days=30)
ARM = Culture.Arm


def register() -> None:
    register_source(Source("dose_due", "dose", doses_due, cards, CULTURE_JOB))
    register_source(Source("dose_gap", "gap in the dose", dose_gaps, cards, CULTURE_JOB))
    register_source(Source("escalation_check", "escalation check", escalation_checks, ladder_cards, LADDER_JOB))
    register_source(Source("control_drift", "arms to bring in step", control_drifts, ladder_cards, LADDER_JOB))
    register_source(Source("lot_expiring", "stock to replace", stocks_expiring, ladder_cards, LADDER_JOB))
    register_source(Source("reversion_check", "reversion check", reversion_checks, ladder_cards, LADDER_JOB))


# --- flasks: their dose ----------------------------------------------------------------------------------------------


LEFT_OUT = Q(dosing__dose=0, dosing__without=Feed.Without.GAP)


def _treated() -> QuerySet:
    """Treated flasks that grow and are meant to be in the drug, with the moment since when they are in none."""
    spent = F("dosing__medium_at") + F("dosing__ladder__model__compound__redose_interval")
    rested = ExpressionWrapper(F("dosing__rested_s") * Value(ONE_SECOND), output_field=DurationField())
    lapses_at = ExpressionWrapper(spent + rested, output_field=DateTimeField())
    since = Case(When(LEFT_OUT, then=F("dosing__medium_at")), default=lapses_at, output_field=DateTimeField())
    growing = Culture.objects.growing().filter(Q(dosing__dose__gt=0) | LEFT_OUT, arm=ARM.TREATED)
    return growing.exclude(dosing__ladder__state__in=Ladder.ENDED).annotate(gap_since=since)


def doses_due(by: datetime) -> QuerySet:
    """Those whose dose still holds, and will not until then."""
    due = _treated().filter(gap_since__lt=by, gap_since__gte=now())
    return for_its_people(due, kind="dose_due", due_at=F("gap_since"), action="feed_culture", page="feed")


def dose_gaps(by: datetime) -> QuerySet:
    """Those whose dose is used up, or whose drug was left out: every hour is a gap."""
    gaps = _treated().filter(gap_since__lt=min(by, now()))
    return for_its_people(gaps, kind="dose_gap", due_at=F("gap_since"), action="feed_culture", page="feed")


# --- ladders ---------------------------------------------------------------------------------------------------------


def escalation_checks(by: datetime) -> QuerySet:
    """Ladders whose leading flask has been at its rung for the least days; held ones a week after that was decided."""
    lead = _living(OuterRef("pk"), ARM.TREATED)
    at_dose = ExpressionWrapper(
        Subquery(lead.values("at_dose_since")[:1]) + F("rung__min_days") * Value(ONE_DAY), output_field=DateTimeField()
    )
    decided = Decision.objects.filter(ladder=OuterRef("pk"), state=Decision.State.MADE, withdrawn_at=None)
    again = ExpressionWrapper(
        Subquery(decided.order_by("-at", "-number").values("at")[:1]) + Value(LOOKED_AT_AGAIN),
        output_field=DateTimeField(),
    )
    above = Rung.objects.filter(plan=OuterRef("rung__plan"), number__gt=OuterRef("rung__number"))
    ladders = Ladder.objects.filter(
        Exists(above), Exists(lead.filter(dose=OuterRef("rung__dose_canonical"))), state__in=("climbing", "holding")
    )
    check_at = Case(When(state=Ladder.State.HOLDING, then=Greatest(at_dose, again)), default=at_dose)
    due = ladders.annotate(check_at=check_at).filter(check_at__lt=by)
    return _for_their_keepers(due, kind="escalation_check", due_at=F("check_at"), action="decide_on_ladder")


def control_drifts(by: datetime) -> QuerySet:
    """Ladders whose arms are too far apart, since the later was seeded; those that lost their control, since then."""
    rules = ReadinessRules.current()
    treated, control = _living(OuterRef("pk"), ARM.TREATED), _living(OuterRef("pk"), ARM.VEHICLE)
    lent = _living(OuterRef("branched_from"), ARM.VEHICLE)

    def of_control(field: str) -> Coalesce:
        return Coalesce(Subquery(control.values(field)[:1]), Subquery(lent.values(field)[:1]))

    ended = DosingState.objects.filter(ladder=OuterRef("pk"), culture__arm=ARM.VEHICLE).order_by()
    last_end = ended.values("ladder").annotate(last=Max("culture__ended_at")).values("last")
    ladders = (
        Ladder.objects.exclude(state__in=Ladder.ENDED)
        .filter(Exists(treated))
        .annotate(
            treated_p=Subquery(treated.values("culture__passage_number")[:1], output_field=IntegerField()),
            treated_at=Subquery(treated.values("culture__seeded_at")[:1]),
            control_p=of_control("culture__passage_number"),
            control_at=of_control("culture__seeded_at"),
        )
        .annotate(apart=Abs(F("treated_p") - F("control_p")))
    )
    days = timedelta(days=rules.control_days_apart + 1)
    far = Q(apart__gt=rules.control_passages_apart)
    far |= Q(treated_at__gte=F("control_at") + days) | Q(control_at__gte=F("treated_at") + days)
    lost = Q(control_at=None)
    since = Case(
        When(lost, then=Coalesce(Subquery(last_end), F("started_at"))),
        default=Greatest(F("treated_at"), F("control_at")),
        output_field=DateTimeField(),
    )
    due = ladders.filter(far | lost).annotate(drift_at=since).filter(drift_at__lt=by)
    return _for_their_keepers(due, kind="control_drift", due_at=F("drift_at"), action="passage_pair")


def _living(ladder: Any, arm: str) -> QuerySet:
    """The dosing states of an arm's living flasks, that of the leading one first."""
    rows = DosingState.objects.filter(ladder=ladder, culture__ended_at=None, culture__arm=arm)
    return rows.order_by("-culture__seeded_at", "-culture")


def _for_their_keepers(due: QuerySet, *, kind: str, due_at: F, action: str) -> QuerySet:
    """One row for the model's keeper; when the keeper has left, for the lab manager who has been here longest."""
    return due.annotate(
        kind=Value(kind, CharField()),
        subject=Concat(F("model__code"), Value(" "), F("name")),
        subject_label=Concat(F("model__name"), Value(", ladder "), F("name")),
        person_id=_keeper("model__"),
        due_at=due_at,
        place_label=Value("Models", CharField()),
        url=Concat(Value("/models/"), F("model__code"), Value("/?ladder="), F("name")),
        action=Value(action, CharField()),
    ).filter(person_id__isnull=False)


def _keeper(path: str) -> Case:
    manager = User.objects.filter(is_active=True, role=Role.MANAGER).order_by("pk").values("pk")[:1]
    active = {f"{path}keeper__is_active": True}
    return Case(When(**active, then=F(f"{path}keeper_id")), default=Subquery(manager))


# --- stocks and reversion tests --------------------------------------------------------------------------------------


def stocks_expiring(by: datetime) -> QuerySet:
    """Stocks that open ladders drew from within a month and that expire within two weeks."""
    drawn = DrugInMedium.objects.filter(
        feed__withdrawn_at=None,
        feed__at__gte=now() - USED_WITHIN,
        feed__culture__dosing__ladder__state__in=(Ladder.State.CLIMBING, Ladder.State.HOLDING, Ladder.State.HOLIDAY),
        stock__finished_on=None,
    )
    newest = drawn.order_by("stock", "-feed__at", "-pk").distinct("stock").values("pk")  # one use speaks for each stock
    warned_at = Cast(F("stock__expires_on"), DateTimeField()) - Value(EXPIRING_WITHIN)
    uses = DrugInMedium.objects.filter(pk__in=newest).annotate(
        warned_at=ExpressionWrapper(warned_at, output_field=DateTimeField())
    )
    return (
        uses.filter(warned_at__lt=by)
        .annotate(
            kind=Value("lot_expiring", CharField()),
            subject=F("stock__code"),
            subject_label=Concat(F("stock__product"), Value(", lot "), F("stock__number")),
            person_id=_keeper("feed__culture__dosing__ladder__model__"),
            due_at=F("warned_at"),
            place_label=Value("Models", CharField()),
            url=Concat(Value("/lots/"), F("stock__code"), Value("/")),
            action=Value("register_lot", CharField()),
        )
        .filter(person_id__isnull=False)
    )


def reversion_checks(by: datetime) -> QuerySet:
    """Weeks of running tests at which the IC50 is to be measured."""
    due = ReversionCheck.objects.filter(test__ended_at=None, settled_at=None, due_at__lt=by)
    return due.annotate(
        kind=Value("reversion_check", CharField()),
        subject=Concat(F("test__model__code"), Value(" week "), Cast("week", CharField())),
        subject_label=Concat(F("test__model__name"), Value(", reversion week "), Cast("week", CharField())),
        person_id=_keeper("test__model__"),
        place_label=Value("Models", CharField()),
        url=Concat(Value("/models/"), F("test__model__code"), Value("/")),
        action=Value("settle_reversion_check", CharField()),
    ).filter(person_id__isnull=False)


def ladder_cards(codes: Iterable[str]) -> Mapping[str, Any]:
    """What Today shows of a ladder: itself, its rung, what it is at."""
    models = {code.partition(" ")[0] for code in codes}
    ladders = Ladder.objects.filter(model__code__in=models).select_related("model__compound", "rung")
    return {f"{ladder.model.code} {ladder.name}": {"ladder": ladder} for ladder in ladders}
