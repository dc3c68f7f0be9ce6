"""A trajectory in words, and its numbers as the rows of a table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import floor

from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.dosing.models import Decision, Ladder
from cultures.dosing.trajectory import WITHOUT, Grown, Trajectory
from cultures.dosing.trajectory_frame import said_dose

NOTHING, MINUS, MOST_SPANS = "–", "\u2212", 4
Entry = tuple[datetime, str, tuple[str, ...]]  # when, what, and the four numbers


# --- in words --------------------------------------------------------------------------------------------------------


def trajectory_in_words(found: Trajectory) -> str:
    """What one sees in it, for those who do not see it."""
    said = [_climbed(found), _without(found), _stepped_back(found), _viabilities(found), _doubling_times(found)]
    said += [_stocks(found), _indices(found), _forecast(found)]
    return " ".join(sentence for sentence in said if sentence)


def _climbed(found: Trajectory) -> str:
    day, ladder = floor(found.day(found.at)), found.ladder
    state = "" if ladder.state == Ladder.State.CLIMBING else f", {ladder.get_state_display()}"
    if not found.visits:
        return f"Day {day}{state}: not in the drug yet."
    first, last = found.visits[0], found.visits[-1]
    doses = [said_dose(visit.dose, found.unit) for visit in (first, last)]
    rise = f"{doses[0]}, then {doses[1]}" if len(found.visits) == 2 else f"{doses[0]} to {doses[1]}"
    climb = f"{rise} in {len(found.visits)} steps, the last" if len(found.visits) > 1 else doses[0]
    return f"Day {day}{state}: {climb} for {last.days:.0f} d."


def _without(found: Trajectory) -> str:
    kinds = {kind: [one.days for one in found.seen if one.kind is kind] for kind in WITHOUT}
    said = [f"{found.why_without(kind)} of {_spans(days)}" for kind, days in kinds.items() if days]
    return f"Without drug: {'; '.join(said)}." if said else ""


def _spans(days: Sequence[float]) -> str:
    """
    >>> _spans([5.2, 2.0]), _spans([3.0] * 12)
    ('5 d, 2 d', '36 d in 12 pieces')
    """
    if len(days) > MOST_SPANS:
        return f"{sum(days):.0f} d in {len(days)} pieces"
    return ", ".join(f"{each:.0f} d" for each in days)


def _stepped_back(found: Trajectory) -> str:
    back = [
        f"{said_dose(one.to_rung.dose_canonical, found.unit)} on {_date(one.at)}"
        for one in found.decisions
        if one.kind == Decision.Kind.STEP_BACK and one.to_rung
    ]
    return f"Stepped back to {', and to '.join(back)}." if back else ""


def _viabilities(found: Trajectory) -> str:
    values = [one.viability_pct for one in found.treated if one.viability_pct is not None]
    if not values:
        return ""
    control = [one.viability_pct for one in found.control if one.viability_pct is not None]
    beside = f", control {control[-1]:.1f} %" if control else ""
    between = f"between {min(values):.0f} and {max(values):.0f} %"
    return f"Viability of the treated arm {between}, last {values[-1]:.1f} %{beside}."


def _doubling_times(found: Trajectory) -> str:
    said = [
        f"{arm} {times[-1]:.0f} h"
        for arm, grown in (("treated", found.treated), ("control", found.control))
        if (times := [one.doubling_time_h for one in grown if one.doubling_time_h])
    ]
    losses = [f"p{one.culture.passage_number}" for one in found.treated if one.is_net_loss]
    lost = f"{'; n' if said else 'N'}et loss at {', '.join(losses)}" if losses else ""
    return f"{'Doubling time: ' if said else ''}{', '.join(said)}{lost}." if said or lost else ""


def _stocks(found: Trajectory) -> str:
    return f"Stock {', then '.join(number for _, number in found.lots)}." if found.lots else ""


def _indices(found: Trajectory) -> str:
    if not found.points:
        return ""
    newest = found.points[-1]
    return f"IC50 last {newest.ic50_said} {newest.unit}, control {newest.control_ic50_said}; RI {newest.run.ri:.3g}."


def _forecast(found: Trajectory) -> str:
    return f"{found.forecast.words}, {found.forecast.forecast.basis}." if found.forecast else ""


# --- as a table ------------------------------------------------------------------------------------------------------


def trajectory_columns(found: Trajectory) -> tuple[str, ...]:
    return ("What", "Date", "Day", f"Dose ({found.unit})", "Viability (%)", "PD", "Doubling time (h)")


def trajectory_rows(found: Trajectory) -> list[tuple[str, ...]]:
    """Everything the chart draws of the past, newest first."""
    entries = [*_harvests(found, found.treated, "treated"), *_harvests(found, found.control, "control")]
    entries += [*_decisions(found), *_pauses(found), *_events(found)]
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return [(what, _date(at), _number(found.day(at), 0), *numbers) for at, what, numbers in entries]


def _harvests(found: Trajectory, grown: Sequence[Grown], arm: str) -> Iterator[Entry]:
    for one in grown:
        dose = f"{found.dose_at(one.at).normalize():f}" if arm == "treated" else NOTHING
        numbers = (dose, _number(one.viability_pct, 1), _number(one.pd, 2), _number(one.doubling_time_h, 0))
        yield one.at, f"p{one.culture.passage_number} {arm}, {one.culture.code}", numbers


def _decisions(found: Trajectory) -> Iterator[Entry]:
    for one in found.decisions:
        assert one.to_rung is not None  # a constraint: decisions on a ladder name their rung
        yield one.at, f"{one.get_kind_display()}, {one.to_rung}", _only(f"{one.to_rung.dose_canonical.normalize():f}")


def _pauses(found: Trajectory) -> Iterator[Entry]:
    for interval in found.seen:
        if why := found.why_without(interval.kind):
            yield interval.start, f"{why}, {interval.days:.1f} d", _only("0")


def _events(found: Trajectory) -> Iterator[Entry]:
    for at, number in found.lots:
        yield at, f"stock {number}", _only()
    for culture in found.frozen:
        if culture.ended_at:
            yield culture.ended_at, f"p{culture.passage_number} frozen, {culture.code}", _only()
    for mark in found.qc:
        yield mark.at, f"{mark.words}: {mark.verdict}", _only()
    for point in found.points:
        said = f"IC50 {point.ic50_said} {point.unit}, control {point.control_ic50_said}, RI {point.run.ri:.3g}"
        yield point.at, said, _only()


def _only(dose: str = NOTHING) -> tuple[str, ...]:
    return (dose, NOTHING, NOTHING, NOTHING)


def _date(at: datetime) -> str:
    return date_format(localtime(at), "j M Y")


def _number(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:.{places}f}".replace("-", MINUS)
