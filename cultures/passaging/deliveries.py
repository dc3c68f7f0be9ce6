"""A count that an instrument posted: read, placed at its culture, or left in the inbox with the reason."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from cultures.passaging.commands import CellCount
from cultures.passaging.models import Count, Culture, Event
from cultures.passaging.models.cultures import MOST_CELLS
from cultures.passaging.services import count_culture
from lims.accounts.models import User
from lims.clock import lab_time
from lims.codes import ALPHABET, is_code, tidy_code
from lims.errors import DomainError
from lims.instruments.handlers import Proposal, Taken, placed
from lims.instruments.models import Delivery, Instrument

ROUTE = "counts"
STEP = Decimal("0.1")  # what a Count keeps
# Instruments round each number they report to about three digits, so what they say agrees only so far.
VIABILITY_ROUNDING_PCT = Decimal("0.5")
TOTAL_ROUNDING = Decimal("0.01")
REPLICATES_WITHIN = timedelta(minutes=10)  # counts of one culture follow one another


class ContradictoryCount(DomainError):
    """Live, dead, total and viability do not belong to one count."""

    code = "contradictory_count"


class NoSuchCulture(DomainError):
    code = "no_such_culture"


@dataclass(frozen=True, kw_only=True)
class PostedCount:
    """What an instrument said, as live and dead cells per mL of the undiluted suspension."""

    culture: str
    live_per_ml: Decimal
    dead_per_ml: Decimal | None
    viability_pct: Decimal | None
    taken_at: datetime
    method: str = Count.Method.AUTOMATED
    note: str = ""

    @property
    def count(self) -> CellCount:
        return CellCount(
            live_per_ml=self.live_per_ml,
            dead_per_ml=self.dead_per_ml,
            method=self.method,
            reported_viability_pct=None if self.viability_pct is None else _rounded(self.viability_pct),
        )


def read_count(said: Mapping[str, Any]) -> PostedCount:
    """From the keys of a delivery's body. Needs live, or total with viability; raises ContradictoryCount."""
    number = {name: _number(said, name) for name in ("live_per_ml", "dead_per_ml", "total_per_ml", "viability_pct")}
    live, dead = _live_and_dead(**number)
    taken_at = said["taken_at"]
    return PostedCount(
        culture=said["culture"],
        live_per_ml=_rounded(live),
        dead_per_ml=None if dead is None else _rounded(dead),
        viability_pct=number["viability_pct"],
        taken_at=taken_at if isinstance(taken_at, datetime) else moment_sent(taken_at),
        method=said.get("method", Count.Method.AUTOMATED),
        note=said.get("note", ""),
    )


def moment_sent(text: str) -> datetime:
    """A time as it was sent, in any of the spellings that were taken at the door."""
    moment = parse_datetime(text)
    assert moment is not None  # it was read before it was kept
    return moment


def _live_and_dead(
    *,
    live_per_ml: Decimal | None,
    dead_per_ml: Decimal | None,
    total_per_ml: Decimal | None,
    viability_pct: Decimal | None,
) -> tuple[Decimal, Decimal | None]:
    live, dead, total = live_per_ml, dead_per_ml, total_per_ml
    if live is None:
        if total is None or viability_pct is None:
            raise ContradictoryCount("State live_per_ml, or total_per_ml with viability_pct.", field="live_per_ml")
        live = total * viability_pct / 100
    if total is not None and dead is None:
        dead = max(total - live, Decimal(0))
    if dead is None and viability_pct is not None and live:
        if not viability_pct:
            raise ContradictoryCount("A viability of 0 % leaves no live cells.", field="viability_pct")
        dead = live * (100 / viability_pct - 1)
    if dead is not None:
        _check_sums(live, dead, total, viability_pct)
    return live, dead


def _check_sums(live: Decimal, dead: Decimal, total: Decimal | None, viability_pct: Decimal | None) -> None:
    found = live + dead
    if found >= MOST_CELLS:
        raise ContradictoryCount("These are more cells per mL than there can be.", field="live_per_ml")
    if total is not None and abs(found - total) > TOTAL_ROUNDING * max(total, found):
        raise ContradictoryCount(
            f"Live and dead are {found:.0f} per mL, the total says {total:.0f}.", field="total_per_ml"
        )
    if viability_pct is not None and found:
        ours = 100 * live / found
        if abs(ours - viability_pct) > VIABILITY_ROUNDING_PCT:
            sentence = f"Live and dead make a viability of {ours:.1f} %, not {viability_pct} %."
            raise ContradictoryCount(sentence, field="viability_pct")


def _number(said: Mapping[str, Any], name: str) -> Decimal | None:
    value = said.get(name)
    return None if value is None else Decimal(str(value))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(STEP, rounding=ROUND_HALF_EVEN)


# --- placing it -------------------------------------------------------------------------------------------------------
def place_count(*, delivery: Delivery, posted: PostedCount, by: Instrument) -> Count | None:
    """The count at its culture; or None, and the delivery says why it waits."""
    return placed(delivery, lambda: _count(culture_of(posted.culture), delivery, posted, by, Event.Source.INSTRUMENT))


