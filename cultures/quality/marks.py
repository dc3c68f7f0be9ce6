"""The one word a list of cultures has room for: clean, untested, test due, to decide, hold, quarantine."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cultures.passaging.models import Culture
from cultures.passaging.registry import ABOVE, Mark, Marker
from cultures.quality.families import MYCOPLASMA
from cultures.quality.models import QCTest, QuarantineMember
from cultures.quality.standing import Standing, held, standings_of
from lims.clock import days_overdue, now

V = QCTest.Verdict


def marks_of(cultures: Sequence[Culture]) -> dict[int, Mark]:
    """Of those that grow. Two queries, whatever the number."""
    at = now()
    ids = [culture.pk for culture in cultures if culture.is_growing]
    if not ids:
        return {}
    kept, standings = held(ids), standings_of(ids)
    return {pk: _mark(kept.get(pk, []), standings.get(pk, {}), at) for pk in ids if pk in kept or pk in standings}


def _mark(kept: Sequence[QuarantineMember], standings: Mapping[str, Standing], at: datetime) -> Mark:
    if kept:
        is_hold = all(member.quarantine.kind == "hold" for member in kept)
        return Mark("amber", "pause", "hold") if is_hold else Mark("red", "lock", "quarantine")
    if any(one.last and one.last.verdict in (V.FAIL, V.INCONCLUSIVE) for one in standings.values()):
        return Mark("amber", "warn", "to decide")
    dues = [one.due_at for one in standings.values() if one.due_at]
    if dues and (late := days_overdue(min(dues), at)):
        return Mark("red", "clock", f"test {late}\u00a0d over")
    if dues and min(dues) < at:
        return Mark("amber", "clock", "test due")
    first = standings.get(MYCOPLASMA) or next(iter(standings.values()))
    return Mark("", "", "clean" if first.clean else "untested")


def register() -> None:
    ABOVE.markers.append(Marker("QC", marks_of))
