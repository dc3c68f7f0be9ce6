"""A trajectory told without a database: a ladder of four doses with a crash, a holiday and a step back."""

from datetime import date, timedelta
from decimal import Decimal

from cultures.compounds.models import Compound
from cultures.dosing.evidence import Point
from cultures.dosing.forecasting import LadderForecast
from cultures.dosing.models import Decision, EscalationPlan, Ladder, ResistanceModel, Rung
from cultures.dosing.planned import PlannedClimb, PlannedStep
from cultures.dosing.trajectory import Grown, Trajectory
from cultures.passaging.models import Culture
from cultures.science.exposure import ledger
from cultures.science.forecast import Forecast
from cultures.science.readiness import Rules
from cultures.science.resistance import RunResult
from cultures.science.stays import Medium, Stay
from tests.lab import DAY, FRIDAY

DOSES = (10, 20, 40, 80)


def ladder(of: str = "lapatinib", state: str = Ladder.State.CLIMBING, *, rung: int = 3) -> Ladder:
    kind = Compound.Kind.ANTIBODY if of == "trastuzumab" else Compound.Kind.SMALL_MOLECULE
    model = ResistanceModel(name="SKBR3-L", compound=Compound(name=of, kind=kind))
    ended = FRIDAY + 100 * DAY if state in Ladder.ENDED else None
    stands_on = rung_of(rung)
    return Ladder(pk=1, model=model, name="A", rung=stands_on, state=state, started_at=FRIDAY, ended_at=ended)


def rung_of(number: int) -> Rung:
    dose = Decimal(DOSES[number - 1])
    return Rung(plan=EscalationPlan(version=1), number=number, dose=dose, dose_unit="nM", dose_canonical=dose)


def decided(kind: str, day: float, rung: int, reason: str = "") -> Decision:
    return Decision(kind=kind, at=FRIDAY + day * DAY, to_rung=rung_of(rung), reason=reason)


def planned(version: int = 1, *, since: float = 0, doses=DOSES, days: float = 28) -> PlannedClimb:
    starts = [FRIDAY + (since + days * place) * DAY for place in range(len(doses))]
    return PlannedClimb(
        version, [PlannedStep(at, at + days * DAY, Decimal(dose)) for at, dose in zip(starts, doses, strict=True)]
    )


def grown(day: float, passage: int, viability=95.0, hours: float | None = 40.0) -> Grown:
    flask = Culture(code=f"C-{passage:05}", passage_number=passage)
    return Grown(FRIDAY + day * DAY, flask, viability, 2.0 if hours else -0.4, hours)


def given(*media: tuple[float, float, str]) -> list[Stay]:
    """One flask, fed on these days: (day, dose, why without)."""
    return [
        Stay(FRIDAY, None, [Medium(FRIDAY + day * DAY, Decimal(str(dose)), why, "S-1") for day, dose, why in media])
    ]


STORY = [(0, 10, ""), (20, 20, ""), (42, 40, ""), (60, 0, "holiday"), (70, 20, ""), (75, 20, ""), (90, 40, "")]


def told(
    of: str = "lapatinib", state: str = Ladder.State.CLIMBING, *, media=STORY, today: float = 100, **more
) -> Trajectory:
    """Up to 40 nM by day 42, a holiday of ten days after a crash, back to 20 nM, up again."""
    found = ledger(given(*media), redose_every=timedelta(days=25), now=FRIDAY + today * DAY)
    decisions = [
        decided("start", 0, 1), decided("escalate", 20, 2), decided("hold", 30, 2), decided("resume", 40, 2),
        decided("escalate", 41, 3), decided("step_back", 59, 2, "crash"), decided("holiday", 60, 2, "crash"),
        decided("resume", 70, 2), decided("escalate", 89, 3),
    ]  # fmt: skip
    fields = {
        "climbs": [planned()],
        "decisions": [one for one in decisions if one.at <= FRIDAY + today * DAY],
        "treated": [grown(6 * n, 8 + n, *((43.0, None) if n == 9 else ())) for n in range(1, 16) if 6 * n <= today],
        "control": [grown(6 * n, 8 + n, 97.0, 36.0) for n in range(1, 16) if 6 * n <= today],
        "lots": [(FRIDAY, "S-1"), (FRIDAY + 70 * DAY, "S-2")],
        "forecast": None,
    }
    return Trajectory(ladder(of, state), FRIDAY + today * DAY, found, Rules(), **fields | more)


def likely(low: float = 20, median: float = 30, high: float = 60) -> LadderForecast:
    return LadderForecast(
        rung_of(4), Forecast(median, (low + 4, high - 10), (low, high), "from the plan alone"), FRIDAY + 100 * DAY, None
    )


def point(day: float, ri: float, ic50: float | None, *, low: float, high: float | None, censored: str = "") -> Point:
    run = RunResult("run", date(2026, 5, 1), ri, ri * 0.8, ri * 1.25, censored=censored)
    said = f"{ic50:g}" if ic50 else f">{low:g}"
    return Point(FRIDAY + day * DAY, run, 1, 2, said, ic50, low, high, "57", 57.0, "nM", "/runs/1/")
