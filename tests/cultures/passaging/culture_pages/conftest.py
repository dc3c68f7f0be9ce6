"""Somebody who looks at cultures, and a family with all that a drawing has to show."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test import Client

from cultures.passaging.models import Culture
from lims.accounts.models import User
from lims.clock import now
from tests import lab

DAY = timedelta(days=1)


@pytest.fixture
def technician(db: None) -> User:
    return lab.technician()


@pytest.fixture
def reader(client: Client, technician: User) -> Client:
    client.force_login(technician)
    return client


@dataclass
class Story:
    """SKBR3 from p8 on: a vehicle control, a treated arm that was raised and crashed, a spare flask, a pool."""

    founder: Culture
    control: Culture
    treated: Culture
    spare: Culture
    pool: Culture
    passages: list[Culture]


@pytest.fixture
def story(technician: User) -> Story:
    return tell(now() - 70 * DAY)


def tell(start: datetime) -> Story:
    lab.line("SKBR3", passage_interval=7 * DAY, feed_interval=3 * DAY, reference_doubling_time=timedelta(hours=40))
    founder = lab.growing("SKBR3", passage=8, at=start, seeded=1_500_000)
    vehicle, ten, forty = (lab.medium(drugs=[lab.drug("lapatinib", dose)]) for dose in (0, 10, 40))
    arms = [
        lab.seeding("T75", said=vehicle, cells=1_000_000, arm=Culture.Arm.VEHICLE),
        lab.seeding("T75", said=ten, cells=1_000_000, arm=Culture.Arm.TREATED),
        lab.seeding("T25", cells=400_000),
        lab.seeding("T25", cells=400_000),
    ]
    control, treated, one, other = lab.split(founder, arms, at=start + 7 * DAY)
    (pool,) = lab.pooled([one, other], at=start + 14 * DAY)
    lab.discarded(pool, "contaminated", note="cloudy", at=start + 20 * DAY)
    spare, passages = None, [founder, treated]
    for week in range(2, 10):
        seeding = lab.seeding("T75", said=forty if week > 4 else ten, cells=1_000_000)
        into = [seeding, lab.seeding("T25", said=ten, cells=200_000)] if week == 4 else [seeding]
        grown = 700_000 if week == 6 else 3_500_000  # one crash
        if week == 6:
            seeding = lab.seeding("T75", said=forty, cells=650_000)
            into = [seeding]
        treated, *more = lab.split(treated, into, harvested=grown, at=start + 7 * week * DAY)
        spare = more[0] if more else spare
        passages.append(treated)
        (control,) = lab.split(control, [lab.seeding("T75", said=vehicle, cells=1_000_000)], at=start + 7 * week * DAY)
    lab.discarded(spare, at=start + 40 * DAY)
    lab.fed(treated, medium=forty, at=start + 66 * DAY)
    lab.observed(treated, 85, at=start + 69 * DAY)
    return Story(*(lab.again(one) for one in (founder, control, treated, spare, pool)), passages)
