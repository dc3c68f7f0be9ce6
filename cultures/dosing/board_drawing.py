"""The board's small staircases: one a ladder, days and target drawn alike in all, so that one compares them by eye.

Given doses are those of the treated flasks' media (DosingState); within one flask only the last is known here. The
exact exposure, with its gaps, is on the model's own page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import log

from cultures.dosing.models import Decision, DosingState, Ladder, Rung
from cultures.dosing.standing import standing_decisions
from cultures.passaging.models import Culture
from cultures.science.readiness import Verdict

WIDTH, HEIGHT = 240, 84
TARGET_Y, FLOOR_Y, LOWEST_Y, REST_PX = 18.0, 80.0, 72.0, 4
STATE = Ladder.State
SIGNS = {  # how the staircase ends: class of its colour, and shape
    "target": ("f-ok", "circle"),
    Verdict.READY: ("f-a", "up"),
    Verdict.HOLD: ("f-w", "square"),
    Verdict.STEP_BACK: ("f-r", "down"),
    Verdict.NOT_ASSESSED: ("f-b", "circle"),
    STATE.HOLIDAY: ("f-w", "square"),
    STATE.LOST: ("f-r", "cross"),
    STATE.ABANDONED: ("f-e", "cross"),
}
SHAPES = {  # around their middle
    "circle": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "square": "m-4.5 -4.5h9v9h-9z",
    "up": "m0 -5.5l5.5 10h-11z",
    "down": "m0 5.5l5.5 -10h-11z",
    "cross": "m-5 -3l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z",
}


@dataclass
class BoardClimb:
    """steps: (day, dose) from which on it was given. rests: days without drug that were meant. end: today's day."""

    steps: list[tuple[float, Decimal]]
    rests: list[tuple[float, float]]
    end: float
    lowest: Decimal
    target: Rung
    sign: tuple[str, str]


@dataclass(frozen=True)
class BoardDrawing:
    """What the template writes down: SVG paths and places in a field of WIDTH by HEIGHT."""

    treads: str
    rests: str
    end: str  # the path of its mark
    end_class: str
    target_in_words: str
    width: int = WIDTH
    height: int = HEIGHT
    target_line: str = field(default=f"M0 {TARGET_Y:g}H{WIDTH}", init=False)
    floor_line: str = field(default=f"M0 {FLOOR_Y:g}H{WIDTH}", init=False)


def drawings_of(
    ladders: Sequence[Ladder], at: datetime, verdicts: Mapping[int, Verdict] | None = None
) -> dict[int, BoardDrawing]:
    """By ladder, in three queries. Ladders come with their rung; verdicts are those of readiness_of, by ladder."""
    climbs = board_climbs_of(ladders, at, verdicts or {})
    most_days = max((climb.end for climb in climbs.values()), default=0.0)
    return {pk: board_svg_points(climb, most_days) for pk, climb in climbs.items()}


def board_svg_points(climb: BoardClimb, most_days: float) -> BoardDrawing:
    """Days 0 to most_days over the whole width, the target at one height, doses on a log scale below it."""
    span = max(log(climb.target.dose_canonical / climb.lowest), log(2))

    def x(day: float) -> float:
        return min(max(day, 0.0) / max(most_days, 1.0), 1.0) * (WIDTH - 12) + 6

    def y(dose: Decimal) -> float:
        above = log(climb.target.dose_canonical / dose) / span
        return min(max(TARGET_Y + above * (LOWEST_Y - TARGET_Y), 4.0), FLOOR_Y - 4)

    treads = "".join(
        f"{'V' if is_joined else f'M{x(start):.1f} '}{y(dose):.1f}H{x(end):.1f}"
        for start, end, dose, is_joined in _pieces(climb)
    )
    rests = "".join(
        f"M{px} {TARGET_Y:g}V{FLOOR_Y:g}"
        for start, end in climb.rests
        for px in range(round(x(start)) + 1, max(round(x(end)), round(x(start)) + 2), REST_PX)
    )
    colour, shape = climb.sign
    last = climb.steps[-1][1] if climb.steps else climb.lowest
    mark = f"M{x(climb.end):.1f} {y(last):.1f}{SHAPES[shape]}"
    return BoardDrawing(treads, rests, mark, colour, f"target {climb.target.dose_in_words}")


