"""Plays quality control: policy and kit, monthly runs, STR profiles, a borderline sample, a contamination traced."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from cultures.compounds.services import register_lot
from cultures.compounds.services.lots import open_lot
from cultures.demonstration.checks import (
    AFTER_A_THAW_D,
    BORDERLINE,
    POSITIVE,
    PROFILED_D,
    RESULT_AFTER_D,
    RUNS,
    SOURCE,
    TODAY,
    TRACED_D,
    profile_of,
    sample_of,
)
from cultures.demonstration.house import House
from cultures.demonstration.story import STOCKS, Chain
from cultures.passaging.commands import Medium
from cultures.passaging.models import Culture, Event
from cultures.passaging.services import feed_culture, move_culture, receive_culture
from cultures.quality.models import KitRecord, PlannedTest, QCPolicy, QCRun
from cultures.quality.reach import Tier
from cultures.quality.services.identity import set_reference_profile
from cultures.quality.services.kits import register_standard_kits
from cultures.quality.services.policies import adopt_standard_policy
from cultures.quality.services.runs import enter_results, start_run
from cultures.quality.services.samples import record_test, take_samples
from cultures.quality.services.tracing import act_on_trace
from cultures.quality.tracing import reach_of
from lims.accounts.models import User

STORY = Event.Source.DEMONSTRATION
LUMINESCENCE = "mycoplasma_luminescence"
CONTROLS = {"positive_a": "2140", "positive_b": "15260", "negative_a": "2310", "negative_b": "1180"}
HOUR = timedelta(hours=1)
Deed = Callable[[datetime, User], None]


class Checking:
    """What is tested, and what came of it. `flask` is where each chain stands while the story is played."""

    def __init__(self, house: House, flask: Mapping[str, Culture]) -> None:
        self.house, self.flask = house, flask
        self.chance = Random("quality control")
        self.apart: set[str] = set()  # chains whose flask stands in quarantine

    def begin(self, opened_on: datetime) -> None:
        """The policy, the kit with a lot, and what each parental line should be like."""
        by, day = self.house.manager, opened_on.date()
        QCPolicy.current() or adopt_standard_policy(by=by)
        self.kit = KitRecord.objects.first() or register_standard_kits(by=by)[0]
        lot = register_lot(
            kind="kit", product="MycoAlert", number="0001187", maker="Lonza", catalogue_number="LT07-318",
            received_on=day - timedelta(days=3), expires_on=day + timedelta(days=700), by=by,
        )  # fmt: skip
        self.kit_lot = open_lot(lot_id=lot.pk, on=day, by=by)
        for stock in STOCKS:
            set_reference_profile(
                line_id=self.house.lines[stock.line].pk, markers=profile_of(stock.line), source=SOURCE,
                is_demonstration=True, by=by,
            )  # fmt: skip

    def deeds(self) -> Iterator[tuple[int, int, str, Deed]]:
        """Days ago, hour, who, and what. In their hour they come after the passages of the morning."""
        for stock in STOCKS:
            yield stock.days - AFTER_A_THAW_D, 15, stock.keeper, partial(self.test, stock.name)
            yield stock.days - AFTER_A_THAW_D, 16, stock.keeper, partial(self.profile, stock.name, stock)
        for day in RUNS:
            yield day, 15, "AM", partial(self.run, day)
        yield BORDERLINE[0] - 1, 8, "AM", partial(self.test, BORDERLINE[1])
        yield TRACED_D, 15, "AM", self.run_planned
        for line, day in PROFILED_D.items():
            yield day, 16, "JT", partial(self.profile_subline, line)
        yield 4, 14, "JT", self.receive

    # --- mycoplasma ---
    def readings(self, ratio: float | None = None) -> dict[str, str]:
        a = self.chance.randrange(1800, 5200)
        return {"a": str(a), "b": str(round(a * (ratio or self.chance.uniform(0.42, 0.78))))}

    def test(self, chain: str, at: datetime, by: User) -> None:
        """One sample, read the same afternoon."""
        record_test(
            culture_id=self.flask[chain].pk, method=LUMINESCENCE, at=at, readings=self.readings(),
            resulted_at=at + 2 * HOUR, kit_id=self.kit.pk, kit_lot_id=self.kit_lot.pk, by=by, source=STORY,
        )  # fmt: skip

    def run(self, day: int, at: datetime, by: User) -> None:
        """Everything that grows, in one run."""
        odd = {self.flask[chain].pk: ratio for (when, chain), ratio in ((BORDERLINE, 1.04), (POSITIVE, 6.2))
               if when == day}  # fmt: skip
        run = self.start([culture.pk for culture in self.flask.values()], at, by)
        self.read(run, at + 2 * HOUR, by, odd)
        if day == POSITIVE[0]:
            self.trace(run, at + 3 * HOUR)

    def run_planned(self, at: datetime, by: User) -> None:
        """What the trace asked for."""
        waiting = PlannedTest.objects.filter(settled_at=None, culture__ended_at=None).order_by("culture")
        self.read(self.start(list(waiting.values_list("culture_id", flat=True)), at, by), at + 2 * HOUR, by, {})

    def start(self, culture_ids: Sequence[int], at: datetime, by: User) -> QCRun:
        growing = Culture.objects.growing().filter(pk__in=culture_ids).order_by("pk")
        return start_run(
            culture_ids=list(growing.values_list("pk", flat=True)), method=LUMINESCENCE, kit_id=self.kit.pk,
            kit_lot_id=self.kit_lot.pk, at=at, by=by, source=STORY,
        )  # fmt: skip

    def read(self, run: QCRun, at: datetime, by: User, odd: Mapping[int, float]) -> None:
        codes = run.tests.filter(withdrawn_at=None).values_list("code", "culture_id")
        readings = {code: self.readings(odd.get(culture_id)) for code, culture_id in codes}
        enter_results(run_id=run.pk, controls=CONTROLS, readings=readings, read_at=at, by=by, source=STORY)

    def trace(self, run: QCRun, at: datetime) -> None:
        """The manager traces the positive flask: its own cells are kept apart, what was near them is tested."""
        test = run.tests.get(withdrawn_at=None, verdict="fail")
        members = reach_of(test, at).members
        living = set(Culture.objects.growing().filter(pk__in=[one.id for one in members]).values_list("pk", flat=True))
        near = {one.id for one in members if one.tier in (Tier.LIKELY, Tier.POSSIBLE)} & living
        act_on_trace(
            code=test.code, test=near, at=at, by=self.house.manager,
            reason="Only this branch tested positive; all that was handled beside it is tested within the week.",
        )  # fmt: skip
        move_culture(
            culture_id=test.culture_id, place_id=self.house.places["Quarantine incubator/Shelf Q"].pk,
            at=at, by=self.house.manager, source=STORY,
        )  # fmt: skip
        self.apart.add(POSITIVE[1])

    # --- identity ---
    def profile(self, name: str, chain: Chain, at: datetime, by: User) -> None:
        record_test(
            culture_id=self.flask[name].pk, method="str", at=at, resulted_at=at + timedelta(days=RESULT_AFTER_D),
            readings={"markers": sample_of(chain.line, chain.parental_line)}, by=by, source=STORY,
        )  # fmt: skip

    def profile_subline(self, line: str, at: datetime, by: User) -> None:
        name = f"{line} A treated"
        parental = self.house.lines[line].parent
        record_test(
            culture_id=self.flask[name].pk, method="str", at=at, resulted_at=at + timedelta(days=RESULT_AFTER_D),
            readings={"markers": sample_of(line, str(parental))}, by=by, source=STORY,
        )  # fmt: skip

    # --- from outside ---
    def receive(self, at: datetime, by: User) -> None:
        """A flask of SKBR3 comes from another laboratory: into quarantine, and sampled at once."""
        recipe = self.house.medium_of["SKBR3"]
        medium = Medium(
            recipe_id=recipe.pk, volume_ml=self.house.vessels["T75"].working_volume_ml,
            lot_ids=[lot.pk for lot in self.house.lots_of(recipe, at.date())],
        )  # fmt: skip
        flask = receive_culture(
            line_id=self.house.lines["SKBR3"].pk, vessel_id=self.house.vessels["T75"].pk, keeper_id=by.pk,
            place_id=self.house.places["Quarantine incubator/Shelf Q"].pk, medium=medium,
            came_from="the laboratory across the river", label_passage_number=21, viability_pct=Decimal("93.0"),
            seeded_cells=1_500_000, at=at, by=by, source=STORY,
        )  # fmt: skip
        take_samples(culture_ids=[flask.pk], method="mycoplasma_pcr", at=at + HOUR, by=by, source=STORY)
        feed_culture(culture_id=flask.pk, medium=medium, at=at + timedelta(days=3), by=by, source=STORY)

    def today(self, at: datetime) -> None:
        """A run was begun this morning; its luminescence is not read yet."""
        self.start([self.flask[chain].pk for chain in TODAY], at, self.house.people["AM"])
