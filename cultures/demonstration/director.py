"""Plays the story through the lab's own services, day by day: what the bench cannot do, nobody can demonstrate."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from cultures.demonstration.house import TRYPSIN, ZONE, House, build_house
from cultures.demonstration.story import CHAINS, Chain, Stay, stays
from cultures.passaging.commands import CellCount, Drug, Medium, Plan, Seeding
from cultures.passaging.deliveries import ROUTE, place_count, read_count
from cultures.passaging.models import Culture, Event, Harvest
from cultures.passaging.services import (
    correct_entry,
    discard_culture,
    end_bench_session,
    feed_culture,
    observe_culture,
    passage_culture,
    start_bench_session,
    thaw_culture,
)
from lims.accounts.models import User
from lims.audit.context import acting
from lims.instruments.deliveries import Answer, once
from lims.instruments.models import Delivery

STORY = Event.Source.DEMONSTRATION
HARVEST_ML = {"T25": Decimal(4), "T75": Decimal(10), "T175": Decimal(20)}
FULL_PER_CM2 = 110_000  # viable cells per cm2 of a full monolayer
VEHICLE_PCT = {"lapatinib": Decimal("0.1"), "trastuzumab": Decimal("0.1")}  # equal over rungs and arms
BACKUP = "backup"


@dataclass(order=True)
class Act:
    """One thing somebody does at a moment; acts are played in the order of their time."""

    at: datetime
    number: int
    by: str = field(compare=False)
    do: Callable[[datetime, User], None] = field(compare=False)


class Director:
    """Holds what stands where while the story is played."""

    def __init__(self, house: House, now: datetime) -> None:
        self.house, self.now, self.today = house, now, now.astimezone(ZoneInfo(ZONE)).date()
        self.flask: dict[str, Culture] = {}
        self.acts: list[Act] = []
        self.chance = Random("demonstration")

    # --- writing the script ---
    def script(self) -> list[Act]:
        starts: dict[tuple[str, str], tuple[Chain, int]] = {}
        stocks = {
            chain.line: (chain, list(stays(chain, self.today, Random(chain.name)))) for chain in CHAINS if not chain.arm
        }
        for chain in (chain for chain in CHAINS if chain.arm):
            stock, flasks = stocks[chain.parent]
            wanted = self.today - timedelta(days=chain.days)
            number = min(range(1, len(flasks) - 3), key=lambda n: abs(flasks[n].last_day - wanted))
            chain = replace(chain, days=(self.today - flasks[number].last_day).days)
            starts[chain.name, chain.arm] = chain, number
        for stock, flasks in stocks.values():
            arms = {
                n: [chain for chain, at in starts.values() if chain.parent == stock.line and at == n]
                for n in range(len(flasks))
            }
            self.play_chain(stock, flasks, arms)
        for chain, _ in starts.values():
            calendar = Random(f"{chain.parent} {chain.drug}")  # both arms are passaged on the same days
            self.play_chain(chain, list(stays(chain, self.today, calendar)), {})
        return sorted(self.acts)

    def play_chain(self, chain: Chain, flasks: list[Stay], arms: dict[int, list[Chain]]) -> None:
        if not chain.arm:
            self.act(chain, flasks[0].seeded_on, 9, partial(self.thaw, chain, flasks[0]))
        for number, stay in enumerate(flasks):
            for day in stay.feeds_on:
                self.act(chain, day, 11, partial(self.feed, chain, stay))
            if not stay.harvested_on and chain.age_d > 1:
                self.act(chain, self.today - timedelta(days=1), 15, partial(self.look, chain))
            if stay.harvested_on:
                following, started = flasks[number + 1], arms.get(number, [])
                self.act(chain, stay.harvested_on, 10, partial(self.passage, chain, stay, following, started))

    def act(self, chain: Chain, day: date, hour: int, do: Callable[[datetime, User], None]) -> None:
        minute = self.chance.randrange(0, 100) + (20 if chain.arm == "vehicle" else 0)
        at = datetime.combine(day, time(hour), ZoneInfo(ZONE)) + timedelta(minutes=minute)
        if at < self.now:
            self.acts.append(Act(at, len(self.acts), chain.keeper, do))

    # --- playing it ---
    def play(self) -> Iterator[int]:
        """Yields the percentage done. Each act is one verb, and so one transaction."""
        script = self.script()
        working: dict[str, date] = {}
        for number, act in enumerate(script):
            person = self.house.people[act.by]
            if working.get(act.by) != act.at.date():
                self.arrive(person, act, working)
            act.do(act.at, person)
            yield 100 * number // len(script)
        for initials, day in working.items():
            self.leave(self.house.people[initials], day)
        self.last_touches()
        yield 100

    def arrive(self, person: User, act: Act, working: dict[str, date]) -> None:
        if act.by in working:
            self.leave(person, working[act.by])
        hood = self.house.places["Hood 1" if act.by == "AM" else "Hood 2"]
        start_bench_session(hood_id=hood.pk, at=act.at - timedelta(minutes=5), by=person)
        working[act.by] = act.at.date()

    def leave(self, person: User, day: date) -> None:
        evening = datetime.combine(day, time(17, 30), ZoneInfo(ZONE))
        if evening < self.now:
            end_bench_session(at=evening, by=person)

    def medium(self, chain: Chain, stay: Stay, day: date, vessel: str) -> Medium:
        recipe = self.house.medium_of[chain.parent or chain.line]
        drugs = []
        if stay.dose is not None:
            stock = self.house.stocks[chain.drug]
            drugs.append(
                Drug(
                    compound_id=self.house.compounds[chain.drug].pk,
                    dose=stay.dose if chain.arm == "treated" else Decimal(0),
                    unit="nM" if chain.drug == "lapatinib" else "µg/mL",
                    stock_id=stock.pk if chain.arm == "treated" else None,
                    vehicle_pct=VEHICLE_PCT[chain.drug],
                )
            )
        lots = [lot.pk for lot in self.house.lots_of(recipe, day)]
        volume = self.house.vessels[vessel].working_volume_ml
        return Medium(recipe_id=recipe.pk, volume_ml=volume, lot_ids=lots, drugs=drugs)

    def cells_to_seed(self, chain: Chain, stay: Stay) -> int:
        """Enough to be nearly confluent when this flask is harvested."""
        area = float(self.house.vessels[chain.vessel].growth_area_cm2)
        days = stay.days or chain.interval_d
        wanted = 0.8 * FULL_PER_CM2 * area / 2 ** (days * 24 / chain.doubling_h)
        return int(round(max(12_000 * area, min(wanted, 55_000 * area)), -4))

    def thaw(self, chain: Chain, stay: Stay, at: datetime, by: User) -> None:
        self.flask[chain.name] = thaw_culture(
            line_id=self.house.lines[chain.line].pk,
            vessel_id=self.house.vessels[chain.vessel].pk,
            place_id=self.house.places[chain.shelf].pk,
            keeper_id=by.pk,
            medium=self.medium(chain, stay, at.date(), chain.vessel),
            came_from=f"{chain.line} seed bank, vial {chain.line[:2]}-014",
            label_passage_number=chain.passage - 1,
            label_pdl=4.0 * chain.passage,
            viability_pct=Decimal("91.5"),
            seeded_cells=self.cells_to_seed(chain, stay),
            at=at,
            by=by,
            source=STORY,
        )

    def feed(self, chain: Chain, stay: Stay, at: datetime, by: User) -> None:
        feed_culture(
            culture_id=self.flask[chain.name].pk,
            medium=self.medium(chain, stay, at.date(), chain.vessel),
            at=at,
            by=by,
            source=STORY,
        )

    def passage(self, chain: Chain, stay: Stay, following: Stay, started: list[Chain], at: datetime, by: User) -> None:
        flask, day = self.flask[chain.name], at.date()
        if self.chance.random() < 0.6 or stay.viability_pct < 75:
            self.observe(flask, stay, at, by)
        volume = HARVEST_ML[chain.vessel]
        count = self.counted(chain, stay, flask, at, volume)
        have = int(count.live_per_ml * volume)
        backup = following.dose is not None and following.dose != stay.dose and chain.arm == "treated"
        seedings = [self.daughter(chain, chain, following, day)]
        seedings += [self.daughter(arm, chain, replace(following, dose=None), day, first=True) for arm in started]
        if backup:
            seedings.append(replace(seedings[0], vessel_id=self.house.vessels["T25"].pk, cells=400_000,
                                    medium=self.medium(chain, following, day, "T25"), note=BACKUP))  # fmt: skip
        share = 0.95 * have / sum(seeding.cells or 0 for seeding in seedings)
        if share < 1:
            seedings = [replace(seeding, cells=int((seeding.cells or 0) * share)) for seeding in seedings]
        harvest = passage_culture(
            culture_id=flask.pk, count=count, volume_ml=volume, at=at, by=by, source=STORY,
            plan=Plan(daughters=seedings, dissociation_lot_ids=[self.house.lot_on(TRYPSIN, day).pk]),
        )  # fmt: skip
        daughters = list(harvest.daughters)
        self.flask[chain.name] = daughters[0]
        for arm, daughter in zip(started, daughters[1:], strict=False):
            self.flask[arm.name] = daughter
        if backup:
            self.retire_backup(daughters[-1], at, by)

    def look(self, chain: Chain, at: datetime, by: User) -> None:
        """Yesterday afternoon somebody looked at every flask that stands today."""
        confluence = min(95, 18 + 72 * (chain.age_d - 1) // chain.interval_d + self.chance.randrange(-3, 4))
        observe_culture(
            culture_id=self.flask[chain.name].pk, confluence_pct=confluence, morphology="typical", note="", photo=None,
            at=at, by=by, source=STORY,
        )  # fmt: skip

    def observe(self, flask: Culture, stay: Stay, at: datetime, by: User) -> None:
        morphology = "typical" if stay.viability_pct > 88 else "colonies" if stay.viability_pct < 72 else "flattened"
        observe_culture(
            culture_id=flask.pk, confluence_pct=stay.confluence_pct, morphology=morphology, note="", photo=None,
            at=at - timedelta(minutes=12), by=by, source=STORY,
        )  # fmt: skip

    def counted(self, chain: Chain, stay: Stay, flask: Culture, at: datetime, volume: Decimal) -> CellCount:
        """What the counter reads: exponential growth up to a full monolayer, with the noise of counting."""
        hours = (at - flask.seeded_at).total_seconds() / 3600
        full = FULL_PER_CM2 * float(self.house.vessels[chain.vessel].growth_area_cm2)
        grown = min((flask.seeded_cells or 0) * 2 ** (hours / stay.doubling_h), full) * self.chance.gauss(1, 0.04)
        live = Decimal(round(grown / float(volume), -3))
        dead = Decimal(round(float(live) * (100 / stay.viability_pct - 1), -2))
        return CellCount(live_per_ml=live, dead_per_ml=dead, method="automated")

    def daughter(self, chain: Chain, parent: Chain, stay: Stay, day: date, *, first: bool = False) -> Seeding:
        """The next flask of a chain. At its very first, the treated arm becomes a culture of the subline."""
        if first:
            stay = replace(stay, dose=Decimal(chain.rungs[0]))
        return Seeding(
            vessel_id=self.house.vessels[chain.vessel].pk,
            medium=self.medium(chain, stay, day, chain.vessel),
            cells=self.cells_to_seed(chain, stay),
            place_id=self.house.places[chain.shelf].pk,
            arm=chain.arm,
            keeper_id=self.house.people[chain.keeper].pk,
            line_id=self.house.lines[chain.line].pk if first and chain.line != parent.line else None,
        )

    def retire_backup(self, flask: Culture, at: datetime, by: User) -> None:
        discard_culture(
            culture_id=flask.pk, why="used_up", note="frozen as backup of this rung, 3 vials",
            at=min(at + timedelta(days=3, hours=2), self.now), by=by, source=STORY,
        )  # fmt: skip

    # --- what makes a lab a lab ---
    def last_touches(self) -> None:
        self.a_slip_of_the_pen()
        self.the_counter_speaks()

    def a_slip_of_the_pen(self) -> None:
        count = Harvest.objects.filter(withdrawn_at=None).select_related("used_count").order_by("at")[120].used_count
        correct_entry(
            kind="count", event_id=count.pk, changes={"dead_per_ml": 2 * (count.dead_per_ml or 0)},
            reason="dead cells of one chamber were left out", at=self.now, by=self.house.people["JT"],
        )  # fmt: skip

    def the_counter_speaks(self) -> None:
        """A reading of the flask that is due now, and one whose code nobody knows: it waits in the inbox."""
        due = self.flask["BT474-RES treated trastuzumab"]
        at = (self.now - timedelta(minutes=25)).replace(second=0, microsecond=0)
        self.deliver("demonstration-1", {"culture": due.code, "live_per_ml": "712000", "dead_per_ml": "41000"}, at)
        self.deliver("demonstration-2", {"culture": "FLASK 7", "live_per_ml": "655000", "dead_per_ml": "52000"}, at)

    def deliver(self, key: str, said: dict[str, str], at: datetime) -> None:
        said = said | {"taken_at": at.isoformat()}

        def do(delivery: Delivery) -> Answer:
            count = place_count(delivery=delivery, posted=read_count(said), by=self.house.counter)
            return Answer(201 if count else 202, json.dumps(said))

        once(by=self.house.counter, route=ROUTE, key=key, body=json.dumps(said).encode(), do=do, keep_body=True)


def direct(now: datetime) -> Iterator[int]:
    """Build the house and play the story up to `now`. Yields the percentage done."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    first_day = today - timedelta(days=max(chain.days for chain in CHAINS) + 1)
    with acting("system:demonstration", "load_demonstration"):
        house = build_house(today, first_day)
    yield from Director(house, now).play()
