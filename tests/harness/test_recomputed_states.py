"""What is stored of each culture's dosing is what its events come to, for a large lab with a past of all sorts."""

from datetime import timedelta
from random import Random

import pytest

from cultures.dosing.following import differences
from cultures.dosing.models import DosingState, Ladder
from cultures.passaging.models import Culture, Feed, Harvest
from cultures.passaging.services import correct_entry, undo_entry
from lims.clock import now
from lims.errors import DomainError
from tests import lab, ladders
from tests.lab import HOUR
from tests.ladders import Grown

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def a_busy_lab(cultures: int, seed: int) -> int:
    """Ladders passaged, split, fed, held, rested, corrected and undone at random; how many cultures came of it.

    A verb that is refused is what a person would have been told too: it changes nothing and the story goes on.
    """
    chance = Random(seed)
    climbing: list[Ladder] = []
    while DosingState.objects.count() < cultures:
        if len(climbing) < 3 or chance.random() < 0.01:
            climbing.append(ladders.climbing(ladders.planned(f"model {len(climbing)}")))
        ladder = chance.choice(climbing)
        try:
            chance.choices((passage, feed, decide, correct, undo), weights=(10, 4, 1, 1, 1))[0](ladder, chance)
        except DomainError:
            climbing = [one for one in climbing if ladders.again(one).is_open and has_lead(one)]
    return Culture.objects.count()


def has_lead(ladder: Ladder) -> bool:
    return DosingState.objects.filter(ladder=ladder, culture__ended_at=None, culture__arm="treated").exists()


def passage(ladder: Ladder, chance: Random) -> None:
    grown = Grown(harvested=chance.randrange(2_000_000, 9_000_000), viability=chance.uniform(40, 99))
    ladders.passaged(ladder, days=chance.randrange(2, 9), treated=grown, into=chance.choice((1, 1, 2)))


def feed(ladder: Ladder, chance: Random) -> None:
    flask = ladders.lead(ladder)
    at = flask.seeded_at + timedelta(hours=chance.randrange(1, 60))
    if chance.random() < 0.25:
        ladders.fed(flask, at, drugs=(), without_drug=chance.choice(("gap", "holiday", "washout")))
    else:
        ladders.fed(flask, at)


def decide(ladder: Ladder, chance: Random) -> None:
    at = ladders.lead(ladder).seeded_at + HOUR
    ladders.decided(ladder, chance.choice(("hold", "resume", "holiday", "step_back")), at=at, reason="as it goes")


def correct(ladder: Ladder, chance: Random) -> None:
    entry = Feed.objects.standing().filter(culture__dosing__ladder=ladder, at_seeding=False).order_by("?").first()
    if entry:
        drugs = (lab.drug("trastuzumab", chance.choice(("0.5", "1", "1.5"))),)
        changes = {"drugs": drugs, "without_drug": ""}
        correct_entry(
            kind="feed", event_id=entry.pk, changes=changes, reason="read again", at=now(), by=lab.technician()
        )


def undo(ladder: Ladder, chance: Random) -> None:
    harvest = Harvest.objects.standing().filter(sources__culture__dosing__ladder=ladder).order_by("-pk").first()
    if harvest:
        undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=lab.technician())


@pytest.mark.parametrize("seed", [3])
def test_of_a_hundred_cultures(seed: int):
    assert a_busy_lab(100, seed) >= 100
    assert differences() == []


@pytest.mark.proof
def test_of_a_thousand_cultures():
    assert a_busy_lab(1_000, seed=7) >= 1_000
    assert differences() == []
    assert DosingState.objects.filter(dose_days__gt=0).count() > 100
