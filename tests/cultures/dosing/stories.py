"""Ladders as their pages show them: told so that the last passage was yesterday."""

from typing import Any

from django.test import Client

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


def stepped_back() -> Ladder:
    """1 µg/mL passed, 2 stepped back from after a crash, at 1 again since one passage. 43 days old."""
    ladder = ladders.climbing(at=now() - 43 * DAY)
    at = ladders.climbed(ladder)
    ladders.passaged(ladder)
    ladders.passaged(ladder)
    at = ladders.passaged(ladder, treated=CRASH)
    ladders.decided(ladder, "step_back", at=at + HOUR, reason="after a late feed")
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


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    client.get("/models/")  # the lab's settings are remembered from here on
    return client
