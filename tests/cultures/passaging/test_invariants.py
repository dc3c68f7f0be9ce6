"""Random verbs in random order: whatever is refused or done, the rules of the bench hold afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cultures.passaging import services
from cultures.passaging.commands import Plan
from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Allocation, Culture, Descent, Harvest, HarvestSource
from cultures.passaging.services.recomputing import recompute_descendants
from lims.clock import now
from lims.errors import DomainError
from tests.lab import (
    FRIDAY,
    HOUR,
    count_of,
    counted,
    discarded,
    fed,
    growing,
    manager,
    moved,
    seeding,
    shelf,
    technician,
)

pytestmark = pytest.mark.django_db
cells = st.integers(0, 8_000_000)
part = st.integers(5, 45)  # percent of what was harvested; three of them are sometimes too many
usually = st.sampled_from([True] * 9 + [False])
pick = st.integers(0, 10_000)


class Bench(RuleBasedStateMachine):
    """People do things to flasks, in any order, with any numbers; each is done whole or refused whole."""

    done: ClassVar[dict[str, int]] = {}

    @initialize()
    def a_lab_with_two_flasks(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.at: datetime = FRIDAY
        for passage in (5, 9):
            growing(passage=passage, pdl=float(passage))

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def some(self, number: int, *, alive: bool = True) -> Culture:
        """A culture; rarely one that has ended."""
        found = list((Culture.objects.growing() if alive else Culture.objects.all()).order_by("pk")) or list(
            Culture.objects.order_by("pk")
        )
        return found[number % len(found)]

    def attempt(self, verb: str, do: Callable[[], object]) -> None:
        self.at += HOUR
        try:
            do()
        except DomainError:
            verb = f"{verb} refused"
        self.done[verb] = self.done.get(verb, 0) + 1

    # --- verbs ---
    @rule(passage=st.integers(0, 40), known=st.booleans())
    def receive(self, passage: int, known: bool) -> None:
        if Culture.objects.growing().count() < 3:
            self.attempt("receive", lambda: growing(passage=passage, pdl=3.0 if known else None, at=self.at))

    @rule(which=pick, harvested=cells, parts=st.lists(part, max_size=3), rest=st.booleans(), alive=usually)
    def passage(self, which: int, harvested: int, parts: list[int], rest: bool, alive: bool) -> None:
        daughters = [seeding("T75", cells=harvested * percent // 100) for percent in parts]
        plan = Plan(daughters=daughters, discard_rest=rest)
        self.attempt("passage", lambda: self._harvest([self.some(which, alive=alive)], harvested, plan))

    @rule(which=pick, apart=st.integers(0, 3), harvested=cells, percent=part)
    def pool(self, which: int, apart: int, harvested: int, percent: int) -> None:
        plan = Plan(daughters=[seeding("T75", cells=harvested * percent // 100)])
        self.attempt("pool", lambda: self._harvest([self.some(which), self.some(which + apart)], harvested, plan))

    def _harvest(self, flasks: list[Culture], harvested: int, plan: Plan) -> None:
        services.harvest_culture(
            culture_ids=[flask.pk for flask in flasks], count=counted(harvested), volume_ml=Decimal(10), plan=plan,
            at=self.at, by=technician(),
        )  # fmt: skip

    @rule(which=pick, share=st.integers(0, 2_000_000))
    def seed_from_what_is_in_hand(self, which: int, share: int) -> None:
        held = list(Harvest.objects.standing().order_by("pk"))
        if held:
            harvest = held[which % len(held)]
            self.attempt("seed", lambda: services.seed_culture(
                harvest_id=harvest.pk, seeding=seeding("T75", cells=share), at=self.at, by=technician()))  # fmt: skip

    @rule(which=pick)
    def feed(self, which: int) -> None:
        self.attempt("feed", lambda: fed(self.some(which), at=self.at))

    @rule(which=pick, to=st.sampled_from(["shelf A", "shelf B", "shelf C"]), back=st.integers(0, 5))
    def move(self, which: int, to: str, back: int) -> None:
        self.attempt("move", lambda: moved(self.some(which), shelf(to), at=self.at - back * HOUR))

    @rule(which=pick, live=st.integers(0, 900_000))
    def count(self, which: int, live: int) -> None:
        self.attempt("count", lambda: count_of(self.some(which), live=live, at=self.at))

    @precondition(lambda self: Culture.objects.growing().count() > 4)
    @rule(which=pick)
    def discard(self, which: int) -> None:
        self.attempt("discard", lambda: discarded(self.some(which), at=self.at))

    @precondition(lambda self: Harvest.objects.standing().exists())
    @rule(which=pick)
    def undo_a_harvest(self, which: int) -> None:
        held = list(Harvest.objects.standing().order_by("pk"))
        harvest = held[which % len(held)]
        self.attempt(
            "undo",
            lambda: services.undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=technician()),
        )

    @precondition(lambda self: Harvest.objects.standing().exists())
    @rule(which=pick, live=st.integers(0, 900_000))
    def correct_a_count(self, which: int, live: int) -> None:
        held = list(Harvest.objects.standing().order_by("pk"))
        self._correct("count", held[which % len(held)].used_count_id, {"live_per_ml": Decimal(live)})

    @rule(which=pick, passage=st.integers(0, 60))
    def correct_a_label(self, which: int, passage: int) -> None:
        founder = Culture.objects.filter(origin="received").order_by("pk")[which % 2]
        self._correct("receipt", founder.receipts.get(withdrawn_at=None).pk, {"label_passage_number": passage})

    @precondition(lambda self: Harvest.objects.standing().exists())
    @rule(which=pick, hours=st.integers(-3, 3))
    def correct_the_time_of_a_harvest(self, which: int, hours: int) -> None:
        held = list(Harvest.objects.standing().order_by("pk"))
        harvest = held[which % len(held)]
        self._correct("harvest", harvest.pk, {"at": harvest.at + timedelta(hours=hours)})

    def _correct(self, kind: str, event_id: int, changes: dict) -> None:
        self.attempt(f"correct {kind}", lambda: services.correct_entry(
            kind=kind, event_id=event_id, changes=changes, reason="a test", at=now(), by=manager()))  # fmt: skip

    # --- what always holds ---
    @invariant()
    def never_more_cells_than_harvested(self) -> None:
        sums = Allocation.objects.filter(withdrawn_at=None, harvest__withdrawn_at=None).values("harvest")
        over = sums.annotate(taken=Sum("cells")).filter(taken__gt=F("harvest__viable_cells"))
        assert not over.exists()

    @invariant()
    def daughters_are_one_passage_on_from_their_oldest_parent(self) -> None:
        for culture in _living_daughters():
            parents = [descent.parent for descent in culture.descents_up.all()]
            assert culture.passage_number == 1 + max(parent.passage_number for parent in parents)
            assert culture.passages_since_thaw == 1 + max(parent.passages_since_thaw for parent in parents)
            assert culture.seeded_at >= max(parent.seeded_at for parent in parents)

    @invariant()
    def lineage_has_no_cycle(self) -> None:
        assert not Descent.objects.filter(parent__gte=F("daughter")).exists()

    @invariant()
    def every_flask_is_harvested_at_most_once(self) -> None:
        standing = list(
            HarvestSource.objects.filter(withdrawn_at=None).values_list("culture_id", "harvest__withdrawn_at")
        )
        assert len({pk for pk, _ in standing}) == len(standing)
        assert all(withdrawn is None for _, withdrawn in standing)
        ended = set(Culture.objects.filter(fate__in=["passaged", "used_up"]).values_list("pk", flat=True))
        assert {pk for pk, _ in standing} <= ended

    @invariant()
    def doublings_never_fall_below_their_net_sum(self) -> None:
        assert not Culture.objects.filter(cpdl__lt=F("cpdl_net") - 1e-9).exists()

    @invariant()
    def what_is_stored_is_what_folding_anew_gives(self) -> None:
        founders = list(Culture.objects.filter(origin="received").values_list("pk", flat=True))
        with transaction.atomic():
            assert recompute_descendants(founders) == []
        assert set(with_descendants(founders)) == set(
            Culture.objects.exclude(fate="entered_in_error").values_list("pk", flat=True)
        )

    @invariant()
    def a_culture_stands_where_its_last_move_brought_it(self) -> None:
        for culture in Culture.objects.filter(moves__withdrawn_at=None, moves__isnull=False).distinct():
            last = culture.moves.filter(withdrawn_at=None).order_by("at", "pk").last()
            assert culture.place_id == last.to_place_id


def _living_daughters() -> list[Culture]:
    daughters = Culture.objects.exclude(fate="entered_in_error").filter(origin__in=["split", "pool"])
    return list(daughters.prefetch_related("descents_up__parent"))


def _play(examples: int, steps: int) -> None:
    Bench.done.clear()
    run_state_machine_as_test(
        Bench,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_do_the_rules_of_the_bench_hold():
    _play(examples=6, steps=15)


@pytest.mark.proof
def test_whatever_people_do_for_long_the_rules_of_the_bench_hold():
    _play(examples=80, steps=40)
    for verb in ("passage", "pool", "undo", "correct count", "correct receipt", "correct harvest"):
        assert Bench.done.get(verb), f"{verb} was never done"