def culture_of(code: str) -> Culture:
    tidy = tidy_code(code)
    if not is_code(tidy):
        raise NoSuchCulture(f"{code.strip()[:40]} is not a code of ours: a sign is wrong or missing.", field="code")
    culture = Culture.objects.select_related("line", "vessel").filter(code=tidy).first()
    if culture is None:
        raise NoSuchCulture(f"No culture bears the code {tidy}.", field="code")
    return culture


def _count(culture: Culture, delivery: Delivery, posted: PostedCount, by: User | Instrument, source: str) -> Count:
    return count_culture(
        culture_id=culture.pk,
        count=posted.count,
        at=posted.taken_at,
        by=by,
        source=source,
        delivery=delivery,
        note=posted.note,
    )


# --- the inbox --------------------------------------------------------------------------------------------------------
class PostedCounts:
    """How the inbox deals with counts (lims.instruments.handlers.Handler)."""

    noun = "count"
    goes_to = "culture"

    def told(self, delivery: Delivery) -> list[tuple[str, str]]:
        posted = _posted(delivery)
        dead = "not said" if posted.dead_per_ml is None else f"{posted.dead_per_ml:,.0f} per mL".replace(",", "\u202f")
        lines = [
            ("Culture", posted.culture),
            ("Live", f"{posted.live_per_ml:,.0f} per mL".replace(",", "\u202f")),
            ("Dead", dead),
            ("Taken", f"{lab_time(posted.taken_at):%a %d %b %Y, %H:%M %Z}"),
        ]
        return lines + ([("Note", posted.note)] if posted.note else [])

    def proposals(self, deliveries: Sequence[Delivery]) -> Mapping[int, list[Proposal]]:
        """Growing cultures whose code is one slip away, and those the same instrument counted just before or after."""
        posted = {delivery.pk: _posted(delivery) for delivery in deliveries}
        slips = {pk: codes_one_slip_away(tidy_code(one.culture)) for pk, one in posted.items()}
        growing = Culture.objects.growing().select_related("line", "vessel")
        by_code = (
            {found.code: found for found in growing.filter(code__in=set().union(*slips.values()))} if slips else {}
        )
        neighbours = _counted_nearby(deliveries, posted)
        return {
            pk: _proposed([by_code[code] for code in sorted(slips[pk]) if code in by_code], neighbours[pk])
            for pk in posted
        }

    def assign(self, *, delivery: Delivery, code: str, by: User) -> Taken:
        culture = culture_of(code)
        _count(culture, delivery, _posted(delivery), by, Event.Source.INSTRUMENT)
        return Taken(url=culture.get_absolute_url(), message=f"The count now stands at {culture}.")


def _posted(delivery: Delivery) -> PostedCount:
    return read_count(json.loads(delivery.body, parse_float=Decimal))


def _proposed(alike: Sequence[Culture], neighbours: Sequence[Culture]) -> list[Proposal]:
    """Each culture once, with all that speaks for it."""
    reasons: dict[Culture, list[str]] = {}
    for cultures, reason in ((alike, "one sign differs"), (neighbours, "counted by this instrument at that time")):
        for culture in cultures:
            reasons.setdefault(culture, []).append(reason)
    return [
        Proposal(culture.code, f"{culture.line} p{culture.passage_number}, {culture.vessel}", ", ".join(why))
        for culture, why in reasons.items()
    ]


def codes_one_slip_away(code: str) -> set[str]:
    """Every right code that differs in one sign, or by one swap of neighbours."""
    start = code.find("-") + 1
    if not start or len(code) > 20:
        return set()
    tried = {code[:place] + sign + code[place + 1 :] for place in range(start, len(code)) for sign in ALPHABET} | {
        code[:place] + code[place + 1] + code[place] + code[place + 2 :] for place in range(start, len(code) - 1)
    }
    return {found for found in tried - {code} if is_code(found)}


def _counted_nearby(deliveries: Sequence[Delivery], posted: Mapping[int, PostedCount]) -> dict[int, list[Culture]]:
    if not deliveries:
        return {}
    times = [one.taken_at for one in posted.values()]
    counts = (
        Count.objects.standing()
        .filter(instrument__in={delivery.instrument_id for delivery in deliveries}, culture__ended_at=None)
        .filter(at__range=(min(times) - REPLICATES_WITHIN, max(times) + REPLICATES_WITHIN))
        .select_related("culture__line", "culture__vessel")
        .order_by("-at")[:500]
    )
    found: dict[int, dict[int, Culture]] = {delivery.pk: {} for delivery in deliveries}
    for count in counts:
        for delivery in deliveries:
            near = abs(count.at - posted[delivery.pk].taken_at) <= REPLICATES_WITHIN
            if near and count.instrument_id == delivery.instrument_id:
                found[delivery.pk][count.culture_id] = count.culture
    return {pk: list(cultures.values())[:5] for pk, cultures in found.items()}