def _pieces(climb: BoardClimb) -> list[tuple[float, float, Decimal, bool]]:
    """Start, end and dose of each tread, and whether it joins the one before it: cut where the cells rested."""
    ends = [*(day for day, _ in climb.steps[1:]), climb.end]
    found: list[tuple[float, float, Decimal, bool]] = []
    for (start, dose), end in zip(climb.steps, ends, strict=False):
        for rest_start, rest_end in climb.rests:
            if start <= rest_start < end:
                found.append((start, rest_start, dose, bool(found) and found[-1][1] == start))
                start = min(max(rest_end, start), end)
        if start < end:
            found.append((start, end, dose, bool(found) and found[-1][1] == start))
    return found


# --- gathering -------------------------------------------------------------------------------------------------------


def board_climbs_of(ladders: Sequence[Ladder], at: datetime, verdicts: Mapping[int, Verdict]) -> dict[int, BoardClimb]:
    given, rests, rungs = _given(ladders), _rests(ladders, at), _rungs(ladders)
    found = {}
    for ladder in ladders:
        of_plan = rungs[ladder.rung.plan_id]
        steps = [(max(_day(ladder, since), 0.0), dose) for since, dose in given.get(ladder.pk, [])]
        lowest = min([of_plan[0].dose_canonical, *(dose for _, dose in steps)])
        found[ladder.pk] = BoardClimb(
            steps=steps,
            rests=rests.get(ladder.pk, []),
            end=_day(ladder, min(at, ladder.ended_at or at)),
            lowest=lowest,
            target=of_plan[-1],
            sign=_sign(ladder, steps[-1][1] if steps else Decimal(0), of_plan[-1], verdicts.get(ladder.pk)),
        )
    return found


def _day(ladder: Ladder, at: datetime) -> float:
    return (at - ladder.started_at).total_seconds() / 86_400


def _given(ladders: Sequence[Ladder]) -> dict[int, list[tuple[datetime, Decimal]]]:
    """By ladder: each dose its treated arm was given, and since when; oldest first."""
    rows = DosingState.objects.filter(ladder__in=ladders, culture__arm=Culture.Arm.TREATED, last_dose__gt=0)
    told = rows.order_by("ladder_id", "at_dose_since").values_list("ladder_id", "at_dose_since", "last_dose").distinct()
    found: dict[int, list[tuple[datetime, Decimal]]] = {}
    for pk, since, dose in told:
        steps = found.setdefault(pk, [])
        if since and (not steps or steps[-1][1] != dose):
            steps.append((since, dose))
    return found


def _rests(ladders: Sequence[Ladder], at: datetime) -> dict[int, list[tuple[float, float]]]:
    """By ladder: its holidays, each until the next decision."""
    decisions: dict[int, list[Decision]] = {ladder.pk: [] for ladder in ladders}
    for decision in standing_decisions(ladder__in=ladders):
        decisions[decision.ladder_id or 0].append(decision)
    found = {}
    for ladder in ladders:
        own = decisions[ladder.pk]
        ends = [*(decision.at for decision in own[1:]), min(at, ladder.ended_at or at)]
        found[ladder.pk] = [
            (_day(ladder, one.at), _day(ladder, end))
            for one, end in zip(own, ends, strict=False)
            if one.kind == Decision.Kind.HOLIDAY
        ]
    return found


def _rungs(ladders: Sequence[Ladder]) -> dict[int, list[Rung]]:
    """By plan: its rungs, the target last."""
    found: dict[int, list[Rung]] = {}
    for rung in Rung.objects.filter(plan__in={ladder.rung.plan_id for ladder in ladders}).order_by("number"):
        found.setdefault(rung.plan_id, []).append(rung)
    return found


def _sign(ladder: Ladder, dose: Decimal, target: Rung, verdict: Verdict | None) -> tuple[str, str]:
    if (state := STATE(ladder.state)) in SIGNS:
        return SIGNS[state]
    if dose >= target.dose_canonical:
        return SIGNS["target"]
    return SIGNS[verdict or Verdict.NOT_ASSESSED]
