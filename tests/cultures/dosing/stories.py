"""Ladders as their pages show them: told so that the last passage was yesterday."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.dosing.ladder_view import LadderView, views_of
from cultures.dosing.models import Ladder
from lims.accounts.models import User
from lims.clock import now
from tests import lab, ladders
from tests.lab import DAY, HOUR
from tests.ladders import Grown

CRASH = Grown(harvested=1_100_000, viability=46)


def young(**more: Any) -> Ladder:
    """Started yesterday."""
    return ladders.climbing(at=now() - DAY, **more)


def ready(**more: Any) -> Ladder:
    """Three passages on its first rung, and every criterion met."""
    ladder = ladders.climbing(at=now() - 19 * DAY, **more)
    for _ in range(3):
        ladders.passaged(ladder)
    return ladder


def raised(**more: Any) -> Ladder:
    """Ready, and the next rung decided an hour after the last passage."""
    ladder = ready(**more)
    ladders.decided(ladder, "escalate", at=ladders.lead(ladder).seeded_at + HOUR)
    return ladder


def on_holiday(*, confluence: int | None = None) -> Ladder:
    """Without drug since its last passage; a day later somebody looked at it."""
    ladder = ladders.climbing(at=now() - 8 * DAY)
    at = ladders.passaged(ladder)
    ladders.decided(ladder, "holiday", at=at + HOUR, reason="they round up")
    if confluence is not None:
        seen(ladder, confluence)
    return ladder


def seen(ladder: Ladder, confluence: int) -> None:
    flask = ladders.lead(ladder)
    lab.observed(flask, confluence, at=flask.seeded_at + DAY)


def crashed(*, days_ago: int = 1) -> Ladder:
    """1 µg/mL passed; the first passage in 2 µg/mL was a crash."""
    ladder = ladders.climbing(at=now() - (31 + days_ago - 1) * DAY)
    for _ in range(3):
        at = ladders.passaged(ladder)
    ladders.decided(ladder, "escalate", at=at + HOUR)
    ladders.passaged(ladder)
    ladders.passaged(ladder, treated=CRASH)
    return ladder


def stepped_back() -> Ladder:
    """After its crash stepped back, fed so at once, and passaged yesterday. 37 days old."""
    ladder = crashed(days_ago=7)
    flask = ladders.lead(ladder)
    ladders.decided(ladder, "step_back", at=flask.seeded_at + HOUR, reason="after a late feed")
    ladders.fed(flask, flask.seeded_at + 2 * HOUR)
    ladders.passaged(ladder, treated=Grown(viability=92))
    return ladder


def view_of(ladder: Ladder) -> LadderView:
    found = ladders.again(ladder)
    return views_of([found], now())[ladder.pk]


def address(ladder: Ladder, rest: str = "") -> str:
    return f"/models/{ladder.model.code}/{rest}"


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def message_of(client: Client, answer: HttpResponse) -> str:
    """The page an entry leads to, with what is said on top of it."""
    assert answer.status_code == 303, answer.status_code
    return text_of(client, answer["Location"])


def cost(client: Client, url: str) -> int:
    """Queries of a page, once the lab's settings are remembered."""
    text_of(client, url)
    with CaptureQueriesContext(connection) as made:
        text_of(client, url)
    return len(made)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
