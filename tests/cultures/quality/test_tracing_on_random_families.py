"""The trace equals the one made by hand, on families of all sorts; and more sharing never makes it smaller."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from cultures.compounds.models import Lot
from cultures.passaging.models import Culture, Harvest
from cultures.passaging.services import end_bench_session, start_bench_session, undo_entry
from cultures.quality.families import MYCOPLASMA, methods_of
from cultures.quality.models import QCTest
from cultures.quality.reach import Tier, Why
from cultures.quality.services.folding import refold
from cultures.quality.sharing import TIERS, contacts_of, first_few
from cultures.quality.tracing import kinship_of, reach_of
from lims.clock import now
from lims.codes import new_codes
from lims.errors import DomainError
from tests import lab
from tests.cultures.quality import naive_tracing
from tests.lab import FRIDAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
METHODS = ("mycoplasma_pcr", "mycoplasma_luminescence", "mycoplasma_culture", "sterility")
VERDICTS = ("pass", "pass", "pass", "pass", "fail", "inconclusive", "pending", "invalid")


class Story:
    """A lab where anything happens to any flask. What is refused changes nothing, and the story goes on."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.at: datetime = FRIDAY
        self.shelves = [lab.shelf(name) for name in ("shelf A", "shelf B", "shelf C")]
        self.bottles = [lab.lot("FBS", str(n), Lot.Kind.SERUM) for n in range(5)]
        self.trypsins = [lab.lot("Trypsin", str(n), Lot.Kind.DISSOCIATION) for n in range(3)]
        self.people = [lab.technician(), lab.another_technician(), lab.manager()]
        for line in ("SKBR3", "BT474", "MCF7"):
            lab.growing(line, where=self.chance.choice(self.shelves), at=self.at)

    def tell(self, steps: int) -> None:
        deeds = (self.passage, self.pool, self.feed, self.look, self.move, self.sample, self.sit_down, self.take_back)
        for deed in self.chance.choices(deeds, weights=(8, 3, 6, 3, 3, 6, 2, 1), k=steps):
            self.at += self.chance.choice((HOUR, 5 * HOUR, 20 * HOUR))
            try:
                deed()
            except DomainError:
                continue

    def share_more(self, steps: int) -> None:
        """Only rounds and bottles on top, of what is growing."""
        for deed in self.chance.choices((self.feed, self.look, self.sit_down), k=steps):
            self.at += HOUR
            deed()

    def flask(self) -> Culture:
        return self.chance.choice(list(Culture.objects.growing().order_by("pk")))

    def who(self) -> "lab.User":
        return self.chance.choice(self.people)

    def medium(self) -> "lab.Medium":
        return lab.medium(lots=self.chance.sample(self.bottles, self.chance.randrange(2)))

    def daughters(self) -> list["lab.Seeding"]:
        """Some elsewhere than their parent."""
        return [
            lab.seeding(cells=100_000, said=self.medium(), place_id=self.chance.choice(self.shelves).pk)
            for _ in range(self.chance.choice((1, 1, 2, 3)))
        ]

    def detached_with(self) -> tuple[int, ...]:
        return tuple(one.pk for one in self.chance.sample(self.trypsins, self.chance.randrange(2)))

    def passage(self) -> None:
        lots = self.detached_with()
        lab.split(self.flask(), self.daughters(), at=self.at, by=self.who(), dissociation_lot_ids=lots)

    def pool(self) -> None:
        flask = self.flask()
        like = list(Culture.objects.growing().filter(line=flask.line).exclude(pk=flask.pk).order_by("pk"))
        if like:
            lab.pooled([flask, self.chance.choice(like)], self.daughters(), at=self.at, by=self.who())

    def feed(self) -> None:
        lab.fed(self.flask(), medium=self.medium(), at=self.at, by=self.who())

    def look(self) -> None:
        lab.observed(self.flask(), at=self.at, by=self.who())

    def move(self) -> None:
        lab.moved(self.flask(), self.chance.choice(self.shelves), at=self.at, by=self.who())

    def sample(self, verdict: str = "") -> QCTest:
        """Written as it stands, so that nothing is put apart and any story can go on."""
        self.at += timedelta(minutes=1)
        flask, verdict = self.flask(), verdict or self.chance.choice(VERDICTS)
        made = QCTest.objects.create(
            code=new_codes("Q")[0],
            culture=flask,
            method=self.chance.choice(METHODS[:3] if verdict == "fail" else METHODS),
            at=self.at,
            verdict=verdict,
            resulted_at=None if verdict == "pending" else now(),
            by=self.who(),
        )
        refold([flask.pk])
        return made

    def sit_down(self) -> None:
        who, hood = self.who(), lab.hood(self.chance.choice(("Hood 1", "Hood 2")))
        start_bench_session(hood_id=hood.pk, at=self.at, by=who)
        if self.chance.random() < 0.3:
            end_bench_session(at=self.at + timedelta(hours=self.chance.randrange(1, 40)), by=who)

    def take_back(self) -> None:
        harvest = Harvest.objects.standing().order_by("-pk").first()
        if harvest:
            undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=harvest.by)


