"""Plays the story through the lab's own services, day by day: what the bench cannot do, nobody can demonstrate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from cultures.demonstration.checking import Checking
from cultures.demonstration.climbing import STORY, Climbing
from cultures.demonstration.house import TRYPSIN, ZONE, House, build_house
from cultures.demonstration.ladders import CLIMBS
from cultures.demonstration.story import CHAINS, Cells, Chain, Stay, stays
from cultures.demonstration.touches import a_slip_of_the_pen, the_counter_speaks
from cultures.passaging.commands import CellCount, Medium, Plan, Seeding
from cultures.passaging.models import Culture
from cultures.passaging.services import (
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

HARVEST_ML = {"T25": Decimal(4), "T75": Decimal(10), "T175": Decimal(20)}
FULL_PER_CM2 = 110_000  # viable cells per cm2 of a full monolayer
BACKUP = "backup"
SESSIONS_FOR_D = 60  # days back: older bench sessions nobody looks at, and loading them takes its time


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
        self.house, self.now = house, now.astimezone(ZoneInfo(ZONE))
        self.today = self.now.date()
        self.climbing = Climbing(house, self.now)
        self.flasks: dict[str, list[Stay]] = {}  # of each chain, as they are to come
        self.flask: dict[str, Culture] = {}  # where it stands
        self.checking = Checking(house, self.flask)
        self.acts: list[Act] = []
        self.chance = Random("demonstration")

    # --- writing the script ---
    def script(self) -> list[Act]:
        begins: dict[tuple[str, int], list[Chain]] = {}  # the chains that begin with a harvest of another
        for chain in CHAINS:
            if chain.parent:
                wanted, parents = self.today - timedelta(days=chain.days), self.flasks[chain.parent]
                number = min(range(1, len(parents) - 3), key=lambda n: abs(parents[n].last_day - wanted))
                begins.setdefault((chain.parent, number), []).append(chain)
                chain = replace(chain, days=(self.today - parents[number].last_day).days)
            self.flasks[chain.name] = stays(chain, self.today)
        for chain in CHAINS:
            self.play_chain(chain, begins)
        for days_ago, hour, by, deed in self.checking.deeds():
            self.add(by, self.today - timedelta(days=days_ago), hour, deed, minute=30)
        return sorted(self.acts)

    def play_chain(self, chain: Chain, begins: dict[tuple[str, int], list[Chain]]) -> None:
        flasks = self.flasks[chain.name]
        if not chain.parent:
            self.act(chain, flasks[0].seeded_on, 9, partial(self.thaw, chain, flasks[0]))
        gap_from = self.today - timedelta(days=chain.left_out_d or -1)
        left_out = next((day for stay in flasks for day in stay.feeds_on if day >= gap_from), None)
        for number, stay in enumerate(flasks):
            for day in stay.feeds_on:
                self.act(chain, day, 11, partial(self.feed, chain, is_left_out=day == left_out))
            if stay.harvested_on:
                following = {chain: flasks[number + 1]}
                following |= {begun: self.flasks[begun.name][0] for begun in begins.get((chain.name, number), [])}
                self.act(chain, stay.harvested_on, 10, partial(self.passage, chain, following))
                if chain.is_treated:
                    self.act(chain, stay.harvested_on, 14, partial(self.climbing.consider, chain))
        if chain.lost_d:
            self.act(chain, self.today - timedelta(days=chain.lost_d), 9, partial(self.lose, chain))
        elif chain.age_d > 1:
            self.act(chain, self.today - timedelta(days=1), 15, partial(self.look, chain))

    def act(self, chain: Chain, day: date, hour: int, do: Callable[[datetime, User], None]) -> None:
        minute = self.chance.randrange(0, 100) + (20 if chain.arm == "vehicle" else 0)
        self.add(chain.keeper, day, hour, do, minute=minute)

    def add(self, by: str, day: date, hour: int, do: Callable[[datetime, User], None], *, minute: int) -> None:
        at = datetime.combine(day, time(hour), ZoneInfo(ZONE)) + timedelta(minutes=minute)
        if at < self.now:
            self.acts.append(Act(at, len(self.acts), by, do))

    # --- playing it ---
    def play(self) -> Iterator[int]:
        """Yields the percentage done. Each act is one verb, and so one transaction."""
        self.checking.begin(self.now - timedelta(days=max(chain.days for chain in CHAINS) + 8))
        self.plan_ladders()
        script = self.script()
        working: dict[str, date] = {}
        for number, act in enumerate(script):
            person = self.house.people[act.by]
            if working.get(act.by) != act.at.date() >= self.today - timedelta(days=SESSIONS_FOR_D):
                self.arrive(person, act, working)
            act.do(act.at, person)
            yield 100 * number // len(script)
        for initials, day in working.items():
            self.leave(self.house.people[initials], day)
        self.climbing.note_mechanisms()
        a_slip_of_the_pen(self.house, self.now)
        self.checking.today(self.now - timedelta(minutes=50))
        the_counter_speaks(self.house, self.flask["BT474-RES A treated"], self.now)
        yield 100

    def plan_ladders(self) -> None:
        """Each model was registered a week before its ladder."""
        for climb in CLIMBS:
            treated = next(chain for chain in CHAINS if chain.ladder == f"{climb.model} A")
            self.climbing.register(climb, treated.keeper, self.now - timedelta(days=treated.days + 7))

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

    def medium(self, chain: Chain, day: date, vessel: str, *, is_left_out: bool = False) -> Medium:
        recipe = self.house.medium_of[chain.parental_line]
        drugs, without = self.climbing.drugs(chain, day, is_left_out=is_left_out) if chain.ladder else ([], "")
        lots = [lot.pk for lot in self.house.lots_of(recipe, day)]
        volume = self.house.vessels[vessel].working_volume_ml
        return Medium(recipe_id=recipe.pk, volume_ml=volume, lot_ids=lots, drugs=drugs, without_drug=without)

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
            medium=self.medium(chain, at.date(), chain.vessel),
            came_from=f"{chain.line} seed bank, vial {chain.line[:2]}-014",
            label_passage_number=chain.passage - 1,
            label_pdl=4.0 * chain.passage,
            viability_pct=Decimal("91.5"),
            seeded_cells=self.cells_to_seed(chain, stay),
            at=at,
            by=by,
            source=STORY,
        )

    def feed(self, chain: Chain, at: datetime, by: User, *, is_left_out: bool) -> None:
        feed_culture(
            culture_id=self.flask[chain.name].pk,
            medium=self.medium(chain, at.date(), chain.vessel, is_left_out=is_left_out),
            note="The last aliquot was used up; more comes tomorrow." if is_left_out else "",
            at=at,
            by=by,
            source=STORY,
        )

    def passage(self, chain: Chain, following: dict[Chain, Stay], at: datetime, by: User) -> None:
        """following   the next flask of this chain, and the first of each that begins here"""
        flask, cells, day = self.flask[chain.name], self.climbing.cells_of(chain), at.date()
        if chain.is_treated or self.chance.random() < 0.6:
            self.observe(flask, cells, at, by)
        volume = HARVEST_ML[chain.vessel]
        count = self.counted(chain, cells, flask, at, volume)
        seedings = [self.daughter(one, stay, day, is_first=one != chain) for one, stay in following.items()]
        has_backup = self.climbing.wants_backup(chain, at)
        if has_backup:
            seedings.append(replace(seedings[0], vessel_id=self.house.vessels["T25"].pk, cells=400_000,
                                    medium=self.medium(chain, day, "T25"), note=BACKUP))  # fmt: skip
        share = 0.95 * int(count.live_per_ml * volume) / sum(seeding.cells or 0 for seeding in seedings)
        if share < 1:
            seedings = [replace(seeding, cells=int((seeding.cells or 0) * share)) for seeding in seedings]
        harvest = passage_culture(
            culture_id=flask.pk, count=count, volume_ml=volume, at=at, by=by, source=STORY,
            plan=Plan(daughters=seedings, dissociation_lot_ids=[self.house.lot_on(TRYPSIN, day).pk]),
        )  # fmt: skip
        daughters = list(harvest.daughters)
        self.flask.update({one.name: daughter for one, daughter in zip(following, daughters, strict=False)})
        self.climbing.begin([one for one in following if one != chain], self.flask, at, by)
        if has_backup:
            self.freeze_backup(daughters[-1], at, by)

    def look(self, chain: Chain, at: datetime, by: User) -> None:
        """Yesterday afternoon somebody looked at every flask that stands today."""
        confluence = min(95, 18 + 72 * (chain.age_d - 1) // chain.interval_d + self.chance.randrange(-3, 4))
        observe_culture(
            culture_id=self.flask[chain.name].pk, confluence_pct=confluence, morphology="typical", at=at, by=by,
            source=STORY,
        )  # fmt: skip

    def observe(self, flask: Culture, cells: Cells, at: datetime, by: User) -> None:
        percent = cells.viability_pct
        observe_culture(
            culture_id=flask.pk,
            confluence_pct=min(98, round(self.chance.gauss(cells.confluence_pct, 2))),
            morphology="typical" if percent > 88 else "colonies" if percent < 72 else "flattened",
            at=at - timedelta(minutes=12),
            by=by,
            source=STORY,
        )

    def counted(self, chain: Chain, cells: Cells, flask: Culture, at: datetime, volume: Decimal) -> CellCount:
        """What the counter reads: exponential growth up to a full monolayer, with the noise of counting."""
        hours = (at - flask.seeded_at).total_seconds() / 3600
        full = FULL_PER_CM2 * float(self.house.vessels[chain.vessel].growth_area_cm2)
        doubling_h = chain.doubling_h * cells.slower * self.chance.gauss(1, 0.03)
        grown = min((flask.seeded_cells or 0) * 2 ** (hours / doubling_h), full) * self.chance.gauss(1, 0.03)
        viability_pct = min(self.chance.gauss(cells.viability_pct, 1.1), 99.2)
        live = Decimal(round(grown / float(volume), -3))
        dead = Decimal(round(float(live) * (100 / viability_pct - 1), -2))
        return CellCount(live_per_ml=live, dead_per_ml=dead, method="automated")

    def daughter(self, chain: Chain, stay: Stay, day: date, *, is_first: bool) -> Seeding:
        """The next flask of a chain. At its very first, a treated arm becomes a culture of the subline."""
        shelf = "Quarantine incubator/Shelf Q" if chain.name in self.checking.apart else chain.shelf
        return Seeding(
            vessel_id=self.house.vessels[chain.vessel].pk,
            medium=self.medium(chain, day, chain.vessel),
            cells=self.cells_to_seed(chain, stay),
            place_id=self.house.places[shelf].pk,
            arm=chain.arm,
            keeper_id=self.house.people[chain.keeper].pk,
            line_id=self.house.lines[chain.line].pk if is_first else None,
        )

    def freeze_backup(self, flask: Culture, at: datetime, by: User) -> None:
        discard_culture(
            culture_id=flask.pk, why="used_up", note="frozen as backup of this rung, 3 vials",
            at=min(at + timedelta(days=3, hours=2), self.now), by=by, source=STORY,
        )  # fmt: skip

    def lose(self, chain: Chain, at: datetime, by: User) -> None:
        self.climbing.lose(chain, self.flask[chain.name], at, by)


def direct(now: datetime) -> Iterator[int]:
    """Build the house and play the story up to `now`. Yields the percentage done."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    first_day = today - timedelta(days=max(chain.days for chain in CHAINS) + 8)
    with acting("system:demonstration", "load_demonstration"):
        house = build_house(today, first_day)
    yield from Director(house, now).play()