def positives() -> Iterator[QCTest]:
    found = QCTest.objects.standing().filter(verdict__in=("fail", "inconclusive")).exclude(method="sterility")
    return iter(found.select_related("culture").exclude(culture__fate="entered_in_error").order_by("pk"))


@pytest.mark.parametrize("seed", range(5))
def test_the_trace_equals_the_one_made_by_hand(seed: int):
    story = Story(seed)
    story.tell(50)
    story.sample("fail")
    moment, compared = now(), 0
    for test in positives():
        reach = reach_of(test, moment)
        by_hand = naive_tracing.reach(test, methods_of(MYCOPLASMA), moment)
        assert {one.id: (one.tier, one.since, one.last_contact) for one in reach.members} == by_hand, test
        compared += len(by_hand)
    assert compared > 10


@pytest.mark.parametrize("seed", range(20, 23))
def test_what_was_shared_is_counted_as_by_hand(seed: int):
    story = Story(seed)
    story.tell(50)
    test, moment = story.sample("fail"), now()
    kinship = kinship_of(test, methods_of(MYCOPLASMA))
    tiers = {pk: one.tier.value for pk, one in kinship.suspects.items()}
    since = {pk: one.since for pk, one in kinship.suspects.items()}
    by_hand: dict[tuple[int, int], list[tuple[datetime, str, datetime]]] = {}
    for (pk, why, _), (first, last) in naive_tracing.contacts(
        naive_tracing.books(moment), tiers, since, moment
    ).items():
        by_hand.setdefault((pk, TIERS[Why(why)]), []).append((first, why, last))
    counted = contacts_of(kinship.suspects, moment)
    assert {(pk, tier): tuple(one) for tier, of_tier in counted.items() for pk, one in of_tier.items()} == {
        key: (len(spans), min(first for first, _, _ in spans), max(last for _, _, last in spans))
        for key, spans in by_hand.items()
    }
    asked = sorted({pk for pk, _ in by_hand})
    named = first_few(asked, kinship.suspects, moment)
    assert named.keys() == by_hand.keys()
    for key, few in named.items():
        told = [(one.first, one.why.value) for one in few]
        assert told == [(first, why) for first, why, _ in sorted(by_hand[key])][:5]
        assert {(one.first, one.why.value, one.last) for one in few} <= set(by_hand[key])
        assert all(one.via in kinship.suspects for one in few)
    one_of_them = {key: few for key, few in named.items() if key[0] == asked[0]}
    assert first_few(asked[:1], kinship.suspects, moment) == one_of_them


@pytest.mark.parametrize("seed", range(40, 43))
def test_more_sharing_never_shrinks_the_suspect_set(seed: int):
    story = Story(seed)
    story.tell(40)
    test, moment = story.sample("fail"), now()
    before = {one.id: one for one in reach_of(test, moment).members}
    for _ in range(3):
        story.share_more(8)
        after = {one.id: one for one in reach_of(test, moment).members}
        assert before.keys() <= after.keys()
        assert all(after[pk].tier <= one.tier and after[pk].since <= one.since for pk, one in before.items())
        assert all(after[pk].last_contact >= one.last_contact for pk, one in before.items() if one.last_contact)
        before = after


def test_ten_queries_are_enough_for_a_large_family_as_for_a_small_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    story = Story(60)
    story.tell(25)
    test = story.sample("fail")
    with django_assert_max_num_queries(10):
        small = reach_of(test, now())
        assert all(one.sentences for one in small.members)
    story.tell(60)
    with django_assert_max_num_queries(10):
        large = reach_of(test, now())
        assert all(one.sentences for one in large.members)
    assert len(large.members) > 2 * len(small.members)


def test_a_page_of_a_trace_reads_the_reasons_of_those_it_shows(
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    story = Story(61)
    story.tell(60)
    story.share_more(20)
    test, moment = story.sample("fail"), now()
    told = [one.sentences for one in reach_of(test, moment).members]
    page = reach_of(test, moment)
    shown = page.members[::3]
    with django_assert_max_num_queries(5):
        page.read(one.id for one in shown)
        assert [one.sentences for one in shown] == told[::3]
    assert any(one.tier >= Tier.POSSIBLE for one in shown)
